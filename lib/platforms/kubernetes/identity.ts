import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import type { Platform } from '../../platform/platform';
import type { KubernetesNatives, ManifestSink } from './natives';

/** What an API server refuses to change. */
export const identity: NonNullable<Platform<KubernetesNatives, ManifestSink>['identity']> = {
  workload: (native) => {
    const controller = native.statefulSet ?? native.deployment;
    const labels = Object.entries(controller?.spec?.selector?.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    const claims = native.statefulSet?.spec?.volumeClaimTemplates ?? [];
    return {
      ...(controller && { controller: controller.kind }),
      ...(labels.length > 0 && { selector: labels.map(([key, value]) => `${key}=${value}`).join(', ') }),
      ...(native.statefulSet && { claims: claims.map(claimText).sort().join('; ') || 'none' }),
    };
  },
  volume: ({ claim }) => accessOf(claim),
};

function accessOf(claim: PersistentVolumeClaim | undefined): { access: string; storageClass: string } {
  return {
    access: [...(claim?.spec?.accessModes ?? [])].sort().join(', '),
    storageClass: claim?.spec?.storageClassName ?? "the cluster's default",
  };
}

/** Also the size: a claim can grow, and its template cannot. */
function claimText(claim: PersistentVolumeClaim): string {
  const { access, storageClass } = accessOf(claim);
  return `${claim.metadata?.name} of ${claim.spec?.resources?.requests?.storage}, ${access}, ${storageClass}`;
}
