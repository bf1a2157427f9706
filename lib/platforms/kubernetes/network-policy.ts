import type {
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from 'kubernetes-types/networking/v1';
import { Part } from '../../model/part';
import type { PortSpec, WorkloadSpec } from '../../model/workload/spec';
import type { At, EdgeView } from '../../platform/platform';
import { metadataOf, namespaceOf, selectorOf } from './metadata';
import type { KubernetesNatives, KubernetesOptions, WorkloadNative } from './natives';
import { protocolOf } from './pod/container';
import { labels } from './service';

type Place = At<KubernetesNatives, 'workload'>;

/** One policy a workload, for both directions: nothing passes that no edge allows. */
export function networkPolicy(spec: WorkloadSpec, at: Place, options: KubernetesOptions): WorkloadNative['networkPolicy'] {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadataOf(at.name, labels(spec, at), options),
    spec: {
      egress: [dns(), ...passable(at.outgoing).map((edge): NetworkPolicyEgressRule => ({ to: [peer(edge, at)], ...portsOf(edge.ports) }))],
      ingress: [
        ...at.incoming
          .filter((edge) => edge.ports.length > 0)
          .map((edge): NetworkPolicyIngressRule => ({ from: [peer(edge, at)], ...portsOf(edge.ports) })),
        ...published(spec, at),
      ],
      podSelector: { matchLabels: selectorOf(at.name) },
      policyTypes: ['Ingress', 'Egress'],
    },
  };
}

/** Names are looked up. A policy sees the port behind the Service, which is 1053 or 5353 in some clusters. */
function dns(): NetworkPolicyEgressRule {
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

/** A rule without ports would allow all of them, but a workload without ports has none to connect to. */
function passable(edges: readonly EdgeView[]): EdgeView[] {
  return edges.filter((edge) => !Part.isPart(edge.peer) || edge.ports.length > 0);
}

function peer({ peer: other }: EdgeView, at: Place): NetworkPolicyPeer {
  if (Part.isPart(other)) {
    const [own, theirs] = [namespaceOf(at.part as Part), namespaceOf(other as Part)];
    return {
      ...(theirs !== undefined && theirs !== own && { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': theirs } } }),
      podSelector: { matchLabels: selectorOf(at.nameOf(other as Part)) },
    };
  }
  if (other.cidr !== undefined) {
    return { ipBlock: { cidr: other.cidr, ...(other.except && { except: [...other.except] }) } };
  }
  return {
    ...(other.namespaceLabels && { namespaceSelector: { matchLabels: { ...other.namespaceLabels } } }),
    ...(other.podLabels && { podSelector: { matchLabels: { ...other.podLabels } } }),
  };
}

function portsOf(ports: readonly PortSpec[]): { ports?: NetworkPolicyPort[] } {
  return ports.length === 0 ? {} : { ports: ports.map((port) => ({ port: port.port, protocol: protocolOf(port.protocol) })) };
}

/** A rule for each set of clients. They keep their addresses on the way through a load balancer (externalTrafficPolicy). */
function published(spec: WorkloadSpec, at: Place): NetworkPolicyIngressRule[] {
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
