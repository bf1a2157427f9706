import type { IConstruct } from 'constructs';
import type { Alphabet, GeneratedValue } from '../../lib/model/kinds/secret';
import type { Resolution } from '../../lib/model/part';
import { snapshot } from '../../lib/model/values/text';
import { Reading } from '../../lib/model/workload/reading';
import { byKey, keysOf, type NamedSecretProps, Secret } from './secret';

/** What a user may say of a generated value. */
export interface GeneratedValueProps {
  /** How many characters, 16 to 256. @default 32 */
  readonly length?: number;
  /** Letters and digits; also symbols that need no escape in a URL (`-._~`); or hexadecimal digits. @default 'alphanumeric' */
  readonly alphabet?: Alphabet;
}

/** What a user may say of a secret that is generated. */
export interface GeneratedSecretProps extends NamedSecretProps {
  /** The values by key: `{ password: {} }`. */
  readonly values: Readonly<Record<string, GeneratedValueProps>>;
  /**
   * What stands beside each value in its Kubernetes Secret and is no secret, by key: `{ username: 'orders' }`, as operators want
   * it. Other platforms need none. @default - none
   */
  readonly texts?: Readonly<Record<string, string>>;
  /** A whole number; another one makes all values anew, and rolls whoever uses them. @default 1 */
  readonly rotation?: number;
}

/**
 * A secret that nobody needs to know: it is generated once, by @pulumi/random where Pulumi deploys, by a generator of the
 * External Secrets Operator in Kubernetes manifests, and by a command that a Compose or stack file names.
 */
export class GeneratedSecret extends Secret {
  constructor(scope: IConstruct, id: string, props: GeneratedSecretProps) {
    const said = snapshot(props?.values);
    super(scope, id, props?.name, (name, r) => {
      const read = new Reading(r);
      const rotation = read.integer('rotation', props?.rotation, 1, 1, 1_000_000);
      const sizes = Object.entries(byKey<GeneratedValueProps>('values', said, '{ password: { length: 32 } }', r));
      const values = Object.fromEntries(sizes.map(([key, value]) => [key, resolveValue(key, value, r)] as const));
      const texts = read.record('texts', props?.texts, "{ username: 'orders' }");
      return { source: 'generated', name, ...keysOf(said), values, rotation, version: String(rotation), ...(props?.texts && { texts }) };
    });
  }
}

function resolveValue(key: string, props: GeneratedValueProps, r: Resolution): GeneratedValue {
  const read = new Reading(r).at(`values.${key}`);
  return {
    length: read.integer('length', props.length, 32, 16, 256),
    alphabet: read.oneOf('alphabet', props.alphabet, ['alphanumeric', 'symbols', 'hex'], 'alphanumeric'),
  };
}
