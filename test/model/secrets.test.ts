import type { Construct } from 'constructs';
import {
  ConfigSecret,
  Environments,
  ExistingSecret,
  ExternalSecret,
  GeneratedSecret,
  HardenedService,
  SealedSecret,
  type Secret,
  VaultSecret,
} from '../../lib';
import { secretVariable } from '../../lib/model/kinds/secret';
import { Testing } from '../../lib/testing';
import { recording } from './recording';

const IMAGE = 'team/app:1';
const SEALED = `Ag${'B'.repeat(200)}==`;

/** What is true of a secret, and what it asks of a platform. */
function resolved(secret: Secret) {
  const { spec, features, problems } = secret.part.resolve();
  expect(problems).toEqual([]);
  return { spec, features: [...features] };
}

/** A secret made in a stack of its own. */
const made = <S extends Secret>(make: (scope: Construct) => S) => resolved(make(Testing.root('shop')));

describe('what is true of a secret', () => {
  test('that exists: its name, no keys, and a version where the user says one', () => {
    expect(made((s) => new ExistingSecret(s, 'Secrets', { existing: 'shop-secrets' }))).toEqual({
      spec: { source: 'existing', name: 'shop-secrets' },
      features: [],
    });
    expect(made((s) => new ExistingSecret(s, 'Secrets', { existing: 'shop-secrets', version: '2026-05-01' })).spec).toEqual({
      source: 'existing',
      name: 'shop-secrets',
      version: '2026-05-01',
    });
  });

  test("of a stack's config: its keys, sorted and each once", () => {
    expect(made((s) => new ConfigSecret(s, 'DbSecrets', { keys: ['user', 'password', 'user'] }))).toEqual({
      spec: { source: 'config', name: 'db-secrets', keys: ['password', 'user'] },
      features: ['secret.config'],
    });
  });

  test('that is generated: sizes, and the rotation as its version', () => {
    const values = { token: { length: 64, alphabet: 'hex' }, password: {}, pin: { alphabet: 'symbols' } } as const;
    const all = {
      password: { length: 32, alphabet: 'alphanumeric' },
      pin: { length: 32, alphabet: 'symbols' },
      token: { length: 64, alphabet: 'hex' },
    };
    expect(made((s) => new GeneratedSecret(s, 'Secrets', { values }))).toEqual({
      spec: { source: 'generated', name: 'secrets', keys: ['password', 'pin', 'token'], values: all, rotation: 1, version: '1' },
      features: ['secret.generated'],
    });
    expect(made((s) => new GeneratedSecret(s, 'Secrets', { values, rotation: 7 })).spec).toMatchObject({ rotation: 7, version: '7' });
  });

  test('of a store: where each value stands, and how often it is looked at', () => {
    const values = { password: { remote: 'shop/database', property: 'password', version: '3' }, url: { remote: 'shop/url' } };
    expect(made((s) => new ExternalSecret(s, 'Secrets', { name: 'shop-db', store: { name: 'vault' }, values }))).toEqual({
      spec: {
        source: 'external',
        name: 'shop-db',
        keys: ['password', 'url'],
        values,
        store: { name: 'vault', kind: 'SecretStore' },
        refresh: 3600,
      },
      features: ['secret.external'],
    });
    const store = { name: 'aws', kind: 'ClusterSecretStore' } as const;
    expect(made((s) => new ExternalSecret(s, 'Secrets', { store, values, refresh: '0s', version: 'may' })).spec).toMatchObject({
      store,
      refresh: 0,
      version: 'may',
    });
  });

  test('of Vault: the role, and where each value stands', () => {
    const values = { password: { path: 'secret/data/shop', field: 'password' } };
    expect(made((s) => new VaultSecret(s, 'Secrets', { role: 'shop', values }))).toEqual({
      spec: { source: 'vault', name: 'secrets', keys: ['password'], values, role: 'shop' },
      features: ['secret.vault'],
    });
    const address = 'https://vault.example.com:8200';
    expect(made((s) => new VaultSecret(s, 'Secrets', { role: 'shop', values, address })).spec).toMatchObject({ address });
  });

  test('that was sealed: the ciphertext, whose hash is its version', () => {
    const sealed = (encrypted: Record<string, string>) => made((s) => new SealedSecret(s, 'Secrets', { encrypted }));
    const { spec, features } = sealed({ user: SEALED, password: SEALED });
    expect(spec).toEqual({
      source: 'sealed',
      name: 'secrets',
      keys: ['password', 'user'],
      values: { password: SEALED, user: SEALED },
      scope: 'strict',
      version: expect.stringMatching(/^[0-9a-f]{8}$/),
    });
    expect(features).toEqual(['secret.sealed']);
    expect(sealed({ password: SEALED, user: SEALED }).spec.version).toBe(spec.version);
    expect(sealed({ password: SEALED, user: SEALED.replace('B', 'C') }).spec.version).not.toBe(spec.version);
    expect(sealed({ password: SEALED }).spec.version).not.toBe(spec.version);
    expect(made((s) => new SealedSecret(s, 'Secrets', { encrypted: { a: SEALED }, scope: 'cluster-wide' })).spec).toMatchObject({
      scope: 'cluster-wide',
    });
  });

  test('is what was said when it was made', () => {
    const root = Testing.root();
    const keys = ['password'];
    const values = { password: { length: 40 } };
    const [config, generated] = [new ConfigSecret(root, 'Config', { keys }), new GeneratedSecret(root, 'Generated', { values })];
    keys.push('user');
    values.password.length = 16;
    expect(resolved(config).spec.keys).toEqual(['password']);
    expect(resolved(generated).spec).toMatchObject({ values: { password: { length: 40 } } });
  });
});

describe('a value', () => {
  const root = Testing.root('shop', Environments.production);
  const existing = new ExistingSecret(root, 'Secrets', { existing: 'shop-secrets' });
  const generated = new GeneratedSecret(root, 'Database', { values: { password: {} } });
  const service = (id: string, props: object) =>
    new HardenedService(root, id, { image: IMAGE, acknowledge: { 'unpinned-image': 'only a test of this library' }, ...props });
  const asked = ({ part }: HardenedService) => [...part.resolve().features].filter((one) => one.startsWith('secret.'));

  test('is a reference: to be a variable, or a file at the path of the secret and the key', () => {
    expect(existing.key('password')).toEqual({ secret: existing.part, key: 'password' });
    expect(existing.file('password')).toEqual({ secret: existing.part, key: 'password', path: '/run/secrets/shop-secrets/password' });
    expect(generated.file('password').path).toBe('/run/secrets/database/password');
    expect(generated.file('password', '/etc/db/password').path).toBe('/etc/db/password');
  });

  test('asks of a platform what is made of it', () => {
    const [key, file] = [existing.key('password'), existing.file('password')];
    expect(asked(service('Key', { env: { PASSWORD: key } }))).toEqual(['secret.environment']);
    expect(asked(service('File', { env: { PASSWORD_FILE: file } }))).toEqual(['secret.file']);
    expect(asked(service('Mounted', { files: { '/etc/password': key } }))).toEqual(['secret.file']);
    expect(asked(service('None', {}))).toEqual([]);
    expect(Testing.problems(root, recording(['secret.environment']))).toEqual([
      "shop/Key: Recorder cannot do 'secret.environment': the recorder was told so; leave it out, or acknowledge 'secret.environment' with a reason",
    ]);
  });

  test('has one variable beside Compose and stack files, made of both names', () => {
    expect(secretVariable({ name: 'shop-secrets' }, 'database.url')).toBe('SHOP_SECRETS_DATABASE_URL');
    expect(secretVariable({ name: 'shop--x' }, '_a')).toBe('SHOP_X_A');
  });
});
