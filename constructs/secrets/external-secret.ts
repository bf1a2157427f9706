import type { IConstruct } from 'constructs';
import type { RemoteValue, SecretStoreProvider } from '../../lib/model/kinds/secret';
import { isDnsLabel } from '../../lib/model/names';
import type { Duration } from '../../lib/model/values/quantities';
import { snapshot } from '../../lib/model/values/text';
import { isObject, Reading } from '../../lib/model/workload/reading';
import { byKey, keysOf, type NamedSecretProps, Secret } from './secret';

/** What a user may say of a secret in a store. */
export interface ExternalSecretProps extends NamedSecretProps {
  /**
   * The store: one of `SecretStores`, or the name of a SecretStore of the namespace or a ClusterSecretStore.
   * @see https://external-secrets.io/latest/api/secretstore/
   */
  readonly store: { readonly name: string; readonly kind?: 'SecretStore' | 'ClusterSecretStore'; readonly provider?: SecretStoreProvider };
  /** Where each value stands in the store, by key: `{ password: { remote: 'shop/database', property: 'password' } }`. */
  readonly values: Readonly<Record<string, RemoteValue>>;
  /** Time between two looks into the store. @default '1h' */
  readonly refresh?: Duration;
  /**
   * Any text that you change together with the values: whoever uses the secret is rolled then. Files of a running pod
   * follow the store without it.
   * @default - none: nobody is rolled
   */
  readonly version?: string;
}

/**
 * A secret of a store that the External Secrets Operator reads (HashiCorp Vault, AWS, GCP, Azure, …). Elsewhere its values
 * are put where those of an existing secret are.
 *
 * @see https://external-secrets.io/latest/api/externalsecret/
 */
export class ExternalSecret extends Secret {
  constructor(scope: IConstruct, id: string, props: ExternalSecretProps) {
    const said = snapshot(props?.values);
    super(scope, id, props?.name, (name, r) => {
      const read = new Reading(r);
      const store = read.object('store', props?.store, "{ name: 'vault' }");
      const isStore = props?.store === undefined || props.store === null || isObject(props.store);
      if (isStore && (typeof store.name !== 'string' || !isDnsLabel(store.name)))
        read.problem('store.name', 'must be the name of a store', store.name, "give the name of a SecretStore, such as 'vault'");
      checkProvider(store.provider, read);
      const values = byKey<RemoteValue>('values', said, "{ password: { remote: 'shop/database' } }", r);
      for (const [key, { remote, property, version }] of Object.entries(values)) {
        if (typeof remote !== 'string' || remote === '')
          read.problem(`values.${key}.remote`, 'must be a key of the store', remote, "write it as { remote: 'shop/database' }");
        for (const [what, text] of Object.entries({ property, version })) {
          if (text !== undefined && (typeof text !== 'string' || text === ''))
            read.problem(`values.${key}.${what}`, 'must be text', text, 'put it in quotes, or leave it out');
        }
      }
      return {
        source: 'external',
        name,
        ...keysOf(said),
        values,
        store: {
          name: String(store.name),
          kind: read.oneOf('store.kind', store.kind, ['SecretStore', 'ClusterSecretStore'], 'SecretStore'),
          ...(store.provider && { provider: store.provider }),
        },
        refresh: read.seconds('refresh', props?.refresh, 3_600_000, 0),
        ...(props?.version !== undefined && { version: props.version }),
      };
    });
  }
}

function checkProvider(provider: SecretStoreProvider | undefined, read: Reading): void {
  if (!provider) return;
  const said: Readonly<Record<string, unknown>> = 'vault' in provider ? provider.vault : provider.aws;
  for (const [name, value] of Object.entries(said)) {
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      read.problem(`store.${name}`, 'must be text', value, 'say it, or leave it out where it has a default');
  }
  for (const name of 'vault' in provider ? ['server', 'role', 'serviceAccount'] : ['region', 'serviceAccount']) {
    if (said[name] === undefined) read.problem(`store.${name}`, 'is missing', undefined, 'say it: the operator needs it to read the store');
  }
  if ('vault' in provider && typeof provider.vault.server === 'string' && !/^https?:\/\/[^\s]+$/.test(provider.vault.server))
    read.problem('store.server', 'must be the address of Vault', provider.vault.server, "write it as 'https://vault.example.com'");
}
