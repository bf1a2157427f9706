import type * as docker from '@pulumi/docker';
import { isLateBound, isSecretKey } from '../../model/workload/container';
import type { ContainerSpec, EnvSpec, WorkloadSpec } from '../../model/workload/spec';
import type { At } from '../../platform/platform';
import { healthcheck, needsProber, waitSeconds } from './health';
import type { DockerNatives, Editable, SecretReference } from './natives';
import { PROBER_DIRECTORY, proberVolume } from './prober';

type ContainerArgs = Editable<docker.ContainerArgs>;
/** What a workload's cell may know. */
export type WorkloadAt = At<DockerNatives, 'workload'>;

/** The arguments that main containers and sidecars have in common. */
export function containerArgs(spec: ContainerSpec, workload: WorkloadSpec, at: WorkloadAt): ContainerArgs {
  const grace = Math.ceil(workload.shutdown.grace / 1000);
  const envs = plainEnvs(spec.env);
  const volumes = volumesOf(spec, at);
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
    ...(spec.health && { healthcheck: healthcheck(spec.health), wait: true, waitTimeout: waitSeconds(spec.health) }),
    ...restart(workload, at),
    mustRun: true,
    stopTimeout: grace,
    destroyGraceSeconds: grace,
    removeVolumes: true,
    logDriver: workload.logging.driver,
    ...(Object.keys(workload.logging.options).length > 0 && { logOpts: { ...workload.logging.options } }),
    labels: labels(spec, workload, at),
  };
}

/** Environment variables with secret values, by reference. */
export function secretEnvs(spec: ContainerSpec, at: WorkloadAt): Record<string, SecretReference> {
  const found: Record<string, SecretReference> = {};
  for (const { name, value } of spec.env) {
    if (isSecretKey(value)) found[name] = { spec: at.spec(value.secret), key: value.key };
  }
  return found;
}

function plainEnvs(env: readonly EnvSpec[]): NonNullable<ContainerArgs['envs']> {
  return env.flatMap(({ name, value }) => {
    if (isSecretKey(value)) return [];
    if (isLateBound(value)) return [value.apply((known) => `${name}=${known}`) as string];
    return [`${name}=${value}`];
  });
}

function tmpfs(spec: ContainerSpec): Record<string, string> {
  // owned by the user of the container: where the image has a folder of that name, runc keeps the folder's mode
  const owner = `mode=1777,uid=${spec.uid},gid=${spec.gid}`;
  return Object.fromEntries(
    spec.writable.map(({ path, sizeBytes, exec }) => [path, `rw,${exec ? 'exec' : 'noexec'},nosuid,nodev,size=${sizeBytes},${owner}`]),
  );
}

function volumesOf(spec: ContainerSpec, at: WorkloadAt): NonNullable<ContainerArgs['volumes']> {
  const volumes: NonNullable<ContainerArgs['volumes']> = spec.mounts.map((mount) => ({
    volumeName: at.nameOf(mount.volume),
    containerPath: mount.path,
    ...(mount.readOnly && { readOnly: true }),
  }));
  if (needsProber(spec)) volumes.push({ volumeName: proberVolume(at.stack.name), containerPath: PROBER_DIRECTORY, readOnly: true });
  return volumes;
}

function resources(spec: ContainerSpec, at: WorkloadAt) {
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

function mebibytes(where: string, bytes: number, at: WorkloadAt): number {
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

function restart({ restart: { condition, maxAttempts } }: WorkloadSpec, at: WorkloadAt) {
  if (condition === 'always') {
    if (maxAttempts !== undefined && at.acknowledged('restart.policy') === undefined) {
      at.problem(
        'restart.maxAttempts',
        "Docker counts attempts only with the condition 'on-failure'",
        maxAttempts,
        "use 'on-failure', or acknowledge 'restart.policy' with a reason",
      );
    }
    return { restart: 'unless-stopped' };
  }
  return { restart: 'on-failure', ...(maxAttempts !== undefined && { maxRetryCount: maxAttempts }) };
}

function labels(spec: ContainerSpec, workload: WorkloadSpec, at: WorkloadAt): NonNullable<ContainerArgs['labels']> {
  const all: Record<string, string> = {
    ...workload.annotations,
    ...workload.labels,
    ...(workload.metrics &&
      spec === workload.main && {
        'prometheus.io/scrape': 'true',
        'prometheus.io/port': String(workload.metrics.port.port),
        'prometheus.io/path': workload.metrics.path,
      }),
    'ironhull.stack': at.stack.name,
    'ironhull.environment': at.environment.name,
    'ironhull.workload': at.name,
    'ironhull.container': spec.name,
  };
  return Object.keys(all)
    .sort()
    .map((label) => ({ label, value: all[label] as string }));
}
