import type { PodSpec } from 'kubernetes-types/core/v1';
import type { WorkloadSpec } from '../../../model/workload/spec';
import type { At } from '../../../platform/platform';
import type { KubernetesNatives, KubernetesOptions } from '../natives';
import { container } from './container';
import { placement } from './placement';
import { podSecurity } from './security';
import { PodVolumes } from './volumes';

/** The pods of a workload. */
export function pod(spec: WorkloadSpec, at: At<KubernetesNatives, 'workload'>, options: KubernetesOptions): PodSpec {
  const volumes = new PodVolumes(at);
  const drain = spec.shutdown.drain / 1000;
  const containers = [
    container({ spec: spec.main, prefix: '', drain }, volumes, options),
    ...spec.sidecars.map((sidecar) => {
      // a sidecar serves as long as the service may still be asked
      return container({ spec: sidecar, prefix: `${sidecar.name}-`, drain }, volumes, options);
    }),
  ];
  const share = [spec.main, ...spec.sidecars].some((one) => one.shareProcesses || one.init);
  return {
    ...placement(at.name, spec),
    automountServiceAccountToken: false,
    containers,
    // names outside the cluster have fewer dots than five, and would be looked up in each search domain first
    dnsConfig: { options: [{ name: 'ndots', value: '2' }] },
    enableServiceLinks: false,
    restartPolicy: 'Always',
    securityContext: podSecurity(spec),
    serviceAccountName: at.name,
    ...(share && { shareProcessNamespace: true }),
    terminationGracePeriodSeconds: spec.shutdown.grace / 1000 + drain,
    ...(volumes.volumes.length > 0 && { volumes: volumes.volumes }),
  };
}
