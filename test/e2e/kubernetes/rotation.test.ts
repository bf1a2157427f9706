/** Through Pulumi: a changed value replaces the pods of exactly those who use it, and they see it; a failed migration ends the update. */
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { until } from '../support/run';
import { createNamespace, Namespace, removeNamespace, requireCluster } from './kubectl';
import { underLoad } from './load';
import { fetchFrom } from './probes';

const namespace = new Namespace('ironhull-rotation');
const project = new PulumiProject('rotation', 'test/e2e/kubernetes/rotation.program.ts', { E2E_NAMESPACE: namespace.name });
const SERVICES = ['after', 'by-config', 'by-existing', 'by-file', 'by-text', 'client'];
/** Values of several lengths: the stand-in program tells the length of a file, and nothing else of it. */
const PLANTED = ['planted-password-one', 'planted-password-number-two'] as const;
const USER = 'planted-user';

// biome-ignore lint/suspicious/noExplicitAny: whatever the cluster says; the assertions are the types
type Any = any;
const uids = () =>
  new Map<string, string[]>(
    SERVICES.map((name) => [
      name,
      namespace
        .get('pods', '-l', `app.kubernetes.io/name=${name}`)
        .items.filter((pod: Any) => pod.metadata.deletionTimestamp === undefined)
        .map((pod: Any) => pod.metadata.uid as string),
    ]),
  );

/** Services whose pods are others after an update. */
async function replacedBy(update: () => Promise<unknown>): Promise<string[]> {
  const before = uids();
  await update();
  const after = uids();
  return SERVICES.filter((name) => before.get(name)?.join() !== after.get(name)?.join());
}

/** What a service answers. Right after a roll-out nobody may, or the one of before, which has been told to end. */
const answer = (service: string, path: string, right: (said: Any) => boolean): Promise<Any> =>
  until(`the right answer of ${service}`, async () => JSON.parse(fetchFrom(namespace, `http://${service}:8080${path}`)), right, 60_000);
/** Waits until a file that a service reads has so many bytes. */
const reads = (service: string, path: string, bytes: number) => answer(service, `/read?path=${path}`, (said) => said.bytes === bytes);

beforeAll(async () => {
  requireCluster();
  await requirePulumi();
  createNamespace(namespace.name);
  namespace.run('create', 'secret', 'generic', 'existing', '--from-literal=token=first');
  await project.init();
}, 600_000);
afterAll(async () => {
  await project.dispose();
  removeNamespace(namespace.name);
}, 1_500_000);

test('a value that is missing stops everything, with the command that sets it', async () => {
  const { code, stdout, stderr } = await project.tryUp();
  expect(code).not.toBe(0);
  expect(stdout + stderr).toContain('run: pulumi config set --secret secrets:configured.password');
  expect(namespace.get('deployments').items).toEqual([]);
});

test('the first version is made, and each process sees its value', async () => {
  await project.configure({ 'secret secrets:configured.password': PLANTED[0], 'secret secrets:configured.user': USER });
  await project.up();
  await reads('by-file', '/run/secrets/configured/password', PLANTED[0].length);
  await reads('by-existing', '/run/secrets/existing/token', 5);
  await reads('by-config', '/etc/app/app.conf', 1);
  await reads('by-config', '/etc/app/blob.bin', 3);
  expect(await answer('by-text', '/env-names', Array.isArray)).toEqual(expect.arrayContaining(['URL', 'URL__PASSWORD', 'URL__USER']));
  const environment = namespace.get('pods', '-l', 'app.kubernetes.io/name=by-text').items[0].spec.containers[0].env;
  expect(environment.find((one: Any) => one.name === 'URL').value).toBe('sql://$(URL__USER):$(URL__PASSWORD)@db/');
}, 600_000);

test('a second preview finds no changes', async () => {
  const { code, stdout, stderr } = await project.preview(['--expect-no-changes']);
  expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' });
});

test("another value in the stack's config replaces its consumers, and the Secret that nobody uses any more goes", async () => {
  const replaced = await replacedBy(async () => {
    await project.configure({ 'secret secrets:configured.password': PLANTED[1] });
    await project.up();
  });
  expect(replaced).toEqual(['by-file', 'by-text']);
  await reads('by-file', '/run/secrets/configured/password', PLANTED[1].length);
  const secrets = namespace.get('secrets').items.map((one: Any) => one.metadata.name);
  expect(secrets.filter((name: string) => name.startsWith('configured-'))).toHaveLength(1);
}, 600_000);

test('another version of a secret that somebody else made', async () => {
  const replaced = await replacedBy(async () => {
    namespace.run('patch', 'secret', 'existing', '--type=merge', '--patch', '{"stringData":{"token":"second-token"}}');
    await project.up({ E2E_VERSION: '2' });
  });
  expect(replaced).toEqual(['by-existing']);
  await reads('by-existing', '/run/secrets/existing/token', 'second-token'.length);
}, 600_000);

test('another byte in a configuration file', async () => {
  expect(await replacedBy(() => project.up({ E2E_VERSION: '2', E2E_TEXT: 'ab' }))).toEqual(['by-config']);
  await reads('by-config', '/etc/app/app.conf', 2);
}, 600_000);

test('a failed migration fails the update; what depends on it serves on as it was', async () => {
  const env = { E2E_VERSION: '2', E2E_TEXT: 'ab' };
  const url = `http://${namespace.get('service', 'after').spec.clusterIP}:8080/health`;
  let said = '';
  let replaced: string[] = [];
  const { succeeded, failed } = await underLoad(namespace, url, async () => {
    replaced = await replacedBy(async () => {
      const { code, stdout, stderr } = await project.tryUp({ ...env, E2E_EXIT: '1' });
      expect(code).not.toBe(0);
      said = stdout + stderr;
    });
  });
  console.log(`failed migration: ${succeeded} requests succeeded, ${failed} failed`);
  expect(said).toMatch(/migrate-[0-9a-f]{8}/);
  expect({ replaced, failed }).toEqual({ replaced: [], failed: 0 });
  await project.up(env);
}, 900_000);

test('no planted value stands in what is written: state, logs, objects but the Secrets themselves', async () => {
  const state = await project.state();
  const objects = namespace.run('get', 'deployments,replicasets,pods,jobs,configmaps,services,networkpolicies,events', '-o', 'json');
  const logs = SERVICES.map((name) => namespace.run('logs', `deployment/${name}`, '--all-containers')).join('\n');
  for (const value of [...PLANTED, USER]) {
    for (const form of [value, Buffer.from(value).toString('base64')]) {
      expect({ state: state.includes(form), objects: objects.includes(form), logs: logs.includes(form) }).toEqual({
        state: false,
        objects: false,
        logs: false,
      });
    }
  }
});
