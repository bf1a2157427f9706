/** Who reaches whom on a real Docker engine: every ordered pair, by name and by every address. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answers, everything, type Inspected, inspect, requireDocker, sweep } from '../support/docker';
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { must, portOf, type Ran, run, until } from '../support/run';
import { placeBeyond } from './beyond';

const ID = `e2n-${process.pid.toString(36)}${Date.now().toString(36).slice(-4)}`;
const PORT = portOf(6);
const NAMES = ['gateway', 'web', 'api', 'database', 'backup', 'worker', 'cache-1', 'cache-2', 'loner', 'mailer'] as const;
type Name = (typeof NAMES)[number];

/** What an edge joins, or a segment: in both directions. */
const JOINED: readonly (readonly [Name, Name])[] = [
  ['gateway', 'web'],
  ['gateway', 'api'],
  ['web', 'api'],
  ['api', 'database'],
  ['database', 'backup'],
  ['worker', 'cache-1'],
  ['worker', 'cache-2'],
  ['cache-1', 'cache-2'],
];
const joined = (from: Name, to: Name) => JOINED.some((pair) => pair.includes(from) && pair.includes(to));
/** What is published, may connect to the outside, or is in a segment that is not internal. */
const OUTSIDE: readonly Name[] = ['gateway', 'api', 'worker', 'cache-1', 'cache-2', 'mailer'];

const containers = new Map<Name, Inspected>();
const networksOf = (name: Name) => containers.get(name)?.NetworkSettings.Networks as Record<string, { IPAddress: string }>;

type Answer = 'reached' | 'refused';

/** Asks from within a container; `reached` if an answer came. */
async function ask(from: Name, host: string, expected: Answer, port = 8080): Promise<Answer> {
  return (await answers(containers.get(from) as Inspected, `http://${host}:${port}/health`, expected === 'reached'))
    ? 'reached'
    : 'refused';
}

/** Does a few things at a time. */
async function each<T, R>(list: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < list.length; i = next++) results[i] = await work(list[i] as T);
  };
  await Promise.all(Array.from({ length: 12 }, worker));
  return results;
}

let project: PulumiProject;
let listener: Server;
let listening: number;

beforeAll(async () => {
  await requireDocker('veogen/backend:1.0.0');
  await requirePulumi();
  listener = createServer((_request, response) => response.end('ok'));
  await new Promise<void>((resolve) => listener.listen(0, '0.0.0.0', resolve));
  listening = (listener.address() as AddressInfo).port;
  project = new PulumiProject('e2e-networks', 'test/e2e/docker/networks.program.ts', { E2E_NAMESPACE: ID, E2E_PORT: String(PORT) });
  await project.init();
  await project.up();
  for (const name of NAMES) containers.set(name, await inspect('container', `${ID}-${name}`));
}, 600_000);

afterAll(async () => {
  listener?.close();
  await project?.dispose();
  await sweep(`${ID}-`);
});

test('two services share a network exactly when an edge or a segment says so, but for the one outside', () => {
  const seen = Object.fromEntries(
    NAMES.map((name) => [
      name,
      Object.keys(networksOf(name))
        .map((network) => network.slice(ID.length + 1))
        .sort(),
    ]),
  );
  expect(seen).toEqual({
    gateway: ['mesh_api_gateway', 'mesh_gateway_web', 'mesh_outside'],
    web: ['mesh_api_web', 'mesh_gateway_web'],
    api: ['mesh_api_database', 'mesh_api_gateway', 'mesh_api_web', 'mesh_outside'],
    database: ['data', 'mesh_api_database'],
    backup: ['data'],
    worker: ['back'],
    'cache-1': ['back'],
    'cache-2': ['back'],
    loner: ['mesh_loner_alone'],
    mailer: ['mesh_outside'],
  });
});

const pairs = NAMES.flatMap((from) => NAMES.filter((to) => to !== from).map((to) => [from, to] as const));
const service = (name: Name) => name.replace(/-\d$/, '');

test('by name, pairs connect exactly when an edge joins them or a segment', async () => {
  const wrong = await each(pairs, async ([from, to]) => {
    const expected = joined(from, to) ? 'reached' : 'refused';
    const seen = await ask(from, service(to), expected);
    // a replica may find itself behind the name that it shares
    return seen === expected ? [] : [`${from} → ${to}: ${seen}`];
  });
  expect(wrong.flat()).toEqual([]);
  expect(pairs).toHaveLength(90);
}, 600_000);

test('by address, in every network that the target has, likewise', async () => {
  const tries = pairs.flatMap(([from, to]) =>
    Object.entries(networksOf(to)).map(([network, { IPAddress }]) => ({ from, to, network, IPAddress })),
  );
  const wrong = await each(tries, async ({ from, to, network, IPAddress }) => {
    const shared = network in networksOf(from) && !network.endsWith('_outside');
    const expected = shared ? 'reached' : 'refused';
    const seen = await ask(from, IPAddress, expected);
    return seen === expected ? [] : [`${from} → ${to} in ${network}: ${seen}`];
  });
  expect(wrong.flat()).toEqual([]);
  expect(tries.length).toBeGreaterThan(150);
}, 600_000);

test('a name that no edge or segment shares is not even found', async () => {
  // its time may be over before those have answered that the engine asks for what it does not know
  const said = () => run('docker', ['exec', `${ID}-mailer`, '/probe', 'get', 'http://api:8080/health']);
  await until('there is no such name', said, ({ stderr }) => stderr.includes('lookup api'), 60_000);
});

describe('the host', () => {
  test('has the port of the gateway, on loopback, and no other', async () => {
    const bound = Object.fromEntries(NAMES.map((name) => [name, containers.get(name)?.HostConfig.PortBindings ?? {}]));
    const none = Object.fromEntries(NAMES.map((name) => [name, {}]));
    expect(bound).toEqual({ ...none, gateway: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: String(PORT) }] } });
    expect((await fetch(`http://127.0.0.1:${PORT}/health`)).status).toBe(200);
  });

  test('forwards to what is beyond it for those alone that may connect to the outside', async () => {
    const beyond = await placeBeyond(`${ID}-beyond`);
    const expected = Object.fromEntries(NAMES.map((name): [Name, Answer] => [name, OUTSIDE.includes(name) ? 'reached' : 'refused']));
    const seen = await each(NAMES, async (name) => [name, await ask(name, beyond, expected[name] as Answer)] as const);
    await must('docker', ['rm', '--force', `${ID}-beyond`]);
    expect(Object.fromEntries(seen)).toEqual(expected);
  });

  test('is itself in each network, also in internal ones: what listens there on all addresses is reached', async () => {
    const { Config } = (await inspect('network', `${ID}-data`)).IPAM;
    const own = Config[0].Gateway ?? Config[0].Subnet.replace(/\.0\/.*/, '.1');
    expect(await ask('backup', own, 'reached', listening)).toBe('reached');
  });
});

test('a second preview finds no changes, and neither after a refresh', async () => {
  for (const args of [['--expect-no-changes'], ['--refresh', '--expect-no-changes']]) {
    const preview: Ran = await project.preview(args);
    expect({ args, code: preview.code, said: preview.code === 0 ? '' : preview.stdout }).toEqual({ args, code: 0, said: '' });
  }
});

test('destroy leaves nothing', async () => {
  await project.destroy();
  expect(await everything(ID)).toEqual([]);
});
