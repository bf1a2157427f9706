// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Compose
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ConfigFiles, ExistingSecret, ExternalSecret, GeneratedSecret, interpolate } from '../../lib';
import { composeFile, writeComposeFile } from '../../lib/platforms/compose';
import { sentences, service, tree } from './build';

function withConfig(text: string) {
  const root = tree();
  const settings = new ConfigFiles(root, 'Settings', { files: { 'app.conf': text, 'run.sh': '#!/bin/sh\n', key: Uint8Array.of(1, 2) } });
  service(root, 'Api', { files: { '/etc/app.conf': settings.file('app.conf'), '/run.sh': settings.file('run.sh', { executable: true }) } });
  service(root, 'Other');
  return composeFile(root, { name: 'shop' });
}

describe('configuration files', () => {
  test('lie beside the file, with their version in their path', () => {
    const file = withConfig('level = info\n');
    const [version] = /(?<=settings-)[0-9a-f]{8}/.exec(file.text) as RegExpExecArray;
    const { configs, services } = parse(file.text);
    expect(services.api.configs).toEqual([
      { source: `settings-${version}.app.conf`, target: '/etc/app.conf' },
      { source: `settings-${version}.run.sh`, target: '/run.sh' },
    ]);
    expect(configs).toEqual({
      [`settings-${version}.app.conf`]: { file: `./configs/settings-${version}/app.conf` },
      [`settings-${version}.key`]: { file: `./configs/settings-${version}/key` },
      [`settings-${version}.run.sh`]: { file: `./configs/settings-${version}/run.sh` },
    });
    expect([...file.files]).toEqual([
      [`configs/settings-${version}/app.conf`, { content: 'level = info\n', mode: 0o644 }],
      [`configs/settings-${version}/key`, { content: Uint8Array.of(1, 2), mode: 0o644 }],
      [`configs/settings-${version}/run.sh`, { content: '#!/bin/sh\n', mode: 0o755 }],
    ]);
  });

  test('another byte changes those who have them, and nobody else', () => {
    const [one, other] = [withConfig('a'), withConfig('b')].map((file) => parse(file.text).services);
    expect(one.api).not.toEqual(other.api);
    expect(one.other).toEqual(other.other);
  });

  test('are written with their modes, beside those of earlier versions', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ironhull-files-'));
    for (const text of ['a', 'b']) writeComposeFile(join(folder, 'out/compose.yaml'), withConfig(text));
    const versions = readdirSync(join(folder, 'out/configs'));
    expect(versions).toHaveLength(2);
    expect(versions.map((name) => readFileSync(join(folder, 'out/configs', name, 'app.conf'), 'utf8')).sort()).toEqual(['a', 'b']);
    const modes = ['app.conf', 'run.sh'].map((name) => statSync(join(folder, 'out/configs', versions[0] as string, name)).mode & 0o777);
    expect(modes).toEqual([0o644, 0o755]);
    expect(existsSync(join(folder, 'out/compose.yaml'))).toBe(true);
    rmSync(folder, { recursive: true });
  });
});

describe('secret values', () => {
  test('are files that whoever deploys puts there, and a label holds their version', () => {
    const root = tree();
    const secrets = new ExternalSecret(root, 'Secrets', {
      name: 'shop-secrets',
      store: { name: 'vault' },
      values: { password: { remote: 'a' }, token: { remote: 'b' } },
      version: '2026-11-24',
    });
    const env = { PASSWORD_FILE: secrets.file('password'), TOKEN_FILE: secrets.file('token', '/etc/token') };
    service(root, 'Api', { user: '1001:1002', env, labels: { team: 'shop' } });
    service(root, 'Worker', { env: { PASSWORD_FILE: secrets.file('password') } });
    const file = composeFile(root, { name: 'shop' });
    const { services, secrets: declared } = parse(file.text);
    expect(services.api.environment).toEqual({ PASSWORD_FILE: '/run/secrets/shop-secrets/password', TOKEN_FILE: '/etc/token' });
    expect(services.api.secrets).toEqual([
      { source: 'shop-secrets.token', target: '/etc/token' },
      { source: 'shop-secrets.password', target: '/run/secrets/shop-secrets/password' },
    ]);
    expect(services.api.labels).toEqual({
      team: 'shop',
      'ironhull.secret.shop-secrets.password': '${SHOP_SECRETS_PASSWORD_VERSION:-2026-11-24}',
      'ironhull.secret.shop-secrets.token': '${SHOP_SECRETS_TOKEN_VERSION:-2026-11-24}',
    });
    expect(declared).toEqual({
      'shop-secrets.password': { file: './secrets/shop-secrets/password' },
      'shop-secrets.token': { file: './secrets/shop-secrets/token' },
    });
    expect(file.secrets).toEqual([
      {
        secret: 'shop-secrets',
        key: 'password',
        path: 'secrets/shop-secrets/password',
        version: 'SHOP_SECRETS_PASSWORD_VERSION',
        users: ['1001:1002', '65532:65532'],
      },
      {
        secret: 'shop-secrets',
        key: 'token',
        path: 'secrets/shop-secrets/token',
        version: 'SHOP_SECRETS_TOKEN_VERSION',
        users: ['1001:1002'],
      },
    ]);
    expect(file.text).toContain(`#
# Secret values in files beside this one, without a line break at the end. The user and group (uid:gid) of each container has to
# be able to read its files: Compose mounts them as they are. Together with a new value, set the variable of its version to
# another text, and keep it: that is what makes Compose replace the containers.
#   secrets/shop-secrets/password: read by 1001:1002, 65532:65532; version SHOP_SECRETS_PASSWORD_VERSION
#   secrets/shop-secrets/token: read by 1001:1002; version SHOP_SECRETS_TOKEN_VERSION
`);
    expect([...file.files.keys()]).toEqual([]);
  });

  test('stand in longer texts as variables', () => {
    const root = tree();
    const secrets = new ExistingSecret(root, 'Secrets', { existing: 'shop-secrets' });
    const database = service(root, 'Database', { ports: { sql: 5432 } });
    const late = { apply: () => late };
    service(root, 'Api', {
      env: {
        DATABASE_URL: interpolate`postgresql://a$b:${secrets.key('password')}@${database.endpoint('sql')}/app`,
        LATE: interpolate`http://${late}`,
      },
      acknowledge: { 'late-bound': 'the script that deploys sets the variable' },
    });
    const { text, secrets: needed } = composeFile(root);
    expect(parse(text).services.api.environment).toEqual({
      DATABASE_URL: 'postgresql://a$$b:${SHOP_SECRETS_PASSWORD:?set it to the value of the secret}@database:5432/app',
      LATE: '${LATE:?set it to a value that is known only after deployment}',
    });
    expect(needed).toEqual([{ secret: 'shop-secrets', key: 'password', users: [], variable: 'SHOP_SECRETS_PASSWORD' }]);
    expect(text).toContain('#\n# Secret values in variables where docker compose is run, such as in .env:\n#   SHOP_SECRETS_PASSWORD\n');
  });

  test('that nobody has to know come with a command that makes them', () => {
    const root = tree();
    const secrets = new GeneratedSecret(root, 'Secrets', {
      values: { both: {}, file: { alphabet: 'hex', length: 64 }, variable: { alphabet: 'symbols', length: 20 } },
      rotation: 3,
    });
    const env = { BOTH: secrets.key('both'), BOTH_FILE: secrets.file('both'), FILE: secrets.file('file'), VALUE: secrets.key('variable') };
    service(root, 'Api', { env });
    const { text, secrets: needed } = composeFile(root);
    const commands = [
      `mkdir -p secrets/secrets && LC_ALL=C tr -dc 'A-Za-z0-9' < /dev/urandom | head -c 32 > secrets/secrets/both && echo "SECRETS_BOTH='$(cat secrets/secrets/both)'" >> .env`,
      "mkdir -p secrets/secrets && LC_ALL=C tr -dc '0-9a-f' < /dev/urandom | head -c 64 > secrets/secrets/file",
      `echo "SECRETS_VARIABLE='$(LC_ALL=C tr -dc 'A-Za-z0-9._~-' < /dev/urandom | head -c 20)'" >> .env`,
    ];
    expect(needed.map(({ command }) => command)).toEqual(commands);
    expect(text).toContain(
      `# Nobody needs to know these: make each of them once, and keep it.\n${commands.map((one) => `#   ${one}\n`).join('')}`,
    );
    expect(parse(text).services.api.labels).toMatchObject({ 'ironhull.secret.secrets.both': '${SECRETS_BOTH_VERSION:-3}' });
  });

  test('of two secrets cannot share a variable, nor a variable with a version', () => {
    const root = tree();
    const one = new ExistingSecret(root, 'One', { existing: 'shop' });
    const other = new ExistingSecret(root, 'Other', { existing: 'shop-api' });
    service(root, 'Api', { env: { A: one.key('api-token'), B: other.key('token'), C: one.key('key-version'), D_FILE: one.file('key') } });
    expect(sentences(() => composeFile(root))).toEqual([
      'Api: the variable of a secret value is taken by shop.api-token, got "SHOP_API_TOKEN"; rename one of the keys',
      'Api: the variable of a secret value is taken by the version of shop.key, got "SHOP_KEY_VERSION"; rename one of the keys',
    ]);
  });

  test('a secret that is made and one that exists cannot have one name', () => {
    const root = tree();
    new ExistingSecret(root, 'One', { existing: 'shop' });
    new ExistingSecret(root, 'Again', { existing: 'shop' });
    new GeneratedSecret(root, 'Made', { name: 'shop', values: { password: {} } });
    expect(sentences(() => composeFile(root)).join()).toContain(
      'is taken by an existing secret, got "shop"; give one of them another name',
    );
  });
});
