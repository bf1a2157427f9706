/**
 * What a dashboard asks has an answer on a real node: a real Prometheus fetches what exporters and the kubelet tell, and is asked what the
 * JSON says that Grafana reads.
 *
 * The kubelet tells of containers twice: by its own metrics, and by cAdvisor, which has their names only where it finds the socket of containerd.
 * Either is enough, but for the rule WorkerMemoryHigh, whose limits only cAdvisor has. kube-state-metrics does not run here, since its module
 * cannot be had: promtool alone tries what it would count of restarts (alerts.test.ts).
 */
import { App } from 'cdk8s';
import { Environments, ruleFile } from '../../../lib';
import { IronhullChart } from '../../../lib/platforms/kubernetes';
import { createNamespace, kubectl, Namespace, removeNamespace, requireCluster } from '../kubernetes/kubectl';
import { portOf, requireEngine, until } from '../support/run';
import { Board, buildWatched, heard, MEMORY, PASSWORDS, sayTo } from './watched';

const namespace = new Namespace('ironhull-dashboard');
const app = new App();
const chart = new IronhullChart(app, 'shop', {
  environment: Environments.test,
  namespace: namespace.name,
  createNamespace: false,
  imagePullPolicy: 'IfNotPresent',
});
buildWatched(chart, { matchers: { namespace: namespace.name } });
const board = new Board(chart, portOf(24));
const podsOf = (name: string) =>
  namespace
    .pods(name)
    .map((pod) => pod.name)
    .sort();
const say = (...command: string[]) => heard(async () => namespace.run('exec', 'deployment/worker', '--', ...sayTo(...command)));

/** Everything is fetched by way of the API server, as who owns the cluster may. */
function scrapes(): object[] {
  const { clusters, users } = JSON.parse(kubectl(['config', 'view', '--raw', '--flatten', '--minify', '-o', 'json']).out);
  const files = {
    ca_file: clusters[0].cluster['certificate-authority-data'],
    cert_file: users[0].user['client-certificate-data'],
    key_file: users[0].user['client-key-data'],
  };
  const tls = Object.entries(files).map(([name, data]) => {
    if (data === undefined) throw new Error(`this suite logs in to the cluster by a certificate, and KUBECONFIG has no ${name}`);
    return [name, board.prometheus.write(name, Buffer.from(data, 'base64'))] as const;
  });
  const scrape = (path: string, labels: object) => ({
    job_name: path,
    scheme: 'https',
    metrics_path: `/api/v1/${path}`,
    tls_config: Object.fromEntries(tls),
    static_configs: [{ targets: [new URL(clusters[0].cluster.server).host], labels }],
  });
  const { items } = JSON.parse(kubectl(['get', 'nodes', '-o', 'json']).out) as { items: { metadata: { name: string } }[] };
  const nodes = items.flatMap(({ metadata: { name } }) =>
    ['cadvisor', 'resource'].map((what) => scrape(`nodes/${name}/proxy/metrics/${what}`, { instance: name })),
  );
  const exporters = ['redis-exporter', 'worker-exporter'].flatMap(podsOf);
  const inside = (pod: string) => ({ instance: pod, namespace: namespace.name });
  return [...nodes, ...exporters.map((pod) => scrape(`namespaces/${namespace.name}/pods/${pod}:9121/proxy/metrics`, inside(pod)))];
}

beforeAll(async () => {
  requireCluster();
  await requireEngine(['prometheus', '--version']);
  createNamespace(namespace.name);
  const literals = PASSWORDS.keys.map((key) => `--from-literal=${key}=e2e-${key}-1234`);
  namespace.run('create', 'secret', 'generic', PASSWORDS.name, ...literals);
  expect(kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], app.synthYaml()).err).toBe('');
  for (const one of ['redis', 'redis-exporter', 'worker-exporter', 'worker']) namespace.rolledOut(one);
  await board.prometheus.start(scrapes(), ruleFile(chart));
}, 900_000);

afterAll(async () => {
  await board.prometheus.dispose();
  removeNamespace(namespace.name);
}, 600_000);

test.each(board.asked)('%s', (title, target) => board.answers([title, target]), 240_000);

test('those were all panels of Redis and of the worker', () => {
  expect(board.json.panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual(['Redis', 'Worker worker']);
  expect(board.asked).toHaveLength(10);
});

test('every rule is evaluated, and on a healthy day none fires', async () => {
  // what was not told for one evaluation is pending until the next
  const all = await until(
    'all are evaluated',
    () => board.prometheus.rules(),
    (found) => found.every(({ health, state }) => health === 'ok' && state !== 'pending'),
    60_000,
  );
  expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(['RedisDown', 'WorkerDown', 'WorkerRestarts']));
  expect(all.filter(({ state }) => state !== 'inactive')).toEqual([]);
}, 120_000);

test('workers stand there by the names of their pods, with what they use', async () => {
  // one is seen before the other
  const memory = await board.until('both are seen', 'Memory', (shown) => Object.keys(shown).length >= 2);
  expect(Object.keys(memory).sort()).toEqual(podsOf('worker'));
  for (const bytes of Object.values(memory)) expect(bytes > 2 ** 16 && bytes < MEMORY).toBe(true);
  expect(await board.shown('Containers that run')).toEqual({ worker: 2 });
});

test('jobs that wait are seen, and that they are done', async () => {
  // enough for a minute
  await say('rpush', 'jobs', ...Array.from({ length: 120 }, (_, n) => `job${n}`));
  await board.until('many wait', 'Jobs', ({ waiting }) => Number(waiting) > 10);
  await board.until('none waits', 'Jobs', ({ waiting }) => waiting === 0);
}, 500_000);

test('a worker that ends is started again in its pod: that is counted, and nobody sees a third one', async () => {
  const [pod = '', other = ''] = podsOf('worker');
  await board.until('nothing was started again', 'Restarts', (found) => found[pod] === 0 && found[other] === 0);
  await say('set', `end-${pod}`, 'now');
  await board.until('it is counted', 'Restarts', (found) => found[pod] === 1 && found[other] === 0);
  expect(await board.shown('Containers that run')).toEqual({ worker: 2 });
  expect(podsOf('worker')).toEqual([pod, other].sort());
}, 500_000);
