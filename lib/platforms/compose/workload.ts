import type { ContainerSpec, GroupSpec, TaskSpec, WorkloadSpec } from '../../model/workload/spec';
import { isLeftOut, residentOf } from '../../platform/cells/resident';
import type { At, Cell } from '../../platform/platform';
import { byteText, containerService, cores, type RunnerAt, serviceLabels, ulimits, volumeMounts } from './container';
import { secretKeysIn, withoutLateBound } from './environment';
import type { ComposeDocument, ComposeNatives, ComposeWorkload } from './natives';
import { attachments } from './networking';
import { running } from './running';
import type { ComposeDependency, ComposeService } from './schema';
import { versionOf } from './secrets';

type WorkloadAt = At<ComposeNatives, 'workload'>;

/** A service, and a service for each sidecar in its network namespace. */
export const workload: Cell<'workload', ComposeNatives, ComposeDocument> = {
  draft: (spec, at) => ({
    service: mainService(spec, running(spec), restart(spec, at), at),
    sidecars: sidecarServices(spec, at),
  }),
  commit,
};

/** A service that is not restarted once it has ended without an error, or one that stays up and keeps a schedule. */
export const task: Cell<'task', ComposeNatives, ComposeDocument> = {
  draft(spec, at) {
    at.claim('workload', at.name);
    const resident = residentOf(spec);
    const service = resident ? mainService(resident.spec, resident.replicas, 'always', at) : mainService(spec, 1, tries(spec), at);
    return { service, sidecars: {} };
  },
  commit(native, spec, at, out) {
    if (!isLeftOut(spec)) commit(native, spec, at, out);
  },
};

function commit(native: ComposeWorkload, _spec: GroupSpec, at: { readonly name: string }, out: ComposeDocument): void {
  out.services[at.name] = { ...native.service, ...(native.service.ports && { ports: [...native.service.ports] }) };
  for (const [name, service] of Object.entries(native.sidecars)) out.services[`${at.name}-${name}`] = service;
}

function mainService(spec: GroupSpec, replicas: number, policy: string, at: RunnerAt): ComposeService {
  const dependencies = startsAfter(at);
  const { labels, ...service } = hostService(spec.main, spec, replicas, policy, at);
  const all = { ...serviceLabels(spec), ...labels };
  return {
    ...service,
    networks: attachments(at),
    ...(Object.keys(spec.sysctls).length > 0 && { sysctls: { ...spec.sysctls } }),
    ...(Object.keys(all).length > 0 && { labels: all }),
    ...(Object.keys(spec.annotations).length > 0 && { annotations: { ...spec.annotations } }),
    ...(Object.keys(dependencies).length > 0 && { depends_on: dependencies }),
  };
}

function startsAfter(at: RunnerAt): Record<string, ComposeDependency> {
  return Object.fromEntries(
    at.gates.map(({ part, gate }) => {
      const well = at.native(part).service.healthcheck ? 'service_healthy' : 'service_started';
      return [at.nameOf(part), { condition: gate === 'completed' ? 'service_completed_successfully' : well }];
    }),
  );
}

function sidecarServices(spec: WorkloadSpec, at: WorkloadAt): ComposeWorkload['sidecars'] {
  const services: ComposeWorkload['sidecars'] = {};
  for (const sidecar of spec.sidecars) {
    at.claim('workload', `${at.name}-${sidecar.name}`);
    services[sidecar.name] = {
      ...hostService(sidecar, spec, 1, restart(spec, at), at),
      network_mode: `service:${at.name}`,
      ...(sidecar.shareProcesses && { pid: `service:${at.name}` }),
      // a new main container has a new namespace, so Compose has to make the sidecar anew as well
      depends_on: { [at.name]: { condition: 'service_started', restart: true } },
    };
  }
  return services;
}

/** What main containers and sidecars have in common on one host. */
function hostService(spec: ContainerSpec, group: GroupSpec, replicas: number, policy: string, at: RunnerAt): ComposeService {
  const { cpuLimit, cpuReservation, memoryLimit, memoryReservation } = spec.resources;
  const service = containerService(spec, group, at);
  const versions = secretVersions(spec, at);
  return {
    ...service,
    ...(service.environment && { environment: withoutLateBound(service.environment) }),
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
    restart: policy,
    ...ulimits(spec),
    ...(Object.keys(versions).length > 0 && { labels: versions }),
  };
}

/** Compose looks at the path of a secret file, and not at what it holds: a label tells it that there is another version. */
function secretVersions(spec: ContainerSpec, at: RunnerAt): NonNullable<ComposeService['labels']> {
  return Object.fromEntries(
    secretKeysIn(spec).map(({ secret, key }) => {
      const source = at.native(secret);
      return [`ironhull.secret.${source.name}.${key}`, versionOf(source, key)];
    }),
  );
}

function tmpfs(spec: ContainerSpec): string[] {
  // owned by the user of the container: where the image has a folder of that name, the runtime keeps the folder's mode
  const owner = `mode=1777,uid=${spec.uid},gid=${spec.gid}`;
  return spec.writable.map(({ path, sizeBytes, exec }) => `${path}:rw,${exec ? 'exec' : 'noexec'},nosuid,nodev,size=${sizeBytes},${owner}`);
}

function tries({ attempts }: TaskSpec): string {
  return attempts === 1 ? 'no' : `on-failure:${attempts - 1}`;
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
