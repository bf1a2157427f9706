import { ConfigSecret, ExistingSecret, ExternalSecret, GeneratedSecret, interpolate, SealedSecret, VaultSecret } from '../../lib';
import { type BadInput, service } from './case';

const SEALED = `Ag${'B'.repeat(200)}==`;
const EXTERNAL = { store: { name: 'vault' }, values: { password: { remote: 'shop/database' } } };
const VAULT = { role: 'shop', values: { password: { path: 'secret/data/shop', field: 'password' } } };
const VERSION = `use at most 63 letters, digits, '-', '_' and '.', such as a date`;
const NO_VALUE = 'a value itself stands in no program';

const made = (
  kind: new (scope: Parameters<BadInput['build']>[0], id: string, props: never) => object,
  right: object,
  mistake: string,
  wrong: object | undefined,
  message: string,
): BadInput => ({
  mistake,
  build: (s) => new kind(s, 'Secrets', (wrong && { ...right, ...wrong }) as never),
  message: `app/#/Secrets: ${message}`,
});
const existing = made.bind(undefined, ExistingSecret, { existing: 'shop-secrets' });
const config = made.bind(undefined, ConfigSecret, { keys: ['password'] });
const generated = made.bind(undefined, GeneratedSecret, { values: { password: {} } });
const external = made.bind(undefined, ExternalSecret, EXTERNAL);
const vault = made.bind(undefined, VaultSecret, VAULT);
const sealed = made.bind(undefined, SealedSecret, { encrypted: { password: SEALED } });

/** What each source of secrets may be told wrongly. Whatever could be a value is not shown. */
export const SECRETS: readonly BadInput[] = [
  existing(
    'a secret without a name',
    { existing: undefined },
    `existing: a secret's name must be a DNS label of at most 63 characters; use lower case letters, digits and dashes`,
  ),
  existing(
    'a secret of which nothing is said',
    undefined,
    `existing: a secret's name must be a DNS label of at most 63 characters; use lower case letters, digits and dashes`,
  ),
  existing(
    'a version with a blank',
    { version: 'May 2026' },
    `version: must be text that can be a label value, got "May 2026"; ${VERSION}`,
  ),
  existing('a version that is a number', { version: 2 }, `version: must be text that can be a label value, got 2; ${VERSION}`),
  config('a secret without keys', { keys: undefined }, "keys: a secret needs at least one key; name each value, such as 'password'"),
  config('a list without a key', { keys: [] }, "keys: a secret needs at least one key; name each value, such as 'password'"),
  config('a text for a list of keys', { keys: 'password' }, `keys: must be a list of texts, got "password"; write it as ['password']`),
  config(
    'a key with a slash',
    { keys: ['shop/password'] },
    'keys: is no key of a secret, got "shop/password"; use letters, digits, dashes, dots and underscores',
  ),
  config(
    'a key that is the folder above',
    { keys: ['..'] },
    'keys: is no key of a secret, got ".."; use letters, digits, dashes, dots and underscores',
  ),
  generated('nothing to generate', { values: {} }, "keys: a secret needs at least one key; name each value, such as 'password'"),
  generated(
    'a value instead of what it is like',
    { values: { password: 'correct-horse-battery-staple' } },
    `values.password: must say where the value is; write it as { password: { length: 32 } }; ${NO_VALUE}`,
  ),
  generated(
    'a value instead of all values',
    { values: 'hunter2' },
    `values: must say of each key where its value is; write it as { password: { length: 32 } }; ${NO_VALUE}`,
  ),
  generated(
    'a value that is easy to guess',
    { values: { password: { length: 8 } } },
    'values.password.length: must be a whole number from 16 to 256, got 8; use a whole number, such as 32',
  ),
  generated(
    'an alphabet that there is not',
    { values: { password: { alphabet: 'base64' } } },
    `values.password.alphabet: must be 'alphanumeric' or 'symbols' or 'hex', got "base64"; use 'alphanumeric'`,
  ),
  generated(
    'a rotation by a date',
    { rotation: '2026-05-01' },
    'rotation: must be a whole number from 1 to 1000000, got "2026-05-01"; use a whole number, such as 1',
  ),
  external('no store', { store: undefined }, "store.name: must be the name of a store; give the name of a SecretStore, such as 'vault'"),
  external('a name instead of a store', { store: 'vault' }, `store: must be an object, got "vault"; write it as { name: 'vault' }`),
  external(
    'a kind of store that there is not',
    { store: { name: 'vault', kind: 'Vault' } },
    `store.kind: must be 'SecretStore' or 'ClusterSecretStore', got "Vault"; use 'SecretStore'`,
  ),
  external(
    'a value without a place in the store',
    { values: { password: { property: 'password' } } },
    "values.password.remote: must be a key of the store; write it as { remote: 'shop/database' }",
  ),
  external(
    'a text instead of a place in the store',
    { values: { password: 'hunter2' } },
    `values.password: must say where the value is; write it as { password: { remote: 'shop/database' } }; ${NO_VALUE}`,
  ),
  external(
    'a version in the store that is a number',
    { values: { password: { remote: 'shop', version: 3 } } },
    'values.password.version: must be text, got 3; put it in quotes, or leave it out',
  ),
  external('no time between two looks', { refresh: 60 }, `refresh: must be a duration, got 60; write it as '30s', '5m' or '1h'`),
  vault('no role', { role: '' }, `role: must be a role of Vault's Kubernetes authentication, got ""; give its name, such as 'shop'`),
  vault(
    'a value without a field',
    { values: { password: { path: 'secret/data/shop' } } },
    `values.password: must be a path and a field, got {"path":"secret/data/shop"}; write it as { path: 'secret/data/shop', field: 'password' }`,
  ),
  vault(
    'a path that is a template',
    { values: { password: { path: 'secret/{{ x }}', field: 'password' } } },
    `values.password: must be a path and a field, got {"path":"secret/{{ x }}","field":"password"}; write it as { path: 'secret/data/shop', field: 'password' }`,
  ),
  vault(
    'a text instead of a place in Vault',
    { values: { password: 'hunter2' } },
    `values.password: must say where the value is; write it as { password: { path: 'secret/data/shop', field: 'password' } }; ${NO_VALUE}`,
  ),
  vault(
    'an address without a scheme',
    { address: 'vault.example.com' },
    `address: must be an address of Vault, got "vault.example.com"; write it as 'https://vault.example.com:8200'`,
  ),
  sealed(
    'a value that was not sealed',
    { encrypted: { password: 'hunter2' } },
    'encrypted.password: is no sealed value; paste what `kubeseal --raw` prints',
  ),
  sealed(
    'a sealed value without its key',
    { encrypted: SEALED },
    `encrypted: must be sealed values by key; write it as { password: 'Ag…' }`,
  ),
  sealed('nothing that was sealed', { encrypted: {} }, "keys: a secret needs at least one key; name each value, such as 'password'"),
  sealed(
    'a scope that there is not',
    { scope: 'cluster' },
    `scope: must be 'strict' or 'namespace-wide' or 'cluster-wide', got "cluster"; use 'strict'`,
  ),
  {
    mistake: 'a key that a secret does not have',
    build: (s) => service(s, { env: { PASSWORD: new ConfigSecret(s, 'Secrets', { keys: ['user', 'password'] }).key('pass') } }),
    message: 'app/#/Web: env.PASSWORD: the secret has no such key, got "pass"; use one of password, user',
  },
  {
    mistake: 'a file of a key that a secret does not have',
    build: (s) => service(s, { env: { PASSWORD_FILE: new GeneratedSecret(s, 'Secrets', { values: { password: {} } }).file('pass') } }),
    message: 'app/#/Web: env.PASSWORD_FILE: the secret has no such key, got "pass"; use one of password',
  },
  {
    mistake: 'a file of a key that is none',
    build: (s) => service(s, { env: { PASSWORD_FILE: new ExistingSecret(s, 'Secrets', { existing: 'secrets' }).file('../password') } }),
    message: 'app/#/Web: env.PASSWORD_FILE: is no key of a secret, got "../password"; use letters, digits, dashes, dots and underscores',
  },
  {
    mistake: 'a secret at a relative path',
    build: (s) =>
      service(s, { env: { PASSWORD_FILE: new ExistingSecret(s, 'Secrets', { existing: 'secrets' }).file('password', 'password') } }),
    message: `app/#/Web: env.PASSWORD_FILE: must be an absolute path below /, got "password"; write it as '/var/lib/app', without colons, commas or '..'`,
  },
  {
    mistake: 'a text with a key that a secret does not have',
    build: (s) => {
      const secret = new ConfigSecret(s, 'Secrets', { keys: ['password'] });
      service(s, { env: { URL: interpolate`postgresql://app:${secret.key('pasword')}@db/app` } });
    },
    message: 'app/#/Web: env.URL: the secret has no such key, got "pasword"; use one of password',
  },
  {
    mistake: 'a text with a secret that is a file',
    build: (s) => {
      const secret = new ConfigSecret(s, 'Secrets', { name: 'bad-input-file', keys: ['password'] });
      service(s, { env: { ARGS: interpolate`--password-file=${secret.file('password')}` } });
    },
    message:
      'app/#/Web: env.ARGS: holds a secret that is a file, got "/run/secrets/bad-input-file/password"; use `secret.key(…)` for the value, or a variable of its own for the path',
  },
  {
    mistake: 'a text with nothing in it',
    build: (s) => service(s, { env: { URL: interpolate`http://${undefined as never}:8080` } }),
    message: 'app/#/Web: env.URL: holds a value that is none; give it a value',
  },
  {
    mistake: 'a text with a number that is none',
    build: (s) => service(s, { env: { URL: interpolate`http://db:${Number.NaN}` } }),
    message: 'app/#/Web: env.URL: holds a value that is none, got NaN; give it a value',
  },
  {
    mistake: 'a text with an object',
    build: (s) => service(s, { env: { URL: interpolate`http://${{ host: 'db' } as never}:8080` } }),
    message:
      'app/#/Web: env.URL: is text that was made of a value not yet known, got "http://[object Object]:8080"; pass the value itself, or use pulumi.interpolate',
  },
  {
    mistake: 'a text with something that is called a secret',
    build: (s) => service(s, { env: { URL: interpolate`http://${{ secret: 'db', key: 'x' } as never}:8080` } }),
    message:
      'app/#/Web: env.URL: is text that was made of a value not yet known, got "http://[object Object]:8080"; pass the value itself, or use pulumi.interpolate',
  },
  {
    mistake: 'a template within a text',
    build: (s) => service(s, { env: { URL: `${interpolate`http://db`}/path` } }),
    message:
      'app/#/Web: env.URL: is text that was made of a value not yet known, got "[object Template]/path"; pass the value itself, or use pulumi.interpolate',
  },
  {
    mistake: 'a password that is written into a template',
    build: (s) => service(s, { env: { URL: interpolate`postgresql://app:hunter2@${'db:5432'}/app` } }),
    message:
      "app/#/Web: env.URL: looks like a secret that is written down; use `secret.file('…')` or `secret.key('…')` of a secret, or acknowledge 'plain-secret' with a reason",
  },
  {
    mistake: 'a password that is written beside a secret',
    build: (s) => {
      const secret = new ExistingSecret(s, 'Secrets', { existing: 'secrets' });
      service(s, { env: { URL: interpolate`postgresql://app:hunter2@db/app?key=${secret.key('key')}` } });
    },
    message:
      "app/#/Web: env.URL: looks like a secret that is written down; use `secret.file('…')` or `secret.key('…')` of a secret, or acknowledge 'plain-secret' with a reason",
  },
  {
    mistake: 'a template that is a password',
    build: (s) => service(s, { env: { DB_PASSWORD: interpolate`hunter${2}` } }),
    message:
      "app/#/Web: env.DB_PASSWORD: looks like a secret that is written down; use `secret.file('…')` or `secret.key('…')` of a secret, or acknowledge 'plain-secret' with a reason",
  },
];
