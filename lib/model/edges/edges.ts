import type { Part } from '../part';
import type { EnvValue } from '../workload/props';
import type { ExternalPeer } from './peers';

/** What an edge joins: a part with containers of its own, or with those that an operator makes of it. */
export type Joined = Part<'workload' | 'task' | 'object'>;

/** A part with containers of its own: a workload or a task. */
export type Runner = Part<'workload' | 'task'>;

/**
 * What the source of an edge waits for before it starts: that the target is well (`ready`), that it has ended without an
 * error (`completed`, of a task), or nothing.
 */
export type Gate = 'none' | 'ready' | 'completed';

/** An allowed connection, seen from one of its ends. */
export interface Edge {
  /** The other end. */
  readonly peer: Joined | ExternalPeer;
  /** Names of the target's ports; all of its ports if empty. */
  readonly ports: readonly string[];
  /** What the source waits for. */
  readonly gate: Gate;
  /** What the target's offered variables are called at the source; `false` if it takes none. */
  readonly env: false | Readonly<Record<string, string>>;
  /** All that are reached in the same way, where the target is one of several that are one thing: each has some of the ports. */
  readonly among?: readonly Joined[];
}

/** The edges of a workload or task. */
export interface Edges {
  /** Who may connect to it. */
  readonly incoming: readonly Edge[];
  /** What it may connect to, and what it waits for. */
  readonly outgoing: readonly Edge[];
}

/** What is said of a connection beside its ends. */
export type Connection = Partial<Pick<Edge, 'ports' | 'gate' | 'env' | 'among'>>;

/** Kept on the part under a registered symbol, so that another copy of this package in the process sees the same edges. */
const EDGES = Symbol.for('ironhull.Edges');

interface Own {
  readonly incoming: Edge[];
  readonly outgoing: Edge[];
  /** What `outgoing` holds, to find a connection that was declared at both ends. */
  readonly known: Map<Joined, Set<string>>;
  /** What whoever connects is told. */
  readonly offered: Map<string, EnvValue>;
}

function of(part: Joined): Own {
  const holder = part as { [EDGES]?: Own };
  if (!holder[EDGES]) {
    Object.defineProperty(part, EDGES, { value: { incoming: [], outgoing: [], known: new Map(), offered: new Map() } satisfies Own });
  }
  return holder[EDGES] as Own;
}

/** Lets one workload or task connect to a workload, or wait for a task. */
export function connect(from: Joined, to: Joined, said: Connection = {}): void {
  // replicas that connect to each other do not wait for each other
  const gate = said.gate ?? (from === to && to.kind === 'workload' ? 'none' : 'ready');
  const edge = { ports: [...(said.ports ?? [])], gate, env: said.env ?? {} } as const;
  // the same connection is often declared at both ends
  const key = JSON.stringify(edge);
  const known = of(from).known.get(to) ?? new Set();
  if (known.has(key)) return;
  of(from).known.set(to, known.add(key));
  const among = said.among && { among: said.among };
  of(from).outgoing.push({ peer: to, ...edge, ...among });
  of(to).incoming.push({ peer: from, ...edge, ...among });
}

/** Lets a workload or task connect to something outside the system. */
export function connectOut(from: Joined, peer: ExternalPeer): void {
  of(from).outgoing.push({ peer, ports: [], gate: 'none', env: false });
}

/** Lets something outside the system connect to a workload. */
export function connectIn(to: Joined, peer: ExternalPeer, ports: readonly string[] = [], among?: readonly Joined[]): void {
  of(to).incoming.push({ peer, ports: [...ports], gate: 'none', env: false, ...(among && { among }) });
}

/** Variables that whoever is allowed to connect gets. */
export function offer(part: Joined, variables: Readonly<Record<string, EnvValue>>): void {
  for (const [name, value] of Object.entries(variables)) of(part).offered.set(name, value);
}

/** What a workload offers. */
export function offeredBy(part: Joined): ReadonlyMap<string, EnvValue> {
  return of(part).offered;
}

/** The edges of a workload or task. */
export function edgesOf(part: Joined): Edges {
  return of(part);
}
