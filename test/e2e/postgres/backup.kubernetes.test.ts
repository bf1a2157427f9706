/** Backups on a Kubernetes node: CronJobs make and prove them, a Job restores one, and who has no edge reaches nothing. */
import { App } from 'cdk8s';
import type { PodSpec } from 'kubernetes-types/core/v1';
import { Environments, HardenedService, HardenedTask } from '../../../lib';
import { IronhullChart, kubernetes } from '../../../lib/platforms/kubernetes';
import { createNamespace, kubectl, Namespace, removeNamespace, requireCluster } from '../kubernetes/kubectl';
import { portOf, type Ran, run, until } from '../support/run';
import { plantedIn } from '../systems/secrets';
import { BackedUpShop, CANARY, drilled, goesOn, OTHER, questions, testPointInTime, type Where } from './backup-shop';
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

const exec = (service: string, command: readonly string[]): Promise<Ran> => {
  const pods = service === 'database' ? 'statefulset' : 'deployment';
  const ask = () => run('kubectl', ['--namespace', namespace.name, 'exec', `${pods}/shop-${service}`, '--', ...command]);
  // the command has not been begun
  return until('the cluster answers', ask, ({ code, stderr }) => code === 0 || !/error dialing backend|Unable to connect/.test(stderr));
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
  for (const name of ['shop-database', 'shop-client', 'shop-database-backup-status']) namespace.rolledOut(name);
}, 900_000);

afterAll(async () => {
  try {
    // claims of a set that keeps its data stay, and with them the node's volumes
    removeNamespace(namespace.name);
  } finally {
    await s3?.dispose();
  }
}, 420_000);

test('the clock makes a backup, and a drill proves it', async () => {
  const [first] = await until('there is a backup', list, (all) => all.length > 0, 240_000);
  expect(first).toMatchObject({ kind: 'scheduled', rows: 1001 });
  const proved = await until('a drill has proved one', list, (all) => drilled(all) !== undefined, 360_000);
  expect(drilled(proved)).toMatchObject({ drill: 'ok' });
  // enough of it: the node has 2 cores
  for (const name of ['backup', 'drill', 'prune']) suspend(name, true);
}, 780_000);

/** Stops what the clock starts, or lets it go on. */
function suspend(name: string, on: boolean): void {
  namespace.run('patch', 'cronjob', `shop-database-${name}`, '--type=merge', '--patch', JSON.stringify({ spec: { suspend: on } }));
}

/** Waits until each Job has ended for good: one that is new, or is about to be tried again, has no pod either. */
async function quiet(): Promise<void> {
  type Job = { metadata: { name: string }; status: { conditions?: { type: string; status: string }[] } };
  const ended = ({ status }: Job) => status.conditions?.some((one) => /^(Complete|Failed)$/.test(one.type) && one.status === 'True');
  const since = Date.now();
  await until(
    'all Jobs have ended',
    async () => (namespace.get('jobs').items as Job[]).filter((job) => !ended(job)).map(({ metadata }) => metadata.name),
    // what the clock started before it heard that it may not is there by then
    (others) => others.length === 0 && Date.now() > since + 5000,
    360_000,
  );
}

test('a dropped table comes back by a Job that is made from the suspended one', async () => {
  await quiet();
  await sql('DROP TABLE items');
  namespace.run('create', 'job', '--from=cronjob/shop-database-restore', 'restore-now');
  const wait = ['wait', 'job/restore-now', '--for=condition=Complete', '--timeout=300s'];
  const ended = await run('kubectl', ['--namespace', namespace.name, ...wait]);
  expect({ code: ended.code, said: ended.code === 0 ? '' : namespace.run('logs', 'job/restore-now') }).toEqual({ code: 0, said: '' });
  expect(await sql(`SELECT count(*), count(*) FILTER (WHERE name = '${CANARY}') FROM items`)).toBe('1001|1');
  expect((await list()).map(({ kind }) => kind)).toContain('safety');
}, 900_000);

testPointInTime(exec);

test('another key of the bucket, and another image of the server: it goes on', async () => {
  await s3.start(KEYS[1]);
  namespace.run('patch', 'secret', 's3', '--type=merge', '--patch', JSON.stringify({ stringData: { key: KEYS[1] } }));
  apply({ keyVersion: '2', backup: { image: OTHER } });
  for (const name of ['shop-database', 'shop-database-backup-status']) namespace.rolledOut(name);
  expect(namespace.get('statefulset', 'shop-database').spec.template.spec.containers[0].image).toBe(OTHER);
  suspend('backup', false);
  await goesOn(exec);
}, 1_200_000);

test('Prometheus gets the metrics, and the programs have no token', async () => {
  await until(
    'the metrics tell of a drill',
    () => exec('database-backup-status', ['sh', '-c', 'pg-backup status && curl -fsS http://127.0.0.1:9188/metrics.txt']),
    ({ code, stdout }) => code === 0 && /pgbackup_last_drill_ok\{.*\} 1/.test(stdout),
    120_000,
  );
  const { items } = namespace.get('pods');
  expect(items.length).toBeGreaterThan(2);
  for (const { spec } of items) expect(spec.automountServiceAccountToken).toBe(false);
});

/** What a pod has said; nothing if its Job was cleared away meanwhile. */
async function logsOf(pod: string): Promise<string> {
  const { code, stdout, stderr } = await run('kubectl', ['--namespace', namespace.name, 'logs', pod, '--all-containers', '--tail=-1']);
  if (code !== 0 && !/not found/i.test(stderr)) throw new Error(stderr);
  return stdout;
}

test('nothing secret is where it does not belong', async () => {
  // a pod that is just made has no logs
  suspend('backup', true);
  await quiet();
  const secrets = { ...PLANTED, key: KEYS[0], next: KEYS[1], cipher: CIPHER };
  expect(plantedIn(written, secrets)).toEqual([]);
  const shown = namespace.run('get', 'pods,jobs,cronjobs,statefulsets,deployments,configmaps,events', '-o', 'json');
  expect(plantedIn(shown, secrets)).toEqual([]);
  const pods: { metadata: { name: string } }[] = namespace.get('pods').items;
  const all: string[] = [];
  for (const { metadata } of pods) all.push(await logsOf(metadata.name));
  const logs = all.join('\n');
  expect(logs).toContain('"op":"backup"');
  expect(plantedIn(logs, secrets)).toEqual([]);
  expect(logs).not.toContain(CANARY);
  expect(s3.bytes()).not.toContain(CANARY);
  expect(plantedIn(s3.bytes(), secrets)).toEqual([]);
}, 600_000);
