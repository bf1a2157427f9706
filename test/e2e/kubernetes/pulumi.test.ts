/** The same system, deployed with Pulumi instead of kubectl. */
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { until } from '../support/run';
import { createSecrets, kubectl, Namespace, namespaceExists, removeNamespace, requireCluster } from './kubectl';

const namespace = new Namespace('ironhull-pulumi');
const project = new PulumiProject('veogen', 'test/e2e/kubernetes/program.ts', {
  E2E_NAMESPACE: namespace.name,
  E2E_RUN: `run-${Date.now().toString(36)}`,
});

const CLAIMS = ['veogen-outputs', 'veogen-postgres-data-veogen-postgres-0', 'veogen-uploads'];
/** Of what only lasts as long as a run. */
const STAGING = ['backup', 'drill', 'prune', 'restore'].map((name) => `veogen-postgres-${name}-staging`);

beforeAll(async () => {
  requireCluster();
  await requirePulumi();
  removeNamespace(namespace.name);
  kubectl(['label', 'nodes', '--all', 'database=true', '--overwrite']);
  await project.init();
}, 600_000);
afterAll(async () => {
  await project.dispose();
  removeNamespace(namespace.name);
}, 1_500_000);

test('up makes everything, and waits until it is ready', async () => {
  const up = project.up();
  // the stack makes the namespace; the secret in it is somebody else's, and pods wait for it
  await until('the namespace', async () => namespaceExists(namespace.name), Boolean, 240_000);
  createSecrets(namespace);
  expect(await up).toMatch(/\+ \d+ created/);
  const { items } = namespace.get('deployments');
  const ready = Object.fromEntries(items.map((one: Deployed) => [one.metadata.name, one.status.readyReplicas]));
  expect(ready).toMatchObject({ 'veogen-frontend': 3, 'veogen-worker': 3, 'veogen-redis': 1 });
  expect(ready['veogen-backend']).toBeGreaterThanOrEqual(1);
  expect(namespace.get('statefulset', 'veogen-postgres').status.readyReplicas).toBe(1);
  expect(there('persistentvolumeclaims')).toEqual([...CLAIMS, ...STAGING].sort());
}, 900_000);

test('a second preview finds no changes', async () => {
  const { code, stdout, stderr } = await project.preview(['--expect-no-changes']);
  expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' });
}, 600_000);

test('a new version updates the backend in place', async () => {
  const pods = namespace.pods('veogen-backend').map((pod) => pod.name);
  const said = await project.up({ E2E_RELEASE: '2' });
  expect(said).toMatch(/~ 1 updated/);
  expect(said).not.toContain('replaced');
  const after = namespace.pods('veogen-backend').map((pod) => pod.name);
  expect(after.filter((name) => pods.includes(name))).toEqual([]);
}, 600_000);

test('destroy is refused while no backup was proved, and nothing of the stack goes', async () => {
  const before = there('deployments,statefulsets,cronjobs');
  const refused = await project.tryDestroy();
  expect(refused.code).not.toBe(0);
  expect(refused.stdout + refused.stderr).toMatch(/BackupStatus: `pg-backup guard` does not agree that the stack is destroyed/);
  expect(there('deployments,statefulsets,cronjobs')).toEqual(before);
  expect(namespace.get('statefulset', 'veogen-postgres').status.readyReplicas).toBe(1);
}, 600_000);

test('destroy leaves the volumes, which production keeps, and nothing that runs', async () => {
  await project.up({ E2E_DESTROY: 'the data of a test may be lost' });
  await project.destroy();
  expect(
    namespace.get('deployments,statefulsets,cronjobs,services,horizontalpodautoscalers,poddisruptionbudgets,networkpolicies').items,
  ).toEqual([]);
  expect(there('persistentvolumeclaims')).toEqual(CLAIMS);
}, 900_000);

/** Sorted names of the objects of some kinds. */
function there(kinds: string): string[] {
  return namespace
    .get(kinds)
    .items.map(({ metadata }: Deployed) => metadata.name)
    .sort();
}

interface Deployed {
  readonly metadata: { readonly name: string };
  readonly status: { readonly readyReplicas?: number };
}
