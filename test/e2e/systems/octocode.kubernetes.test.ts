/** OctoCode in production, whole, on a real node that enforces policies: rows O11, O12 and O15. */
import type { Pod, PodSpec } from 'kubernetes-types/core/v1';
import { OctoCode } from '../../../apps/octocode/octocode';
import { apiServer, kubectl, requireCluster } from '../kubernetes/kubectl';
import { until } from '../support/run';
import { connections, isReady, migrationOf, System, TITLED, times } from './kubernetes';
import { exporterLogsIn, PLANTED, READS } from './octocode';
import type { Target } from './reach';
import { plantedIn } from './secrets';

const system = new System('octocode');
const REPLICAS = {
  gateway: 1,
  app: 3,
  worker: 2,
  database: 1,
  redis: 1,
  'database-exporter': 1,
  'redis-exporter': 1,
  'worker-exporter': 1,
  'database-backup-status': 1,
} as const;
const STANDING = Object.keys(REPLICAS) as (keyof typeof REPLICAS)[];
/** Where each listens; the stand-ins of the worker and, while it is asked, of the migration listen too. */
const PORTS = {
  gateway: [8080],
  app: [3000, 3001],
  database: [5432],
  redis: [6379],
  worker: [9000],
  migrate: [9000],
  'database-exporter': [9187],
  'redis-exporter': [9121],
  'worker-exporter': [9121],
  'database-backup-status': [9188],
} as const;
type Name = keyof typeof PORTS;
/** Those with a name of their own in the cluster's DNS. */
const ADDRESSED = [
  'gateway',
  'app',
  'database',
  'redis',
  'database-exporter',
  'redis-exporter',
  'worker-exporter',
  'database-backup-status',
] as const;
/** What the edges of production allow. */
const ALLOWED = [
  ['gateway', 'app', 3000],
  ['gateway', 'app', 3001],
  ['app', 'database', 5432],
  ['app', 'redis', 6379],
  ['worker', 'database', 5432],
  ['worker', 'redis', 6379],
  ['migrate', 'database', 5432],
  ['database-exporter', 'database', 5432],
  ['redis-exporter', 'redis', 6379],
  ['worker-exporter', 'redis', 6379],
] as const;

const manifests = (version: string) => system.manifests((stack) => new OctoCode(stack, 'octocode', { version }));
const first = manifests('1.0.0');
const names = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata?.name).sort();
/** The pod of the migration as it was. */
let migrated: Pod;
/** Everybody who asks and answers: in the place of the migration, which is over, a pod with its labels and its files. */
let everybody: ReadonlyMap<Name, readonly Pod[]>;
let warnings: string;

beforeAll(async () => {
  requireCluster();
  const start = Date.now();
  system.prepare('octocode-secrets', PLANTED);
  warnings = system.apply(first);
  for (const name of STANDING) system.namespace.rolledOut(`octocode-${name}`, 240);
  console.log(`ready after ${(Date.now() - start) / 1000} s`);
  migrated = system.pod('migrate');
  kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(stay(migrated)));
  system.namespace.run('wait', 'pod/migrate-stays', '--for=condition=Ready', '--timeout=180s');
  const stays = system.pods('migrate').filter(({ metadata }) => metadata?.name === 'migrate-stays');
  everybody = new Map([...STANDING.map((name) => [name, system.pods(name)] as const), ['migrate', stays] as const]);
}, 300_000);
afterAll(() => system.dispose(), 300_000);

/** The pod of a Job, without what it waits for and reports; it listens. */
function stay({ metadata, spec }: Pod): Pod {
  const { main } = migrationOf(spec);
  const labels = Object.entries(metadata?.labels ?? {}).filter(([name]) => !/controller-uid|job-name/.test(name));
  const { initContainers: _waits, nodeName: _node, restartPolicy: _ends, ...rest } = spec as PodSpec;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'migrate-stays', namespace: system.namespace.name, labels: Object.fromEntries(labels) },
    spec: { ...rest, containers: [{ ...main, command: ['/probe'], env: [...(main.env ?? []), { name: 'PROBE_PORTS', value: '9000' }] }] },
  };
}

const targets = (host: (name: Name, pod: Pod) => string) =>
  [...everybody].flatMap(([name, pods]) => pods.flatMap((pod) => PORTS[name].map((port) => ({ name, host: host(name, pod), port }))));
const byAddress = () => targets((_, { status }) => String(status?.podIP));
const commands = () => new Map([...everybody].map(([name, pods]) => [name, system.inside(pods[0] as Pod, name)]));

test('everything is taken without a warning, and becomes ready', async () => {
  expect(warnings).toBe('');
  const workloads: { metadata: { name: string }; status: { readyReplicas: number } }[] =
    system.namespace.get('deployments,statefulsets').items;
  const ready = workloads.map(({ metadata, status }) => [metadata.name.replace('octocode-', ''), status.readyReplicas]);
  expect(Object.fromEntries(ready)).toEqual(REPLICAS);
  const restarts = STANDING.flatMap((name) => system.pods(name)).map(({ status }) => status?.containerStatuses?.[0]?.restartCount);
  expect(restarts).toEqual(Array(12).fill(0));
  await exporterLogsIn(async () => system.namespace.run('logs', 'deployment/octocode-database-exporter', '--all-containers'));
});

describe('O11: segmentation', () => {
  test('everybody listens where the others try', async () => {
    const expected = [...everybody.keys()].flatMap((name) => PORTS[name].map((port) => `${name} → itself:${port}`));
    const own = [...commands()].map(([name, command]) => {
      const itself = PORTS[name].map((port): Target => ({ name: 'itself', host: '127.0.0.1', port }));
      return connections(new Map([[name, command]]), itself, expected);
    });
    expect((await Promise.all(own)).flat()).toEqual(expected);
  });

  test('every ordered pair connects exactly as an edge says: by name', async () => {
    const named: Target[] = ADDRESSED.flatMap((name) => PORTS[name].map((port) => ({ name, host: `octocode-${name}`, port })));
    const expected = ALLOWED.map(([from, to, port]) => `${from} → ${to}:${port}`).sort();
    expect(await connections(commands(), named, expected)).toEqual(expected);
  });

  test('and by the address of each pod', async () => {
    const expected = ALLOWED.flatMap(([from, to, port]) => (everybody.get(to) ?? []).map(() => `${from} → ${to}:${port}`));
    expect(await connections(commands(), byAddress(), expected)).toEqual(expected.sort());
    expect(expected).toHaveLength(14);
  });

  test('names are found by everybody', async () => {
    const found = [...everybody].map(([name, pods]) => system.lookUp(pods[0] as Pod, name, 'app'));
    expect(await Promise.all(found)).toEqual(Array(10).fill(system.address('app')));
  });

  test('only the migration, which reports, reaches the API server', async () => {
    const { ip, port } = apiServer();
    const expected = [`migrate → cluster:${port}`];
    expect(await connections(commands(), [{ name: 'cluster', host: ip, port }], expected)).toEqual(expected);
  });

  test('from another namespace only the gateway is reached, and it leads to the app', async () => {
    const services = ADDRESSED.flatMap((name) => PORTS[name].map((port) => ({ name, host: system.address(name), port })));
    const route = { name: 'route', host: system.address('gateway-public'), port: 80 };
    const reached = await system.fromOutside([...byAddress(), ...services, route], 3);
    expect(reached.map(({ name, port }) => `${name}:${port}`).sort()).toEqual(['gateway:8080', 'gateway:8080', 'route:80']);
    const said = system.answerOutside(`http://${route.host}/whoami`);
    expect(JSON.parse(said)).toMatchObject({ uid: 1001, gid: 1001, NoNewPrivs: '1', CapEff: '0000000000000000', Seccomp: '2' });
  });
});

describe('O12: secrets', () => {
  test.each(
    Object.entries(READS).filter(([name]) => name in PORTS),
  )('%s has exactly its own, with what belongs in them', async (name, keys) => {
    const pod = everybody.get(name as Name)?.[0] as Pod;
    const own = keys.map((key) => [`/run/secrets/octocode-secrets/${key}`, PLANTED[key]]);
    expect(await system.files(pod, name)).toEqual(Object.fromEntries(own));
  });

  test('are in no manifest, no object and no log', async () => {
    expect(plantedIn(first, PLANTED)).toEqual([]);
    const { objects, logs } = await system.shown();
    expect(objects).toContain('octocode-database');
    expect(objects).not.toContain('secretKeyRef');
    expect(plantedIn(objects, PLANTED)).toEqual([]);
    expect(logs).toContain('migrated');
    expect(plantedIn(logs, PLANTED)).toEqual([]);
  });

  test.each(STANDING)('are in the environment of no process of %s', async (name) => {
    const environments = await system.environments(system.pod(name), name);
    expect(environments.match(/^KUBERNETES_SERVICE_HOST=/gm)?.length).toBeGreaterThan(TITLED.includes(name) ? 0 : 1);
    expect(plantedIn(environments, PLANTED)).toEqual([]);
  });
});

describe('O5: backups', () => {
  test('the cluster keeps their schedules, and restores nothing by itself', () => {
    const jobs: { metadata: { name: string }; spec: { schedule: string; suspend: boolean } }[] = system.namespace.get('cronjobs').items;
    const found = jobs.map(({ metadata, spec }) => [metadata.name, spec.suspend ? 'suspended' : spec.schedule]);
    expect(Object.fromEntries(found)).toEqual({
      'octocode-database-backup': '0 2 * * *',
      'octocode-database-prune': '0 4 * * *',
      'octocode-database-drill': '0 5 * * *',
      'octocode-database-restore': 'suspended',
    });
  });
});

describe('O15: the migration', () => {
  test('began when the database was ready, and was over before the app and the worker started', () => {
    const { main, ran } = migrationOf(migrated.spec, migrated.status);
    expect(main.image).toBe('octocode/app:1.0.0');
    expect(ran).toMatchObject({ exitCode: 0 });
    const [began, over] = [ran?.startedAt, ran?.finishedAt].map((at) => Date.parse(at ?? '') / 1000);
    expect(over as number).toBeGreaterThanOrEqual((began as number) + 2);
    expect(began).toBeGreaterThanOrEqual(times(system.pod('database')).ready);
    for (const pod of [...system.pods('app'), ...system.pods('worker')]) {
      expect(times(pod).started).toBeGreaterThanOrEqual(over as number);
    }
    for (const name of ['app', 'worker']) {
      const log = system.namespace.run('logs', `deployment/octocode-${name}`, '--container', `octocode-${name}`);
      // what each found when it started
      expect(log).toMatch(/migrations: 1\n/);
    }
  });

  test('that fails in a second version leaves the first, which keeps answering', async () => {
    const workloads = ['app', 'worker'] as const;
    const before = new Map(workloads.map((name) => [name, names(system.pods(name))]));
    // the clock may start others
    const migrations = () => system.jobs().filter(({ metadata }) => metadata?.name?.startsWith('octocode-migrate-'));
    const [old] = migrations().map(({ metadata }) => metadata?.name);
    const start = Date.now();
    const answers = await system.asking(`http://${system.address('gateway-public')}/env-names`, async () => {
      expect(system.apply(manifests('1.1.0'))).toBe('');
      await until(
        'the migration is given up',
        async () => migrations().find(({ metadata }) => metadata?.name !== old)?.status,
        (status) => status?.conditions?.some(({ type }) => type === 'Failed') ?? false,
        300_000,
      );
    });
    const failed = answers.filter(({ said }) => said === 'failed').length;
    const seconds = (Date.now() - start) / 1000;
    console.log(`failing migration: ${answers.length} requests, ${failed} failed, in ${seconds} s`);
    expect(failed).toBe(0);
    // each is a program of its own, which takes its time where the machine is busy
    expect(answers.length).toBeGreaterThan(seconds / 2);
    const versions = new Set(answers.flatMap(({ said }) => (JSON.parse(said) as string[]).filter((one) => one.startsWith('STAND_IN'))));
    expect([...versions]).toEqual(['STAND_IN_1_0_0']);
    const tries = system.pods('migrate').filter(({ spec }) => spec?.initContainers?.[0]?.image === 'octocode/app:1.1.0');
    expect(tries.map(({ status, spec }) => migrationOf(spec, status).ran?.exitCode)).toEqual([3, 3, 3]);
    for (const name of workloads) {
      const [stuck, ...more] = system.pods(name).filter((pod) => !before.get(name)?.includes(pod.metadata?.name));
      expect(names(system.pods(name).filter(isReady))).toEqual(before.get(name));
      expect(more).toEqual([]);
      expect(stuck?.spec?.containers[0]?.image).toBe('octocode/app:1.1.0');
      expect(stuck?.status?.initContainerStatuses?.[0]?.state?.waiting?.reason).toBe('CreateContainerConfigError');
      expect(stuck?.status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('PodInitializing');
    }
  }, 600_000);
});

describe('O2, O4: a job', () => {
  const redis = async (...command: string[]) => {
    const [app] = system.pods('app').filter(isReady);
    const ask = 'REDISCLI_AUTH=$(cat $REDIS_PASSWORD_FILE) redis-cli -e -h $REDIS_HOST -p $REDIS_PORT';
    return system.shell(app as Pod, 'app', `${ask} ${command.join(' ')}`).catch((error: Error) => error.message);
  };
  const isDone = (job: string) =>
    until(
      `the job ${job} is done`,
      () => redis('sismember', 'done', job),
      (said) => said.trim() === '1',
      60_000,
    );
  /** Redis has taken it. Who was told nothing asks again: done twice, it is done. */
  const take = (job: string) =>
    until(
      `the job ${job} is taken`,
      () => redis('lpush', 'jobs', job),
      (said) => /^\d+$/.test(said.trim()),
      60_000,
    );

  test('is done by a worker, also after a pod of each was killed, and Redis has lost none that it took', async () => {
    await take('before');
    await isDone('before');
    const victims = ['gateway', 'app', 'worker', 'database', 'redis'] as const;
    for (const name of victims) {
      const [pod] = system.pods(name).filter(isReady);
      system.namespace.run('delete', 'pod', String(pod?.metadata?.name), '--grace-period=0', '--force');
    }
    for (const name of victims) {
      await until(
        `${name} is ready again`,
        async () => system.pods(name).filter(isReady).length,
        (ready) => ready >= REPLICAS[name],
        240_000,
      );
    }
    await take('after');
    for (const job of ['after', 'before']) await isDone(job);
  }, 1_200_000);
});
