/** What starts after what: a slow database, a migration that fails, and one that does not, with plain manifests. */
import { App } from 'cdk8s';
import { Environments } from '../../../lib';
import { IronhullChart } from '../../../lib/platforms/kubernetes';
import { until } from '../support/run';
import { createNamespace, kubectl, Namespace, removeNamespace, requireCluster } from './kubectl';
import { underLoad } from './load';
import { client, probe, probeTask } from './probes';

const namespace = new Namespace('ironhull-order');

interface Release {
  readonly name: string;
  /** How the migration ends. */
  readonly exit: number;
}

function manifests({ name, exit }: Release): string {
  const app = new App();
  const chart = new IronhullChart(app, 'order', {
    environment: Environments.test,
    namespace: namespace.name,
    imagePullPolicy: 'IfNotPresent',
  });
  const db = probe(chart, 'db', { ports: { sql: 5432 }, env: { PROBE_READY_AFTER: '20s' } });
  const migrate = probeTask(chart, 'migrate', exit, { env: { RELEASE: name } });
  migrate.network.allowTo(db);
  const api = probe(chart, 'api', { replicas: 2, env: { RELEASE: name } });
  api.network.allowTo(db);
  api.startAfter(migrate);
  client(chart, 'client').network.allowTo(api);
  return app.synthYaml();
}

function apply(release: Release): void {
  expect(kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], manifests(release)).err).toBe('');
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the cluster says; the assertions are the types
type Any = any;
const podsOf = (name: string): Any[] => namespace.get('pods', '-l', `app.kubernetes.io/name=${name}`).items;
const releaseOf = (pod: Any): string => pod.spec.containers[0].env.find((one: Any) => one.name === 'RELEASE').value;
const startOf = (pod: Any): number => Date.parse(pod.status.containerStatuses[0].state.running.startedAt);
const serving = () =>
  podsOf('api')
    .filter((pod) => pod.status.conditions?.some((one: Any) => one.type === 'Ready' && one.status === 'True'))
    .map(releaseOf);
/** A pod that tries the migration of a release. */
const attempts = (release: string) =>
  podsOf('migrate').filter((pod) => pod.spec.initContainers.at(-1).env.some((one: Any) => one.value === release));

beforeAll(() => {
  requireCluster();
  createNamespace(namespace.name);
  apply({ name: 'one', exit: 0 });
  namespace.rolledOut('api');
  namespace.rolledOut('client');
});
afterAll(() => removeNamespace(namespace.name));

test('a database that takes 20 s is ready before anything starts that connects to it', () => {
  const [db] = podsOf('db');
  const ready = Date.parse(db.status.conditions.find((one: Any) => one.type === 'Ready').lastTransitionTime);
  const started = startOf(db);
  expect(ready - started).toBeGreaterThanOrEqual(19_000);
  const [job] = attempts('one');
  const migration = job.status.initContainerStatuses.find((one: Any) => one.name === 'migrate').state.terminated;
  expect(Date.parse(migration.startedAt)).toBeGreaterThanOrEqual(ready);
  const apis = podsOf('api');
  expect(apis).toHaveLength(2);
  // and after the migration, which the mark tells of
  for (const api of apis) expect(startOf(api)).toBeGreaterThanOrEqual(Date.parse(migration.finishedAt));
  console.log(`database ready ${(ready - started) / 1000} s after its start; services ${(startOf(apis[0]) - ready) / 1000} s after that`);
});

test('nothing that waits has a token; the one that reports can do nothing else', () => {
  const account = `--as=system:serviceaccount:${namespace.name}:migrate`;
  const [{ metadata }] = namespace.get('configmaps', '-l', 'app.kubernetes.io/name=migrate').items;
  const can = (...args: string[]) => {
    try {
      return namespace.run('auth', 'can-i', ...args, account).trim();
    } catch (error) {
      // the answer, and not a server that gave none
      if (/ended with 1: (Warning: .*\n)*no\b/.test((error as Error).message)) return 'no';
      throw error;
    }
  };
  expect(can('patch', `configmaps/${metadata.name}`)).toBe('yes');
  expect([can('patch', 'configmaps/other'), can('list', 'configmaps'), can('create', 'configmaps'), can('get', 'secrets')]).toEqual([
    'no',
    'no',
    'no',
    'no',
  ]);
  for (const pod of [...podsOf('api'), ...podsOf('db')]) expect(JSON.stringify(pod.spec)).not.toContain('serviceAccountToken');
});

test('a failed migration keeps the new version from starting, and the old one serves on', async () => {
  const url = `http://${namespace.get('service', 'api').spec.clusterIP}:8080/health`;
  const { succeeded, failed, rate } = await underLoad(namespace, url, async () => {
    apply({ name: 'two', exit: 1 });
    await until(
      'the migration fails',
      async () => attempts('two')[0]?.status.phase,
      (phase) => phase === 'Failed',
      150_000,
    );
    await until('a new pod waits', async () => podsOf('api').filter((pod) => releaseOf(pod) === 'two').length, Boolean, 60_000);
    // longer than a kubelet takes to look again
    await new Promise((resolve) => setTimeout(resolve, 25_000));
  });
  console.log(`failed migration: ${succeeded} requests succeeded, ${failed} failed`);
  expect(failed).toBe(0);
  expect(rate).toBeGreaterThan(2);
  expect(serving()).toEqual(['one', 'one']);
  const [stuck] = podsOf('api').filter((pod) => releaseOf(pod) === 'two');
  expect(stuck.status.phase).toBe('Pending');
  expect(stuck.status.initContainerStatuses[0].state.waiting.reason).toBe('CreateContainerConfigError');
}, 400_000);

test('a pod of the old version that is lost comes back meanwhile', async () => {
  const [pod] = podsOf('api').filter((one) => releaseOf(one) === 'one');
  namespace.run('delete', 'pod', pod.metadata.name);
  await until(
    'two old pods',
    async () => serving(),
    (names) => names.filter((name) => name === 'one').length === 2,
    200_000,
  );
});

test('a migration that succeeds lets the next version through, without a failed request', async () => {
  const url = `http://${namespace.get('service', 'api').spec.clusterIP}:8080/health`;
  const { succeeded, failed } = await underLoad(namespace, url, () => {
    apply({ name: 'three', exit: 0 });
    namespace.rolledOut('api');
  });
  console.log(`next version: ${succeeded} requests succeeded, ${failed} failed`);
  expect(failed).toBe(0);
  // pods of before are rolled out when they are told to end, and may be ready until then
  const now = await until(
    'the old ones are gone',
    async () => serving(),
    (names) => names.length <= 2,
    60_000,
  );
  expect(now).toEqual(['three', 'three']);
  expect(attempts('three').map((pod) => pod.status.phase)).toEqual(['Succeeded']);
}, 500_000);

test('the same version again runs nothing again', () => {
  const before = namespace.get('jobs').items.map((job: Any) => job.metadata.uid);
  apply({ name: 'three', exit: 0 });
  namespace.rolledOut('api');
  expect(namespace.get('jobs').items.map((job: Any) => job.metadata.uid)).toEqual(before);
  expect(attempts('three')).toHaveLength(1);
});
