import type { Acknowledgeable } from '../../model/features';
import type { GroupSpec, WorkloadSpec } from '../../model/workload/spec';
import type { At } from '../../platform/platform';
import type { KubernetesNatives } from './natives';
import { writesAlone } from './pod/volumes';

/** The checks of kube-score that object to what was acknowledged. @see https://github.com/zegl/kube-score#checks */
const CHECKS: readonly (readonly [Acknowledgeable, string])[] = [
  ['low-user-id', 'container-security-context-user-group-id'],
  ['root-user', 'container-security-context-user-group-id'],
  ['same-probe', 'pod-probes-identical'],
  ['replicas', 'deployment-replicas'],
  ['writable-root', 'container-security-context-readonlyrootfilesystem'],
];

/** The annotation that tells kube-score what was acknowledged with a reason; empty if nothing was. */
export function scoreIgnores(spec: GroupSpec | WorkloadSpec, at: At<KubernetesNatives>): Record<string, string> {
  const checks = new Set(CHECKS.filter(([weakness]) => at.acknowledged(weakness) !== undefined).map(([, check]) => check));
  // one writer at a time: there can be no second replica, and no roll-out that starts one
  if ('replicas' in spec && spec.identity === 'any' && writesAlone(spec)) checks.add('deployment-replicas').add('deployment-strategy');
  return checks.size > 0 ? { 'kube-score/ignore': [...checks].sort().join(',') } : {};
}
