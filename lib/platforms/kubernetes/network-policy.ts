import type {
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from 'kubernetes-types/networking/v1';
import { type ExternalPeer, Peers } from '../../model/edges/peers';
import { Part } from '../../model/part';
import type { GroupSpec, PortSpec } from '../../model/workload/spec';
import type { At, EdgeView } from '../../platform/platform';
import { labels, metadataOf, namespaceOf, selectorOf } from './metadata';
import type { KubernetesNatives, KubernetesOptions, NetworkPolicyManifest } from './natives';
import { protocolOf } from './pod/container';
import { ANNOTATION } from './secret';
import { segmentPeers } from './segments';

type Place = At<KubernetesNatives>;

/** One policy a workload or task, for both directions: nothing passes that no edge and no open segment allows. */
export function networkPolicy(spec: GroupSpec, at: Place, options: KubernetesOptions): NetworkPolicyManifest {
  // a list of its own for each direction: an edit of one must not change the other
  const members = () => segmentPeers(spec, at);
  const names = dnsNames(at);
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    // whoever reads the addresses below should see what they are there for
    metadata: metadataOf(at.name, labels(spec, at), options, names.length > 0 ? { [`${ANNOTATION}dns-names`]: names.join(', ') } : {}),
    spec: {
      egress: [
        dns(),
        ...rules(at.outgoing, at).map(([to, ports]): NetworkPolicyEgressRule => ({ to: [to], ...portsOf(ports) })),
        ...(members().length > 0 ? [{ to: members() }] : []),
      ],
      ingress: [
        ...rules(at.incoming, at).map(([from, ports]): NetworkPolicyIngressRule => ({ from: [from], ...portsOf(ports) })),
        ...published(spec, at),
        ...(members().length > 0 ? [{ from: members() }] : []),
      ],
      podSelector: { matchLabels: selectorOf(at.name) },
      policyTypes: ['Ingress', 'Egress'],
    },
  };
}

/** To the API server, for a task that leaves its mark there. A policy sees the port behind the Service, which is often 6443. */
export function toApiServer(options: KubernetesOptions): NetworkPolicyEgressRule {
  const to = options.apiServer?.map((cidr) => ({ ipBlock: { cidr } }));
  return { ports: [443, 6443].map((port) => ({ port, protocol: 'TCP' })), ...(to && { to }) };
}

/** Names are looked up. A policy sees the port behind the Service, which is 1053 or 5353 in some clusters. */
export function dns(): NetworkPolicyEgressRule {
  const ports = [53, 1053, 5353].flatMap((port) => [
    { port, protocol: 'UDP' as const },
    { port, protocol: 'TCP' as const },
  ]);
  return {
    ports,
    to: [
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
        podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
      },
    ],
  };
}

/**
 * Edges as peers and ports, each once. One without ports would allow all of them: from a part that has none, and to one
 * that has none, there is nothing to allow.
 */
export function rules(edges: readonly EdgeView[], at: Place): (readonly [NetworkPolicyPeer, readonly PortSpec[]])[] {
  const found = new Map<string, readonly [NetworkPolicyPeer, readonly PortSpec[]]>();
  const outward = edges === at.outgoing;
  for (const { peer, ports } of edges) {
    if (ports.length === 0 && (Part.isPart(peer) || !outward)) continue;
    const rule = [Part.isPart(peer) ? podsOf(peer as unknown as Part, at) : outside(peer), ports] as const;
    found.set(JSON.stringify(rule), rule);
  }
  return [...found.values()];
}

function podsOf(part: Part, at: Place): NetworkPolicyPeer {
  const [own, theirs] = [namespaceOf(at.part as Part), namespaceOf(part)];
  return {
    ...(theirs !== undefined && theirs !== own && { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': theirs } } }),
    // an operator gives its pods labels of its own
    podSelector: { matchLabels: part.kind === 'object' ? { ...at.spec(part as Part<'object'>).pods } : selectorOf(at.nameOf(part)) },
  };
}

/** Somebody outside the system. */
export function outside(peer: ExternalPeer): NetworkPolicyPeer {
  // a policy knows addresses and no names, and those of a name change: all that are public
  const { cidr, except, namespaceLabels, podLabels } = peer.dnsName === undefined ? peer : Peers.internet();
  if (cidr !== undefined) return { ipBlock: { cidr, ...(except && { except: [...except] }) } };
  return {
    ...(namespaceLabels && { namespaceSelector: { matchLabels: { ...namespaceLabels } } }),
    ...(podLabels && { podSelector: { matchLabels: { ...podLabels } } }),
  };
}

/** The names behind public addresses: `api.example.com:443`. */
function dnsNames(at: Place): string[] {
  const names = [...at.outgoing, ...at.incoming].flatMap(({ peer, ports }) => {
    if (Part.isPart(peer) || peer.dnsName === undefined) return [];
    return ports.length > 0 ? ports.map(({ port }) => `${peer.dnsName}:${port}`) : [peer.dnsName];
  });
  return [...new Set(names)].sort();
}

/** Ports of a rule; all where there are none. */
export function portsOf(ports: readonly PortSpec[]): { ports?: NetworkPolicyPort[] } {
  return ports.length === 0 ? {} : { ports: ports.map((port) => ({ port: port.port, protocol: protocolOf(port.protocol) })) };
}

/** A rule for each set of clients. They keep their addresses on the way through a load balancer (externalTrafficPolicy). */
function published(spec: GroupSpec, at: Place): NetworkPolicyIngressRule[] {
  const clients = new Map<string, { readonly sources: readonly string[]; readonly names: Set<string> }>();
  for (const route of at.routes) {
    const { port, allowedSources } = route.resolve().spec;
    const sources = [...allowedSources].sort();
    const known = clients.get(sources.join()) ?? { sources, names: new Set() };
    known.names.add(port);
    clients.set(sources.join(), known);
  }
  return [...clients.values()].map(({ sources, names }) => ({
    ...(sources.length > 0 && { from: sources.map((cidr) => ({ ipBlock: { cidr } })) }),
    ...portsOf(spec.ports.filter((port) => names.has(port.name))),
  }));
}
