import type { ContainerSpec, WorkloadSpec } from '../../model/workload/spec';
import type { Cell } from '../../platform/platform';
import { byteText, containerService, cores, serviceLabels, ulimits, volumeMounts, type WorkloadAt, withoutLateBound } from './container';
import type { ComposeDocument, ComposeNatives, ComposeWorkload } from './natives';
import { attachments } from './networking';
import type { ComposeService } from './schema';

/** A service, and a service for each sidecar in its network namespace. */
export const workload: Cell<'workload', ComposeNatives, ComposeDocument> = {
  draft: (spec, at) => ({ service: mainService(spec, at), sidecars: sidecarServices(spec, at) }),
  commit(native, _spec, at, out) {
    out.services[at.name] = { ...native.service, ...(native.service.ports && { ports: [...native.service.ports] }) };
    for (const [name, service] of Object.entries(native.sidecars)) out.services[`${at.name}-${name}`] = service;
  },
};

function mainService(spec: WorkloadSpec, at: WorkloadAt): ComposeService {
  const dependencies = at.startsAfter.map((part) => {
    const condition = at.native(part).service.healthcheck ? ('service_healthy' as const) : ('service_started' as const);
    return [at.nameOf(part), { condition }] as const;
  });
  const labels = serviceLabels(spec);
  return {
    ...hostService(spec.main, spec, spec.replicas, at),
    networks: attachments(spec, at),
    ...(Object.keys(spec.sysctls).length > 0 && { sysctls: { ...spec.sysctls } }),
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(Object.keys(spec.annotations).length > 0 && { annotations: { ...spec.annotations } }),
    ...(dependencies.length > 0 && { depends_on: Object.fromEntries(dependencies) }),
  };
}

function sidecarServices(spec: WorkloadSpec, at: WorkloadAt): ComposeWorkload['sidecars'] {
  const services: ComposeWorkload['sidecars'] = {};
  for (const sidecar of spec.sidecars) {
    at.claim('workload', `${at.name}-${sidecar.name}`);
    services[sidecar.name] = {
      ...hostService(sidecar, spec, 1, at),
      network_mode: `service:${at.name}`,
      ...(sidecar.shareProcesses && { pid: `service:${at.name}` }),
      // a new main container has a new namespace, so Compose has to make the sidecar anew as well
      depends_on: { [at.name]: { condition: 'service_started', restart: true } },
    };
  }
  return services;
}

/** What main containers and sidecars have in common on one host. */
function hostService(spec: ContainerSpec, workloadSpec: WorkloadSpec, replicas: number, at: WorkloadAt): ComposeService {
  const { cpuLimit, cpuReservation, memoryLimit, memoryReservation } = spec.resources;
  return withoutLateBound({
    ...containerService(spec, workloadSpec, at),
    ...(!spec.allowPrivilegeEscalation && { security_opt: ['no-new-privileges:true'] }),
    ...(spec.writable.length > 0 && { tmpfs: tmpfs(spec) }),
    ...(spec.mounts.length > 0 && { volumes: volumeMounts(spec, at) }),
    // Compose applies no reservation of processor time; a weight is what a single host can do
    cpu_shares: Math.max(2, Math.round((cpuReservation * 1024) / 1000)),
    // without this a container may swap as much again as its limit
    memswap_limit: byteText(memoryLimit),
    deploy: {
      replicas,
      resources: {
        limits: { cpus: cores(cpuLimit), memory: byteText(memoryLimit), ...(spec.pids !== undefined && { pids: spec.pids }) },
        reservations: { cpus: cores(cpuReservation), memory: byteText(memoryReservation) },
      },
    },
    restart: restart(workloadSpec, at),
    ...ulimits(spec),
  });
}

function tmpfs(spec: ContainerSpec): string[] {
  // owned by the user of the container: where the image has a folder of that name, the runtime keeps the folder's mode
  const owner = `mode=1777,uid=${spec.uid},gid=${spec.gid}`;
  return spec.writable.map(({ path, sizeBytes, exec }) => `${path}:rw,${exec ? 'exec' : 'noexec'},nosuid,nodev,size=${sizeBytes},${owner}`);
}

function restart({ restart: { condition, maxAttempts } }: WorkloadSpec, at: WorkloadAt): string {
  if (condition === 'always') {
    if (maxAttempts !== undefined && at.acknowledged('restart.policy') === undefined) {
      at.problem(
        'restart.maxAttempts',
        "Docker counts attempts only with the condition 'on-failure'",
        maxAttempts,
        "use 'on-failure', or acknowledge 'restart.policy' with a reason",
      );
    }
    return 'always';
  }
  return maxAttempts === undefined ? 'on-failure' : `on-failure:${maxAttempts}`;
}
