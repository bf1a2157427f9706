import type { HPAScalingRules, MetricSpec } from 'kubernetes-types/autoscaling/v2';
import type { ScalingBehaviorSpec, ScalingSpec, WorkloadSpec } from '../../model/workload/spec';
import type { At } from '../../platform/platform';
import { labels, metadataOf, selectorOf } from './metadata';
import type { KubernetesNatives, KubernetesOptions, WorkloadNative } from './natives';

/** The autoscaler of a workload. */
export function autoscaler(
  scaling: ScalingSpec,
  spec: WorkloadSpec,
  at: At<KubernetesNatives, 'workload'>,
  options: KubernetesOptions,
): NonNullable<WorkloadNative['autoscaler']> {
  const { scaleDown, scaleUp } = scaling;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadataOf(at.name, labels(spec, at), options),
    spec: {
      ...((scaleDown || scaleUp) && {
        behavior: { ...(scaleDown && { scaleDown: rules(scaleDown) }), ...(scaleUp && { scaleUp: rules(scaleUp) }) },
      }),
      maxReplicas: scaling.max,
      metrics: metrics(scaling),
      minReplicas: scaling.min,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: at.name },
    },
  };
}

function metrics(scaling: ScalingSpec): MetricSpec[] {
  const resource = (name: string, percent: number | undefined): MetricSpec[] =>
    percent === undefined ? [] : [{ resource: { name, target: { averageUtilization: percent, type: 'Utilization' } }, type: 'Resource' }];
  return [
    ...resource('cpu', scaling.cpu),
    ...resource('memory', scaling.memory),
    ...Object.entries(scaling.metrics).map(
      ([name, value]): MetricSpec => ({
        pods: { metric: { name }, target: { averageValue: quantity(value), type: 'AverageValue' } },
        type: 'Pods',
      }),
    ),
  ];
}

/** Quantities of the API have no exponent and at most three digits behind the point. */
function quantity(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : `${Math.max(1, Math.round(value * 1000))}m`;
}

function rules(spec: ScalingBehaviorSpec): HPAScalingRules {
  return {
    ...(spec.policies.length > 0 && { policies: spec.policies.map((policy) => ({ ...policy })) }),
    ...(spec.stabilization !== undefined && { stabilizationWindowSeconds: spec.stabilization }),
  };
}

/** How many pods of a workload may be away in a planned disruption. */
export function disruptionBudget(
  maxUnavailable: number | string,
  spec: WorkloadSpec,
  at: At<KubernetesNatives, 'workload'>,
  options: KubernetesOptions,
): NonNullable<WorkloadNative['disruptionBudget']> {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadataOf(at.name, labels(spec, at), options),
    spec: {
      maxUnavailable,
      selector: { matchLabels: selectorOf(at.name) },
      // pods that are not well would otherwise keep a node from being drained for ever
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  };
}
