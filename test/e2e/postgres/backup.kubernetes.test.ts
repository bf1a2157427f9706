/** Backups on a Kubernetes node: CronJobs make and prove them, a Job restores one, and who has no edge reaches nothing. */
import { App } from 'cdk8s';
import type { PodSpec } from 'kubernetes-types/core/v1';
import { Environments, HardenedService, HardenedTask } from '../../../lib';
import { IronhullChart, kubernetes } from '../../../lib/platforms/kubernetes';
import { createNamespace, kubectl, Namespace, removeNamespace, requireCluster } from '../kubernetes/kubectl';
import { portOf, run, until } from '../support/run';
import { plantedIn } from '../systems/secrets';
import { BackedUpShop, CANARY, goesOn, OTHER, questions, testPointInTime, type Where } from './backup-shop';
import { CIPHER, S3 } from './s3';
import { PLANTED } from './shop';

const namespace = new Namespace('ironhull-backup');
const KEYS = ['planted-bucket-key-1', 'planted-bucket-key-22'] as const;
/** The node's volumes are used again after a run, with what is in them. */
const RUN = `run-${Date.now().toString(36)}`;
let s3: S3;
let written = '';

/** What the node cannot do, and nothing else: it has 2 cores, and volumes with what earlier runs left. */
function fitNode(pod: PodSpec | undefined): void {
  for (const container of [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])]) {
    container.resources = { ...container.resources, requests: { cpu: '5m', memory: '16Mi' } };
    const data = container.env?.find(({ name }) => name === 'PGDATA');
    if (data?.value !== undefined) data.value = data.value.replace(/[^/]+$/, RUN);
    if (container.volumeMounts?.some(({ mountPath }) => mountPath === '/staging'))
      container.env = [...(container.env ?? []), { name: 'BACKUP_STAGING', value: `/staging/${RUN}` }];
  }
}

function apply(more: Pick<Where, 'keyVersion' | 'backup'> = {}): void {
  const app = new App();
  const chart = new IronhullChart(app, 'backup', {
    environment: Environments.staging,
    namespace: namespace.name,
    imagePullPolicy: 'IfNotPresent',
  });
  new BackedUpShop(chart, { endpoint: s3.endpoint, recipient: s3.recipient, pitr: true, ...more });
  for (const one of chart.node.findAll()) {
    if (one instanceof HardenedService)
      one.tune(kubernetes, (native) => fitNode((native.statefulSet ?? native.deployment).spec?.template.spec));
    if (one instanceof HardenedTask) one.tune(kubernetes, ({ job }) => fitNode(job.spec.template.spec));
  }
  const yaml = app.synthYaml();
  expect(kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], yaml).err).toBe('');
  written += yaml;
}

const exec = (service: string, command: readonly string[]) => {
  const pods = service === 'database' ? 'statefulset' : 'deployment';
  return run('kubectl', ['--namespace', namespace.name, 'exec', `${pods}/shop-${service}`, '--', ...command]);
};
const { sql, list } = questions(exec);

beforeAll(async () => {
  requireCluster();
  await S3.require();
  s3 = new S3(portOf(9));
  await s3.start(KEYS[0]);
  createNamespace(namespace.name);
  const secret = (name: string, values: Readonly<Record<string, string>>) =>
    namespace.run('create', 'secret', 'generic', name, ...Object.entries(values).map(([key, value]) => `--from-literal=${key}=${value}`));
  secret('passwords', PLANTED);
  secret('s3', s3.secrets(KEYS[0]));
  apply();
  namespace.run('rollout', 'status', 'statefulset/shop-database', '--timeout=120s');
  for (const name of ['shop-client', 'shop-database-backup-status']) namespace.rolledOut(name);
}, 240_000);

afterAll(async () => {
  // claims of a set that keeps its data stay, and with them the node's volumes
  removeNamespace(namespace.name);
  await s3?.dispose();
}, 120_000);

test('the clock makes a backup, and a drill proves it', async () => {
  const [first] = await until('there is a backup', list, (all) => all.length > 0, 150_000);
  expect(first).toMatchObject({ kind: 'scheduled', rows: 1001 });
  const proved = await until('a drill has proved one', list, (all) => all.some(({ drill }) => drill !== 'none'), 240_000);
  expect(proved.map(({ drill }) => drill)).toContain('ok');
  // enough of it: the node has 2 cores
  for (const name of ['backup', 'drill', 'prune']) suspend(name, true);
}, 400_000);

/** Stops what the clock starts, or lets it go on. */
function suspend(name: string, on: boolean): void {
  namespace.run('patch', 'cronjob', `shop-database-${name}`, '--type=merge', '--patch', JSON.stringify({ spec: { suspend: on } }));
}

test('a dropped table comes back by a Job that is made from the suspended one', async () => {
  await until(
    'no Job runs',
    async () => namespace.get('jobs').items.filter(({ status }: { status: { active?: number } }) => (status.active ?? 0) > 0),
    (active) => active.length === 0,
    120_000,
  );
  await sql('DROP TABLE items');
  namespace.run('create', 'job', '--from=cronjob/shop-database-restore', 'restore-now');
  const wait = ['wait', 'job/restore-now', '--for=condition=Complete', '--timeout=120s'];
  const ended = await run('kubectl', ['--namespace', namespace.name, ...wait]);
  expect({ code: ended.code, said: ended.code === 0 ? '' : namespace.run('logs', 'job/restore-now') }).toEqual({ code: 0, said: '' });
  expect(await sql(`SELECT count(*), count(*) FILTER (WHERE name = '${CANARY}') FROM items`)).toBe('1001|1');
  expect((await list()).map(({ kind }) => kind)).toContain('safety');
}, 300_000);

testPointInTime(exec);

test('another key of the bucket, and another image of the server: it goes on', async () => {
  await s3.start(KEYS[1]);
  namespace.run('patch', 'secret', 's3', '--type=merge', '--patch', JSON.stringify({ stringData: { key: KEYS[1] } }));
  apply({ keyVersion: '2', backup: { image: OTHER } });
  namespace.run('rollout', 'status', 'statefulset/shop-database', '--timeout=120s');
  namespace.rolledOut('shop-database-backup-status');
  expect(namespace.get('statefulset', 'shop-database').spec.template.spec.containers[0].image).toBe(OTHER);
  suspend('backup', false);
  await goesOn(exec);
}, 500_000);

test('Prometheus gets the metrics, and the programs have no token', async () => {
  const exec = ['exec', 'deployment/shop-database-backup-status', '--'];
  namespace.run(...exec, 'pg-backup', 'status');
  expect(namespace.run(...exec, 'curl', '-fsS', 'http://127.0.0.1:9188/metrics.txt')).toMatch(/pgbackup_last_drill_ok\{.*\} 1/);
  const { items } = namespace.get('pods');
  expect(items.length).toBeGreaterThan(2);
  for (const { spec } of items) expect(spec.automountServiceAccountToken).toBe(false);
});

test('nothing secret is where it does not belong', () => {
  const secrets = { ...PLANTED, key: KEYS[0], next: KEYS[1], cipher: CIPHER };
  expect(plantedIn(written, secrets)).toEqual([]);
  const shown = namespace.run('get', 'pods,jobs,cronjobs,statefulsets,deployments,configmaps,events', '-o', 'json');
  expect(plantedIn(shown, secrets)).toEqual([]);
  const pods: { metadata: { name: string } }[] = namespace.get('pods').items;
  const logs = pods.map(({ metadata }) => namespace.run('logs', metadata.name, '--all-containers', '--tail=-1')).join('\n');
  expect(plantedIn(logs, secrets)).toEqual([]);
  expect(logs).not.toContain(CANARY);
  expect(s3.bytes()).not.toContain(CANARY);
  expect(plantedIn(s3.bytes(), secrets)).toEqual([]);
});
