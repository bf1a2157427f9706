import { binarySize } from '../../model/values/quantities';
import type { Cell } from '../../platform/platform';
import { labelsOf, metadataOf } from './metadata';
import type { KubernetesNatives, KubernetesOptions, ManifestSink } from './natives';

/** The cell of volumes. */
export function volumeCell(options: KubernetesOptions): Cell<'volume', KubernetesNatives, ManifestSink> {
  return {
    draft(spec, at) {
      return {
        claim: {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: spec.perReplica ? templateMetadata(at.name) : metadataOf(at.name, labelsOf(at, at.name), options),
          spec: {
            accessModes: [spec.shared ? 'ReadWriteMany' : 'ReadWriteOnce'],
            resources: { requests: { storage: binarySize(spec.sizeBytes) } },
            ...(spec.storageClass !== undefined && { storageClassName: spec.storageClass }),
          },
        },
      };
    },
    commit(native, spec, at, out) {
      // the StatefulSet makes its claims itself
      if (!spec.perReplica) out.add(native.claim, at);
    },
  };
}

/** Nothing in a claim template can be changed, so nothing stands in it that may change: neither versions nor environments. */
function templateMetadata(name: string) {
  return { labels: { 'app.kubernetes.io/managed-by': 'ironhull', 'app.kubernetes.io/name': name }, name };
}
