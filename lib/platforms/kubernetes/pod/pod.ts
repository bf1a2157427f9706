import type { Container, PodSpec } from 'kubernetes-types/core/v1';
import { ownVolumes } from '../../../model/workload/replicas';
import type { GroupSpec, TaskSpec, WorkloadSpec } from '../../../model/workload/spec';
import type { At } from '../../../platform/platform';
import type { KubernetesNatives, KubernetesOptions } from '../natives';
import { beats, container } from './container';
import { waitContainers, waiting } from './gates';
import { placement } from './placement';
import { reporter } from './report';
import { podSecurity } from './security';
import { tokenForVault } from './vault';
import { PodVolumes } from './volumes';

type Place = At<KubernetesNatives>;

/** The pods of a workload. */
export function pod(spec: WorkloadSpec, at: Place, options: KubernetesOptions): PodSpec {
  const volumes = new PodVolumes(at, ownVolumes(spec));
  const drain = spec.shutdown.drain / 1000;
  const containers = [spec.main, ...spec.sidecars].map((one) => {
    // a sidecar serves as long as the service may still be asked
    return container({ spec: one, prefix: one === spec.main ? '' : `${one.name}-`, drain }, volumes, at, options);
  });
  const share = [spec.main, ...spec.sidecars].some((one) => one.shareProcesses || one.init);
  return {
    ...common(spec, at, options, volumes, { containers }),
    restartPolicy: 'Always',
    ...(share && { shareProcessNamespace: true }),
    terminationGracePeriodSeconds: spec.shutdown.grace / 1000 + drain,
  };
}

/**
 * The pod of a task.
 *
 * @param reports whether others wait for its end in the cluster: then it runs as an init container, and once it has ended
 * without an error another container says so
 */
export function taskPod(spec: TaskSpec, at: Place, options: KubernetesOptions, reports: boolean): PodSpec {
  const volumes = new PodVolumes(at);
  const main = container({ spec: spec.main, prefix: '', drain: 0 }, volumes, at, options);
  const containers = reports ? { init: [main], containers: [reporter(spec, options, volumes)] } : { containers: [main] };
  return {
    ...common(spec, at, options, volumes, containers),
    restartPolicy: 'Never',
    ...(spec.main.init && { shareProcessNamespace: true }),
    terminationGracePeriodSeconds: spec.shutdown.grace / 1000,
  };
}

/** What the pods of workloads and tasks have in common. */
function common(
  spec: GroupSpec,
  at: Place,
  options: KubernetesOptions,
  volumes: PodVolumes,
  { init = [], containers }: { readonly init?: Container[]; readonly containers: Container[] },
): PodSpec {
  const wait = waitContainers(waiting(at, options), spec, at, options, volumes);
  const initContainers = [...wait, ...init];
  tokenForVault(spec, at, volumes);
  const probed = wait.length > 0 || [spec.main, ...spec.sidecars].some(beats);
  return {
    ...placement(at.name, spec, probed ? (options.architecture ?? 'amd64') : undefined),
    automountServiceAccountToken: false,
    containers,
    // names outside the cluster have fewer dots than five, and would be looked up in each search domain first
    dnsConfig: { options: [{ name: 'ndots', value: '2' }] },
    enableServiceLinks: false,
    ...(initContainers.length > 0 && { initContainers }),
    securityContext: podSecurity(spec),
    serviceAccountName: at.name,
    ...(volumes.volumes.length > 0 && { volumes: volumes.volumes }),
  };
}
