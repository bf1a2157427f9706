import { goDuration } from '../../model/values/quantities';
import type { RolloutStepSpec, WorkloadSpec } from '../../model/workload/spec';
import type { Cell } from '../../platform/platform';
import type { ComposeDeploy, ComposeUpdate } from '../compose/schema';
import { waitBefore } from './gates';
import type { Dialect, SwarmDocument, SwarmNatives, SwarmOptions } from './natives';
import { checkServiceName } from './networking';
import { groupService, placement, resources } from './service';

/** A service of a Swarm. */
export function workloadCell(dialect: Dialect, options: SwarmOptions): Cell<'workload', SwarmNatives, SwarmDocument> {
  return {
    draft(spec, at) {
      checkServiceName(at, at.name.length, options.namespace);
      const service = { ...groupService(spec, at, dialect), deploy: deploy(spec, dialect, options) };
      return { service: waitBefore(service, spec.main, at, dialect), sidecars: {} };
    },
    commit(native, _spec, at, out) {
      out.services[at.name] = { ...native.service, ...(native.service.ports && { ports: [...native.service.ports] }) };
    },
  };
}

function deploy(spec: WorkloadSpec, dialect: Dialect, options: SwarmOptions): ComposeDeploy {
  const { condition, delay, maxAttempts } = spec.restart;
  return {
    replicas: spec.replicas,
    endpoint_mode: options.endpointMode ?? 'vip',
    ...placement(spec.placement),
    ...resources(spec.main, dialect, spec.main.resources),
    restart_policy: {
      condition: condition === 'always' ? 'any' : condition,
      ...(delay !== undefined && { delay: goDuration(delay) }),
      ...(maxAttempts !== undefined && { max_attempts: maxAttempts }),
    },
    update_config: {
      ...step(spec.rollout),
      // all replicas at once, and none of the new ones before its old one is gone
      ...(spec.rollout.strategy === 'recreate' && { parallelism: 0, order: 'stop-first' as const }),
    },
    rollback_config: {
      ...step(spec.rollback),
      ...(spec.rollout.strategy === 'recreate' && { parallelism: 0, order: 'stop-first' as const }),
    },
  };
}

function step(spec: RolloutStepSpec): ComposeUpdate {
  return {
    parallelism: spec.parallelism,
    delay: goDuration(spec.delay),
    failure_action: spec.failureAction,
    monitor: goDuration(spec.monitor),
    max_failure_ratio: spec.maxFailureRatio,
    order: spec.order,
  };
}
