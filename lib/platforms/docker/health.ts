import { goDuration } from '../../model/values/quantities';
import type { ContainerSpec, GroupSpec, HealthSpec } from '../../model/workload/spec';
import { heartbeatCommand, proberCommand, proberTimeout } from '../prober/prober';

/** Whether a container's health is checked by the prober. */
export function needsProber(spec: ContainerSpec): boolean {
  return spec.health !== undefined && !('exec' in spec.health.check);
}

/** The provider's health check. Durations as Go writes them, or they would differ for ever. */
export function healthcheck(health: HealthSpec) {
  return {
    tests: ['CMD', ...testCommand(health)],
    interval: goDuration(health.interval),
    timeout: goDuration(health.timeout),
    startPeriod: goDuration(health.startPeriod),
    retries: health.retries,
  };
}

function testCommand({ check, timeout }: HealthSpec): string[] {
  if ('exec' in check) return [...check.exec];
  if ('heartbeat' in check) return heartbeatCommand(check.heartbeat);
  const limit = proberTimeout(timeout);
  if ('http' in check) return proberCommand({ http: { port: check.http.port.port, path: check.http.path } }, limit);
  return proberCommand({ tcp: { port: check.tcp.port.port } }, limit);
}

/** Seconds after which a container that never was healthy is given up: no earlier than Docker calls it unhealthy. */
export function waitSeconds(health: HealthSpec): number {
  return Math.ceil((health.startPeriod + (health.interval + health.timeout) * (health.retries + 1)) / 1000) + 30;
}

/** Whether any container of a workload or task needs the prober. */
export function groupNeedsProber(spec: GroupSpec): boolean {
  return [spec.main, ...spec.sidecars].some(needsProber);
}
