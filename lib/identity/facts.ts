import type { IConstruct } from 'constructs';
import { Environment } from '../model/environment';
import type { Kind } from '../model/kinds';
import { nameOf } from '../model/names';
import { displayPath, Part } from '../model/part';
import { binarySize } from '../model/values/quantities';
import { withoutPassword } from '../model/values/text';
import type { ContainerSpec } from '../model/workload/spec';
import type { PlannedStack } from '../platform/platform';
import type { Facts } from './file';
import { formatOf } from './formats';

/** A construct with a name that must stay. */
export interface Identity {
  /** The part. */
  readonly part: Part;
  /** Its name on every platform. */
  readonly name: string;
  /** The way to it from the root of its stack. */
  readonly path: string;
  /** Whether losing it loses something. */
  readonly keep: boolean;
  /** What cannot be changed, as far as this platform knows. */
  readonly facts: Record<string, string>;
  /** Whether what it holds has a format whose version the image does not tell. */
  unknownFormat: boolean;
}

const KINDS: ReadonlySet<Kind> = new Set<Kind>(['volume', 'workload', 'task', 'object', 'secret', 'network']);

/** The identities at and below a root, in the order of the tree. */
export function identitiesOf(root: IConstruct, planned: PlannedStack, foreign?: (scope: IConstruct) => boolean): Identity[] {
  const natives = new Map<Part, object>(planned.drafted.map(({ part, native }) => [part, native] as const));
  const above = root.node.path === '' ? 0 : root.node.path.length + 1;
  const found = new Map<Part, Identity>();
  const parts = Part.within(root, foreign);
  for (const part of parts) {
    if (!KINDS.has(part.kind) || !isIdentity(part)) continue;
    const facts: Record<string, string> = {};
    const native = natives.get(part);
    if (native) Object.assign(facts, factsOf(part, planned.platform), planned.platform.identity?.[part.kind]?.(native as never));
    const path = displayPath(part).slice(above) || part.node.id;
    found.set(part, { part, name: nameOf(part), path, keep: isKept(part), facts, unknownFormat: false });
  }
  for (const part of parts) if (part.kind === 'workload') addMounts(part as Part<'workload'>, found);
  return [...found.values()];
}

/** Of secrets only those whose values a new name would make anew. */
function isIdentity(part: Part): boolean {
  return part.kind !== 'secret' || trySpec(part as Part<'secret'>)?.source === 'generated';
}

/** Volumes say it themselves; the rest is kept where the environment keeps volumes. */
function isKept(part: Part): boolean {
  if (part.kind === 'network') return false;
  const said = part.kind === 'volume' ? trySpec(part as Part<'volume'>)?.keep : undefined;
  return said ?? Environment.of(part).keepVolumes;
}

function factsOf(part: Part, platform: PlannedStack['platform']): Facts {
  if (part.kind === 'network') return platform.networking ? networkFacts(part as Part<'network'>) : {};
  const spec = part.kind === 'volume' ? trySpec(part as Part<'volume'>) : undefined;
  if (!spec) return {};
  // what a platform does not decide it does not know: another one of the same stack may
  const has = (feature: 'volume.size' | 'volume.driver') => platform.support[feature] === 'native';
  return {
    ...(has('volume.size') && { size: binarySize(spec.sizeBytes) }),
    ...(has('volume.driver') && { driver: driverText(spec.driver, spec.driverOptions) }),
  };
}

function networkFacts(part: Part<'network'>): Facts {
  const spec = trySpec(part);
  if (!spec) return {};
  const { subnet = 'any', gateway, internal, driverOptions } = spec;
  return {
    subnet: gateway === undefined ? subnet : `${subnet} by ${gateway}`,
    internal: String(internal),
    driver: driverText('the default', driverOptions),
  };
}

/** Passwords of file servers stand in such options. */
function driverText(driver: string, options: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(options).map(([key, value]) => `${key}=${withoutPassword(String(value))}`);
  return [driver, ...pairs.sort()].join(' ').replace(/((?:pass\w*|secret\w*|token\w*|\w*key|credentials?)=)[^,\s]+/gi, '$1…');
}

/** What is on a volume is known from those that write to it. Tasks do not count: they may run a migration. */
function addMounts(workload: Part<'workload'>, found: ReadonlyMap<Part, Identity>): void {
  const spec = trySpec(workload);
  for (const container of spec ? [spec.main, ...spec.sidecars] : []) {
    for (const { volume, path, readOnly } of container.mounts) {
      const identity = found.get(volume as Part);
      if (!identity || readOnly) continue;
      identity.facts.mounts = join(identity.facts.mounts, path);
      // claims are called after both
      if (volume.resolve().spec.perReplica) identity.facts.perReplica = nameOf(workload);
      addFormat(container, identity);
    }
  }
}

function addFormat({ image }: ContainerSpec, identity: Identity): void {
  const format = formatOf(image);
  if (format === 'unknown') identity.unknownFormat = true;
  else if (format !== undefined) identity.facts.format = join(identity.facts.format, format);
}

function join(before: string | undefined, more: string): string {
  return [...new Set([...(before?.split(', ') ?? []), more])].sort().join(', ');
}

/** The spec, if it is right: what is wrong with it is told anyway. */
function trySpec<K extends Kind>(part: Part<K>) {
  try {
    const { spec, problems } = part.resolve();
    return problems.length === 0 ? spec : undefined;
  } catch {
    return undefined;
  }
}
