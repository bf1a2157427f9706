import { type SecretKey, secretVariable } from '../../model/kinds/secret';
import { goDuration } from '../../model/values/quantities';
import { isLateBound, isSecretKey } from '../../model/workload/container';
import type { ContainerSpec, EnvSpec, HealthSpec, WorkloadSpec } from '../../model/workload/spec';
import type { At } from '../../platform/platform';
import { PROBER_PATH, proberCommand, proberTimeout } from '../prober/prober';
import { ComposeExpression, ComposeSecretValue } from './marker';
import { type ComposeNatives, PROBER_CONFIG } from './natives';
import type { ComposeEnvironmentValue, ComposeHealthcheck, ComposeMount, ComposeService } from './schema';

/** What cells of workloads may know. */
export type WorkloadAt = At<ComposeNatives, 'workload'>;

/** What the containers of Compose and of Swarm have in common. */
export function containerService(spec: ContainerSpec, workload: WorkloadSpec, at: WorkloadAt): ComposeService {
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
    stop_grace_period: goDuration(workload.shutdown.grace),
    ...(spec.health && { healthcheck: healthcheck(spec.health) }),
    ...(spec.health && !('exec' in spec.health.check) && { configs: [{ source: PROBER_CONFIG, target: PROBER_PATH }] }),
    logging: { driver: workload.logging.driver, options: { ...workload.logging.options } },
  };
}

function environment(env: readonly EnvSpec[], at: WorkloadAt): Record<string, ComposeEnvironmentValue> {
  const values: Record<string, ComposeEnvironmentValue> = {};
  for (const { name, value } of env) {
    if (isSecretKey(value)) takeVariable(value, at);
    values[name] = isSecretKey(value) ? new ComposeSecretValue(at.native(value.secret).existing, value.key) : value;
  }
  return values;
}

/** The secrets `a-b` and `a`, with keys `c` and `b_c`, would be one variable. */
function takeVariable({ secret, key }: SecretKey, at: WorkloadAt): void {
  const spec = at.spec(secret);
  at.claim('variable of a secret value', secretVariable(spec, key), 'rename one of the keys', `${spec.existing}.${key}`);
}

/** Replaces late-bound values, which somebody acknowledged, by variables of the same names: a file is text. */
export function withoutLateBound(service: ComposeService): ComposeService {
  for (const [name, value] of Object.entries(service.environment ?? {})) {
    if (isLateBound(value) && service.environment)
      service.environment[name] = new ComposeExpression(`\${${name}:?set it to a value that is known only after deployment}`);
  }
  return service;
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
  const limit = proberTimeout(timeout);
  if ('http' in check) return proberCommand({ http: { port: check.http.port.port, path: check.http.path } }, limit);
  return proberCommand({ tcp: { port: check.tcp.port.port } }, limit);
}

/** Volumes in a container. */
export function volumeMounts(spec: ContainerSpec, at: WorkloadAt): ComposeMount[] {
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
export function serviceLabels(workload: WorkloadSpec): Record<string, string> {
  const { metrics, labels } = workload;
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
