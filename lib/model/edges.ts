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
  /** TCP ports; all if empty. */
  readonly ports: readonly number[];
}

/** @see https://www.iana.org/assignments/iana-ipv4-special-registry */
const PRIVATE = ['10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'] as const;

/** Peers that are not part of the system. */
export const Peers = {
  /**
   * Every public IPv4 address, on these TCP ports: not the private, shared and link-local networks, where clusters, hosts
   * and metadata services are.
   */
  internet(...ports: number[]): ExternalPeer {
    return { cidr: '0.0.0.0/0', except: PRIVATE, ports };
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

const edges = new WeakMap<Part<'workload'>, { incoming: Edge[]; outgoing: Edge[] }>();

function of(part: Part<'workload'>): { incoming: Edge[]; outgoing: Edge[] } {
  let own = edges.get(part);
  if (!own) {
    own = { incoming: [], outgoing: [] };
    edges.set(part, own);
  }
  return own;
}

/** Lets one workload connect to another, on these ports of the other, or on all of them. */
export function connect(from: Part<'workload'>, to: Part<'workload'>, ports: readonly string[] = []): void {
  // the same connection is often declared at both ends
  const same = (edge: Edge) => edge.peer === to && edge.ports.join() === ports.join();
  if (of(from).outgoing.some(same)) return;
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
