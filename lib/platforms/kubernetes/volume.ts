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
          metadata: metadataOf(at.name, labelsOf(at, at.name), options),
          spec: {
            accessModes: [spec.shared ? 'ReadWriteMany' : 'ReadWriteOnce'],
            resources: { requests: { storage: binarySize(spec.sizeBytes) } },
            ...(spec.storageClass !== undefined && { storageClassName: spec.storageClass }),
          },
        },
      };
    },
    commit(native, _spec, at, out) {
      out.add(native.claim, at);
    },
  };
}
