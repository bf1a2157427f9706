/** Replicas that keep their names and volumes, with plain manifests and through Pulumi: what is lost and changed, and never two of one. */
import { App } from 'cdk8s';
import { Environments } from '../../../lib';
import { IronhullChart } from '../../../lib/platforms/kubernetes';
import { type Line, read } from '../support/journal';
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

const rolledOut = (space = namespace) => space.run('rollout', 'status', 'statefulset/db', '--timeout=300s');
/** What a journal tells, once it has so many lines: who has just started, and is ready thereby, has not written that down yet. */
const journal = async (pod: string, lines: number, space = namespace): Promise<Line[]> => {
  const text = await until(
    `${lines} lines of ${pod}`,
    async () => space.run('exec', pod, '--', 'sh', '-c', `cat /tmp/${RUN}/journal 2>/dev/null || true`),
    (said) => said.split('\n').length > lines,
  );
  return read(text);
};
/** The releases that started, of which there are so many. */
const started = async (pod: string, count: number, space = namespace) =>
  (await journal(pod, 2 * count - 1, space)).flatMap(({ what, release }) => (what === 'start' ? [release] : []));
const claims = (space = namespace): string[] => space.get('persistentvolumeclaims').items.map((one: Any) => one.metadata.name);
const readyAt = (pod: Any) => Date.parse(pod.status.conditions.find((one: Any) => one.type === 'Ready').lastTransitionTime);
const noClaims = () =>
  until(
    'the claims go',
    async () => claims(),
    (left) => left.length === 0,
    120_000,
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
}, 1_500_000);

test('replicas start in order, each with a claim, and find each other by name', async () => {
  const [first, second] = ['db-0', 'db-1'].map((name) => namespace.get('pod', name));
  expect(Date.parse(second.metadata.creationTimestamp)).toBeGreaterThanOrEqual(readyAt(first));
  expect(claims()).toEqual(['data-db-0', 'data-db-1']);
  // a name is there a moment after its pod, and that it was not there is remembered for five seconds
  const lookUp = `nslookup db-1.db-peers.${namespace.name}.svc.cluster.local. 2>&1 || true`;
  const found = async () => namespace.run('exec', 'db-0', '--', 'sh', '-c', lookUp);
  await until('the name of the other one', found, (said) => said.includes(second.status.podIP));
});

test('a deleted pod comes back under its name, with what it wrote', async () => {
  const { uid } = namespace.get('pod', 'db-0').metadata;
  namespace.run('delete', 'pod', 'db-0');
  await namespace.isBack('db-0', uid);
  expect(await journal('db-0', 3)).toEqual([
    { what: 'start', host: 'db-0', release: 'one' },
    { what: 'end', host: 'db-0', release: 'one' },
    { what: 'start', host: 'db-0', release: 'one' },
  ]);
  expect(await started('db-1', 1)).toEqual(['one']);
});

test('another version replaces one at a time, the old one first', async () => {
  apply({ release: 'two' });
  rolledOut();
  expect(await started('db-0', 3)).toEqual(['one', 'one', 'two']);
  expect(await started('db-1', 2)).toEqual(['one', 'two']);
  const [first, second] = ['db-0', 'db-1'].map((name) => namespace.get('pod', name));
  expect(Date.parse(first.metadata.creationTimestamp)).toBeGreaterThanOrEqual(readyAt(second));
}, 600_000);

test('with fewer replicas the volume of the last one stays, for when it comes back', async () => {
  apply({ release: 'two', replicas: 1 });
  await until(
    'db-1 goes',
    async () => namespace.pods('db').length,
    (pods) => pods === 1,
    60_000,
  );
  namespace.run('wait', '--for=delete', 'pod/db-1', '--timeout=120s');
  expect(claims()).toEqual(['data-db-0', 'data-db-1']);
  apply({ release: 'two' });
  rolledOut();
  expect(await started('db-1', 3)).toEqual(['one', 'two', 'two']);
}, 600_000);

test('what is kept outlives the StatefulSet, and what is not goes with it', async () => {
  namespace.run('delete', 'statefulset', 'db', '--cascade=foreground');
  expect(claims()).toEqual(['data-db-0', 'data-db-1']);
  apply({ release: 'three', keep: false });
  rolledOut();
  expect((await started('db-0', 4)).at(-1)).toBe('three');
  namespace.run('delete', 'statefulset', 'db', '--cascade=foreground');
  await noClaims();
}, 600_000);

test('through Pulumi: waits for each version, changes nothing without a reason, and leaves the volumes behind', async () => {
  await project.init();
  await project.up();
  expect(await started('db-1', 1, live)).toEqual(['one']);
  const { code, stdout, stderr } = await project.preview(['--expect-no-changes']);
  expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' });
  await project.up({ E2E_VERSION: 'two' });
  expect(await started('db-0', 2, live)).toEqual(['one', 'two']);
  await project.destroy();
  expect(live.get('statefulsets').items).toEqual([]);
  expect(claims(live)).toEqual(['data-db-0', 'data-db-1']);
}, 900_000);
