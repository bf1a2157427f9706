import type { Platform } from '../../platform/platform';
import type { KubernetesNatives, KubernetesOptions, ManifestSink } from './natives';
import { routeCell } from './route';
import { support } from './support';
import { volumeCell } from './volume';
import { workloadCell } from './workload';

/** The Kubernetes platform for a namespace, a pull policy and labels. */
export function kubernetesWith(options: KubernetesOptions): Platform<KubernetesNatives, ManifestSink> {
  return {
    name: 'kubernetes',
    title: 'Kubernetes',
    natives: 'kubernetes',
    support,
    cells: {
      workload: workloadCell(options),
      volume: volumeCell(options),
      route: routeCell(options),
      network: { draft: () => ({}), commit: () => undefined },
      secret: { draft: () => ({}), commit: () => undefined },
    },
  };
}

/** The Kubernetes platform: plain manifests for YAML and for Pulumi. Give it to `tune`. */
export const kubernetes: Platform<KubernetesNatives, ManifestSink> = kubernetesWith({});
