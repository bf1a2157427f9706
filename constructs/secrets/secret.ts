import type { IConstruct } from 'constructs';
import { Composite } from '../../lib/model/composite';
import { resolveSecret, type SecretFile, type SecretKey, type SecretSpec, secretFile } from '../../lib/model/kinds/secret';
import { nameOf, pinName } from '../../lib/model/names';
import { Part, type Resolution } from '../../lib/model/part';
import { isObject, Reading } from '../../lib/model/workload/reading';

/** What all secrets that are made have in common. */
export interface NamedSecretProps {
  /** The secret's name on every platform. @default - made of the ids on the way here */
  readonly name?: string;
}

/** What is said of each value, by its key. What is no object is not shown: it may be the value itself. */
export function byKey<V extends object>(where: string, said: unknown, example: string, r: Resolution): Readonly<Record<string, V>> {
  const read = new Reading(r);
  const fix = `write it as ${example}; a value itself stands in no program`;
  if (!isObject(said)) {
    if (said !== undefined && said !== null) read.problem(where, 'must say of each key where its value is', undefined, fix);
    return {};
  }
  const right = Object.entries(said).filter(([key, value]) => {
    if (!isObject(value)) read.problem(`${where}.${key}`, 'must say where the value is', undefined, fix);
    return isObject(value);
  });
  return Object.fromEntries(right) as Record<string, V>;
}

/** The keys of a secret, sorted; none are known where something else was said. */
export function keysOf(said: unknown): { readonly keys?: readonly string[] } {
  return said === undefined || said === null || isObject(said) ? { keys: Object.keys(said ?? {}).sort() } : {};
}

/** A secret: its values are referred to and never seen. */
export abstract class Secret extends Composite {
  /** The secret as a part. */
  readonly part: Part<'secret'>;
  private readonly given: string | undefined;

  /** @param where the property that a wrong name stands in */
  protected constructor(
    scope: IConstruct,
    id: string,
    name: string | undefined,
    spec: (name: string, r: Resolution) => SecretSpec,
    where: 'name' | 'existing' = 'name',
  ) {
    super(scope, id);
    this.given = where === 'existing' ? name : undefined;
    if (where === 'name' && name !== undefined) pinName(this, name);
    this.part = new Part(this, 'Default', 'secret', (r) =>
      resolveSecret(where, spec(where === 'existing' ? (name as string) : nameOf(this), r), r),
    );
  }

  /**
   * A value in the environment of a container, or in a text by `interpolate`, for images that demand it. Whoever may look
   * at the container can read it; a file is safer.
   */
  key(key: string): SecretKey {
    return { secret: this.part, key };
  }

  /**
   * A value in a file of the container; as the value of a variable it is the path of that file, which images with variables
   * ending in `_FILE` expect: `env: { POSTGRES_PASSWORD_FILE: secrets.file('password') }`.
   *
   * @param path absolute path in the container; by default `/run/secrets/<secret>/<key>`
   */
  file(key: string, path?: string): SecretFile {
    return secretFile(this.part, this.given ?? nameOf(this), key, path);
  }
}
