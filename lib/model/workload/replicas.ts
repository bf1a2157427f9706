import type { Part } from '../part';
import type { GroupSpec, WorkloadSpec } from './spec';

/** The way out where there are too many replicas: says where their number comes from if the user did not choose it. */
export function replicasFix({ replicas, replicasOf }: Pick<WorkloadSpec, 'replicas' | 'replicasOf'>, fix: string): string {
  return replicasOf === undefined ? fix : `${replicas} is the default of ${replicasOf}: ${fix}, or choose another environment`;
}

/** The volumes that each replica has of its own, each once. */
export function ownVolumes({ main, sidecars }: Pick<GroupSpec, 'main' | 'sidecars'>): Part<'volume'>[] {
  const mounted = [main, ...sidecars].flatMap(({ mounts }) => mounts.map(({ volume }) => volume));
  return [...new Set(mounted)].filter((volume) => volume.resolve().spec.perReplica);
}
