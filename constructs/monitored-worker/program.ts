import type { Connectable, ServiceNetwork } from '../../lib/model/edges/network-facet';
import { isPeer } from '../../lib/model/edges/peers';
import { type Duration, type Size, tryDuration, trySize } from '../../lib/model/values/quantities';
import type { EnvValue } from '../../lib/model/workload/props';
import type { ConcurrencyProps, ProcessMemoryProps, WorkerProgramProps } from './props';
import type { WorkerQueue } from './queues';

const UNITS = { bytes: 1, KiB: 2 ** 10, MiB: 2 ** 20 } as const;

/** How long a job may take, in seconds. */
export function drainOf(drain: Duration | undefined): number {
  return (tryDuration(drain) ?? 60_000) / 1000;
}

/** Jobs at once, and the variable that says so. */
export function concurrencyOf(said: WorkerProgramProps['concurrency']): Required<ConcurrencyProps> {
  const { count = 1, variable = 'WORKER_CONCURRENCY' } = typeof said === 'object' ? said : { ...(said !== undefined && { count: said }) };
  return { count, variable };
}

/** Most memory of a process in bytes, and the variable that says so. */
export function processMemoryOf(said: Size | ProcessMemoryProps): { bytes: number; variable: string; value: number } {
  const {
    limit,
    variable = 'WORKER_PROCESS_MEMORY',
    unit = 'bytes',
  }: ProcessMemoryProps = typeof said === 'object' ? said : { limit: said };
  const bytes = trySize(limit) ?? 0;
  return { bytes, variable, value: Math.floor(bytes / (UNITS[unit] ?? 1)) };
}

/** What the program is told: its contract. What the user says of a name counts more. */
export function programEnv(props: WorkerProgramProps, heartbeat?: string): Record<string, EnvValue> {
  const { count, variable } = concurrencyOf(props.concurrency);
  const memory = props.processMemory === undefined ? undefined : processMemoryOf(props.processMemory);
  return {
    [variable]: count,
    ...(memory && { [memory.variable]: memory.value }),
    WORKER_DRAIN_SECONDS: drainOf(props.drain),
    ...(heartbeat !== undefined && { WORKER_HEARTBEAT_FILE: heartbeat }),
    ...queueEnv(props.queue),
  };
}

/** What says where the jobs are, beside what the server itself offers over an edge. */
function queueEnv({ kind, names, host, port, login, ownUser, database, group, namespace }: WorkerQueue): Record<string, EnvValue> {
  const queue = { WORKER_QUEUE: names.join(',') };
  if (kind === 'temporal')
    return { ...queue, TEMPORAL_ADDRESS: `${host}:${port}`, ...(namespace !== undefined && { TEMPORAL_NAMESPACE: namespace }) };
  if (kind === 'amqp') {
    const user = login && { AMQP_USER: login.user, AMQP_PASSWORD_FILE: login.password };
    return { ...queue, AMQP_HOST: host, AMQP_PORT: port, AMQP_VHOST: namespace ?? '/', ...user };
  }
  return {
    ...queue,
    ...(group !== undefined && { WORKER_GROUP: group }),
    ...(database !== undefined && database > 0 && { REDIS_DATABASE: database }),
    ...(login && ownUser && { REDIS_USER: login.user, REDIS_PASSWORD_FILE: login.password }),
  };
}

/** Lets a worker connect to where its jobs are. */
export function connectTo({ store }: WorkerQueue, network: ServiceNetwork): void {
  if (isPeer(store)) network.allowTo(store);
  else network.allowTo(store as Connectable);
}

/** A name such as `ShopWorker`, made of `shop-worker`: what its rules are called. */
export function pascal(name: string): string {
  return name.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
}
