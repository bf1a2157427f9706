import type { NetworkPolicyEgressRule, NetworkPolicyIngressRule } from 'kubernetes-types/networking/v1';
import { edgesOf, type Runner } from '../../model/edges/edges';
import {
  isConfigName,
  isSecretName,
  isServiceAddress,
  type ObjectSpec,
  type ObjectValue,
  type ServiceAddress,
} from '../../model/kinds/object';
import { Part } from '../../model/part';
import { isSecretKey } from '../../model/workload/references';
import { edgeProblems } from '../../platform/checks/edges';
import { view } from '../../platform/edge-view';
import type { At, Cell } from '../../platform/platform';
import { settleConfig } from './config';
import { labelsOf, metadataOf, namespaceOf } from './metadata';
import type { KubernetesNatives, KubernetesOptions, ManifestSink, NetworkPolicyManifest } from './natives';
import { dns, outside, portsOf, rules, toApiServer } from './network-policy';
import { secretRef } from './secret';

type Place = At<KubernetesNatives>;

/** The cell of what operators act on. */
export function objectCell(options: KubernetesOptions): Cell<'object', KubernetesNatives, ManifestSink> {
  return {
    draft(spec, at) {
      // its policy, and the pods that the operator makes, are called after it
      at.claim('workload', at.name);
      for (const { what, value, fix } of edgeProblems(at.part as unknown as Runner)) at.problem('', what, value, fix);
      const place = at as unknown as Place;
      return {
        object: {
          apiVersion: spec.apiVersion,
          kind: spec.kind,
          metadata: metadataOf(at.name, labelsOf(place, at.name), options),
          spec: filled(spec.spec, place) as Record<string, unknown>,
        },
        ...(spec.pods && { networkPolicy: policy(spec, spec.pods, place, options) }),
      };
    },
    commit({ object, networkPolicy }, _spec, at, out) {
      out.add(object, at);
      if (networkPolicy) out.add(networkPolicy, at);
    },
  };
}

/** A copy with the names of Secrets and ConfigMaps and the addresses of services in it. */
function filled(value: ObjectValue | undefined, at: Place): unknown {
  if (isServiceAddress(value)) return addressIn(value, at);
  if (isSecretName(value)) return nameIn(value.secretName, at).name;
  if (isSecretKey(value)) return nameIn(value, at);
  if (isConfigName(value)) return settleConfig(at.native(value.configName).configMap, at.nameOf(value.configName as Part));
  if (Array.isArray(value)) return value.map((one: ObjectValue) => filled(one, at));
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one as ObjectValue, at)]));
}

/** The address with the namespace in it: without one, an operator looks in its own. */
function addressIn({ scheme = '', addressOf, host, port }: ServiceAddress, at: Place): string {
  const namespace = namespaceOf(addressOf as unknown as Part);
  const what = 'an operator is in another namespace, and nothing says in which one the service is';
  if (namespace === undefined) at.problem('spec', what, host, 'give the chart a namespace');
  return `${scheme}${host}.${namespace ?? 'default'}.svc:${port}`;
}

function nameIn(said: Parameters<typeof secretRef>[0], at: Place): { name: string; key: string } {
  const found = secretRef(said, at);
  const fix = 'use a secret that becomes a Secret of Kubernetes';
  if (!found) at.problem('spec', 'an operator cannot read what the agent of Vault brings to a pod', at.spec(said.secret).name, fix);
  return found ?? { name: '', key: said.key };
}

/** Who may connect to the pods that an operator makes, and where these may connect. */
function policy(spec: ObjectSpec, pods: Readonly<Record<string, string>>, at: Place, options: KubernetesOptions): NetworkPolicyManifest {
  const own = at.part as unknown as Part<'object'>;
  const edges = edgesOf(own as unknown as Runner);
  const incoming = edges.incoming.map((edge) => view(edge, own));
  const outgoing = edges.outgoing.map((edge) => view(edge, Part.isPart(edge.peer) ? (edge.peer as Part<'object'>) : undefined));
  const place: Place = { ...at, incoming, outgoing };
  const tcp = (numbers: readonly number[]) => numbers.map((port) => ({ port, protocol: 'TCP' }));
  const inside = () => (spec.podPorts.length > 0 ? [{ podSelector: { matchLabels: { ...pods } } }] : []);
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadataOf(at.name, labelsOf(at, at.name), options),
    spec: {
      egress: [
        dns(),
        ...(spec.usesApiServer ? [toApiServer(options)] : []),
        ...rules(outgoing, place).map(([to, ports]): NetworkPolicyEgressRule => ({ to: [to], ...portsOf(ports) })),
        ...inside().map((to) => ({ to: [to], ports: tcp(spec.podPorts) })),
      ],
      ingress: [
        ...rules(incoming, place).map(([from, ports]): NetworkPolicyIngressRule => ({ from: [from], ...portsOf(ports) })),
        ...inside().map((from) => ({ from: [from], ports: tcp(spec.podPorts) })),
        ...spec.peers.map((peer) => ({ from: [outside(peer)], ...(peer.ports.length > 0 && { ports: tcp(peer.ports) }) })),
      ],
      podSelector: { matchLabels: { ...pods } },
      policyTypes: ['Ingress', 'Egress'],
    },
  };
}
