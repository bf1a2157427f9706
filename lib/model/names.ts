import { createHash } from 'node:crypto';
import type { IConstruct } from 'constructs';
import { report } from './problems';

/**
 * The longest name. Kubernetes appends to the names of workloads (ten characters of revision hash on a StatefulSet,
 * eleven on a CronJob's Job) and stores the result in label values of at most 63 characters.
 */
export const MAX_NAME = 52;

const PINNED = Symbol.for('ironhull.PinnedName');
const CHART = Symbol.for('cdk8s.Chart');
const SILENT = new Set(['default', 'resource']);

/**
 * Fixes the name of a construct; names below it continue from there.
 *
 * A resource's name is made of the ids on the way from its stack (a cdk8s Chart, a Pulumi stack) down to it. Moving a
 * construct in the tree therefore renames it, and a renamed database is a new, empty database. Pin the old name first.
 *
 * A name that no platform would take is reported with everything else that is wrong.
 */
export function pinName(construct: IConstruct, name: string): void {
  if (typeof name !== 'string' || !isDnsLabel(name) || name.length > MAX_NAME) {
    report(
      construct,
      'name',
      `must be a DNS label of at most ${MAX_NAME} characters`,
      name,
      'start with a letter and use lower case letters, digits and dashes',
    );
    return;
  }
  Object.defineProperty(construct, PINNED, { value: name, configurable: true });
}

/** The name that was pinned on exactly this construct. */
export function tryPinnedName(construct: IConstruct): string | undefined {
  return (construct as { [PINNED]?: string })[PINNED];
}

/** An id as part of a name: `PostgresMain` and `postgres_main` become `postgres-main`. */
export function kebab(id: string): string {
  return id
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase();
}

/**
 * The one name of a construct, on every platform: stable, readable, a DNS label, without the environment in it.
 *
 * A name of more than 52 characters keeps its first 43 and ends in eight digits of its hash.
 */
export function nameOf(construct: IConstruct): string {
  const ids: string[] = [];
  for (let at: IConstruct | undefined = construct; at; at = at.node.scope) {
    const pinned = tryPinnedName(at);
    if (pinned !== undefined) {
      ids.unshift(pinned);
      break;
    }
    if (CHART in at || at.node.scope === undefined) break;
    if (!SILENT.has(at.node.id.toLowerCase())) ids.unshift(kebab(at.node.id));
  }
  return shorten(ids.filter((id) => id !== '').join('-'));
}

/** A name of at most 52 characters: longer ones keep their head and end in a hash of the whole. */
export function shorten(name: string): string {
  if (name.length <= MAX_NAME) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, MAX_NAME - 9).replace(/-+$/, '')}-${hash}`;
}

/** Whether a text can be a resource's name on every platform. */
export function isDnsLabel(name: string): boolean {
  return /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name);
}

/** Whether a text is a name of the DNS with at least one dot: `api.example.com`. */
export function isDnsName(name: unknown): boolean {
  return (
    typeof name === 'string' && name.length <= 253 && /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/i.test(name)
  );
}
