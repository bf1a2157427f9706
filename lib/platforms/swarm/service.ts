import { goDuration } from '../../model/values/quantities';
import type { ContainerSpec, GroupSpec, ResourcesSpec } from '../../model/workload/spec';
import { byteText, containerService, cores, type RunnerAt, serviceLabels, ulimits, volumeMounts } from '../compose/container';
import { withoutLateBound } from '../compose/environment';
import { attachments } from '../compose/networking';
import type { ComposeDeploy, ComposeMount, ComposeService } from '../compose/schema';
import type { Dialect } from './natives';

/** What services of workloads and of tasks have in common; how they are deployed is their own. */
export function groupService(spec: GroupSpec, at: RunnerAt, dialect: Dialect): ComposeService {
  const { main } = spec;
  const labels = serviceLabels(spec);
  const base = containerService(main, spec, at);
  const mounts = [...scratch(main, at, dialect), ...volumeMounts(main, at)];
  return {
    ...base,
    ...(dialect === 'file' && base.environment && { environment: withoutLateBound(base.environment) }),
    // a Swarm ends what is ill; elsewhere that only shows
    ...(base.healthcheck && main.health && { healthcheck: { ...base.healthcheck, start_period: goDuration(main.health.recoveryPeriod) } }),
    ...(mounts.length > 0 && { volumes: mounts }),
    networks: withoutAddresses(attachments(at)),
    ...(Object.keys(spec.sysctls).length > 0 && { sysctls: { ...spec.sysctls } }),
    ...(dialect === 'file' && ulimits(main)),
    ...(Object.keys(labels).length > 0 && { labels }),
  };
}

/** Fixed addresses were acknowledged, or the plan has a problem already. */
function withoutAddresses(networks: NonNullable<ComposeService['networks']>): NonNullable<ComposeService['networks']> {
  return Object.fromEntries(Object.entries(networks).map(([name, { ipv4_address: _, ...rest }]) => [name, rest]));
}

/** Scratch directories: `docker stack deploy` leaves the short form `tmpfs:` out without a word. */
function scratch(spec: ContainerSpec, at: RunnerAt, dialect: Dialect): ComposeMount[] {
  return spec.writable.map(({ path, sizeBytes, exec }) => {
    if (exec && at.acknowledged('writable.options') === undefined) {
      at.problem(
        'writable',
        'Swarm mounts every scratch directory noexec',
        path,
        "leave out exec, or acknowledge 'writable.options' with a reason",
      );
    }
    // a stack file cannot say the mode; 1777 is the engine's own where the image has no such directory (else the image's counts)
    return { type: 'tmpfs', target: path, tmpfs: { size: sizeBytes, ...(dialect === 'pulumi' && { mode: 0o1777 }) } };
  });
}

/** Limits, and what is set aside. */
export function resources(
  { resources: { cpuLimit, memoryLimit }, pids }: ContainerSpec,
  dialect: Dialect,
  { cpuReservation, memoryReservation }: Pick<ResourcesSpec, 'cpuReservation' | 'memoryReservation'>,
): Pick<ComposeDeploy, 'resources'> {
  return {
    resources: {
      limits: { cpus: cores(cpuLimit), memory: byteText(memoryLimit), ...(dialect === 'file' && pids !== undefined && { pids }) },
      reservations: { cpus: cores(cpuReservation), memory: byteText(memoryReservation) },
    },
  };
}

/** Swarm spreads replicas over nodes by itself, so `host` needs no preference. */
export function placement({ role, labels, spreadOver }: GroupSpec['placement']): Pick<ComposeDeploy, 'placement'> {
  const constraints = [
    ...(role === undefined ? [] : [`node.role == ${role}`]),
    ...Object.entries(labels).map(([key, value]) => `node.labels.${key} == ${value}`),
  ];
  const preferences = spreadOver.filter((key) => key !== 'host').map((key) => ({ spread: `node.labels.${key}` }));
  if (constraints.length + preferences.length === 0) return {};
  return { placement: { ...(constraints.length > 0 && { constraints }), ...(preferences.length > 0 && { preferences }) } };
}
