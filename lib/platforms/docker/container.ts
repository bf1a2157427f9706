import type * as docker from '@pulumi/docker';
import type { ContainerSpec, GroupSpec } from '../../model/workload/spec';
import { OUTSIDE } from '../../platform/networks';
import type { At } from '../../platform/platform';
import { plainEnvs } from './env';
import { healthcheck, needsProber } from './health';
import type { DockerNatives, Editable } from './natives';
import { PROBER_DIRECTORY, proberVolume } from './prober';

type ContainerArgs = Editable<docker.ContainerArgs>;
/** What the cells of workloads and tasks may know. */
export type GroupAt = Omit<At<DockerNatives>, 'part'>;

/**
 * The arguments that all containers have in common: those of workloads and of tasks, main containers and sidecars.
 *
 * @param replica the number of the replica, by which its own volumes are called
 */
export function containerArgs(spec: ContainerSpec, group: GroupSpec, at: GroupAt, replica = 1): ContainerArgs {
  const grace = Math.ceil(group.shutdown.grace / 1000);
  const envs = plainEnvs(spec.env);
  const volumes = volumesOf(spec, replica, at);
  return {
    // the reference, not the id of a RemoteImage: the provider pulls what is absent, and a container's image can be read
    image: spec.image.reference,
    ...(spec.command && { entrypoints: [...spec.command] }),
    ...(spec.args && { command: [...spec.args] }),
    ...(spec.workingDirectory !== undefined && { workingDir: spec.workingDirectory }),
    ...(envs.length > 0 && { envs }),
    user: `${spec.uid}:${spec.gid}`,
    readOnly: spec.readOnlyRoot,
    capabilities: {
      drops: ['ALL'],
      // with the prefix that the engine reports, or they would differ for ever
      ...(spec.capabilities.length > 0 && { adds: spec.capabilities.map((capability) => `CAP_${capability}`) }),
    },
    ...(!spec.allowPrivilegeEscalation && { securityOpts: ['no-new-privileges:true'] }),
    ...(spec.writable.length > 0 && { tmpfs: tmpfs(spec) }),
    ...(volumes.length > 0 && { volumes }),
    init: spec.init,
    ...resources(spec, at),
    ...(spec.ulimits.length > 0 && { ulimits: spec.ulimits.map((limit) => ({ ...limit })) }),
    ...(spec.health && { healthcheck: healthcheck(spec.health) }),
    stopTimeout: grace,
    destroyGraceSeconds: grace,
    removeVolumes: true,
    logDriver: group.logging.driver,
    ...(Object.keys(group.logging.options).length > 0 && { logOpts: { ...group.logging.options } }),
  };
}

/** Labels as the provider wants them, sorted. */
export function labelsOf(
  group: GroupSpec,
  more: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>>,
  at: GroupAt,
): NonNullable<ContainerArgs['labels']> {
  const all: Record<string, string> = {
    ...group.annotations,
    ...group.labels,
    ...more,
    'ironhull.stack': at.stack.name,
    'ironhull.environment': at.environment.name,
    ...own,
  };
  return Object.keys(all)
    .sort()
    .map((label) => ({ label, value: all[label] as string }));
}

/** The networks of a main container. Where a network leads outside, its members are found by no name: they cannot reach each other. */
export function attachments(at: GroupAt): NonNullable<ContainerArgs['networksAdvanced']> {
  return at.networks.map(({ name, segment, aliases, address }) => ({
    name,
    ...((segment || name !== OUTSIDE) && { aliases: [...new Set([at.name, ...aliases])] }),
    ...(address !== undefined && { ipv4Address: address }),
  }));
}

function tmpfs(spec: ContainerSpec): Record<string, string> {
  // owned by the user of the container: where the image has a folder of that name, runc keeps the folder's mode
  const owner = `mode=1777,uid=${spec.uid},gid=${spec.gid}`;
  return Object.fromEntries(
    spec.writable.map(({ path, sizeBytes, exec }) => [path, `rw,${exec ? 'exec' : 'noexec'},nosuid,nodev,size=${sizeBytes},${owner}`]),
  );
}

function volumesOf(spec: ContainerSpec, replica: number, at: GroupAt): NonNullable<ContainerArgs['volumes']> {
  const volumes: NonNullable<ContainerArgs['volumes']> = spec.mounts.map((mount) => ({
    volumeName: at.spec(mount.volume).perReplica ? `${at.nameOf(mount.volume)}-${replica}` : at.nameOf(mount.volume),
    containerPath: mount.path,
    ...(mount.readOnly && { readOnly: true }),
  }));
  if (needsProber(spec)) volumes.push({ volumeName: proberVolume(at.stack.name), containerPath: PROBER_DIRECTORY, readOnly: true });
  return volumes;
}

function resources(spec: ContainerSpec, at: GroupAt) {
  const { cpuLimit, cpuReservation, memoryLimit, memoryReservation } = spec.resources;
  const memory = mebibytes('memory.limit', memoryLimit, at);
  return {
    cpus: cores(cpuLimit),
    cpuShares: Math.max(2, Math.round((cpuReservation * 1024) / 1000)),
    memory,
    // no swap beside the memory
    memorySwap: memory,
    memoryReservation: mebibytes('memory.reservation', memoryReservation, at),
  };
}

/** Cores as the provider writes them, or they would differ for ever: `2.0`, `0.25`, `10.`. */
function cores(milli: number): string {
  const text = (milli / 1000).toFixed(9);
  return text.split('0').length - 1 === 9 ? (milli / 1000).toFixed(1) : text.replace(/0+$/, '');
}

function mebibytes(where: string, bytes: number, at: GroupAt): number {
  const mib = bytes / 2 ** 20;
  if (!Number.isInteger(mib)) {
    at.problem(
      `resources.${where}`,
      "Docker's provider counts memory in whole mebibytes",
      `${bytes / 1024}Ki`,
      `use '${Math.ceil(mib)}Mi'`,
    );
  }
  return Math.ceil(mib);
}
