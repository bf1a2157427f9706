import type { DeploymentStrategy } from 'kubernetes-types/apps/v1';
import type { WorkloadSpec } from '../../model/workload/spec';
import type { At } from '../../platform/platform';
import { INSTANCE, labelsOf, metadataOf, selectorOf } from './metadata';
import type { DeploymentManifest, KubernetesNatives, KubernetesOptions } from './natives';
import { pod } from './pod/pod';
import { writesAlone } from './pod/volumes';
import { scoreIgnores } from './score';

/** The Deployment of a workload. */
export function deployment(spec: WorkloadSpec, at: At<KubernetesNatives, 'workload'>, options: KubernetesOptions): DeploymentManifest {
  checkLabels(spec, at);
  const labels = { ...labelsOf(at, at.name, spec.main.image), ...spec.labels, ...selectorOf(at.name) };
  const ignores = scoreIgnores(spec, at);
  const podAnnotations = { ...scrape(spec), ...spec.annotations };
  const delay = spec.rollout.delay / 1000;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadataOf(at.name, labels, options, { ...ignores, ...spec.annotations }),
    spec: {
      ...(delay > 0 && { minReadySeconds: delay }),
      progressDeadlineSeconds: spec.rollout.deadline / 1000,
      // an autoscaler's number would be overwritten with every deployment
      ...(!spec.scaling && { replicas: spec.replicas }),
      revisionHistoryLimit: 5,
      selector: { matchLabels: selectorOf(at.name) },
      strategy: strategy(spec, at),
      template: {
        metadata: { ...(Object.keys(podAnnotations).length > 0 && { annotations: podAnnotations }), labels: { ...labels } },
        spec: pod(spec, at, options),
      },
    },
  };
}

/** The annotations by which Prometheus finds the metrics. */
export function scrape(spec: WorkloadSpec): Record<string, string> {
  if (!spec.metrics) return {};
  return {
    'prometheus.io/path': spec.metrics.path,
    'prometheus.io/port': String(spec.metrics.port.port),
    'prometheus.io/scrape': 'true',
  };
}

function strategy(spec: WorkloadSpec, at: At<KubernetesNatives, 'workload'>): DeploymentStrategy {
  const alone = writesAlone(spec);
  const most = spec.scaling?.max ?? spec.replicas;
  if (alone && most > 1) {
    at.problem(
      'mounts',
      'several replicas cannot write to a volume that one node at a time may have',
      most,
      'make the volume shared, mount it readOnly, or run one replica',
    );
  }
  // a rolling update would wait for ever for a volume that the old replica holds
  if (spec.rollout.strategy === 'recreate' || alone) return { type: 'Recreate' };
  const step = spec.rollout.parallelism;
  const rollingUpdate =
    spec.rollout.order === 'start-first' ? { maxSurge: step, maxUnavailable: 0 } : { maxSurge: 0, maxUnavailable: step };
  return { rollingUpdate, type: 'RollingUpdate' };
}

function checkLabels(spec: WorkloadSpec, at: At<KubernetesNatives, 'workload'>): void {
  const own = spec.labels[INSTANCE];
  if (own !== undefined && own !== at.name) {
    at.problem(`labels.${INSTANCE}`, "the label selects the workload's pods", own, `leave it out: it is ${at.name}`);
  }
}
