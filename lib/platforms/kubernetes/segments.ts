import type { NetworkPolicyPeer } from 'kubernetes-types/networking/v1';
import { Part } from '../../model/part';
import type { GroupSpec } from '../../model/workload/spec';
import type { At } from '../../platform/platform';
import { namespaceOf } from './metadata';
import type { KubernetesNatives } from './natives';

type Place = At<KubernetesNatives>;

/** Labels of the pods that are in open segments, whose members connect without edges. */
export function segmentLabels(spec: GroupSpec, at: Place): Record<string, string> {
  return Object.fromEntries(open(spec).map((segment) => [labelOf(segment, at), 'member'] as const));
}

/** The other members of the open segments that a workload or task is in. */
export function segmentPeers(spec: GroupSpec, at: Place): NetworkPolicyPeer[] {
  const own = namespaceOf(at.part as Part);
  return open(spec).map((segment) => {
    // a segment that stands above the charts may have members in other namespaces
    const others = at.owns(segment as Part) ? [] : namespacesOf(segment);
    const values = [...new Set([own, ...others])].filter((one) => one !== undefined).sort();
    return {
      ...(values.some((one) => one !== own) && {
        namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values }] },
      }),
      podSelector: { matchLabels: { [labelOf(segment, at)]: 'member' } },
    };
  });
}

function open(spec: GroupSpec): Part<'network'>[] {
  return spec.networks.flatMap(({ network }) => (network.resolve().spec.open ? [network] : []));
}

function labelOf(segment: Part<'network'>, at: Place): string {
  return `segment.ironhull.io/${at.nameOf(segment as Part)}`;
}

/** Namespaces of the members, by the number of constructs that there were: asked for each member of each chart. */
const known = new WeakMap<Part<'network'>, { readonly parts: number; readonly namespaces: readonly string[] }>();

function namespacesOf(segment: Part<'network'>): readonly string[] {
  const parts = Part.within(segment.node.root);
  const before = known.get(segment);
  if (before?.parts === parts.length) return before.namespaces;
  const namespaces = new Set<string>();
  for (const part of parts) {
    if (part.kind !== 'workload' && part.kind !== 'task') continue;
    const { networks } = (part as Part<'workload' | 'task'>).resolve().spec;
    const namespace = namespaceOf(part);
    if (namespace !== undefined && networks.some((one) => one.network === segment)) namespaces.add(namespace);
  }
  known.set(segment, { parts: parts.length, namespaces: [...namespaces] });
  return [...namespaces];
}
