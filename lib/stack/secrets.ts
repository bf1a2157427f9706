import { createHash, scryptSync } from 'node:crypto';
import * as pulumi from '@pulumi/pulumi';
import type { GeneratedValue, SecretSpec } from '../model/kinds/secret';

/** The namespace of the stack's config in which secret values stand: `pulumi config set --secret secrets:<name>.<key>`. */
export const SECRETS = 'secrets';

/** The config key of a secret value. */
export function secretConfigKey(spec: Pick<SecretSpec, 'name'>, key: string): string {
  return `${SECRETS}:${spec.name}.${key}`;
}

/** Whether a value has to stand in the stack's config and does not. */
export function isMissing(spec: SecretSpec, key: string): boolean {
  return spec.source !== 'generated' && configured(spec, key) === undefined;
}

/** A value of the stack's config, while the program runs: never to be written anywhere but into what is secret. */
function configured(spec: Pick<SecretSpec, 'name'>, key: string): string | undefined {
  return pulumi.runtime.getConfig(secretConfigKey(spec, key));
}

const versions = new Map<string, string>();

/**
 * Eight hexadecimal digits that change when one of the values does. They are known while a stack is planned and stand in
 * names, so they tell nothing: of a value from the config it is a slow hash, salted with the stack, of which most is cut off.
 */
export function secretVersion(spec: SecretSpec, keys: readonly string[]): string {
  const sorted = [...new Set(keys)].sort();
  if (spec.source === 'generated') {
    const said = sorted.map((key) => [key, spec.values[key]]);
    return createHash('sha256')
      .update(JSON.stringify([spec.name, spec.rotation, said]))
      .digest('hex')
      .slice(0, 8);
  }
  const salt = `ironhull ${pulumi.getProject()} ${pulumi.getStack()} ${spec.name}`;
  const text = JSON.stringify(sorted.map((key) => [key, configured(spec, key) ?? '']));
  const known = versions.get(salt + text);
  if (known !== undefined) return known;
  const version = scryptSync(text, salt, 4).toString('hex');
  versions.set(salt + text, version);
  return version;
}

/** The values of the secrets of one deployment. */
export class SecretValues {
  private readonly generated = new Map<string, pulumi.Output<string>>();

  /** @param parent the parent of what generates values */
  constructor(private readonly parent: pulumi.Resource) {}

  /** A value, encrypted in the stack's state. What is missing in the config was a problem before. */
  value(spec: SecretSpec, key: string): pulumi.Output<string> {
    if (spec.source !== 'generated') return new pulumi.Config(SECRETS).getSecret(`${spec.name}.${key}`) as pulumi.Output<string>;
    const name = `${spec.name}.${key}`;
    const known = this.generated.get(name);
    if (known) return known;
    const value = generate(name, spec.values[key] as GeneratedValue, spec.rotation, this.parent);
    this.generated.set(name, value);
    return value;
  }
}

/** Symbols that need no escape in a URL. */
const SYMBOLS = '-._~';

function generate(name: string, { length, alphabet }: GeneratedValue, rotation: number, parent: pulumi.Resource): pulumi.Output<string> {
  const { RandomBytes, RandomPassword } = random();
  const keepers = { rotation: String(rotation) };
  if (alphabet === 'hex') {
    const bytes = new RandomBytes(name, { length: Math.ceil(length / 2), keepers }, { parent });
    return pulumi.secret(bytes.hex.apply((hex) => hex.slice(0, length)));
  }
  const special = alphabet === 'symbols';
  const password = new RandomPassword(name, { length, special, ...(special && { overrideSpecial: SYMBOLS }), keepers }, { parent });
  return pulumi.secret(password.result);
}

/** Only who generates secrets needs the SDK. */
function random(): typeof import('@pulumi/random') {
  try {
    return require('@pulumi/random') as typeof import('@pulumi/random');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error('a GeneratedSecret needs @pulumi/random, which is not installed; run: npm install @pulumi/random');
  }
}
