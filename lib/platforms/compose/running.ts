import { ownVolumes } from '../../model/workload/replicas';
import type { WorkloadSpec } from '../../model/workload/spec';

/** How many replicas run: where each would need a volume of its own, one. More of them were acknowledged, or are a problem. */
export function running(spec: WorkloadSpec): number {
  return ownVolumes(spec).length > 0 ? Math.min(spec.replicas, 1) : spec.replicas;
}
