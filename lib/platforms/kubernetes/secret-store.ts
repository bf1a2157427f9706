import type { SecretStoreProvider, SecretStoreRef } from '../../model/kinds/secret';
import type { At, StackView } from '../../platform/platform';
import type { SecretStoreManifest } from './custom';
import { labelsOf, metadataOf } from './metadata';
import type { KubernetesNatives, KubernetesOptions } from './natives';

const known = new WeakMap<StackView, Map<string, string>>();

/** The store of a secret, if it is ours to make and no other secret of the stack made it before. */
export function secretStore(store: SecretStoreRef, at: At<KubernetesNatives>, options: KubernetesOptions): SecretStoreManifest | undefined {
  if (!store.provider) return undefined;
  const made = known.get(at.stack) ?? new Map<string, string>();
  known.set(at.stack, made);
  const said = JSON.stringify(store.provider);
  const before = made.get(store.name);
  if (before !== undefined && before !== said) {
    at.problem('store', 'another secret says something else of a store of that name', store.name, 'use one SecretStores value for both');
  }
  made.set(store.name, said);
  if (before !== undefined) return undefined;
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: metadataOf(store.name, labelsOf(at, store.name), options),
    spec: { provider: providerOf(store.provider) },
  };
}

function providerOf(provider: SecretStoreProvider): SecretStoreManifest['spec']['provider'] {
  if ('vault' in provider) {
    const { server, path, version, role, mount, serviceAccount } = provider.vault;
    return {
      vault: { auth: { kubernetes: { mountPath: mount, role, serviceAccountRef: { name: serviceAccount } } }, path, server, version },
    };
  }
  const { service, region, role, serviceAccount } = provider.aws;
  return { aws: { auth: { jwt: { serviceAccountRef: { name: serviceAccount } } }, region, ...(role !== undefined && { role }), service } };
}
