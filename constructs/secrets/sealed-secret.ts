import { createHash } from 'node:crypto';
import type { IConstruct } from 'constructs';
import { snapshot } from '../../lib/model/values/text';
import { isObject, Reading } from '../../lib/model/workload/reading';
import { keysOf, type NamedSecretProps, Secret } from './secret';

/** What a user may say of a sealed secret. */
export interface SealedSecretProps extends NamedSecretProps {
  /** Encrypted values by key, as `kubeseal --raw` prints them. */
  readonly encrypted: Readonly<Record<string, string>>;
  /** What the values were sealed for: this name and namespace, this namespace, or the whole cluster. @default 'strict' */
  readonly scope?: 'strict' | 'namespace-wide' | 'cluster-wide';
}

/**
 * A secret that was encrypted for the Sealed Secrets controller of one cluster, so that it can stand in a repository.
 * Elsewhere its values are put where those of an existing secret are.
 *
 * @see https://github.com/bitnami-labs/sealed-secrets
 */
export class SealedSecret extends Secret {
  constructor(scope: IConstruct, id: string, props: SealedSecretProps) {
    const said: unknown = snapshot(props?.encrypted);
    super(scope, id, props?.name, (name, r) => {
      const read = new Reading(r);
      const values = (isObject(said) ? said : {}) as Readonly<Record<string, string>>;
      if (said !== undefined && said !== null && !isObject(said))
        read.problem('encrypted', 'must be sealed values by key', undefined, "write it as { password: 'Ag…' }");
      for (const [key, value] of Object.entries(values)) {
        // the value is not shown: it may be no ciphertext, but what was meant to be sealed
        if (typeof value !== 'string' || !/^A[A-Za-z0-9+/=]{100,}$/.test(value))
          read.problem(`encrypted.${key}`, 'is no sealed value', undefined, 'paste what `kubeseal --raw` prints');
      }
      const keys = Object.keys(values).sort();
      const hash = createHash('sha256').update(JSON.stringify(keys.map((key) => [key, values[key]])));
      return {
        source: 'sealed',
        name,
        ...keysOf(said),
        values,
        scope: read.oneOf('scope', props?.scope, ['strict', 'namespace-wide', 'cluster-wide'], 'strict'),
        version: hash.digest('hex').slice(0, 8),
      };
    });
  }
}
