import { goDuration } from '../../model/values/quantities';
import type { TaskSpec } from '../../model/workload/spec';
import { isLeftOut, type Resident, residentOf } from '../../platform/cells/resident';
import type { Cell } from '../../platform/platform';
import type { ComposeDeploy, ComposeService } from '../compose/schema';
import { gateCommand, proberCommand, waitCommand } from '../prober/prober';
import { waitBefore, waitingOf, withProber } from './gates';
import type { Dialect, SwarmDocument, SwarmNatives, SwarmOptions } from './natives';
import { checkServiceName } from './networking';
import { groupService, placement, resources } from './service';
import { GATE_PORT, taskServiceName } from './task-name';

/** Characters of the hash, and of the dash before it. */
const HASH = 9;

type TaskAt = Parameters<Cell<'task', SwarmNatives, SwarmDocument>['draft']>[1];

/**
 * A service that runs its command once and then stays, doing nothing but answer that it is done: a Swarm's jobs are in no
 * stack file, and nobody can wait for them.
 */
export function taskCell(dialect: Dialect, options: SwarmOptions): Cell<'task', SwarmNatives, SwarmDocument> {
  return {
    draft(spec, at) {
      at.claim('workload', at.name);
      const resident = residentOf(spec);
      checkServiceName(at, at.name.length + (resident ? 0 : HASH), options.namespace);
      return { service: resident ? residentService(resident, at, dialect, options) : service(spec, at, dialect, options), sidecars: {} };
    },
    commit(native, spec, at, out) {
      if (!isLeftOut(spec)) out.services[taskServiceName(at.name, native, spec)] = native.service;
    },
  };
}

function service(spec: TaskSpec, at: TaskAt, dialect: Dialect, options: SwarmOptions): ComposeService {
  const base = { ...groupService(spec, at, dialect), deploy: deploy(spec, options, dialect) };
  if (!spec.main.command) {
    if (at.acknowledged('task') === undefined) {
      const what = 'has to be said: what runs it tells the others when it is done';
      at.problem(
        'command',
        what,
        undefined,
        "give the image's entry point (docker image inspect shows it), or acknowledge 'task' with a reason",
      );
    }
    return base;
  }
  const waiting = waitingOf(at, dialect);
  const command = waiting ? waitCommand(waiting.targets, spec.main.command) : spec.main.command;
  return {
    ...base,
    entrypoint: gateCommand(GATE_PORT, command),
    ...withProber(base),
    healthcheck: {
      test: ['CMD', ...proberCommand({ tcp: { port: GATE_PORT } }, 1500)],
      interval: '2s',
      timeout: '2s',
      // a node that is busy for a moment is no reason to run a task again that is done
      retries: 5,
      // a task that is not done by then is unhealthy, which the engine ends and tries anew
      start_period: goDuration(spec.timeout + (waiting?.allowance ?? 0) * 1000),
    },
  };
}

/** A service that stays up and keeps a schedule. Never two of it: the old one ends before the new one starts. */
function residentService({ spec, replicas }: Resident, at: TaskAt, dialect: Dialect, options: SwarmOptions): ComposeService {
  const update = { parallelism: 1, failure_action: 'pause', order: 'stop-first' } as const;
  const deploy: ComposeDeploy = {
    replicas,
    endpoint_mode: options.endpointMode ?? 'vip',
    ...placement(spec.placement),
    ...resources(spec.main, dialect, spec.main.resources),
    restart_policy: { condition: 'any' },
    update_config: { ...update },
    rollback_config: { ...update },
  };
  return waitBefore({ ...groupService(spec, at, dialect), deploy }, spec.main, at, dialect);
}

/** What is set aside for it: it stays when it is done, and does nothing then. */
const RESERVED = { cpuReservation: 10, memoryReservation: 8 * 2 ** 20 };

function deploy(spec: TaskSpec, options: SwarmOptions, dialect: Dialect): ComposeDeploy {
  const { cpuReservation, memoryReservation } = spec.main.resources;
  return {
    replicas: 1,
    endpoint_mode: options.endpointMode ?? 'vip',
    ...placement(spec.placement),
    ...resources(spec.main, dialect, {
      cpuReservation: Math.min(cpuReservation, RESERVED.cpuReservation),
      memoryReservation: Math.min(memoryReservation, RESERVED.memoryReservation),
    }),
    restart_policy: spec.attempts === 1 ? { condition: 'none' } : { condition: 'on-failure', max_attempts: spec.attempts - 1 },
    update_config: { parallelism: 1, failure_action: 'pause', order: 'stop-first' },
  };
}
