import type { DeploymentStrategy } from 'kubernetes-types/apps/v1';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1';
import type { WorkloadSpec } from '../../model/workload/spec';
import type { At } from '../../platform/platform';
import { INSTANCE, labelsOf, metadataOf, scrape, selectorOf } from './metadata';
import type { DeploymentManifest, KubernetesNatives, KubernetesOptions } from './natives';
import { podMetadata } from './pod/metadata';
import { pod } from './pod/pod';
import { writesAlone } from './pod/volumes';
import { scoreIgnores } from './score';

type Place = At<KubernetesNatives, 'workload'>;

/** The Deployment of a workload. */
export function deployment(spec: WorkloadSpec, at: Place, options: KubernetesOptions): DeploymentManifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: controllerMetadata(spec, at, options),
    spec: {
      ...minReady(spec),
      progressDeadlineSeconds: spec.rollout.deadline / 1000,
      // an autoscaler's number would be overwritten with every deployment
      ...(!spec.scaling && { replicas: spec.replicas }),
      revisionHistoryLimit: 5,
      selector: { matchLabels: selectorOf(at.name) },
      strategy: strategy(spec, at),
      template: podTemplate(spec, at, options),
    },
  };
}

/** What the metadata of Deployments and StatefulSets have in common. */
export function controllerMetadata(spec: WorkloadSpec, at: Place, options: KubernetesOptions): DeploymentManifest['metadata'] {
  const own = spec.labels[INSTANCE];
  if (own !== undefined && own !== at.name) {
    at.problem(`labels.${INSTANCE}`, "the label selects the workload's pods", own, `leave it out: it is ${at.name}`);
  }
  const labels = { ...labelsOf(at, at.name, spec.main.image), ...spec.labels, ...selectorOf(at.name) };
  return metadataOf(at.name, labels, options, { ...scoreIgnores(spec, at), ...spec.annotations });
}

/** How long a pod must be ready before it counts. */
export function minReady({ rollout }: WorkloadSpec): { minReadySeconds?: number } {
  return rollout.delay > 0 ? { minReadySeconds: rollout.delay / 1000 } : {};
}

/** What pods are made of. */
export function podTemplate(spec: WorkloadSpec, at: Place, options: KubernetesOptions): PodTemplateSpec {
  const place = at as unknown as At<KubernetesNatives>;
  return { metadata: podMetadata(spec, place, { ends: false, more: scrape(spec) }), spec: pod(spec, place, options) };
}

/** Reports several replicas that write to one volume which a single node may have. */
export function checkWriters(spec: WorkloadSpec, at: Place): void {
  const most = spec.scaling?.max ?? spec.replicas;
  if (most < 2 || !writesAlone(spec)) return;
  const what = 'several replicas cannot write to a volume that one node at a time may have';
  const own = spec.identity === 'stable' ? 'give each its own (perReplica), ' : '';
  at.problem('mounts', what, most, `${own}make the volume shared, mount it readOnly, or run one replica`);
}

function strategy(spec: WorkloadSpec, at: Place): DeploymentStrategy {
  checkWriters(spec, at);
  // a rolling update would wait for ever for a volume that the old replica holds
  if (spec.rollout.strategy === 'recreate' || writesAlone(spec)) return { type: 'Recreate' };
  const step = spec.rollout.parallelism;
  const rollingUpdate =
    spec.rollout.order === 'start-first' ? { maxSurge: step, maxUnavailable: 0 } : { maxSurge: 0, maxUnavailable: step };
  return { rollingUpdate, type: 'RollingUpdate' };
}
