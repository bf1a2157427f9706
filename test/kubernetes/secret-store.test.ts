import { ExternalSecret, SecretStores } from '../../lib';
import { kubernetes } from '../../lib/platforms/kubernetes';
import { Testing } from '../../lib/testing';

const vault = SecretStores.vault({ server: 'https://vault.example.com', role: 'shop', serviceAccount: 'vault-reader' });
const values = { password: { remote: 'shop/database', property: 'password' } };

test('a store of Vault is made once, beside the first secret that uses it', () => {
  const root = Testing.root('shop');
  new ExternalSecret(root, 'One', { store: vault, values });
  new ExternalSecret(root, 'Two', { store: vault, values });
  const rendered = Testing.render(root, kubernetes);
  expect(rendered.native('secret', 'one').secretStore).toMatchObject({
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { name: 'vault' },
    spec: {
      provider: {
        vault: {
          auth: { kubernetes: { mountPath: 'kubernetes', role: 'shop', serviceAccountRef: { name: 'vault-reader' } } },
          path: 'secret',
          server: 'https://vault.example.com',
          version: 'v2',
        },
      },
    },
  });
  expect(rendered.native('secret', 'one').externalSecret?.spec.secretStoreRef).toEqual({ kind: 'SecretStore', name: 'vault' });
  expect(rendered.native('secret', 'two').secretStore).toBeUndefined();
});

test('a store of AWS', () => {
  const root = Testing.root('shop');
  new ExternalSecret(root, 'One', { store: SecretStores.aws({ region: 'eu-central-1', serviceAccount: 'shop' }), values });
  expect(Testing.render(root, kubernetes).native('secret', 'one').secretStore?.spec.provider).toEqual({
    aws: { auth: { jwt: { serviceAccountRef: { name: 'shop' } } }, region: 'eu-central-1', service: 'SecretsManager' },
  });
});

test('a store that somebody else made is referred to and not made', () => {
  const root = Testing.root('shop');
  new ExternalSecret(root, 'One', { store: SecretStores.existing('shared', 'ClusterSecretStore'), values });
  const { secretStore, externalSecret } = Testing.render(root, kubernetes).native('secret', 'one');
  expect(secretStore).toBeUndefined();
  expect(externalSecret?.spec.secretStoreRef).toEqual({ kind: 'ClusterSecretStore', name: 'shared' });
});

test('two stores of one name that differ, and a store that says too little, are problems', () => {
  const root = Testing.root('shop');
  new ExternalSecret(root, 'One', { store: vault, values });
  new ExternalSecret(root, 'Two', { store: SecretStores.aws({ name: 'vault', region: 'eu-central-1', serviceAccount: 'shop' }), values });
  expect(Testing.problems(root, kubernetes)).toEqual([
    'shop/Two: store: another secret says something else of a store of that name, got "vault"; use one SecretStores value for both',
  ]);
  const wrong = Testing.root('shop');
  new ExternalSecret(wrong, 'One', { store: SecretStores.vault({ server: 'vault', role: 'shop' } as never), values });
  expect(Testing.problems(wrong, kubernetes)).toEqual([
    'shop/One: store.serviceAccount: is missing; say it: the operator needs it to read the store',
    `shop/One: store.server: must be the address of Vault, got "vault"; write it as 'https://vault.example.com'`,
  ]);
});
