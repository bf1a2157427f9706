import { Construct } from 'constructs';
import { Environments, ExistingSecret, HardenedService, PersistentVolume, ProblemsError, pinName } from '../../lib';
import { deployStack, type StackArgs } from '../../lib/stack/pulumi';
import { record } from './mocks';

const image = 'veogen/backend:1.0.0';
// how Pulumi marks a secret value on the wire
const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';
const CONTAINER = 'docker:index/container:Container';
const args: StackArgs = { platform: 'docker', environment: Environments.test };
const deploy = (build: (root: Construct) => void, more: Partial<StackArgs> = {}, config: Record<string, string> = {}) =>
  record(() => void deployStack('veogen', { ...args, ...more }, build), config);

test('everything is below the stack', async () => {
  const { resources } = await deploy(
    (root) => void new HardenedService(new Construct(root, 'Group'), 'Backend', { image, name: 'backend' }),
  );
  expect(resources.map(({ urn }) => urn).sort()).toEqual([
    `urn:pulumi:test::project::ironhull:index:Stack$${CONTAINER}::backend`,
    'urn:pulumi:test::project::ironhull:index:Stack$docker:index/network:Network::backend_alone',
    'urn:pulumi:test::project::ironhull:index:Stack::veogen',
  ]);
});

test('moving a construct whose name is pinned changes no URN and no argument', async () => {
  const here = await deploy((root) => {
    const group = new Construct(root, 'Group');
    new HardenedService(group, 'Backend', {
      image,
      mounts: [{ volume: new PersistentVolume(group, 'Data', { size: '1Gi' }), path: '/data' }],
    });
  });
  const there = await deploy((root) => {
    const group = new Construct(new Construct(root, 'Elsewhere'), 'Deeper');
    const data = new PersistentVolume(group, 'Store', { size: '1Gi', name: 'group-data' });
    pinName(new HardenedService(group, 'Api', { image, mounts: [{ volume: data, path: '/data' }] }), 'group-backend');
  });
  const plain = (recorded: typeof here) => new Map(recorded.resources.map(({ urn, inputs }) => [urn, inputs]));
  expect([...plain(here).keys()].filter((urn) => urn.includes('::group-'))).toHaveLength(3);
  expect(plain(there)).toEqual(plain(here));
});

test('all problems are thrown at once, and then nothing was registered', async () => {
  const { error, resources } = await deploy((root) => {
    new HardenedService(root, 'A', { image: 'Not:An:Image' });
    new HardenedService(root, 'B', { image, pids: 0 });
  });
  expect(error).toBeInstanceOf(ProblemsError);
  expect((error as Error).message).toMatch(/^2 problems:\n {2}veogen\/A: image: .*\n {2}veogen\/B: pids: /);
  expect(resources).toEqual([]);
});

test('a secret without a value is a problem that says which command helps', async () => {
  const build = (root: Construct) => {
    const secret = new ExistingSecret(root, 'Keys', { existing: 'app-keys' });
    new HardenedService(root, 'Api', { image, env: { TOKEN: secret.key('token'), DSN: secret.key('dsn') } });
  };
  const missing = await deploy(build, {}, { 'secrets:app-keys.dsn': 'x' });
  expect((missing.error as Error).message).toBe(
    "1 problem:\n  veogen/Api: env.TOKEN: the stack's config has no value for the secret secrets:app-keys.token; " +
      'run: pulumi config set --secret secrets:app-keys.token',
  );
  expect(missing.resources).toEqual([]);
  const present = await deploy(build, {}, { 'secrets:app-keys.dsn': 'x', 'secrets:app-keys.token': 'y' });
  expect(present.find(CONTAINER, 'api')).toMatchObject({ secretOutputs: ['envs'] });
  expect(present.find(CONTAINER, 'api').inputs.envs).toEqual({ [SIGNATURE]: SECRET, value: ['DSN=x', 'TOKEN=y'] });
});

test('warnings and differences are said, each difference once with all its paths', async () => {
  const { log } = await deploy(
    (root) => {
      for (const id of ['A', 'B']) new HardenedService(root, id, { image, replicas: 1, pids: 10 });
    },
    { environment: Environments.production },
  );
  expect(log.filter(({ severity }) => severity === 'warn').map(({ message }) => message)).toEqual([
    expect.stringMatching(/^veogen\/A: image: /),
    expect.stringMatching(/^veogen\/B: image: /),
  ]);
  expect(log.filter(({ message }) => message.startsWith("'pids'"))).toEqual([
    { severity: 'info', message: expect.stringMatching(/^'pids' is done in another way: .* \(veogen\/A, veogen\/B\)$/) },
  ]);
});

test('a namespace goes before the names on the host, not into URNs', async () => {
  const recorded = await deploy((root) => void new HardenedService(root, 'Api', { image }), { namespace: 'dev' });
  expect(recorded.find(CONTAINER, 'api').inputs).toMatchObject({
    name: 'dev-api',
    networksAdvanced: [{ name: 'api_alone-id', aliases: ['api'] }],
  });
  expect(recorded.find('docker:index/network:Network', 'api_alone').inputs).toMatchObject({ name: 'dev-veogen_api_alone' });
});

test('only the SDK of the chosen platform is loaded', async () => {
  await deploy((root) => void new HardenedService(root, 'Api', { image }));
  const loaded = Object.keys(require.cache).filter((file) => /node_modules\/(@pulumi\/(docker|kubernetes)|cdk8s)/.test(file));
  expect(loaded.filter((file) => file.includes('@pulumi/docker/'))).not.toEqual([]);
  expect(loaded.filter((file) => !file.includes('@pulumi/docker/'))).toEqual([]);
});
