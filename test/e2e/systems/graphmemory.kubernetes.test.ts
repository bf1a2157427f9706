/** GraphMemory in production, whole, on a real node that enforces policies: rows G1, G2 and G5. */
import type { Pod } from 'kubernetes-types/core/v1';
import { GraphMemory } from '../../../apps/graphmemory/graphmemory';
import { apiServer, kubectlLater, requireCluster } from '../kubernetes/kubectl';
import { until } from '../support/run';
import { AFTER, NAMES, type Name, PLANTED, READS, SEGMENTS, SERVICES } from './graphmemory';
import { connections, isReady, System, TITLED, times } from './kubernetes';
import type { Target } from './reach';
import { plantedIn } from './secrets';

/** How long after its start the API says that it is not ready. */
const WARM_UP = 10;
const system = new System('graphmemory', { api: { PROBE_READY_AFTER: `${WARM_UP}s` } });
/** Who connects to whom, by the network in which they do. */
const EDGES: Readonly<Record<string, readonly (readonly [Name, Name])[]>> = {
  frontend: [['gateway', 'dashboard']],
  backend: [
    ['gateway', 'api'],
    ['gateway', 'analytics'],
    ['dashboard', 'api'],
    ['api', 'analytics'],
  ],
  database: [
    ['api', 'database'],
    ['api', 'redis'],
    ['analytics', 'redis'],
  ],
  monitoring: [
    ['prometheus', 'api'],
    ['prometheus', 'analytics'],
    ['grafana', 'prometheus'],
  ],
};
const ALLOWED = Object.values(EDGES).flat();
const manifests = system.manifests((stack) => new GraphMemory(stack));
let warnings: string;
/** All pods as they were when everything had become ready. */
let pods: ReadonlyMap<Name, readonly Pod[]>;

beforeAll(() => {
  requireCluster();
  const start = Date.now();
  system.prepare('graphmemory-secrets', PLANTED);
  warnings = system.apply(manifests);
  for (const name of NAMES) system.namespace.rolledOut(`graphmemory-${name}`, 240);
  console.log(`ready after ${(Date.now() - start) / 1000} s`);
  pods = new Map(NAMES.map((name) => [name, system.pods(name)]));
}, 300_000);
afterAll(() => system.dispose(), 300_000);

const of = (name: Name) => pods.get(name) as readonly Pod[];
const commands = () => new Map(NAMES.map((name) => [name, system.inside(of(name)[0] as Pod, name)]));
const byAddress = () =>
  NAMES.flatMap((name) => of(name).map(({ status }): Target => ({ name, host: String(status?.podIP), port: SERVICES[name].port })));
const said = ([from, to]: readonly [Name, Name]) => `${from} → ${to}:${SERVICES[to].port}`;

test('everything is taken without a warning, and becomes ready without a restart', () => {
  expect(warnings).toBe('');
  expect(system.namespace.get('deployments,statefulsets').items).toHaveLength(NAMES.length);
  expect(Object.fromEntries(NAMES.map((name) => [name, of(name).filter(isReady).length]))).toEqual(
    Object.fromEntries(NAMES.map((name) => [name, SERVICES[name].replicas])),
  );
  const containers = [...pods.values()].flat().flatMap(({ status }) => status?.containerStatuses ?? []);
  expect(containers.filter(({ restartCount }) => restartCount !== 0)).toEqual([]);
  const claims: { status: { phase: string } }[] = system.namespace.get('persistentvolumeclaims').items;
  expect(claims.map(({ status }) => status.phase)).toEqual(Array(6).fill('Bound'));
});

describe('G2: four isolated networks', () => {
  test('everybody listens where the others try', async () => {
    const expected = NAMES.map((name) => `${name} → itself:${SERVICES[name].port}`);
    const own = [...commands()].map(([name, command]) =>
      connections(new Map([[name, command]]), [{ name: 'itself', host: '127.0.0.1', port: SERVICES[name].port }], expected),
    );
    expect((await Promise.all(own)).flat()).toEqual(expected);
  });

  test('every ordered pair connects exactly as an edge says: by name', async () => {
    const named = NAMES.map((name): Target => ({ name, host: `graphmemory-${name}`, port: SERVICES[name].port }));
    const expected = ALLOWED.map(said).sort();
    expect(await connections(commands(), named, expected)).toEqual(expected);
  });

  test('and by the address of each pod', async () => {
    const expected = ALLOWED.flatMap((edge) => of(edge[1]).map(() => said(edge))).sort();
    expect(await connections(commands(), byAddress(), expected)).toEqual(expected);
  });

  test('each edge lies within a network that both are in, and none crosses from one to another', () => {
    for (const [network, edges] of Object.entries(EDGES)) {
      for (const edge of edges) expect(SEGMENTS[network]).toEqual(expect.arrayContaining([...edge]));
    }
  });

  test('names are found by everybody, and the API server is reached by nobody', async () => {
    const found = NAMES.map((name) => system.lookUp(of(name)[0] as Pod, name, 'api'));
    expect(await Promise.all(found)).toEqual(Array(8).fill(system.address('api')));
    const { ip, port } = apiServer();
    expect(await connections(commands(), [{ name: 'cluster', host: ip, port }], [])).toEqual([]);
  });

  test('G1, G2: from another namespace only the gateway is reached, and it leads to the three services, each with its user', async () => {
    const services = NAMES.map((name): Target => ({ name, host: system.address(name), port: SERVICES[name].port }));
    const route = { name: 'route', host: system.address('gateway-public'), port: 80 };
    const reached = await system.fromOutside([...byAddress(), ...services, route], 3);
    expect(reached.map(({ name, port }) => `${name}:${port}`).sort()).toEqual(['gateway:8080', 'gateway:8080', 'route:80']);
    for (const [path, uid] of [
      ['/api/whoami', 10001],
      ['/whoami', 10002],
      ['/analytics/whoami', 10003],
    ] as const) {
      const answer = system.answerOutside(`http://${route.host}${path}`);
      expect(JSON.parse(answer)).toMatchObject({ uid, gid: uid, NoNewPrivs: '1', CapEff: '0000000000000000', Seccomp: '2' });
    }
  });

  test('monitoring fetches metrics of both its targets', async () => {
    const query = 'timeout 5 wget -q -O - "http://graphmemory-prometheus:9090/api/v1/query?query=up"';
    const up = async () => JSON.parse(await system.shell(of('grafana')[0] as Pod, 'grafana', query)).data.result;
    const results = await until(
      'metrics',
      up,
      (all: { value: [number, string] }[]) => all.length === 2 && all.every(({ value }) => value[1] === '1'),
      90_000,
    );
    expect(results).toHaveLength(2);
  });
});

describe('secrets', () => {
  test.each(NAMES)('%s has exactly its own, as files, and none in its environment', async (name) => {
    const pod = of(name)[0] as Pod;
    const own = READS[name].map((key) => [`/run/secrets/graphmemory-secrets/${key}`, PLANTED[key]]);
    expect(await system.files(pod, name)).toEqual(Object.fromEntries(own));
    const environments = await system.environments(pod, name);
    expect(environments.match(/^KUBERNETES_SERVICE_HOST=/gm)?.length).toBeGreaterThan(TITLED.includes(name) ? 0 : 1);
    expect(plantedIn(environments, PLANTED)).toEqual([]);
  });

  test('are in no manifest, no object and no log', async () => {
    expect(plantedIn(manifests, PLANTED)).toEqual([]);
    const { objects, logs } = await system.shown();
    expect(objects).toContain('graphmemory-grafana');
    expect(plantedIn(objects, PLANTED)).toEqual([]);
    expect(logs).toContain('probe: listening on 8000');
    expect(plantedIn(logs, PLANTED)).toEqual([]);
  });
});

describe('G5: a start in order, readiness before traffic, an end with grace', () => {
  test('each starts after one of each that it connects to has become ready', () => {
    const waits = Object.entries(AFTER).flatMap(([name, others]) => others.map((other) => [name as Name, other] as const));
    expect(waits).toHaveLength(9);
    const firstOf = (name: Name, what: 'ready' | 'started') => Math.min(...of(name).map((pod) => times(pod)[what]));
    expect(waits.filter(([name, other]) => firstOf(name, 'started') < firstOf(other, 'ready'))).toEqual([]);
    // and not by chance: the API takes its time, and the dashboard waits for it
    expect(firstOf('dashboard', 'started') - firstOf('api', 'started')).toBeGreaterThanOrEqual(WARM_UP);
  });

  test('under load, a pod that is deleted drains, and the next one is asked nothing before it is ready', async () => {
    const gone = of('api')[0]?.metadata?.name as string;
    const old = of('api').map(({ metadata }) => metadata?.name);
    const log = kubectlLater(['--namespace', system.namespace.name, 'logs', '--follow', gone, '--container', 'graphmemory-api']);
    let told = 0;
    const start = Date.now();
    const answers = await system.asking(`http://${system.address('gateway-public')}/api/whoami`, async () => {
      system.namespace.run('delete', 'pod', gone, '--wait=false');
      // not before, since a slow machine takes its time to start kubectl
      told = Math.floor(Date.now() / 1000);
      const ready = async () => system.pods('api').filter(isReady).length;
      await until('the next pod', ready, (count) => count === 2, 30_000);
      await until('the next pod is ready', ready, (count) => count === 3, 200_000);
      system.namespace.run('wait', `pod/${gone}`, '--for=delete', '--timeout=120s');
    });
    const failed = answers.filter(({ said }) => said === 'failed');
    console.log(`deleted pod: ${answers.length} requests, ${failed.length} failed`);
    expect(failed).toEqual([]);
    // each is a program of its own, which takes its time where the machine is busy
    expect(answers.length).toBeGreaterThan((Date.now() - start) / 2000);
    expect(await log).toContain('probe: stopped');
    const by = answers.map(({ at, said }) => ({ at, host: (JSON.parse(said) as { hostname: string }).hostname }));
    // it was asked until it was told to stop, and not once it drained
    const asked = by.filter(({ host }) => host === gone).map(({ at }) => at);
    expect(Math.max(...asked)).toBeGreaterThanOrEqual(told - 5);
    expect(Math.max(...asked)).toBeLessThan(told + 5);
    const [next] = system.pods('api').filter(({ metadata }) => !old.includes(metadata?.name));
    const { started, ready } = times(next as Pod);
    expect(ready - started).toBeGreaterThanOrEqual(WARM_UP - 1);
    const first = by.filter(({ host }) => host === next?.metadata?.name).map(({ at }) => at);
    expect(Math.min(...first)).toBeGreaterThanOrEqual(ready);
    expect(first.length).toBeGreaterThan(0);
  }, 600_000);

  test('what is in hand when a pod is told to stop is finished', async () => {
    const pod = system.pods('api').find(isReady) as Pod;
    const url = `http://${pod.status?.podIP}:8000/load?seconds=20`;
    const [, ...inside] = system.inside(of('dashboard')[0] as Pod, 'dashboard');
    let heard = '';
    const long = kubectlLater([...inside, 'sh', '-c', `echo asking; timeout 90 wget -q -O - '${url}'`], (out) => {
      heard = out;
    });
    await until(
      'it is asked',
      async () => heard,
      (said) => said.startsWith('asking'),
    );
    await new Promise((resolve) => setTimeout(resolve, 1500));
    system.namespace.run('delete', 'pod', String(pod.metadata?.name), '--wait=false');
    const start = Date.now();
    expect(JSON.parse((await long).replace('asking\n', ''))).toEqual({ seconds: 20, mib: 0 });
    // longer than it drains: it had been told to stop
    expect(Date.now() - start).toBeGreaterThan(6000);
  }, 120_000);
});
