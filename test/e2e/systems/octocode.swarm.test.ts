/** OctoCode in production, whole, as a stack of a Swarm: rows O11, O12 and O15. */
import { whileAsking } from '../docker/watching';
import { type Inspected, inspect, requireDocker } from '../support/docker';
import { must, portOf, run, until } from '../support/run';
import { leaves, leftovers, removeStack, requireSwarm, running } from '../swarm/engine';
import { EDGES, exporterLogsIn, IMAGES, leaksOf, PLANTED, PORTS, planted, READS, RUNNERS } from './octocode';
import { bothWays, type Containers, meetings } from './reach';
import { secretsIn } from './secrets';
import { bridgeAddresses, SwarmStack } from './swarm';

const PORT = portOf(18);
const stack = new SwarmStack(`iho${process.pid}s`, PORT);
const REPLICAS: Readonly<Record<string, number>> = {
  gateway: 1,
  app: 3,
  worker: 2,
  database: 1,
  redis: 1,
  migrate: 1,
  'database-exporter': 1,
  'redis-exporter': 1,
  'worker-exporter': 1,
  ...Object.fromEntries(RUNNERS.map((name) => [name, 1])),
};
/** What keeps a schedule and waits for nobody has no health check. */
const UNCHECKED = ['database-prune', 'database-drill'];
const TASK = /octocode-migrate-[0-9a-f]{8}$/;
/** A task that is done answers. */
const LISTENING: Readonly<Record<string, number>> = { ...PORTS, migrate: 7070 };
/** What waits for the task asks it on a Swarm whether it is done. */
const MET = bothWays([...EDGES, ['app', 'migrate'], ['worker', 'migrate']]);
const ENV_NAMES = `http://127.0.0.1:${PORT}/env-names`;
const LEADING = ['gateway', 'app', 'worker', ...RUNNERS];

let said: string;
/** The service of the first version's migration. */
let task = '';
let containers: Containers;

const service = (name: string) => (name === 'migrate' ? task : `${stack.name}_octocode-${name}`);
const host = (name: string) => service(name).slice(stack.name.length + 1);
const of = (name: string) => containers.get(name) as readonly Inspected[];

/** When the log of a container first has a text. */
async function saidAt({ Id, Name }: Inspected, text: string): Promise<number> {
  const { stdout, stderr } = await run('docker', ['logs', '--timestamps', Id]);
  const line = `${stdout}${stderr}`.split('\n').find((one) => one.includes(text));
  if (line === undefined) throw new Error(`${Name} has not said ${text}: ${stdout}${stderr}`);
  return Date.parse(line.split(' ')[0] as string);
}

beforeAll(async () => {
  await requireDocker(...IMAGES);
  await requireSwarm();
  stack.writeSecrets('octocode-secrets', PLANTED);
  said = await stack.deploy('1.0.0');
  task = (await stack.services()).find((one) => TASK.test(one)) as string;
  for (const [name, replicas] of Object.entries(REPLICAS)) await running(service(name), replicas, 600_000);
  containers = new Map(
    await Promise.all(Object.keys(REPLICAS).map(async (name) => [name, await stack.containers(service(name))] as const)),
  );
}, 900_000);

afterAll(() => stack.dispose());

test('everything starts at the first attempt, and nothing of the file is ignored', async () => {
  expect(said).toBe('');
  // what restores has no replica until somebody gives it one
  expect((await stack.services()).sort()).toEqual([...Object.keys(REPLICAS), 'database-restore'].map(service).sort());
  for (const [name, replicas] of Object.entries(REPLICAS)) {
    const expected = UNCHECKED.includes(name) ? undefined : 'healthy';
    expect([name, of(name).map(({ State }) => State.Health?.Status)]).toEqual([name, Array(replicas).fill(expected)]);
    expect([name, (await stack.containers(service(name), true)).length]).toEqual([name, replicas]);
  }
  const [exporter] = of('database-exporter') as [Inspected];
  await exporterLogsIn(() => must('docker', ['logs', exporter.Id]));
});

describe('O11: segmentation', () => {
  test('every ordered pair connects, by name and by address, exactly when an edge joins them', async () => {
    const bridged = await Promise.all(LEADING.map((name) => bridgeAddresses(name, of(name), LISTENING[name] as number)));
    expect(bridged.flat()).toHaveLength(10);
    const { byName, byAddress } = await meetings(containers, host, LISTENING, MET, bridged.flat());
    expect(byName).toEqual(MET);
    expect(byAddress).toEqual(MET);
  }, 600_000);

  test('only those that lead outside are in networks that do', async () => {
    const leading = await Promise.all(
      Object.keys(REPLICAS).map(async (name) => {
        const networks = Object.keys(of(name)[0]?.NetworkSettings.Networks);
        const open = await Promise.all(networks.map(async (network) => !(await inspect('network', network)).Internal));
        return open.includes(true) ? [name] : [];
      }),
    );
    expect(leading.flat().sort()).toEqual([...LEADING].sort());
  });

  test('only the gateway is published, and it leads to the app', async () => {
    const ports = await Promise.all(
      Object.keys(REPLICAS).map(async (name) => [name, (await inspect('service', service(name))).Spec.EndpointSpec.Ports ?? []]),
    );
    const port = { Protocol: 'tcp', TargetPort: 8080, PublishedPort: PORT, PublishMode: 'host' };
    expect(Object.fromEntries(ports)).toEqual({ ...Object.fromEntries(Object.keys(REPLICAS).map((name) => [name, []])), gateway: [port] });
    const user = await (await fetch(`http://127.0.0.1:${PORT}/whoami`)).json();
    expect(user).toMatchObject({ uid: 1001, gid: 1001, CapEff: '0000000000000000' });
  });
});

describe('O12: secrets', () => {
  test.each(Object.entries(READS))('%s has exactly its own as files, with what belongs in them', async (name, keys) => {
    const own = Object.fromEntries(keys.map((key) => [`/run/secrets/octocode-secrets/${key}`, PLANTED[key]]));
    for (const one of of(name)) expect([one.Name, await secretsIn(one)]).toEqual([one.Name, own]);
  });

  test('are nowhere else: not in the file, not in what the engine says, not in logs, and in no environment', async () => {
    expect(planted(stack.written)).toEqual([]);
    expect(await leaksOf(await stack.containers(undefined, true))).toEqual([]);
    const objects = await leftovers(stack.name);
    expect(objects.filter((line) => line.startsWith('secret '))).toHaveLength(Object.keys(PLANTED).length);
    for (const line of objects)
      expect([line, planted(await must('docker', [line.split(' ')[0] as string, 'inspect', line.split(' ')[1] as string]))]).toEqual([
        line,
        [],
      ]);
  });
});

describe('O15: the migration', () => {
  test('is done before the programs of the app and of the worker start', async () => {
    const migrated = await saidAt(of('migrate')[0] as Inspected, 'migrated');
    for (const one of [...of('app'), ...of('worker')]) {
      // the program reads the table: there was one migration
      expect([one.Name, (await saidAt(one, 'migrations: 1')) >= migrated]).toEqual([one.Name, true]);
    }
  });

  test('that fails in a second version leaves the first, which answers throughout', async () => {
    const { asked, failed } = await whileAsking(ENV_NAMES, async () => {
      await stack.deploy('1.1.0');
      const second = (await stack.services()).find((one) => TASK.test(one) && one !== task) as string;
      // in vain, as often as it may; a Swarm that is slow to hear of an end may try once more
      await until(
        'the migration has failed for good',
        async () => (await stack.containers(second, true)).map(({ State }) => [State.Status, State.ExitCode]),
        (states) => states.length >= 2 && states.every(([status, code]) => status === 'exited' && code === 3),
        300_000,
      );
      // it is not because it takes a moment
      await new Promise((resolve) => setTimeout(resolve, 10_000));
    });
    expect(failed).toBe(0);
    expect(asked).toBeGreaterThan(50);
    for (const name of ['app', 'worker', 'gateway', 'database', 'redis']) {
      const now = (await stack.containers(service(name))).map(({ Id }) => Id);
      expect([name, of(name).map(({ Id }) => now.includes(Id))]).toEqual([name, of(name).map(() => true)]);
    }
    const names = (await (await fetch(ENV_NAMES)).json()) as string[];
    expect(names.filter((one) => one.startsWith('STAND_IN'))).toEqual(['STAND_IN_1_0_0']);
  }, 600_000);
});

test('removing the stack leaves the volumes of the data only', async () => {
  await removeStack(stack.name);
  const staging = ['backup', 'drill', 'prune'].map((name) => `database-${name}-staging`);
  const left = [...staging, 'database-data-1', 'redis-data-1'].map((name) => `volume ${stack.name}_octocode-${name}`).sort();
  await leaves(stack.name, left);
}, 600_000);
