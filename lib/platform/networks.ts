import { edgesOf, type Runner } from '../model/edges/edges';
import { shorten } from '../model/names';
import { Part } from '../model/part';
import { below, displayPath, type Problem } from '../model/problems';
import { view } from './edge-view';

/** A network that a workload or task is in. */
export interface NetworkView {
  /** Its name within the stack: that of a segment, or one made of the names of those that share it. */
  readonly name: string;
  /** The segment, if it is one. */
  readonly segment?: Part<'network'>;
  /** Fixed address in it. */
  readonly address?: string;
  /** More names in it. */
  readonly aliases: readonly string[];
}

/** A network that nobody declared. */
export interface ImpliedNetwork {
  /** Its name within the stack. */
  readonly name: string;
  /** `edge` joins two that an edge connects; `outside` leads out of the stack; `alone` joins nobody. The others are internal. */
  readonly kind: 'edge' | 'outside' | 'alone';
}

/** What an engine that isolates by networks is like. */
export interface Networking {
  /** Whether one network that its members cannot use among each other leads outside, or one for each workload does. */
  readonly outside: 'shared' | 'each';
  /** Whether one that waits for a task has to reach it. */
  readonly tasksAreReached: boolean;
  /** Whether networks are bridges of one host, which has addresses for few. @default - where one leads outside for all */
  readonly bridges?: boolean;
}

/** The networks of a stack. */
export interface NetworkPlan {
  /** Networks that nobody declared, in a stable order. */
  readonly implied: readonly ImpliedNetwork[];
  /** The networks of a workload or task. */
  of(part: Runner): readonly NetworkView[];
}

/** The name of the network that leads outside, where all share it. */
export const OUTSIDE = 'outside';
/** As many bridge networks as an engine has addresses for, unless it is told more, less a few for others. */
const MANY = 25;

/**
 * Puts two workloads into one network exactly when an edge or a segment says so. Where no segment does, an edge has a
 * network of its own with no way out; what is published, or may connect to the outside, is in a network that leads there.
 */
export function planNetworks(
  runners: readonly Runner[],
  published: ReadonlySet<unknown>,
  networking: Networking,
  nameOf: (part: Part) => string,
  problems: Problem[],
): NetworkPlan {
  const segments = new Map<Runner, NetworkView[]>(runners.map((part) => [part, segmentsOf(part, nameOf)] as const));
  const joined = new Map<Runner, Set<string>>(runners.map((part) => [part, new Set()] as const));
  const implied = new Map<string, ImpliedNetwork & { readonly of: string }>();
  // a segment and a workload may have the same name: `of` tells apart whom a network joins
  const join = (part: Runner, name: string, kind: ImpliedNetwork['kind'], of: string = kind): void => {
    const known = implied.get(name) ?? { name, kind, of };
    const fix = 'choose another id for one of the two';
    if (known.of !== of) problems.push({ path: displayPath(part), what: 'needs a network whose name an edge has', value: name, fix });
    implied.set(name, known);
    joined.get(part)?.add(name);
  };
  for (const part of runners) {
    const others: Runner[] = [];
    for (const other of reached(part, networking)) {
      const theirs = segments.get(other);
      if (!theirs) {
        problems.push({
          path: displayPath(part),
          what: `an edge leads to ${displayPath(other)}, which is not part of this stack`,
          fix: 'put both into one stack, or publish it there and use Peers.cidr here',
        });
      } else if (!shareSegment(segments.get(part) ?? [], theirs)) others.push(other);
    }
    for (const [met, members] of together(others, segments)) {
      const name = shorten([nameOf(part as Part), nameOf(met)].sort().join('_'));
      const ends = [part, met].map(displayPath).sort().join();
      for (const member of [part, ...members]) join(member, name, 'edge', ends);
    }
  }
  for (const part of runners) {
    const own = segments.get(part) ?? [];
    if (leadsOutside(part, published) && !own.some(({ segment }) => segment && !segment.resolve().spec.internal)) {
      join(part, networking.outside === 'shared' ? OUTSIDE : `${nameOf(part as Part)}_${OUTSIDE}`, 'outside');
    }
    if (own.length === 0 && joined.get(part)?.size === 0) join(part, `${nameOf(part as Part)}_alone`, 'alone');
  }
  const of = (part: Runner) => [...(segments.get(part) ?? []), ...[...(joined.get(part) ?? [])].map((name) => ({ name, aliases: [] }))];
  return { implied: [...implied.values()].map(({ name, kind }) => ({ name, kind })), of };
}

/** Warns where there are more bridge networks than an engine has addresses for by default. */
export function manyNetworks(path: string, implied: readonly ImpliedNetwork[]): Problem[] {
  if (implied.length <= MANY) return [];
  const what = 'needs more networks than a Docker host has addresses for by default (about 30)';
  const fix = "put workloads that may all meet into one NetworkSegment, or widen default-address-pools in the host's daemon.json";
  return [{ path, what, value: implied.length, fix }];
}

function segmentsOf(part: Runner, nameOf: (part: Part) => string): NetworkView[] {
  return part.resolve().spec.networks.map(({ network, address, aliases }) => ({
    name: nameOf(network as Part),
    segment: network,
    aliases: [...aliases],
    ...(address !== undefined && { address }),
  }));
}

/** Those that an edge lets a workload or task connect to, on at least one port. */
function reached(part: Runner, networking: Networking): Set<Runner> {
  const found = new Set<Runner>();
  for (const edge of edgesOf(part).outgoing) {
    if (!Part.isPart(edge.peer) || edge.peer.kind === 'object') continue;
    const peer = edge.peer as Runner;
    const waits = networking.tasksAreReached && peer.kind === 'task' && edge.gate !== 'none';
    if (peer !== part && (waits || view(edge, peer).ports.length > 0)) found.add(peer);
  }
  return found;
}

/**
 * Those that one network can join to a workload without joining two that may not meet: each alone, or several that meet in
 * an open segment anyway, such as the nodes of a cluster. With what names the network: the other, or the segment.
 */
function together(others: readonly Runner[], segments: ReadonlyMap<Runner, readonly NetworkView[]>): Map<Part, Runner[]> {
  const all = new Map<Part, Runner[]>();
  for (const other of others) {
    const open = (segments.get(other) ?? []).find(({ segment }) => segment?.resolve().spec.open)?.segment;
    const shared = open !== undefined && others.some((one) => one !== other && segments.get(one)?.some(({ segment }) => segment === open));
    const met = (shared ? open : other) as Part;
    all.set(met, [...(all.get(met) ?? []), other]);
  }
  return all;
}

function shareSegment(own: readonly NetworkView[], theirs: readonly NetworkView[]): boolean {
  return own.some(({ segment }) => segment !== undefined && theirs.some((other) => other.segment === segment));
}

function leadsOutside(part: Runner, published: ReadonlySet<unknown>): boolean {
  if (published.has(part)) return true;
  const { incoming, outgoing } = edgesOf(part);
  const isAddress = ({ peer }: { readonly peer: unknown }) => {
    const { cidr, dnsName } = peer as { readonly cidr?: string; readonly dnsName?: string };
    return !Part.isPart(peer) && (cidr !== undefined || dnsName !== undefined);
  };
  return outgoing.some(isAddress) || incoming.some(isAddress);
}

/** A segment with the name of the network that leads outside. */
export function takenByOutside(part: Part<'network'>, name: string): Problem[] {
  if (name !== OUTSIDE) return [];
  const what = 'the name is that of the network that leads out of the stack';
  return [{ path: below(displayPath(part), ''), what, value: name, fix: 'choose another id, or give the segment a name' }];
}
