import type { Part } from './part';

/** A peer outside the system. */
export interface ExternalPeer {
  /** Addresses in CIDR notation. */
  readonly cidr?: string;
  /** Networks within `cidr` that are not meant. */
  readonly except?: readonly string[];
  /** Pods by their labels (Kubernetes), in the same namespace unless `namespaceLabels` says otherwise. */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** Namespaces by their labels (Kubernetes). */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  /** TCP ports: of the peer where the edge leads to it, of the workload where it comes from the peer. All if empty. */
  readonly ports: readonly number[];
}

/** Whether something is a peer outside: programs in JavaScript pass anything. */
export function isPeer(other: unknown): other is ExternalPeer {
  return typeof other === 'object' && other !== null && 'ports' in other && Array.isArray(other.ports);
}

/** @see https://www.iana.org/assignments/iana-ipv4-special-registry */
const NOT_PUBLIC = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32', // Azure's WireServer, a public address in name only
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24', // among them Oracle Cloud's metadata service
  '192.168.0.0/16',
  '198.18.0.0/15',
  '240.0.0.0/4',
] as const;

/** Peers that are not part of the system. */
export const Peers = {
  /**
   * Every public IPv4 address, on these TCP ports: not the private, shared and link-local networks, where clusters, hosts
   * and metadata services are.
   */
  internet(...ports: number[]): ExternalPeer {
    return { cidr: '0.0.0.0/0', except: NOT_PUBLIC, ports };
  },
  /** Addresses in CIDR notation, on these TCP ports. */
  cidr(cidr: string, ...ports: number[]): ExternalPeer {
    return { cidr, ports };
  },
  /** Pods that are not made by this library, by their labels; on other platforms there are none. */
  pods(podLabels: Readonly<Record<string, string>>, namespaceLabels?: Readonly<Record<string, string>>): ExternalPeer {
    return { podLabels, ports: [], ...(namespaceLabels && { namespaceLabels }) };
  },
} as const;

/** An allowed connection, seen from one of its ends. */
export interface Edge {
  /** The other end. */
  readonly peer: Part<'workload'> | ExternalPeer;
  /** Names of the target's ports; all of its ports if empty. */
  readonly ports: readonly string[];
}

/** The edges of a workload. */
export interface Edges {
  /** Who may connect to it. */
  readonly incoming: readonly Edge[];
  /** What it may connect to. */
  readonly outgoing: readonly Edge[];
}

/** Kept on the part under a registered symbol, so that another copy of this package in the process sees the same edges. */
const EDGES = Symbol.for('ironhull.Edges');

interface Own {
  readonly incoming: Edge[];
  readonly outgoing: Edge[];
  /** What `outgoing` holds, to find a connection that was declared at both ends. */
  readonly known: Map<Part, Set<string>>;
}

function of(part: Part<'workload'>): Own {
  const holder = part as { [EDGES]?: Own };
  if (!holder[EDGES]) Object.defineProperty(part, EDGES, { value: { incoming: [], outgoing: [], known: new Map() } satisfies Own });
  return holder[EDGES] as Own;
}

/** Lets one workload connect to another, on these ports of the other, or on all of them. */
export function connect(from: Part<'workload'>, to: Part<'workload'>, ports: readonly string[] = []): void {
  // the same connection is often declared at both ends
  const known = of(from).known.get(to) ?? new Set();
  if (known.has(ports.join())) return;
  of(from).known.set(to, known.add(ports.join()));
  of(from).outgoing.push({ peer: to, ports: [...ports] });
  of(to).incoming.push({ peer: from, ports: [...ports] });
}

/** Lets a workload connect to something outside the system. */
export function connectOut(from: Part<'workload'>, peer: ExternalPeer): void {
  of(from).outgoing.push({ peer, ports: [] });
}

/** Lets something outside the system connect to a workload. */
export function connectIn(to: Part<'workload'>, peer: ExternalPeer, ports: readonly string[] = []): void {
  of(to).incoming.push({ peer, ports: [...ports] });
}

/** The edges of a workload. */
export function edgesOf(part: Part<'workload'>): Edges {
  return of(part);
}
