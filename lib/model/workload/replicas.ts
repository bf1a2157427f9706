import type { WorkloadSpec } from './spec';

/** The way out where there are too many replicas: says where their number comes from if the user did not choose it. */
export function replicasFix({ replicas, replicasOf }: Pick<WorkloadSpec, 'replicas' | 'replicasOf'>, fix: string): string {
  return replicasOf === undefined ? fix : `${replicas} is the default of ${replicasOf}: ${fix}, or choose another environment`;
}
