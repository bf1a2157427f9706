import type { IConstruct } from 'constructs';
import type { VaultValue } from '../../lib/model/kinds/secret';
import { snapshot } from '../../lib/model/values/text';
import { Reading } from '../../lib/model/workload/reading';
import { byKey, keysOf, type NamedSecretProps, Secret } from './secret';

/** What a user may say of a secret of HashiCorp Vault. */
export interface VaultSecretProps extends NamedSecretProps {
  /** The role of Vault's Kubernetes authentication with which the agent of each pod logs in. */
  readonly role: string;
  /** Where each value stands in Vault, by key: `{ password: { path: 'secret/data/shop', field: 'password' } }`. */
  readonly values: Readonly<Record<string, VaultValue>>;
  /** Address of Vault. @default - that of the injector */
  readonly address?: string;
}

/**
 * A secret of HashiCorp Vault, which its agent writes into each pod as files: no Kubernetes Secret holds it, so it cannot
 * be had in the environment. Elsewhere its values are put where those of an existing secret are.
 *
 * @see https://developer.hashicorp.com/vault/docs/platform/k8s/injector
 */
export class VaultSecret extends Secret {
  constructor(scope: IConstruct, id: string, props: VaultSecretProps) {
    const said = snapshot(props?.values);
    super(scope, id, props?.name, (name, r) => {
      const read = new Reading(r);
      if (typeof props?.role !== 'string' || props.role === '')
        read.problem('role', "must be a role of Vault's Kubernetes authentication", props?.role, "give its name, such as 'shop'");
      const values = byKey<VaultValue>('values', said, "{ password: { path: 'secret/data/shop', field: 'password' } }", r);
      if (props?.address !== undefined && !/^https?:\/\/[^\s/]/.test(String(props.address)))
        read.problem('address', 'must be an address of Vault', props.address, "write it as 'https://vault.example.com:8200'");
      for (const [key, value] of Object.entries(values)) {
        const { path, field } = value;
        if (typeof path !== 'string' || typeof field !== 'string' || !/^[\w./-]+$/.test(path) || !/^[\w.-]+$/.test(field))
          read.problem(`values.${key}`, 'must be a path and a field', value, "write it as { path: 'secret/data/shop', field: 'password' }");
      }
      return {
        source: 'vault',
        name,
        ...keysOf(said),
        values,
        role: String(props?.role),
        ...(props?.address !== undefined && { address: props.address }),
      };
    });
  }
}
