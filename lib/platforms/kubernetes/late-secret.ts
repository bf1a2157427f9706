import type { SecretSpec } from '../../model/kinds/secret';
import type { LateBound } from '../../model/workload/props';

/** Stands for a value of a secret until Pulumi puts it in. Text output refuses it, as it refuses every value that is not known. */
export class LateSecret implements LateBound {
  constructor(
    /** The secret. */
    readonly spec: SecretSpec,
    /** The key of the value. */
    readonly key: string,
  ) {}

  /** What comes of it stands for the same value. */
  apply(): LateSecret {
    return this;
  }
}

/** Puts values in where they are stood for, in the data of a Secret. */
export function withSecrets<T extends { readonly kind: unknown }>(json: T, value: (late: LateSecret) => unknown): T {
  const { data } = json as { readonly data?: unknown };
  if (json.kind !== 'Secret' || typeof data !== 'object' || data === null) return json;
  const entries = Object.entries(data).map(([key, one]) => [key, one instanceof LateSecret ? value(one) : one] as const);
  return { ...json, data: Object.fromEntries(entries) };
}

/** Whether a manifest holds what only Pulumi can put in. */
export function holdsSecrets(manifest: object): boolean {
  const { data } = manifest as { readonly data?: unknown };
  return typeof data === 'object' && data !== null && Object.values(data).some((one) => one instanceof LateSecret);
}
