/** Replicas that keep their names and volumes, with plain manifests and through Pulumi: what is lost and changed, and never two of one. */
import { App } from 'cdk8s';
import { Environments } from '../../../lib';
import { IronhullChart } from '../../../lib/platforms/kubernetes';
import { read, starts } from '../support/journal';
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { until } from '../support/run';
import { createNamespace, kubectl, Namespace, removeNamespace, requireCluster } from './kubectl';
import { buildDatabase, type Version } from './stable.program';

const namespace = new Namespace('ironhull-stable');
const live = new Namespace('ironhull-stable-live');
/** The node's volumes are used again after a run, with what is in them. */
const RUN = `run-${Date.now().toString(36)}`;
const project = new PulumiProject('stable', 'test/e2e/kubernetes/stable.program.ts', { E2E_NAMESPACE: live.name, E2E_RUN: RUN });

// biome-ignore lint/suspicious/noExplicitAny: whatever the cluster says; the assertions are the types
type Any = any;

function apply(version: Version): void {
  const app = new App();
  const chart = new IronhullChart(app, 'stable', {
    environment: Environments.test,
    namespace: namespace.name,
    createNamespace: false,
    imagePullPolicy: 'IfNotPresent',
  });
  buildDatabase(chart, RUN, version);
  expect(kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], app.synthYaml()).err).toBe('');
}

const rolledOut = (space = namespace) => space.run('rollout', 'status', 'statefulset/db', '--timeout=60s');
const journal = (pod: string, space = namespace) => space.run('exec', pod, '--', 'cat', `/tmp/${RUN}/journal`);
const claims = (space = namespace): string[] => space.get('persistentvolumeclaims').items.map((one: Any) => one.metadata.name);
const readyAt = (pod: Any) => Date.parse(pod.status.conditions.find((one: Any) => one.type === 'Ready').lastTransitionTime);
const noClaims = () =>
  until(
    'the claims go',
    async () => claims(),
    (left) => left.length === 0,
    30_000,
  );

beforeAll(async () => {
  requireCluster();
  await requirePulumi();
  for (const { name } of [namespace, live]) createNamespace(name);
  apply({ release: 'one' });
  rolledOut();
});

afterAll(async () => {
  await project.dispose();
  for (const { name } of [namespace, live]) removeNamespace(name);
});

test('replicas start in order, each with a claim, and find each other by name', () => {
  const [first, second] = ['db-0', 'db-1'].map((name) => namespace.get('pod', name));
  expect(Date.parse(second.metadata.creationTimestamp)).toBeGreaterThanOrEqual(readyAt(first));
  expect(claims()).toEqual(['data-db-0', 'data-db-1']);
  expect(namespace.run('exec', 'db-0', '--', 'nslookup', `db-1.db-peers.${namespace.name}.svc.cluster.local.`)).toContain(
    second.status.podIP,
  );
});

test('a deleted pod comes back under its name, with what it wrote', () => {
  namespace.run('delete', 'pod', 'db-0');
  rolledOut();
  expect(read(journal('db-0'))).toEqual([
    { what: 'start', host: 'db-0', release: 'one' },
    { what: 'end', host: 'db-0', release: 'one' },
    { what: 'start', host: 'db-0', release: 'one' },
  ]);
  expect(starts(journal('db-1'))).toEqual(['one']);
});

test('another version replaces one at a time, the old one first', () => {
  apply({ release: 'two' });
  rolledOut();
  expect(starts(journal('db-0'))).toEqual(['one', 'one', 'two']);
  expect(starts(journal('db-1'))).toEqual(['one', 'two']);
  const [first, second] = ['db-0', 'db-1'].map((name) => namespace.get('pod', name));
  expect(Date.parse(first.metadata.creationTimestamp)).toBeGreaterThanOrEqual(readyAt(second));
});

test('with fewer replicas the volume of the last one stays, for when it comes back', async () => {
  apply({ release: 'two', replicas: 1 });
  await until(
    'db-1 goes',
    async () => namespace.pods('db').length,
    (pods) => pods === 1,
    30_000,
  );
  namespace.run('wait', '--for=delete', 'pod/db-1', '--timeout=30s');
  expect(claims()).toEqual(['data-db-0', 'data-db-1']);
  apply({ release: 'two' });
  rolledOut();
  expect(starts(journal('db-1'))).toEqual(['one', 'two', 'two']);
});

test('what is kept outlives the StatefulSet, and what is not goes with it', async () => {
  namespace.run('delete', 'statefulset', 'db', '--cascade=foreground');
  expect(claims()).toEqual(['data-db-0', 'data-db-1']);
  apply({ release: 'three', keep: false });
  rolledOut();
  expect(starts(journal('db-0')).at(-1)).toBe('three');
  namespace.run('delete', 'statefulset', 'db', '--cascade=foreground');
  await noClaims();
});

test('through Pulumi: waits for each version, changes nothing without a reason, and leaves the volumes behind', async () => {
  await project.init();
  await project.up();
  expect(starts(journal('db-1', live))).toEqual(['one']);
  const { code, stdout, stderr } = await project.preview(['--expect-no-changes']);
  expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' });
  await project.up({ E2E_VERSION: 'two' });
  expect(starts(journal('db-0', live))).toEqual(['one', 'two']);
  await project.destroy();
  expect(live.get('statefulsets').items).toEqual([]);
  expect(claims(live)).toEqual(['data-db-0', 'data-db-1']);
});
