import { goDuration } from '../../model/values/quantities';
import { isConfigFile } from '../../model/workload/references';
import type { ContainerSpec, GroupSpec, HealthSpec, WorkloadSpec } from '../../model/workload/spec';
import type { At } from '../../platform/platform';
import { heartbeatCommand, PROBER_PATH, proberCommand, proberTimeout } from '../prober/prober';
import { environment, takeVersionVariable } from './environment';
import { type ComposeNatives, configKey, PROBER_CONFIG, secretKey } from './natives';
import type { ComposeConfigMount, ComposeHealthcheck, ComposeMount, ComposeSecretMount, ComposeService } from './schema';

/** What cells of workloads and tasks may know. */
export type RunnerAt = At<ComposeNatives, 'workload'> | At<ComposeNatives, 'task'>;

const RUN = 0o555;
const READ = 0o444;
const READ_ALONE = 0o400;

/** How the prober is mounted. */
export const PROBER_MOUNT: ComposeConfigMount = { source: PROBER_CONFIG, target: PROBER_PATH, mode: RUN };

/** What the containers of Compose and of Swarm have in common. */
export function containerService(spec: ContainerSpec, group: GroupSpec, at: RunnerAt): ComposeService {
  const { configs, secrets } = files(spec, at);
  if (spec.health && !('exec' in spec.health.check)) configs.unshift({ ...PROBER_MOUNT });
  return {
    image: spec.image.reference,
    ...(spec.command && { entrypoint: [...spec.command] }),
    ...(spec.args && { command: [...spec.args] }),
    ...(spec.workingDirectory !== undefined && { working_dir: spec.workingDirectory }),
    ...(spec.env.length > 0 && { environment: environment(spec.env, at) }),
    user: `${spec.uid}:${spec.gid}`,
    cap_drop: ['ALL'],
    ...(spec.capabilities.length > 0 && { cap_add: [...spec.capabilities] }),
    read_only: spec.readOnlyRoot,
    ...(spec.init && { init: true }),
    stop_grace_period: goDuration(group.shutdown.grace),
    ...(spec.health && { healthcheck: healthcheck(spec.health) }),
    ...(configs.length > 0 && { configs }),
    ...(secrets.length > 0 && { secrets }),
    logging: { driver: group.logging.driver, options: { ...group.logging.options } },
  };
}

/** A container's own files. */
function files(spec: ContainerSpec, at: RunnerAt): { configs: ComposeConfigMount[]; secrets: ComposeSecretMount[] } {
  const configs: ComposeConfigMount[] = [];
  const secrets: ComposeSecretMount[] = [];
  for (const { path: target, from } of spec.files) {
    if (isConfigFile(from)) {
      const source = configKey(at.nameOf(from.config), at.native(from.config).version, from.key);
      configs.push({ source, target, mode: from.executable ? RUN : READ });
    } else {
      takeVersionVariable(from, at);
      const source = secretKey(at.native(from.secret).name, from.key);
      secrets.push({ source, target, uid: String(spec.uid), gid: String(spec.gid), mode: READ_ALONE });
    }
  }
  return { configs, secrets };
}

function healthcheck(health: HealthSpec): ComposeHealthcheck {
  return {
    test: ['CMD', ...testCommand(health)],
    interval: goDuration(health.interval),
    timeout: goDuration(health.timeout),
    retries: health.retries,
    start_period: goDuration(health.startPeriod),
  };
}

function testCommand({ check, timeout }: HealthSpec): string[] {
  if ('exec' in check) return [...check.exec];
  if ('heartbeat' in check) return heartbeatCommand(check.heartbeat);
  const limit = proberTimeout(timeout);
  if ('http' in check) return proberCommand({ http: { port: check.http.port.port, path: check.http.path } }, limit);
  return proberCommand({ tcp: { port: check.tcp.port.port } }, limit);
}

/** Volumes in a container. */
export function volumeMounts(spec: ContainerSpec, at: RunnerAt): ComposeMount[] {
  return spec.mounts.map((mount) => ({
    type: 'volume',
    source: at.nameOf(mount.volume),
    target: mount.path,
    ...(mount.readOnly && { read_only: true }),
  }));
}

/** Limits of processes by name. */
export function ulimits(spec: ContainerSpec): Pick<ComposeService, 'ulimits'> {
  if (spec.ulimits.length === 0) return {};
  return { ulimits: Object.fromEntries(spec.ulimits.map(({ name, soft, hard }) => [name, { soft, hard }])) };
}

/** The user's labels, and where Prometheus' discovery of containers or tasks finds the metrics. */
export function serviceLabels(spec: GroupSpec & Partial<Pick<WorkloadSpec, 'metrics'>>): NonNullable<ComposeService['labels']> {
  const { metrics, labels } = spec;
  return {
    ...labels,
    ...(metrics && {
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': String(metrics.port.port),
      'prometheus.io/path': metrics.path,
    }),
  };
}

/** Cores as Compose writes them. */
export function cores(milli: number): string {
  return String(milli / 1000);
}

/** Bytes as Compose writes them: `k`, `m` and `g` are binary units there. */
export function byteText(bytes: number): string {
  for (const [unit, factor] of [
    ['g', 2 ** 30],
    ['m', 2 ** 20],
    ['k', 2 ** 10],
  ] as const) {
    if (bytes > 0 && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return `${bytes}b`;
}
