import type { RollbackProps, RolloutProps, RolloutStepProps, ScalingBehaviorProps, ScalingProps } from './props';
import type { Reading } from './reading';
import type { RolloutSpec, RolloutStepSpec, ScalingBehaviorSpec, ScalingSpec } from './spec';

/** Fills in everything that a user left out of a roll-out. */
export function resolveRollout(props: RolloutProps | undefined, read: Reading): RolloutSpec {
  if (props && props.strategy !== 'recreate') read.r.feature('rollout');
  if (props?.failureAction) read.r.feature('rollout.failure-action');
  const step = resolveStep(props ?? {}, read);
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
    strategy: props?.strategy ?? 'rolling',
    failureAction: props?.failureAction ?? 'rollback',
    deadline,
  };
}

/** Fills in everything that a user left out of a roll-back. */
export function resolveRollback(props: RollbackProps | undefined, read: Reading): RolloutStepSpec {
  if (props) read.r.feature('rollback');
  return { ...resolveStep(props ?? {}, read), failureAction: props?.failureAction ?? 'pause' };
}

function resolveStep(props: RolloutStepProps, read: Reading): Omit<RolloutStepSpec, 'failureAction'> {
  const ratio = props.maxFailureRatio ?? 0;
  if (!(ratio >= 0 && ratio <= 1)) read.problem('maxFailureRatio', 'must be a share from 0 to 1', ratio, 'use 0.1 for one in ten');
  return {
    order: props.order ?? 'start-first',
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
  const metrics = props.metrics ?? {};
  for (const [name, value] of Object.entries(metrics)) {
    if (!(value > 0 && Number.isFinite(value)))
      read.problem(`metrics.${name}`, 'must be a number above 0', value, 'give the average per pod');
  }
  const memory = props.memory === undefined ? undefined : read.integer('memory', props.memory, 80, 1, 100);
  const other = memory !== undefined || Object.keys(metrics).length > 0;
  const cpu = props.cpu === undefined ? (other ? undefined : 70) : read.integer('cpu', props.cpu, 70, 1, 100);
  return {
    min,
    max,
    metrics: { ...metrics },
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
    ...(props.scaleDown && { scaleDown: resolveBehavior(props.scaleDown, read.at('scaleDown')) }),
    ...(props.scaleUp && { scaleUp: resolveBehavior(props.scaleUp, read.at('scaleUp')) }),
  };
}

function resolveBehavior(props: ScalingBehaviorProps, read: Reading): ScalingBehaviorSpec {
  return {
    ...(props.stabilization !== undefined && { stabilization: read.seconds('stabilization', props.stabilization, 300_000, 0, 3600) }),
    policies: (props.policies ?? []).map((policy) => ({
      ...('pods' in policy
        ? { type: 'Pods' as const, value: read.integer('policies', policy.pods, 1, 1, 1000) }
        : { type: 'Percent' as const, value: read.integer('policies', policy.percent, 10, 1, 1000) }),
      periodSeconds: read.seconds('policies', policy.every, 60_000, 1, 1800),
    })),
  };
}
