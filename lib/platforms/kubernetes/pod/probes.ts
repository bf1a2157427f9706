import type { Probe } from 'kubernetes-types/core/v1';
import type { CheckSpec, HealthSpec, ProbeSpec } from '../../../model/workload/spec';
import { heartbeatCommand } from '../../prober/prober';
import { literal } from './literal';

/** The three probes of a container. */
export function probes(health: HealthSpec): { livenessProbe: Probe; readinessProbe: Probe; startupProbe: Probe } {
  return { livenessProbe: probe(health.liveness), readinessProbe: probe(health.readiness), startupProbe: probe(health.startup) };
}

function probe(spec: ProbeSpec): Probe {
  return {
    failureThreshold: spec.failureThreshold,
    ...action(spec.check),
    ...(spec.initialDelay > 0 && { initialDelaySeconds: spec.initialDelay }),
    periodSeconds: spec.period,
    timeoutSeconds: spec.timeout,
  };
}

function action(check: CheckSpec): Probe {
  if ('exec' in check) return { exec: { command: check.exec.map(literal) } };
  if ('heartbeat' in check) return { exec: { command: heartbeatCommand(check.heartbeat) } };
  if ('tcp' in check) return { tcpSocket: { port: check.tcp.port.name } };
  return { httpGet: { path: check.http.path, port: check.http.port.name } };
}
