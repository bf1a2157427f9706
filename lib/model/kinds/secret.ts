import { isDnsLabel } from '../names';
import type { Part, Resolution } from '../part';

/** One value of a secret, by reference. */
export interface SecretKey {
  /** The secret. */
  readonly secret: Part<'secret'>;
  /** The key of the value within it. */
  readonly key: string;
}

/** A secret value in a file of the container; as a variable's value it is the path of that file. */
export interface SecretFile extends SecretKey {
  /** Absolute path in the container. */
  readonly path: string;
}

/** Characters of a generated value. */
export type Alphabet = 'alphanumeric' | 'symbols' | 'hex';

/** A value that is generated once, and anew when `rotation` changes. */
export interface GeneratedValue {
  /** How many characters. */
  readonly length: number;
  /** Which characters: letters and digits; also symbols that need no escape in a URL (`-._~`); or hexadecimal digits. */
  readonly alphabet: Alphabet;
}

/** Where a value stands in the store of the External Secrets Operator. */
export interface RemoteValue {
  /** The key in the store: a path in Vault, the name or ARN of an AWS secret. */
  readonly remote: string;
  /** The property of a structured value; the whole value if absent. */
  readonly property?: string;
  /** The version; the newest if absent. */
  readonly version?: string;
}

/** What a store reads that is made beside its secrets. */
export type SecretStoreProvider =
  | {
      /** HashiCorp Vault: its address, the mount and version of the engine, and how the operator logs in. */
      readonly vault: {
        readonly server: string;
        readonly path: string;
        readonly version: 'v1' | 'v2';
        readonly role: string;
        readonly mount: string;
        readonly serviceAccount: string;
      };
    }
  | {
      /** AWS: which service, where, and how the operator logs in. */
      readonly aws: {
        readonly service: 'SecretsManager' | 'ParameterStore';
        readonly region: string;
        readonly role?: string;
        readonly serviceAccount: string;
      };
    };

/** A store of the External Secrets Operator. */
export interface SecretStoreRef {
  /** Its name. */
  readonly name: string;
  /** Whether it belongs to the namespace or to the cluster. */
  readonly kind: 'SecretStore' | 'ClusterSecretStore';
  /** What it reads, if it is made; absent where somebody else made it. */
  readonly provider?: SecretStoreProvider;
}

/** Where a value stands in HashiCorp Vault. */
export interface VaultValue {
  /** Path of the secret: `secret/data/shop/database`. */
  readonly path: string;
  /** The field within it. */
  readonly field: string;
}

/** Where the values of a secret come from. Never the values themselves. */
export type SecretSource =
  /** A Kubernetes Secret that somebody else made. */
  | { readonly source: 'existing' }
  /** The secret config of a Pulumi stack. */
  | { readonly source: 'config' }
  /** Nobody knows the values: they are made once, and made anew when the rotation changes. */
  | {
      readonly source: 'generated';
      readonly values: Readonly<Record<string, GeneratedValue>>;
      readonly rotation: number;
      /** What stands beside each value on Kubernetes, and is no secret. */
      readonly texts?: Readonly<Record<string, string>>;
    }
  /** A store of the External Secrets Operator. */
  | {
      readonly source: 'external';
      readonly store: SecretStoreRef;
      /** Seconds between two looks into the store; 0 for one look alone. */
      readonly refresh: number;
      readonly values: Readonly<Record<string, RemoteValue>>;
    }
  /** HashiCorp Vault, whose agent writes the values into each pod. */
  | { readonly source: 'vault'; readonly role: string; readonly address?: string; readonly values: Readonly<Record<string, VaultValue>> }
  /** Values that were encrypted for the Sealed Secrets controller of one cluster. */
  | {
      readonly source: 'sealed';
      readonly scope: 'strict' | 'namespace-wide' | 'cluster-wide';
      readonly values: Readonly<Record<string, string>>;
    };

/** What is true of a secret. */
export type SecretSpec = SecretSource & {
  /**
   * Its name: that of the Kubernetes Secret. Elsewhere name and key say which Pulumi config secret (`secrets:<name>.<key>`)
   * or which file or variable beside a Compose or stack file holds the value.
   */
  readonly name: string;
  /** Its keys; unknown where somebody else made it. */
  readonly keys?: readonly string[];
  /** What changes with the values where this is known; consumers are rolled when it does. */
  readonly version?: string;
};

/** Checks what all secrets have in common. */
export function resolveSecret(where: string, spec: SecretSpec, r: Resolution): SecretSpec {
  // any other name is that of the part, and checked there
  if (where === 'existing' && (typeof spec.name !== 'string' || !isDnsLabel(spec.name) || spec.name.length > 63)) {
    const what = "a secret's name must be a DNS label of at most 63 characters";
    r.problem(where, what, spec.name, 'use lower case letters, digits and dashes');
  }
  if (
    spec.version !== undefined &&
    !(typeof spec.version === 'string' && /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(spec.version))
  ) {
    const fix = "use at most 63 letters, digits, '-', '_' and '.', such as a date";
    r.problem('version', 'must be text that can be a label value', spec.version, fix);
  }
  if (spec.keys?.length === 0) r.problem('keys', 'a secret needs at least one key', undefined, "name each value, such as 'password'");
  for (const key of spec.keys ?? []) {
    if (!isSecretKeyName(key)) r.problem('keys', 'is no key of a secret', key, 'use letters, digits, dashes, dots and underscores');
  }
  if (spec.source !== 'existing') r.feature(`secret.${spec.source}`);
  return spec;
}

/** Whether a text can be a key of a secret, and the last part of a path. */
export function isSecretKeyName(key: unknown): boolean {
  return typeof key === 'string' && /^[A-Za-z0-9._-]{1,253}$/.test(key) && key !== '.' && key !== '..';
}

/** Where the files of a secret are in a container, unless a path is given. */
export const SECRETS_DIRECTORY = '/run/secrets';

/**
 * A value of a secret as a file, by default `/run/secrets/<secret>/<key>`.
 *
 * @param name the secret's name, as far as it is known before its part is resolved
 */
export function secretFile(secret: Part<'secret'>, name: string, key: string, path?: string): SecretFile {
  return { secret, key, path: path ?? `${SECRETS_DIRECTORY}/${name}/${key}` };
}

/** The name of the variable that holds a secret's value outside Kubernetes: `VEOGEN_SECRETS_DATABASE_URL`. */
export function secretVariable(spec: Pick<SecretSpec, 'name'>, key: string): string {
  return `${spec.name}_${key}`.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
}
