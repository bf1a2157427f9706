import type { StatefulSetSpec } from 'kubernetes-types/apps/v1';
import { ownVolumes } from '../../model/workload/replicas';
import type { WorkloadSpec } from '../../model/workload/spec';
import type { At } from '../../platform/platform';
import { checkWriters, controllerMetadata, minReady, podTemplate } from './deployment';
import { labels, metadataOf, selectorOf } from './metadata';
import type { KubernetesNatives, KubernetesOptions, ServiceManifest, StatefulSetManifest, WorkloadNative } from './natives';
import { servicePort } from './service';

type Place = At<KubernetesNatives, 'workload'>;

/** The StatefulSet of a workload of stable identity, with the Service that names its pods. */
export function stateful(
  spec: WorkloadSpec,
  at: Place,
  options: KubernetesOptions,
): Pick<WorkloadNative, 'deployment' | 'statefulSet' | 'peers'> {
  const native = { statefulSet: statefulSet(spec, at, options), peers: peers(spec, at, options) };
  return Object.defineProperty(native, 'deployment', { get: noDeployment }) as typeof native & Pick<WorkloadNative, 'deployment'>;
}

/** Says more than that something is undefined, to an edit that was written for a Deployment. */
function noDeployment(): never {
  throw new Error('a workload of stable identity has no deployment, its pods are in statefulSet');
}

function statefulSet(spec: WorkloadSpec, at: Place, options: KubernetesOptions): StatefulSetManifest {
  checkWriters(spec, at);
  if (at.asked('rollout.deadline') && at.acknowledged('rollout.deadline') === undefined)
    at.problem(
      'rollout.deadline',
      'the update of a StatefulSet has no deadline',
      `${spec.rollout.deadline / 1000}s`,
      "leave it out, or acknowledge 'rollout.deadline' with a reason",
    );
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: controllerMetadata(spec, at, options),
    spec: {
      ...minReady(spec),
      ...retention(spec),
      podManagementPolicy: 'OrderedReady',
      replicas: spec.replicas,
      revisionHistoryLimit: 5,
      selector: { matchLabels: selectorOf(at.name) },
      serviceName: peersName(at.name),
      template: podTemplate(spec, at, options),
      updateStrategy: { type: 'RollingUpdate' },
      ...templates(spec, at),
    },
  };
}

function peersName(name: string): string {
  return `${name}-peers`;
}

/** Claims stay when there are fewer replicas: they may come back. One policy is for all: what is kept counts. */
function retention(spec: WorkloadSpec): Pick<StatefulSetSpec, 'persistentVolumeClaimRetentionPolicy'> {
  const own = ownVolumes(spec);
  if (own.length === 0) return {};
  const keep = own.some((volume) => volume.resolve().spec.keep);
  return { persistentVolumeClaimRetentionPolicy: { whenDeleted: keep ? 'Retain' : 'Delete', whenScaled: 'Retain' } };
}

function templates(spec: WorkloadSpec, at: Place): Pick<StatefulSetSpec, 'volumeClaimTemplates'> {
  const own = ownVolumes(spec);
  return own.length > 0 ? { volumeClaimTemplates: own.map((volume) => ({ ...at.native(volume).claim })) } : {};
}

function peers(spec: WorkloadSpec, at: Place, options: KubernetesOptions): ServiceManifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(peersName(at.name), labels(spec, at), options),
    spec: {
      clusterIP: 'None',
      ports: spec.ports.map((port) => servicePort(port)),
      // replicas that form a cluster have to find each other before they are ready
      publishNotReadyAddresses: true,
      selector: selectorOf(at.name),
      type: 'ClusterIP',
    },
  };
}
