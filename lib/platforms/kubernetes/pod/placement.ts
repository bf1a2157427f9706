import type {
  Affinity,
  NodeSelectorRequirement,
  PodSpec,
  TopologySpreadConstraint,
  WeightedPodAffinityTerm,
} from 'kubernetes-types/core/v1';
import type { GroupSpec } from '../../../model/workload/spec';
import { selectorOf } from '../metadata';

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
const TOPOLOGY: Readonly<Record<string, string>> = { zone: 'topology.kubernetes.io/zone', host: 'kubernetes.io/hostname' };

/** Labels of the pods that are spread with those of other workloads. */
export function spreadLabels({ placement: { spreadOver, spreadWith } }: GroupSpec): Record<string, string> {
  const groups = spreadOver.length > 0 ? spreadWith : [];
  return Object.fromEntries(groups.map((group) => [spreadLabel(group), 'member'] as const));
}

/**
 * Where the pods of a workload or task may and should run.
 *
 * @param architecture of the nodes, where a program of ours runs in the pod
 */
export function placement(name: string, { placement: spec }: GroupSpec, architecture?: string): Partial<PodSpec> {
  // one constraint for each key is all that Kubernetes takes
  const matchLabels = groupsOf(name, spec).widest;
  const constraints = spec.spreadOver.map(
    (over): TopologySpreadConstraint => ({
      labelSelector: { matchLabels },
      maxSkew: 1,
      topologyKey: TOPOLOGY[over] ?? over,
      whenUnsatisfiable: 'ScheduleAnyway',
    }),
  );
  return {
    affinity: affinity(name, spec, architecture),
    ...(Object.keys(spec.labels).length > 0 && { nodeSelector: { ...spec.labels } }),
    ...(spec.role === 'manager' && { tolerations: [{ effect: 'NoSchedule', key: CONTROL_PLANE, operator: 'Exists' }] }),
    ...(constraints.length > 0 && { topologySpreadConstraints: constraints }),
  };
}

function affinity(name: string, spec: GroupSpec['placement'], architecture: string | undefined): Affinity {
  const nodes: NodeSelectorRequirement[] = [{ key: 'kubernetes.io/os', operator: 'In', values: ['linux'] }];
  if (architecture !== undefined) nodes.push({ key: 'kubernetes.io/arch', operator: 'In', values: [architecture] });
  if (spec.role) nodes.push({ key: CONTROL_PLANE, operator: spec.role === 'manager' ? 'Exists' : 'DoesNotExist' });
  const apart = apartFrom(name, spec);
  return {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: nodes }] } },
    ...(apart.length > 0 && { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: apart } }),
  };
}

/** Pods that should not be in the same place: where places are few, two of a closer group is worse than two of the widest. */
function apartFrom(name: string, spec: GroupSpec['placement']): WeightedPodAffinityTerm[] {
  const { closer, widest } = groupsOf(name, spec);
  const term = (matchLabels: Record<string, string>, over: string, weight: number): WeightedPodAffinityTerm => ({
    podAffinityTerm: { labelSelector: { matchLabels }, topologyKey: TOPOLOGY[over] ?? over },
    weight,
  });
  return [
    ...closer.flatMap((group) => spec.spreadOver.map((over) => term(group, over, 100))),
    ...(spec.spreadOver.includes('host') ? [term(widest, 'host', closer.length > 0 ? 10 : 100)] : []),
  ];
}

/** Labels of the pods among which replicas are spread. */
function groupsOf(name: string, { spreadWith }: GroupSpec['placement']) {
  const groups = spreadWith.map((group) => ({ [spreadLabel(group)]: 'member' }));
  return { closer: groups.slice(0, -1), widest: groups.at(-1) ?? selectorOf(name) };
}

function spreadLabel(group: string): string {
  return `spread.ironhull.io/${group}`;
}
