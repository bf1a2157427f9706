import { isDnsLabel } from '../names';
import type { Part, Resolution } from '../part';

/** What a user may say of a secret: where it is, never what it is. */
export interface SecretProps {
  /**
   * The name of a secret that exists already: a Kubernetes Secret in the same namespace. Elsewhere the name and key say
   * which Pulumi config secret (`<name>.<key>`) or which variable of a Compose file (`<NAME>_<KEY>`) holds the value.
   */
  readonly existing: string;
}

/** What is true of a secret. */
export interface SecretSpec {
  /** The name of the existing secret. */
  readonly existing: string;
}

/** One value of a secret, by reference. */
export interface SecretKey {
  /** The secret. */
  readonly secret: Part<'secret'>;
  /** The key of the value within it. */
  readonly key: string;
}

/** Fills in everything that a user left out of a secret. */
export function resolveSecret(props: SecretProps, r: Resolution): SecretSpec {
  if (typeof props.existing !== 'string' || !isDnsLabel(props.existing) || props.existing.length > 63) {
    r.problem(
      'existing',
      "a secret's name must be a DNS label of at most 63 characters",
      props.existing,
      'use lower case letters, digits and dashes',
    );
  }
  return { existing: props.existing };
}

/** The name of the variable that holds a secret's value outside Kubernetes: `VEOGEN_SECRETS_DATABASE_URL`. */
export function secretVariable(spec: SecretSpec, key: string): string {
  return `${spec.existing}_${key}`.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
}
