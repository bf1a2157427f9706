import { isPeer } from '../edges/peers';
import type { Resolution } from '../part';
import { usePort } from '../problems';
import { resolveGroup } from './group';
import { checkPath } from './health';
import type { RestartProps, WorkloadProps } from './props';
import { Reading } from './reading';
import { ownVolumes } from './replicas';
import { resolveRollback, resolveRollout, resolveScaling } from './rollout';
import type { PortSpec, WorkloadSpec } from './spec';

/** Turns what a user said of a workload into what is true of it. */
export function resolveWorkload(name: string, props: WorkloadProps, r: Resolution): WorkloadSpec {
  const read = new Reading(r);
  const scales = read.tryObject('scaling', props.scaling, '{ min: 2, max: 5 }');
  const scaling = scales && resolveScaling(scales, read.at('scaling'));
  const identity = resolveIdentity(props, read);
  const stable = identity === 'stable';
  const replicas = resolveReplicas(props, scaling?.min, stable ? 1 : r.environment.replicas, read);
  const replicasOf = stable || scaling || props.replicas !== undefined ? {} : { replicasOf: r.environment.name };
  const most = scaling?.max ?? replicas;
  const group = resolveGroup(name, props, { replicas: most, ...replicasOf }, read);
  if (group.sidecars.length > 0 && most > 1) r.feature('sidecar.replicated');
  if (most > 1 && ownVolumes(group).length > 0) r.feature('volume.per-replica');
  return {
    ...group,
    identity,
    replicas,
    ...replicasOf,
    ...(scaling && { scaling }),
    ...resolveDisruption(props, most, read),
    rollout: resolveRollout(props.rollout, { stable, most }, read.at('rollout')),
    rollback: resolveRollback(props.rollback, stable, read.at('rollback')),
    restart: resolveRestart(props.restart, read),
    ...resolveMetrics(props.metrics, group.ports, read),
    ...resolveBeforeDestroy(props.beforeDestroy, replicas, read),
  };
}

function resolveRestart(said: RestartProps | undefined, read: Reading): WorkloadSpec['restart'] {
  const restart = read.object('restart', said, "{ condition: 'on-failure' }");
  if (said) read.r.feature('restart.policy');
  return {
    condition: read.oneOf('restart.condition', restart.condition, ['always', 'on-failure'], 'always'),
    ...(restart.delay !== undefined && { delay: read.duration('restart.delay', restart.delay, 5000) }),
    ...(restart.maxAttempts !== undefined && { maxAttempts: read.integer('restart.maxAttempts', restart.maxAttempts, 3, 1, 1000) }),
  };
}

function resolveMetrics(said: WorkloadProps['metrics'], all: readonly PortSpec[], read: Reading): Pick<WorkloadSpec, 'metrics'> {
  const props = read.tryObject('metrics', said, "{ port: 'metrics' }");
  if (!props) return {};
  read.r.feature('metrics');
  const ports = all.filter((one) => one.protocol === 'tcp');
  const port = ports.find((one) => one.name === props.port);
  const path = props.path ?? '/metrics';
  if (props.from !== undefined && !isPeer(props.from))
    read.problem('metrics.from', 'must be a peer outside', 'an object', 'use one of Peers, or let a service in with network.allowFrom');
  checkPath('metrics.path', path, read);
  if (!port) read.problem('metrics.port', 'the workload has no TCP port of that name', props.port, usePort(ports));
  return port ? { metrics: { port, path } } : {};
}

function resolveBeforeDestroy(said: WorkloadProps['beforeDestroy'], replicas: number, read: Reading): Pick<WorkloadSpec, 'beforeDestroy'> {
  if (said === undefined) return {};
  read.r.feature('destroy.guard');
  const beforeDestroy = read.textList('beforeDestroy', said);
  if (beforeDestroy.length === 0) read.problem('beforeDestroy', 'must name a program', said, "write it as ['pg-backup', 'guard']");
  if (replicas === 0) read.problem('beforeDestroy', 'needs a replica in which the command runs', replicas, 'set replicas to 1 or more');
  return { beforeDestroy };
}

function resolveIdentity(props: WorkloadProps, read: Reading): WorkloadSpec['identity'] {
  const identity = read.oneOf('identity', props.identity, ['any', 'stable'], 'any');
  if (identity === 'any') return identity;
  read.r.feature('identity.stable');
  // whoever holds data has to be told before it goes, and no metric does that
  if (props.scaling)
    read.problem('scaling', 'replicas that keep their identity do not come and go by a metric', undefined, 'set replicas instead');
  return identity;
}

function resolveReplicas(props: WorkloadProps, fewest: number | undefined, usual: number, read: Reading): number {
  if (fewest !== undefined) {
    if (props.replicas !== undefined)
      read.problem(
        'replicas',
        'a number of replicas and autoscaling exclude each other',
        props.replicas,
        'leave out replicas: scaling.min is the start',
      );
    return fewest;
  }
  const replicas = read.integer('replicas', props.replicas, usual, 0, 1000);
  if (replicas > 1) read.r.feature('replicas');
  return replicas;
}

function resolveDisruption(props: WorkloadProps, most: number, read: Reading): { maxUnavailable?: number | string } {
  const value = props.maxUnavailable;
  if (value === undefined) return read.r.environment.highlyAvailable && most > 1 ? { maxUnavailable: 1 } : {};
  read.r.feature('disruption-budget');
  const ok =
    typeof value === 'number' ? Number.isInteger(value) && value >= 1 : typeof value === 'string' && /^([1-9]\d?|100)%$/.test(value);
  if (!ok) read.problem('maxUnavailable', 'must be a whole number of at least 1, or a percentage from 1% to 100%', value, "use 1 or '25%'");
  return { maxUnavailable: ok ? value : 1 };
}
