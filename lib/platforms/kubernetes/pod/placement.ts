import type { Affinity, NodeSelectorRequirement, PodSpec, TopologySpreadConstraint } from 'kubernetes-types/core/v1';
import type { GroupSpec } from '../../../model/workload/spec';
import { selectorOf } from '../metadata';

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
const TOPOLOGY: Readonly<Record<string, string>> = { zone: 'topology.kubernetes.io/zone', host: 'kubernetes.io/hostname' };

/**
 * Where the pods of a workload or task may and should run.
 *
 * @param architecture of the nodes, where a program of ours runs in the pod
 */
export function placement(name: string, { placement: spec }: GroupSpec, architecture?: string): Partial<PodSpec> {
  const constraints = spec.spreadOver.map(
    (over): TopologySpreadConstraint => ({
      labelSelector: { matchLabels: selectorOf(name) },
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
  const term = { labelSelector: { matchLabels: selectorOf(name) }, topologyKey: 'kubernetes.io/hostname' };
  return {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: nodes }] } },
    ...(spec.spreadOver.includes('host') && {
      podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ podAffinityTerm: term, weight: 100 }] },
    }),
  };
}
