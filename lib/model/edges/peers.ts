/** A peer outside the system. Exactly one of `cidr`, `dnsName`, and labels says who it is. */
export interface ExternalPeer {
  /** Addresses in CIDR notation. */
  readonly cidr?: string;
  /** Networks within `cidr` that are not meant. */
  readonly except?: readonly string[];
  /** A name of the public DNS: `api.stripe.com`. */
  readonly dnsName?: string;
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
  /**
   * A name of the public DNS, on these TCP ports. Where a platform filters addresses and knows no names, every public
   * address is let through on these ports, and that is told. A name of a private network is a `cidr`.
   */
  dnsName(dnsName: string, ...ports: number[]): ExternalPeer {
    return { dnsName, ports };
  },
  /** Pods that are not made by this library, by their labels; on other platforms there are none. */
  pods(podLabels: Readonly<Record<string, string>>, namespaceLabels?: Readonly<Record<string, string>>): ExternalPeer {
    return { podLabels, ports: [], ...(namespaceLabels && { namespaceLabels }) };
  },
} as const;
