import { goDuration } from '../../model/values/quantities';
import type { ContainerSpec, RolloutStepSpec, WorkloadSpec } from '../../model/workload/spec';
import type { Cell } from '../../platform/platform';
import {
  byteText,
  containerService,
  cores,
  serviceLabels,
  ulimits,
  volumeMounts,
  type WorkloadAt,
  withoutLateBound,
} from '../compose/container';
import { attachments } from '../compose/networking';
import type { ComposeDeploy, ComposeMount, ComposeService, ComposeUpdate } from '../compose/schema';
import type { Dialect, SwarmDocument, SwarmNatives, SwarmOptions } from './natives';

const PROBER_MODE = 0o555;

/** A service of a Swarm. */
export function workloadCell(dialect: Dialect, options: SwarmOptions): Cell<'workload', SwarmNatives, SwarmDocument> {
  return {
    draft: (spec, at) => ({ service: service(spec, at, dialect, options), sidecars: {} }),
    commit(native, _spec, at, out) {
      out.services[at.name] = { ...native.service, ...(native.service.ports && { ports: [...native.service.ports] }) };
    },
  };
}

function service(spec: WorkloadSpec, at: WorkloadAt, dialect: Dialect, options: SwarmOptions): ComposeService {
  const { main } = spec;
  const labels = serviceLabels(spec);
  const base = containerService(main, spec, at);
  const mounts = [...scratch(main, at, dialect), ...volumeMounts(main, at)];
  const drafted: ComposeService = {
    ...base,
    ...(mounts.length > 0 && { volumes: mounts }),
    ...(base.configs && { configs: base.configs.map((config) => ({ ...config, mode: PROBER_MODE })) }),
    deploy: deploy(spec, dialect, options),
    networks: attachments(withoutAddresses(spec), at),
    ...(Object.keys(spec.sysctls).length > 0 && { sysctls: { ...spec.sysctls } }),
    ...(dialect === 'file' && ulimits(main)),
    ...(Object.keys(labels).length > 0 && { labels }),
  };
  return dialect === 'file' ? withoutLateBound(drafted) : drafted;
}

/** Fixed addresses were acknowledged, or the plan has a problem already. */
function withoutAddresses(spec: WorkloadSpec): WorkloadSpec {
  return { ...spec, networks: spec.networks.map(({ network, aliases }) => ({ network, aliases })) };
}

/** Scratch directories: `docker stack deploy` leaves the short form `tmpfs:` out without a word. */
function scratch(spec: ContainerSpec, at: WorkloadAt, dialect: Dialect): ComposeMount[] {
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

function deploy(spec: WorkloadSpec, dialect: Dialect, options: SwarmOptions): ComposeDeploy {
  const { cpuLimit, cpuReservation, memoryLimit, memoryReservation } = spec.main.resources;
  const { condition, delay, maxAttempts } = spec.restart;
  const pids = dialect === 'file' && spec.main.pids !== undefined ? { pids: spec.main.pids } : {};
  return {
    replicas: spec.replicas,
    endpoint_mode: options.endpointMode ?? 'vip',
    ...placement(spec.placement),
    resources: {
      limits: { cpus: cores(cpuLimit), memory: byteText(memoryLimit), ...pids },
      reservations: { cpus: cores(cpuReservation), memory: byteText(memoryReservation) },
    },
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

/** Swarm spreads replicas over nodes by itself, so `host` needs no preference. */
function placement({ role, labels, spreadOver }: WorkloadSpec['placement']): Pick<ComposeDeploy, 'placement'> {
  const constraints = [
    ...(role === undefined ? [] : [`node.role == ${role}`]),
    ...Object.entries(labels).map(([key, value]) => `node.labels.${key} == ${value}`),
  ];
  const preferences = spreadOver.filter((key) => key !== 'host').map((key) => ({ spread: `node.labels.${key}` }));
  if (constraints.length + preferences.length === 0) return {};
  return { placement: { ...(constraints.length > 0 && { constraints }), ...(preferences.length > 0 && { preferences }) } };
}
