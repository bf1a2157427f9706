/** Who reaches whom on a node that enforces policies: exactly those that an edge or an open segment connects. */
import { App } from 'cdk8s';
import { Environments, HardenedTask, NetworkSegment, Peers } from '../../../lib';
import { IronhullChart } from '../../../lib/platforms/kubernetes';
import { apiServer, createNamespace, kubectl, Namespace, removeNamespace, requireCluster } from './kubectl';
import { connects, connectsAtLast, probe } from './probes';

const namespace = new Namespace('ironhull-isolation');
/** Ports of each service; the first is the one on which its own program is asked. */
const PORTS = {
  web: { http: 8080 },
  api: { http: 8080, admin: 9000 },
  db: { sql: 5432, metrics: 9187 },
  cache: { redis: 6379 },
  worker: { http: 8081 },
  billing: { http: 8080 },
  stranger: { http: 8080 },
} as const;
type Name = keyof typeof PORTS;
const NAMES = Object.keys(PORTS) as Name[];
const portsOf = (name: Name): number[] => Object.values(PORTS[name]);
const asked = (name: Name) => ({ name, port: portsOf(name)[0] as number });

/** What edges and the segment allow: `from>to:port`. */
const ALLOWED = new Set(['web>api:8080', 'api>db:5432', 'cache>worker:8081', 'worker>cache:6379', 'worker>db:5432', 'worker>db:9187']);

/** Tries all addresses from within the task, all at a time: what is dropped takes what each has at most. */
const TRY = `
for target in "$@"; do
  ( if timeout 15 wget -q -O /dev/null "http://$target/health" 2>/dev/null; then echo "$target yes"; else echo "$target no"; fi ) &
done
wait`;

function manifests(): string {
  const app = new App();
  const chart = new IronhullChart(app, 'isolation', {
    environment: Environments.test,
    namespace: namespace.name,
    imagePullPolicy: 'IfNotPresent',
  });
  const open = new NetworkSegment(chart, 'Jobs', { open: true });
  const inJobs = { networks: [{ network: open }] };
  const all = Object.fromEntries(
    NAMES.map((name) => [name, probe(chart, name, { ports: PORTS[name], ...(['cache', 'worker'].includes(name) && inJobs) })]),
  ) as Record<Name, ReturnType<typeof probe>>;
  all.web.network.allowTo(all.api, 'http');
  all.api.network.allowTo(all.db, 'sql');
  all.worker.network.allowTo(all.db, { gate: 'none' });
  const { ip, port } = apiServer();
  all.billing.network.allowTo(Peers.cidr(`${ip}/32`, port));
  const targets = NAMES.flatMap((name) => portsOf(name).map((one) => `${name}:${one}`));
  const seed = new HardenedTask(chart, 'seed', {
    image: 'busybox:1.37',
    command: ['sh', '-c', TRY, 'try', ...targets],
    attempts: 1,
    timeout: '2m',
    // a shell that waits does not end when it is told to
    shutdown: { grace: '1s' },
    writable: [],
  });
  seed.network.allowTo(all.db, 'sql');
  return app.synthYaml();
}

beforeAll(() => {
  requireCluster();
  createNamespace(namespace.name);
  const apply = () => kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], manifests()).err;
  expect(apply()).toBe('');
  for (const name of NAMES) namespace.rolledOut(name);
  // once more, now that everybody is there to be reached
  namespace.run('delete', 'job', '-l', 'app.kubernetes.io/name=seed', '--cascade=foreground');
  expect(apply()).toBe('');
});
afterAll(() => removeNamespace(namespace.name));

/** Asks with at most eight processes at a time. */
async function matrix(addressOf: (name: Name) => string): Promise<string[]> {
  const tries = NAMES.flatMap((from) => NAMES.filter((to) => to !== from).flatMap((to) => portsOf(to).map((port) => ({ from, to, port }))));
  const passed: string[] = [];
  const left = [...tries];
  const worker = async () => {
    for (let one = left.shift(); one; one = left.shift()) {
      const edge = `${one.from}>${one.to}:${one.port}`;
      const connect = ALLOWED.has(edge) ? connectsAtLast : connects;
      if (await connect(namespace, asked(one.from), addressOf(one.to), one.port)) passed.push(edge);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  expect(tries).toHaveLength(54);
  return passed.sort();
}

test('by name, and names are found', async () => {
  expect(await matrix((name) => name)).toEqual([...ALLOWED].sort());
});

test('by the addresses of pods', async () => {
  const ips = Object.fromEntries(NAMES.map((name) => [name, namespace.pods(name)[0]?.ip])) as Record<Name, string>;
  expect(await matrix((name) => ips[name])).toEqual([...ALLOWED].sort());
});

test('an address outside is reached by who has an edge to it', async () => {
  const { ip, port } = apiServer();
  const connect = (name: Name) => (name === 'billing' ? connectsAtLast : connects)(namespace, asked(name), ip, port);
  const reached = await Promise.all(NAMES.map(async (name) => ((await connect(name)) ? name : '')));
  expect(reached.filter((name) => name !== '')).toEqual(['billing']);
});

test('a task reaches what its edges allow', () => {
  namespace.run('wait', 'job', '-l', 'app.kubernetes.io/name=seed', '--for=condition=Complete', '--timeout=120s');
  const lines = namespace.run('logs', '-l', 'app.kubernetes.io/name=seed', '--container', 'seed', '--tail=100').trim().split('\n');
  expect(lines).toHaveLength(9);
  expect(lines.filter((line) => line.endsWith(' yes'))).toEqual(['db:5432 yes']);
});
