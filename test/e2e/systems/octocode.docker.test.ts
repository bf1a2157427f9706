/** OctoCode in production, whole, by `pulumi up` on a Docker engine: rows O11, O12 and O15. */
import { found as foundIn, whileAsking } from '../docker/watching';
import { everything, type Inspected, inspect, inspectEach, killProcess, requireDocker, sweep } from '../support/docker';
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { must, portOf, until } from '../support/run';
import { published } from './compose';
import { EDGES, exporterLogsIn, IMAGES, leaksOf, PLANTED, PORTS, planted, READS, RUNNERS } from './octocode';
import { bothWays, type Containers, meetings } from './reach';
import { secretsIn } from './secrets';

const ID = `iho${process.pid}d`;
const PORT = portOf(17);
/** What stays; the migration ends. */
const STANDING = {
  gateway: ['gateway'],
  app: ['app-1', 'app-2', 'app-3'],
  worker: ['worker-1', 'worker-2'],
  database: ['database-1'],
  redis: ['redis-1'],
  'database-exporter': ['database-exporter'],
  'redis-exporter': ['redis-exporter'],
  'worker-exporter': ['worker-exporter'],
  ...Object.fromEntries(RUNNERS.map((name) => [name, [name]] as const)),
} as const;
const ENV_NAMES = `http://127.0.0.1:${PORT}/env-names`;
const TOKEN = 'planted-github-token-rotated';

const project = new PulumiProject('e2e-octocode', 'test/e2e/systems/octocode.program.ts', {
  E2E_NAMESPACE: ID,
  E2E_PORT: String(PORT),
});
/** All that Pulumi said. */
const said: string[] = [];
let started: { code: number; text: string };

const container = (name: string) => inspect('container', `${ID}-octocode-${name}`);
const migration = () => container('migrate');

function standing(): Promise<Map<string, Inspected[]>> {
  return inspectEach(new Map(Object.entries(STANDING).map(([name, all]) => [name, all.map((one) => `${ID}-octocode-${one}`)])));
}

async function up(env: Record<string, string> = {}): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await project.tryUp(env);
  said.push(stdout, stderr);
  return { code, text: code === 0 ? '' : stdout + stderr };
}

/** Which services have other containers than before. */
async function replaced(before: Containers, migrated: Inspected): Promise<string[]> {
  const ids = (all: readonly Inspected[] = []) => all.map(({ Id }) => Id);
  const now = await standing();
  const others = [...now].flatMap(([name, all]) => {
    const kept = ids(all).filter((id) => ids(before.get(name)).includes(id));
    return kept.length === 0 ? [name] : kept.length < all.length ? [`some of ${name}`] : [];
  });
  return [...others, ...((await migration()).Id === migrated.Id ? [] : ['migrate'])];
}

async function noChanges(...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await project.preview([...args, '--expect-no-changes']);
  said.push(stdout, stderr);
  expect({ args, code, text: code === 0 ? '' : stdout }).toEqual({ args, code: 0, text: '' });
}

beforeAll(async () => {
  await requireDocker(...IMAGES);
  await requirePulumi();
  await project.init(Object.fromEntries(Object.entries(PLANTED).map(([key, value]) => [`secret secrets:octocode-secrets.${key}`, value])));
  started = await up();
}, 900_000);

afterAll(async () => {
  await project.dispose();
  await sweep(`${ID}-`);
});

test('up ends when everything is ready', async () => {
  expect(started).toEqual({ code: 0, text: '' });
  const { Id } = await container('database-exporter');
  await exporterLogsIn(() => must('docker', ['logs', Id]));
  for (const one of [...(await standing()).values()].flat()) {
    expect([one.Name, one.State.Status, one.State.Health?.Status ?? 'healthy']).toEqual([one.Name, 'running', 'healthy']);
  }
});

test('what restores is made and does not run, until somebody starts it', async () => {
  expect((await container('database-restore')).State.Status).toBe('created');
});

test('a second preview has no changes', () => noChanges());

describe('O11: segmentation', () => {
  test('every ordered pair connects, by name and by address, exactly when an edge joins them', async () => {
    const containers = await standing();
    containers.set('migrate', [await inPlaceOf(await migration(), `${ID}-in-place`)]);
    const pairs = bothWays(EDGES);
    const { byName, byAddress } = await meetings(containers, (name) => `octocode-${name}`, PORTS, pairs);
    expect(byName).toEqual(pairs);
    expect(byAddress).toEqual(pairs);
    await must('docker', ['rm', '--force', `${ID}-in-place`]);
  }, 600_000);

  test('only the gateway is published, and it leads to the app', async () => {
    const ports = [...(await standing())].map(([name, all]) => [name, all.flatMap(published)]);
    expect(Object.fromEntries(ports)).toEqual({
      ...Object.fromEntries(Object.keys(STANDING).map((name) => [name, []])),
      gateway: [`127.0.0.1:${PORT}`],
    });
    const [user, health] = await Promise.all([fetch(`http://127.0.0.1:${PORT}/whoami`), fetch(`http://127.0.0.1:${PORT}/gateway-health`)]);
    expect(await user.json()).toMatchObject({ uid: 1001, gid: 1001, NoNewPrivs: '1', CapEff: '0000000000000000' });
    expect(health.status).toBe(200);
  });
});

describe('O12: secrets', () => {
  test('each process has exactly its own as files, with what belongs in them', async () => {
    const containers: Map<string, Inspected[]> = (await standing()).set('migrate', [await migration()]);
    expect([...containers.keys()].sort()).toEqual(Object.keys(READS).sort());
    for (const [name, all] of containers) {
      const own = Object.fromEntries((READS[name] ?? []).map((key) => [`/run/secrets/octocode-secrets/${key}`, PLANTED[key]]));
      for (const one of all) expect([one.Name, await secretsIn(one)]).toEqual([one.Name, own]);
    }
  });

  test('are nowhere else: not in what the engine says, not in logs, and in no environment', async () => {
    const containers = (await everything(`container ${ID}-`)).map((line) => line.replace('container ', ''));
    const inspected: Inspected[] = JSON.parse(await must('docker', ['inspect', ...containers]));
    // those that stay, the migration, and those that only carry files
    expect(inspected.length).toBeGreaterThan(15);
    expect(await leaksOf(inspected)).toEqual([]);
    const others = (await everything(` ${ID}-`)).filter((line) => !line.startsWith('container '));
    for (const line of others) {
      const [kind, name] = line.split(' ') as ['network' | 'volume', string];
      expect([line, planted(JSON.stringify(await inspect(kind, name)))]).toEqual([line, []]);
    }
  });

  test('are not readable in the state', async () => {
    const state = await project.state();
    expect(state).toContain('/run/secrets/octocode-secrets/github-token');
    expect(planted(state)).toEqual([]);
  });
});

describe('O15: the migration', () => {
  test('ended well before the app and the worker started, and began after the database was there', async () => {
    const migrate = await migration();
    expect(migrate.State).toMatchObject({ Status: 'exited', ExitCode: 0 });
    expect(await must('docker', ['logs', migrate.Id])).toMatch(/migrated/);
    const all = await standing();
    const at = ({ State }: Inspected) => Date.parse(State.StartedAt);
    expect(Date.parse(migrate.State.StartedAt)).toBeGreaterThan(at(all.get('database')?.[0] as Inspected));
    const later = [...(all.get('app') ?? []), ...(all.get('worker') ?? [])];
    expect(later).toHaveLength(5);
    for (const one of later) expect([one.Name, at(one) > Date.parse(migrate.State.FinishedAt)]).toEqual([one.Name, true]);
  });
});

test('another value of a secret rolls exactly those who have it, and reaches them', async () => {
  const [before, migrated] = [await standing(), await migration()];
  await project.configure({ 'secret secrets:octocode-secrets.github-token': TOKEN });
  const { result, asked, failed } = await whileAsking(ENV_NAMES, () => up());
  expect({ ...result, failed }).toEqual({ code: 0, text: '', failed: 0 });
  expect(asked).toBeGreaterThan(50);
  expect(await replaced(before, migrated)).toEqual(['app', 'worker']);
  for (const name of [...STANDING.app, ...STANDING.worker]) {
    expect(await secretsIn(await container(name))).toMatchObject({ '/run/secrets/octocode-secrets/github-token': TOKEN });
  }
  expect(foundIn([TOKEN], await project.state())).toEqual([]);
  expect((await fetch(ENV_NAMES)).status).toBe(200);
  await noChanges('--refresh');
}, 600_000);

describe('O2, O4: a job', () => {
  test('that the app puts into the queue is done by a worker', async () => {
    await give('first');
    await isDone('first');
  });

  test('is done after a container of each was killed, and Redis has lost none that it took', async () => {
    const all = await standing();
    await give('before');
    await isDone('before');
    const victims: Inspected[] = [];
    for (const [one] of all.values()) {
      // as it is now: the end of another may have been its own
      const now = () => inspect('container', one?.Name.slice(1));
      const victim = await until(`${one?.Name} runs`, now, ({ State }) => State.Pid > 0, 120_000);
      await killProcess(victim);
      victims.push(victim);
    }
    for (const { Name, State } of victims) {
      await until(
        `${Name} is well again`,
        async () => (await inspect('container', Name.slice(1))).State,
        (now) => now.Running && now.StartedAt !== State.StartedAt && (now.Health?.Status ?? 'healthy') === 'healthy',
        240_000,
      );
    }
    await give('after');
    await isDone('after');
    for (const job of ['first', 'before']) await isDone(job);
  }, 900_000);
});

describe('O15: a migration', () => {
  test('that fails makes the update fail, and the old version answers throughout', async () => {
    const [before, migrated] = [await standing(), await migration()];
    const { result, asked, failed } = await whileAsking(ENV_NAMES, () => up({ E2E_VERSION: '1.1.0' }));
    expect(result.code).not.toBe(0);
    expect(result.text).toContain('the task octocode-migrate ended with exit code 3');
    expect(result.text).toContain('the migration failed');
    expect({ failed, replaced: await replaced(before, migrated) }).toEqual({ failed: 0, replaced: ['migrate'] });
    expect(asked).toBeGreaterThan(50);
    const names = (await (await fetch(ENV_NAMES)).json()) as string[];
    expect(names.filter((one) => one.startsWith('STAND_IN'))).toEqual(['STAND_IN_1_0_0']);
  });
});

test('destroy leaves the volumes of the data only', async () => {
  said.push(await project.destroy());
  expect(await everything(` ${ID}-`)).toEqual([`volume ${ID}-octocode-database-data-1`, `volume ${ID}-octocode-redis-data-1`]);
});

test('Pulumi has said no value of a secret', () => {
  expect(said.length).toBeGreaterThan(10);
  expect([...planted(said.join('\n')), ...foundIn([TOKEN], said.join('\n'))]).toEqual([]);
});

/** What Redis says to the app, with the app's own password. */
function redis(...command: string[]): Promise<string> {
  const ask = 'REDISCLI_AUTH=$(cat $REDIS_PASSWORD_FILE) redis-cli -e -h $REDIS_HOST -p $REDIS_PORT "$@"';
  return must('docker', ['exec', `${ID}-octocode-app-2`, 'sh', '-c', ask, 'redis-cli', ...command]);
}

async function give(job: string): Promise<void> {
  await redis('lpush', 'jobs', job);
}

async function isDone(job: string): Promise<void> {
  await until(
    `the job ${job} is done`,
    () => redis('sismember', 'done', job).catch((error: Error) => error.message),
    (said) => said.trim() === '1',
    120_000,
  );
}

/** A container with the networks and names of one that has ended, which asks and answers instead of it. */
async function inPlaceOf(ended: Inspected, name: string): Promise<Inspected> {
  const networks = Object.entries(ended.NetworkSettings.Networks) as [string, { Aliases: string[] | null }][];
  await must('docker', [
    'create',
    '--name',
    name,
    '--network',
    'none',
    '--env',
    'PROBE_PORTS=9000',
    '--entrypoint',
    '/probe',
    ended.Config.Image,
  ]);
  await must('docker', ['network', 'disconnect', 'none', name]);
  for (const [network, { Aliases }] of networks) {
    await must('docker', ['network', 'connect', ...(Aliases ?? []).flatMap((alias) => ['--alias', alias]), network, name]);
  }
  await must('docker', ['start', name]);
  return inspect('container', name);
}
