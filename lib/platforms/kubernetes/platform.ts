import type { Platform } from '../../platform/platform';
import { configCell } from './config';
import { identity } from './identity';
import type { KubernetesNatives, KubernetesOptions, ManifestSink } from './natives';
import { objectCell } from './object';
import { routeCell } from './route';
import { secretCell } from './secret';
import { support } from './support';
import { taskCell } from './task';
import { volumeCell } from './volume';
import { workloadCell } from './workload';

/** The Kubernetes platform for a namespace, a pull policy and labels. */
export function kubernetesWith(options: KubernetesOptions): Platform<KubernetesNatives, ManifestSink> {
  return {
    name: 'kubernetes',
    title: 'Kubernetes',
    natives: 'kubernetes',
    support,
    finishes: true,
    identity,
    cells: {
      workload: workloadCell(options),
      volume: volumeCell(options),
      route: routeCell(options),
      network: { draft: () => ({}), commit: () => undefined },
      object: objectCell(options),
      secret: secretCell(options),
      config: configCell(options),
      task: taskCell(options),
    },
  };
}

/** The Kubernetes platform: plain manifests for YAML and for Pulumi. Give it to `tune`. */
export const kubernetes: Platform<KubernetesNatives, ManifestSink> = kubernetesWith({});
