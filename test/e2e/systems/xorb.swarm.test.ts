/**
 * XORB in production, whole, as a stack of a Swarm: rows X2, X4, X6, X8 and X10. PostgreSQL and Redis are real. Temporal did not run
 * here, nor did XORB: see support/stand-in/temporal for what of them is real. The node is small: what is set aside for each is next to nothing.
 */
import { Xorb } from '../../../apps/xorb/xorb';
import { type Inspected, requireDocker } from '../support/docker';
import { must, until } from '../support/run';
import { leaves, leftovers, removeStack, requireSwarm, running } from '../swarm/engine';
import { bothWays, type Containers, meetings } from './reach';
import { leaks, plantedIn, secretsIn, told } from './secrets';
import { SwarmStack } from './swarm';
import { clusterIsWhole, IMAGES, NODES, readsOf, replicasOf, saysInTime, servicesOf, superuser, TASKS } from './xorb';

const stack = new SwarmStack(`ihx${process.pid}s`);
const SERVICES = servicesOf('production');
const KEYS = ['a', 'b', 'c', 'd'];
/** Each value has a text of its own. */
const PLANTED: Readonly<Record<string, string>> = Object.fromEntries(
  [...new Set(SERVICES.flatMap(readsOf))].map((key) => [key, `planted-${key.replaceAll('_', '-')}-1`] as const),
);
/** Who is asked whom it reaches, and a port of each: one of the nodes of Redis' cluster that are alike stands for all. */
const PORTS: Readonly<Record<string, number>> = {
  api: 8000,
  orchestrator: 9000,
  worker: 9000,
  database: 5432,
  'redis-node1': 6379,
  'redis-node6': 6379,
  temporal: 7233,
  'temporal-database': 5432,
  'temporal-ui': 8080,
  'temporal-schema': 7070,
  'temporal-namespaces': 7070,
};
const EDGES = [
  ...['api', 'orchestrator', 'worker'].flatMap((one) => ['database', 'redis-node1', 'redis-node6'].map((other) => [one, other] as const)),
  ['redis-node1', 'redis-node6'],
  ['orchestrator', 'temporal'],
  ['worker', 'temporal'],
  ['temporal', 'temporal-database'],
  ['temporal-ui', 'temporal'],
  ['temporal-schema', 'temporal-database'],
  ['temporal-namespaces', 'temporal'],
  // what waits for a task asks it on a Swarm whether it is done
  ['temporal', 'temporal-schema'],
  ['orchestrator', 'temporal-namespaces'],
  ['worker', 'temporal-namespaces'],
] as const;

let said: string;
let names: readonly string[];
let containers: Containers;

/** The full name of a service: that of a task ends in a hash of its version. */
const service = (name: string) => {
  const full = `${stack.name}_xorb-${name}`;
  return TASKS.some((task) => task === name) ? (names.find((one) => one.replace(/-[0-9a-f]{8}$/, '') === full) as string) : full;
};
const of = (name: string) => containers.get(name) as readonly Inspected[];
const one = (name: string) => of(name)[0] as Inspected;

beforeAll(async () => {
  await requireDocker(...IMAGES);
  await requireSwarm();
  stack.writeSecrets('xorb-secrets', PLANTED);
  said = await stack.deploySystem((root) => new Xorb(root));
  names = await stack.services();
  for (const name of SERVICES) await running(service(name), replicasOf('production', name), 600_000);
  containers = new Map(await Promise.all(SERVICES.map(async (name) => [name, await stack.containers(service(name))] as const)));
}, 1_200_000);

afterAll(() => stack.dispose());

test('X8: everything is there and healthy, and nothing of the file is ignored', async () => {
  expect(said).toBe('');
  for (const name of SERVICES) {
    // what keeps a schedule and waits for nobody has no health check
    const expected = /-(prune|drill)$/.test(name) ? undefined : 'healthy';
    const states = Array(replicasOf('production', name)).fill(expected);
    expect([name, of(name).map(({ State }) => State.Health?.Status)]).toEqual([name, states]);
  }
  // what restores has no replica until somebody gives it one
  const restore = ['database-restore', 'temporal-database-restore'];
  expect([...names].sort()).toEqual([...SERVICES, ...restore].map(service).sort());
});

test('X2, X8: three of the api and four of the worker, each with one processor and 1 GiB at most, user xorb and an init process', async () => {
  for (const [name, replicas] of [
    ['api', 3],
    ['worker', 4],
  ] as const) {
    expect(of(name)).toHaveLength(replicas);
    for (const { Config, HostConfig } of of(name)) {
      expect(HostConfig).toMatchObject({ NanoCpus: 1e9, Memory: 2 ** 30, Init: true, ReadonlyRootfs: true, CapDrop: ['ALL'] });
      expect(Config.User).toBe('1000:1000');
    }
  }
});

test('X4, X6: every ordered pair connects, by name and by address, exactly when an edge joins them', async () => {
  const asked = new Map(Object.keys(PORTS).map((name) => [name, of(name)] as const));
  const pairs = bothWays(EDGES);
  const { byName, byAddress } = await meetings(asked, (name) => service(name).slice(stack.name.length + 1), PORTS, pairs);
  expect(byName).toEqual(pairs);
  expect(byAddress).toEqual(pairs);
}, 600_000);

test("X4: Temporal's databases have their schemas; the orchestrator and every worker have found it by TEMPORAL_HOST", async () => {
  for (const database of ['temporal', 'temporal_visibility'])
    expect(await superuser(one('temporal-database'), database, 'SELECT count(*) FROM schema_version')).toBe('1');
  for (const { Id, Name } of [...of('orchestrator'), ...of('worker')])
    expect([Name, await must('docker', ['logs', Id])]).toEqual([Name, expect.stringContaining('connected to xorb-temporal:7233')]);
});

test('X6: Redis is a cluster of three with a copy each, which spreads what it is told', async () => {
  await clusterIsWhole(one('redis-node6'));
  for (const key of KEYS) await saysInTime(one('redis-node1'), 'OK', 'set', key, `of ${key}`);
  for (const key of KEYS) await saysInTime(one('redis-node6'), `of ${key}`, 'get', key);
}, 600_000);

test('X10: each process has exactly its own secrets as files, and they are nowhere else', async () => {
  for (const name of SERVICES) {
    const own = Object.fromEntries(readsOf(name).map((key) => [`/run/secrets/xorb-secrets/${key}`, PLANTED[key]]));
    for (const container of of(name)) expect([container.Name, await secretsIn(container)]).toEqual([container.Name, own]);
  }
  expect(plantedIn(stack.written, PLANTED)).toEqual([]);
  expect(leaks(await told(await stack.containers(undefined, true)), PLANTED)).toEqual([]);
  const objects = await leftovers(stack.name);
  expect(objects.filter((line) => line.startsWith('secret '))).toHaveLength(Object.keys(PLANTED).length);
  for (const line of objects) {
    const [kind, name] = line.split(' ') as [string, string];
    expect([line, plantedIn(await must('docker', [kind, 'inspect', name]), PLANTED)]).toEqual([line, []]);
  }
}, 600_000);

test('X4, X6, X8: who is killed is back, and Redis has what it was told', async () => {
  for (const name of ['api', 'worker', 'redis-node1', 'temporal', 'temporal-database']) {
    const now = () => stack.containers(service(name));
    const [victim] = (await until(`${name} is there`, now, (all) => all.length === of(name).length, 300_000)) as [Inspected];
    // from outside, as the kernel does it
    process.kill(victim.State.Pid, 'SIGKILL');
    await until(
      `${name} is back`,
      async () => (await now()).filter(({ State }) => State.Health?.Status === 'healthy').map(({ Id }) => Id),
      (ids) => ids.length === of(name).length && !ids.includes(victim.Id),
      300_000,
    );
  }
  await clusterIsWhole(one('redis-node6'));
  for (const key of KEYS) await saysInTime(one('redis-node6'), `of ${key}`, 'get', key);
}, 1_200_000);

test('X6, X8: removing the stack leaves the volumes of the data only', async () => {
  await removeStack(stack.name);
  const staging = ['database', 'temporal-database'].flatMap((one) => ['backup', 'drill', 'prune'].map((part) => `${one}-${part}-staging`));
  const data = [...NODES.map((node) => `redis-node${node}`), 'database', 'temporal-database'].map((one) => `${one}-data-1`);
  const left = [...staging, ...data].map((name) => `volume ${stack.name}_xorb-${name}`).sort();
  await leaves(stack.name, left);
}, 600_000);
