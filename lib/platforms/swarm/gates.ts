import { goDuration } from '../../model/values/quantities';
import type { ContainerSpec } from '../../model/workload/spec';
import type { GateView } from '../../platform/platform';
import { PROBER_MOUNT, type RunnerAt } from '../compose/container';
import type { ComposeHealthcheck, ComposeService } from '../compose/schema';
import { waitCommand } from '../prober/prober';
import type { Dialect } from './natives';
import { seconds } from './quantities';
import { GATE_PORT, taskServiceName } from './task-name';

/** An address that has to accept connections. */
interface Target {
  readonly host: string;
  readonly port: number;
}

/** Time in which something without a health check is expected to run. */
const TO_RUN = 30;
/** Seconds between looks at whether a container still waits. */
const LOOK = 5;
/** So often a container that nobody checks may be found waiting: it is never ill of it. */
const ALWAYS = 1_000_000;

/** What a container waits for in front of its own command, and how long that may take. */
export interface Waiting {
  /** What has to answer. */
  readonly targets: readonly Target[];
  /** Seconds after which all of it should have answered. */
  readonly allowance: number;
}

/**
 * What a container waits for. Through Pulumi a service is not even made before its tasks are done, and need not ask for
 * them at each of its starts.
 */
export function waitingOf(at: RunnerAt, dialect: Dialect): Waiting | undefined {
  const gates = at.gates.filter(({ gate }) => dialect === 'file' || gate === 'ready');
  const targets = gates.flatMap((gate) => targetOf(gate, at));
  if (targets.length === 0) return undefined;
  return { targets, allowance: Math.max(...gates.map(({ part }) => allowance(at.native(part).service) - recoveryOf(part))) };
}

function targetOf(gate: GateView, at: RunnerAt): Target[] {
  const { part, port } = gate;
  if (gate.gate === 'completed') {
    // where the command of the task is not said, and that was accepted, it answers nobody
    const native = at.native(part);
    return native.service.healthcheck ? [{ host: taskServiceName(at.nameOf(part), native), port: GATE_PORT }] : [];
  }
  if (port) return [{ host: at.nameOf(part), port: port.port }];
  if (at.acknowledged('start.ready') === undefined) {
    const what = `waits for ${at.nameOf(part)}, which has no TCP port that it may connect to`;
    at.problem('network.allowTo', what, undefined, "let nothing wait (gate: 'none'), or acknowledge 'start.ready' with a reason");
  }
  return [];
}

/** Seconds in which a service is well, or is given up. */
function allowance({ healthcheck }: ComposeService): number {
  if (!healthcheck) return TO_RUN;
  const { interval, timeout, retries = 3, start_period } = healthcheck;
  return seconds(start_period) + (retries >= ALWAYS ? TO_RUN : (seconds(interval) + seconds(timeout)) * retries);
}

/** Seconds that it may take longer after a crash, for which nobody waits. */
function recoveryOf(part: GateView['part']): number {
  const { health } = part.resolve().spec.main;
  return health ? (health.recoveryPeriod - health.startPeriod) / 1000 : 0;
}

/** Puts something in front of the command of a service that waits. Reports where the command is not known. */
export function waitBefore(service: ComposeService, spec: ContainerSpec, at: RunnerAt, dialect: Dialect): ComposeService {
  const waiting = waitingOf(at, dialect);
  if (!waiting) return service;
  if (!spec.command) {
    if (dialect === 'file') unknownCommand(at);
    return service;
  }
  const { targets, allowance } = waiting;
  const { healthcheck } = service;
  return {
    ...service,
    // where no check gives up on it, it gives up itself
    entrypoint: waitCommand(targets, spec.command, healthcheck ? undefined : Math.ceil(allowance * 1000)),
    ...withProber(service),
    healthcheck: healthcheck ? later(healthcheck, allowance) : untilItStarts(targets, allowance),
  };
}

/** The prober among the files of a service. */
export function withProber({ configs = [] }: ComposeService): Pick<ComposeService, 'configs'> {
  const has = configs.some(({ target }) => target === PROBER_MOUNT.target);
  return { configs: has ? configs : [{ ...PROBER_MOUNT }, ...configs] };
}

function unknownCommand(at: RunnerAt): void {
  for (const gate of ['ready', 'completed'] as const) {
    const names = at.gates.filter((one) => one.gate === gate).map(({ part }) => at.nameOf(part));
    if (names.length === 0 || at.acknowledged(`start.${gate}`) !== undefined) continue;
    const what = `has to be said: what is put in front of it waits for ${names.join(', ')}`;
    const none = gate === 'ready' ? "let nothing wait (gate: 'none'), " : '';
    const fix = `give the image's entry point (docker image inspect shows it), ${none}or acknowledge 'start.${gate}' with a reason`;
    at.problem('command', what, undefined, fix);
  }
}

/** A container that still waits is not ill, and is not to be replaced. */
function later(healthcheck: ComposeHealthcheck, allowance: number): ComposeHealthcheck {
  return { ...healthcheck, start_period: goDuration((seconds(healthcheck.start_period) + allowance) * 1000) };
}

/**
 * What nobody checks counts as running at once, and an update would replace the old version by one that still waits. So
 * it is checked whether what it waits for answers; once it did, nothing that happens to the others makes it ill.
 */
function untilItStarts(targets: readonly Target[], allowance: number): ComposeHealthcheck {
  return {
    test: ['CMD', ...waitCommand(targets, undefined, (LOOK - 1) * 1000)],
    interval: `${LOOK}s`,
    timeout: `${LOOK}s`,
    retries: ALWAYS,
    start_period: goDuration(allowance * 1000),
  };
}
