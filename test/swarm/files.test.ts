// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Compose
import * as pulumi from '@pulumi/pulumi';
import { parse } from 'yaml';
import { ConfigFiles, ConfigSecret, ExistingSecret, GeneratedSecret, HardenedTask, interpolate } from '../../lib';
import { swarmStackFile } from '../../lib/platforms/swarm';
import { deploySwarm } from '../../lib/platforms/swarm/pulumi';
import { sentences, service, tree } from '../compose/build';

const acknowledge = { 'no-new-privileges': 'daemon.json of every node has it' };
const made: pulumi.runtime.MockResourceArgs[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource(args) {
      made.push(args);
      return { id: `${args.name}-id`, state: { ...args.inputs, result: 'made-by-random' } };
    },
    call: () => ({}),
  });
});

beforeEach(() => {
  made.length = 0;
  pulumi.runtime.setAllConfig({ 'secrets:shop-secrets.token': 'hunter2' }, ['secrets:shop-secrets.token']);
});

function system(text = 'level = info\n') {
  const root = tree();
  const settings = new ConfigFiles(root, 'Settings', { files: { 'app.conf': text } });
  const secrets = new ConfigSecret(root, 'Secrets', { name: 'shop-secrets', keys: ['token', 'absent'] });
  const generated = new GeneratedSecret(root, 'Generated', { values: { password: {} } });
  const env = {
    TOKEN_FILE: secrets.file('token'),
    PASSWORD_FILE: generated.file('password'),
    URL: interpolate`http://u:${secrets.key('token')}@db`,
  };
  service(root, 'Api', { acknowledge, user: '1001:1002', files: { '/etc/app.conf': settings.file('app.conf') }, env });
  service(root, 'Other', { acknowledge });
  return { root, secrets };
}

describe('a stack file', () => {
  test('names configs by their version, and secrets by one that whoever deploys says', () => {
    const file = swarmStackFile(system().root, { name: 'shop', namespace: 'shop-test' });
    const { configs, secrets, services } = parse(file.text);
    const [version] = /(?<=settings-)[0-9a-f]{8}/.exec(file.text) as RegExpExecArray;
    expect(configs).toEqual({
      [`settings-${version}.app.conf`]: { file: `./configs/settings-${version}/app.conf`, name: `shop-test_settings-${version}.app.conf` },
    });
    expect(secrets).toEqual({
      'generated.password': { name: 'shop-test_generated.password-${GENERATED_PASSWORD_VERSION:-1}', file: './secrets/generated/password' },
      'shop-secrets.token': {
        name: 'shop-test_shop-secrets.token-${SHOP_SECRETS_TOKEN_VERSION:-1}',
        file: './secrets/shop-secrets/token',
      },
    });
    const own = { uid: '1001', gid: '1002', mode: 0o400 };
    expect(services.api).toMatchObject({
      environment: { URL: 'http://u:${SHOP_SECRETS_TOKEN:?set it to the value of the secret}@db' },
      configs: [{ source: `settings-${version}.app.conf`, target: '/etc/app.conf', mode: 0o444 }],
      secrets: [
        { source: 'generated.password', target: '/run/secrets/generated/password', ...own },
        { source: 'shop-secrets.token', target: '/run/secrets/shop-secrets/token', ...own },
      ],
    });
    expect(services.api).not.toHaveProperty('labels');
    expect(file.text).toContain(`#
# Secret values in files beside this one, without a line break at the end. A secret of a Swarm cannot change: together with a new
# value, set the variable of its version to another text, and keep it. Earlier secrets stay until the stack is removed.
#   secrets/generated/password: read by 1001:1002; version GENERATED_PASSWORD_VERSION
#   secrets/shop-secrets/token: read by 1001:1002; version SHOP_SECRETS_TOKEN_VERSION
#
# Secret values in variables where docker stack deploy is run:
#   SHOP_SECRETS_TOKEN
`);
  });

  test('cuts the names of long ones, and long versions, to what a Swarm takes', () => {
    const root = tree();
    const file = `${'x'.repeat(100)}.conf`;
    const settings = new ConfigFiles(root, 'Settings', { files: { [file]: 'a' } });
    const secrets = new ExistingSecret(root, 'Secrets', { existing: 'a-secret-with-a-name-of-almost-sixty-characters-together' });
    service(root, 'Api', { acknowledge, files: { '/a': settings.file(file), '/b': secrets.key('password') } });
    const declared = parse(swarmStackFile(root, { name: 'shop' }).text);
    const [config] = Object.values<{ name: string }>(declared.configs);
    expect(config?.name).toHaveLength(64);
    const [secret] = Object.values<{ name: string }>(declared.secrets);
    expect(secret?.name).toMatch(/^shop_a-secret-with-a-name-of-almost-sixt-[0-9a-f]{8}-\$\{[A-Z_]+_VERSION:-1\}$/);
    expect(secret?.name.replace(/\$.*/, '').length).toBeLessThanOrEqual(50);
  });
});

/** What was registered, by type and name, once these resources are. */
async function registered(root: ReturnType<typeof tree>): Promise<Record<string, pulumi.runtime.MockResourceArgs>> {
  made.length = 0;
  const parent = new pulumi.ComponentResource('ironhull:test:Stack', 'shop');
  const { resources } = deploySwarm(root, { parent, name: 'store' });
  await new Promise((resolve) => pulumi.all(Object.values(resources.services).map((one) => one.id)).apply(resolve));
  return Object.fromEntries(made.map((one) => [`${one.type.replace(/.*:/, '')} ${one.name}`, one]));
}

describe('through Pulumi', () => {
  test('configs and secrets are resources that services refer to', async () => {
    const all = await registered(system().root);
    const names = Object.keys(all).sort();
    expect(names).toEqual([
      'Network api_alone',
      'Network other_alone',
      'RandomPassword generated.password',
      expect.stringMatching(/^Secret store_generated\.password-[0-9a-f]{8}$/),
      expect.stringMatching(/^Secret store_shop-secrets\.token-[0-9a-f]{8}$/),
      'Service api',
      'Service other',
      expect.stringMatching(/^ServiceConfig store_settings-[0-9a-f]{8}\.app\.conf$/),
      'Stack shop',
    ]);
    const [generated, token, config] = [names[3], names[4], names[7]] as [string, string, string];
    expect(all[config]?.inputs).toEqual({ name: config.slice(14), data: Buffer.from('level = info\n').toString('base64') });
    expect(JSON.stringify(all[token]?.inputs.data)).toContain(Buffer.from('hunter2').toString('base64'));
    expect(JSON.stringify(all[generated]?.inputs.data)).toContain(Buffer.from('made-by-random').toString('base64'));
    const inputs = all['Service api']?.inputs;
    const spec = inputs.taskSpec.value?.containerSpec ?? inputs.taskSpec.containerSpec;
    expect(spec.configs).toEqual([
      { configId: `${config.slice(14)}-id`, configName: config.slice(14), fileName: '/etc/app.conf', fileMode: 0o444 },
    ]);
    const own = { fileUid: '1001', fileGid: '1002', fileMode: 0o400 };
    expect(spec.secrets).toEqual(
      [generated, token].map((name, i) => ({
        secretId: `${name.slice(7)}-id`,
        secretName: name.slice(7),
        fileName: ['/run/secrets/generated/password', '/run/secrets/shop-secrets/token'][i],
        ...own,
      })),
    );
    expect(JSON.stringify(spec.env)).toContain('http://u:hunter2@db');
  });

  test('another value or byte is another resource', async () => {
    const before = Object.keys(await registered(system().root));
    pulumi.runtime.setAllConfig({ 'secrets:shop-secrets.token': 'hunter3' }, ['secrets:shop-secrets.token']);
    const after = Object.keys(await registered(system('level = debug\n').root));
    const changed = (names: string[], others: string[]) =>
      names.filter((name) => !others.includes(name)).map((name) => name.replace(/[0-9a-f]{8}/, '#'));
    const both = ['Secret store_shop-secrets.token-#', 'ServiceConfig store_settings-#.app.conf'];
    expect(changed(before, after).sort()).toEqual(both);
    expect(changed(after, before).sort()).toEqual(both);
  });

  test('values that are missing are problems wherever they stand', () => {
    const { root, secrets } = system();
    const env = { A_FILE: secrets.file('absent'), B: interpolate`x${secrets.key('absent')}` };
    new HardenedTask(root, 'Seed', { image: 'example/app:1.2.3', acknowledge, command: ['/app'], env });
    const fix =
      "the stack's config has no value for the secret secrets:shop-secrets.absent; run: pulumi config set --secret secrets:shop-secrets.absent";
    expect(sentences(() => deploySwarm(root, { parent: undefined as unknown as pulumi.Resource, name: 'shop' }))).toEqual([
      `Seed: env.B: ${fix}`,
      `Seed: files./run/secrets/shop-secrets/absent: ${fix}`,
    ]);
  });

  test('a service is made after its tasks, each a resource of its own for each version', async () => {
    const root = tree();
    const seed = new HardenedTask(root, 'Seed', { image: 'example/app:1.2.3', acknowledge, command: ['/app'] });
    service(root, 'Api', { acknowledge }).startAfter(seed);
    const names = Object.keys(await registered(root)).filter((name) => name.startsWith('Service '));
    expect(names).toEqual([expect.stringMatching(/^Service seed-[0-9a-f]{8}$/), 'Service api']);
  });
});
