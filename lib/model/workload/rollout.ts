import { isObject, type Reading } from './reading';
import type { RollbackProps, RolloutProps, RolloutStepProps, ScalingBehaviorProps, ScalingProps } from './rollout-props';
import type { RolloutSpec, RolloutStepSpec, ScalingBehaviorSpec, ScalingSpec } from './spec';

/** Fills in everything that a user left out of a roll-out. */
export function resolveRollout(
  said: RolloutProps | undefined,
  { stable, most }: { readonly stable: boolean; readonly most: number },
  read: Reading,
): RolloutSpec {
  const props = read.tryObject('', said, "{ order: 'start-first' }");
  if (props && props.strategy !== 'recreate' && !stable) read.r.feature('rollout');
  if (props?.failureAction) read.r.feature('rollout.failure-action');
  if (props?.deadline !== undefined) read.r.feature('rollout.deadline');
  const step = resolveStep(props ?? {}, stable, read);
  if (stable && props?.strategy === 'recreate' && most > 1)
    read.problem('strategy', 'replicas that keep their identity are replaced one at a time', 'recreate', 'leave it out');
  const deadline = read.duration('deadline', props?.deadline, 300_000, { min: 1000, wholeSeconds: true });
  // Kubernetes: progressDeadlineSeconds must be greater than minReadySeconds
  if (deadline <= step.delay)
    read.problem(
      'deadline',
      'must be longer than the delay',
      props?.deadline ?? `${deadline / 1000}s`,
      `use more than '${step.delay / 1000}s'`,
    );
  return {
    ...step,
    strategy: read.oneOf('strategy', props?.strategy, ['rolling', 'recreate'], 'rolling'),
    failureAction: read.oneOf('failureAction', props?.failureAction, ['rollback', 'pause', 'continue'], 'rollback'),
    deadline,
  };
}

/** Fills in everything that a user left out of a roll-back. */
export function resolveRollback(said: RollbackProps | undefined, stable: boolean, read: Reading): RolloutStepSpec {
  const props = read.tryObject('', said, '{ parallelism: 1 }');
  if (props) read.r.feature('rollback');
  return {
    ...resolveStep(props ?? {}, stable, read),
    failureAction: read.oneOf('failureAction', props?.failureAction, ['pause', 'continue'], 'pause'),
  };
}

function resolveStep(props: RolloutStepProps, stable: boolean, read: Reading): Omit<RolloutStepSpec, 'failureAction'> {
  if (props.monitor !== undefined || props.maxFailureRatio !== undefined) read.r.feature('rollout.monitor');
  const ratio = props.maxFailureRatio ?? 0;
  if (!(typeof ratio === 'number' && ratio >= 0 && ratio <= 1))
    read.problem('maxFailureRatio', 'must be a share from 0 to 1', ratio, 'use 0.1 for one in ten');
  if (stable && props.order === 'start-first')
    read.problem('order', 'a replica that keeps its identity is never there twice', 'start-first', "leave it out: it is 'stop-first'");
  if (stable && (props.parallelism ?? 1) > 1)
    read.problem('parallelism', 'replicas that keep their identity are replaced one at a time', props.parallelism, 'leave it out');
  return {
    order: read.oneOf('order', props.order, ['start-first', 'stop-first'], stable ? 'stop-first' : 'start-first'),
    parallelism: read.integer('parallelism', props.parallelism, 1, 1, 1000),
    delay: read.duration('delay', props.delay, 5000, { wholeSeconds: true }),
    monitor: read.duration('monitor', props.monitor, 30_000),
    maxFailureRatio: ratio,
  };
}

/** Checks autoscaling and fills in its defaults. */
export function resolveScaling(props: ScalingProps, read: Reading): ScalingSpec {
  read.r.feature('autoscaling');
  const min = read.integer('min', props.min, 1, 1, 1000);
  const max = read.integer('max', props.max, min, 1, 1000);
  if (max < min) read.problem('max', 'the most is below the fewest', props.max, `use at least ${min}`);
  const metrics = read.record('metrics', props.metrics, '{ http_requests_per_second: 100 }');
  for (const [name, value] of Object.entries(metrics)) {
    if (!(Number.isFinite(value) && value > 0))
      read.problem(`metrics.${name}`, 'must be a number above 0', value, 'give the average per pod');
  }
  const by = read.oneOf('by', props.by, ['platform', 'operator'], 'platform');
  if (by === 'operator') return resolveOperated(props, { min, max, by, metrics: {} }, read);
  const memory = props.memory === undefined ? undefined : read.integer('memory', props.memory, 80, 1, 100);
  const other = memory !== undefined || Object.keys(metrics).length > 0;
  const cpu = props.cpu === undefined ? (other ? undefined : 70) : read.integer('cpu', props.cpu, 70, 1, 100);
  return {
    min,
    max,
    by,
    metrics: { ...metrics },
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
    ...(props.scaleDown !== undefined && { scaleDown: resolveBehavior(props.scaleDown, read.at('scaleDown')) }),
    ...(props.scaleUp !== undefined && { scaleUp: resolveBehavior(props.scaleUp, read.at('scaleUp')) }),
  };
}

/** Targets of two scalers would pull at one number. */
function resolveOperated(props: ScalingProps, spec: ScalingSpec, read: Reading): ScalingSpec {
  for (const name of ['cpu', 'memory', 'metrics', 'scaleDown', 'scaleUp'] as const)
    if (props[name] !== undefined)
      read.problem(
        name,
        "is the platform's own scaling, and an operator scales",
        props[name],
        "leave it out, or say it in the operator's object",
      );
  return spec;
}

function resolveBehavior(said: ScalingBehaviorProps, read: Reading): ScalingBehaviorSpec {
  const props = read.object('', said, "{ stabilization: '300s' }");
  return {
    ...(props.stabilization !== undefined && { stabilization: read.seconds('stabilization', props.stabilization, 300_000, 0, 3600) }),
    policies: read.list('policies', props.policies, "[{ pods: 2, every: '60s' }]").map((policy) => ({
      ...(isObject(policy) && 'pods' in policy
        ? { type: 'Pods' as const, value: read.integer('policies', policy.pods, 1, 1, 1000) }
        : { type: 'Percent' as const, value: read.integer('policies', policy.percent, 10, 1, 1000) }),
      periodSeconds: read.seconds('policies', policy.every, 60_000, 1, 1800),
    })),
  };
}
