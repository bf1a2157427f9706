import type { SecretStoreRef } from '../../lib/model/kinds/secret';

/** What a user may say of a store in HashiCorp Vault. */
export interface VaultStoreProps {
  /** Name of the SecretStore. @default 'vault' */
  readonly name?: string;
  /** Address of Vault: `https://vault.example.com`. */
  readonly server: string;
  /** Where the secrets engine is mounted. @default 'secret' */
  readonly path?: string;
  /** Version of the key-value engine. @default 'v2' */
  readonly version?: 'v1' | 'v2';
  /** The role of Vault's Kubernetes authentication. */
  readonly role: string;
  /** Where Vault's Kubernetes authentication is mounted. @default 'kubernetes' */
  readonly mount?: string;
  /** A ServiceAccount of the namespace, made by whoever gave it the role. */
  readonly serviceAccount: string;
}

/** What a user may say of a store of AWS. */
export interface AwsStoreProps {
  /** Name of the SecretStore. @default 'aws' */
  readonly name?: string;
  /** Which of the two. @default 'SecretsManager' */
  readonly service?: 'SecretsManager' | 'ParameterStore';
  /** Region: `eu-central-1`. */
  readonly region: string;
  /** ARN of a role to assume. @default - that of the service account */
  readonly role?: string;
  /** A ServiceAccount of the namespace with an IAM role, made by whoever gave it the role. */
  readonly serviceAccount: string;
}

/**
 * Stores that the External Secrets Operator reads. Those with an address are made beside the first secret that uses them.
 *
 * @see https://external-secrets.io/latest/api/secretstore/
 */
export const SecretStores = {
  /** A SecretStore of the namespace, or a ClusterSecretStore, that somebody else made. */
  existing(name: string, kind: SecretStoreRef['kind'] = 'SecretStore'): SecretStoreRef {
    return { name, kind };
  },
  /** A SecretStore that reads HashiCorp Vault. */
  vault({ name = 'vault', path = 'secret', version = 'v2', mount = 'kubernetes', ...said }: VaultStoreProps): SecretStoreRef {
    return { name, kind: 'SecretStore', provider: { vault: { ...said, path, version, mount } } };
  },
  /** A SecretStore that reads AWS Secrets Manager or the Parameter Store. */
  aws({ name = 'aws', service = 'SecretsManager', ...said }: AwsStoreProps): SecretStoreRef {
    return { name, kind: 'SecretStore', provider: { aws: { ...said, service } } };
  },
} as const;
