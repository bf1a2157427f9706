import type { IConstruct } from 'constructs';
import { report } from '../../lib/model/problems';
import { tryDuration, trySize } from '../../lib/model/values/quantities';
import { isObject } from '../../lib/model/workload/reading';
import { concurrencyOf, drainOf, processMemoryOf } from './program';
import type { MonitoredWorkerProps, QueueScalingProps, WorkerAlertsProps, WorkerProgramProps } from './props';
import { isRedis, isSeveral, type WorkerQueue } from './queues';

type Say = (where: string, what: string, value: unknown, fix: string) => void;

const KINDS: readonly string[] = ['redis-list', 'redis-stream', 'celery', 'temporal', 'amqp'] satisfies WorkerQueue['kind'][];
const NAME = /^[\x21-\x2b\x2d-\x7e]{1,200}$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MIB = 2 ** 20;

/** Reports what is wrong with a worker. What is wrong with its container is reported by the container. */
export function checkWorker(scope: IConstruct, props: Partial<MonitoredWorkerProps>): MonitoredWorkerProps {
  const say: Say = (where, what, value, fix) => report(scope, where, what, value, fix);
  const right = checkProgram(scope, props, say);
  const alive = checkLiveness(props, say);
  if (props.exporter !== undefined && props.exporter !== false && !isRedis(right.queue))
    say('exporter', 'tells of queues of Redis alone', props.exporter, 'leave it out: the server of this queue tells of it by itself');
  const scaling = props.scaling === undefined ? undefined : checkScaling(props, say);
  if (props.singleton) checkSingleton(props, say);
  const { scaling: _, ...rest } = props;
  return { ...rest, ...right, ...(!alive && { liveness: {} }), ...(scaling && { scaling }) } as MonitoredWorkerProps;
}

/** Reports what is wrong with what workers of both kinds have. */
export function checkProgram(scope: IConstruct, props: Partial<WorkerProgramProps & Pick<MonitoredWorkerProps, 'resources'>>, say?: Say) {
  const tell: Say = say ?? ((where, what, value, fix) => report(scope, where, what, value, fix));
  const queue = checkQueue(props.queue, tell);
  const drain = props.drain === undefined ? 60_000 : tryDuration(props.drain);
  const whole = drain !== undefined && drain >= 1000 && drain % 1000 === 0;
  if (!whole)
    tell('drain', 'must be a duration of whole seconds, at least one', props.drain, "give the time of the longest job, such as '60s'");
  const { count, variable } = concurrencyOf(props.concurrency);
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    tell('concurrency', 'must be a whole number from 1 to 1000', count, 'give the number of jobs at once in each replica, such as 4');
  const named = checkVariable('concurrency.variable', variable, tell);
  checkMemory(props, count, tell);
  checkAlerts(props.alerts, tell);
  // what was reported here is not reported again by the container
  return { queue, ...(!whole && { drain: '60s' as const }), ...(!named && { concurrency: 1 }) };
}

function checkQueue(queue: unknown, say: Say): WorkerQueue {
  const said = queue as WorkerQueue;
  if (!isObject(queue) || !KINDS.includes(said.kind)) {
    say('queue', 'must be one of Queues', isObject(queue) ? 'an object' : queue, "write it as Queues.redisList(redis, 'jobs')");
    const peer = { cidr: '192.0.2.1/32', ports: [1] };
    return { kind: 'amqp', names: ['none'], store: peer, host: 'none', port: 1, ownUser: false, tls: false };
  }
  const { kind, names, group, port, database } = said;
  if (isRedis(said) && isSeveral(said.store))
    say(
      'queue',
      'is in a Redis of several servers, of which only one would be asked how long it is',
      (said.store as { readonly mode?: unknown }).mode,
      "use a Redis of its own, with mode: 'standalone'",
    );
  const wrong = Array.isArray(names) && names.length > 0 ? names.filter((name) => typeof name !== 'string' || !NAME.test(name)) : [names];
  for (const name of wrong)
    say('queue', 'needs names of printable characters without commas and blanks', name, "choose a name such as 'jobs'");
  if (kind === 'redis-stream' && (typeof group !== 'string' || !NAME.test(group)))
    say('queue.group', 'a stream is read by a group of consumers', group, "write it as { group: 'workers' }");
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    say('queue.port', 'a port must be a whole number from 1 to 65535', port, 'give the TCP port of the server');
  if (database !== undefined && (!Number.isInteger(database) || database < 0 || database > 15))
    say('queue.database', 'must be a whole number from 0 to 15', database, 'leave it out: it is 0');
  return wrong.length > 0 ? { ...said, names: ['none'] } : said;
}

function checkVariable(where: string, name: unknown, say: Say): boolean {
  if (typeof name === 'string' && VARIABLE.test(name)) return true;
  say(where, 'is no name of an environment variable', name, "use letters, digits and underscores, as in 'WORKER_CONCURRENCY'");
  return false;
}

function checkMemory(
  { processMemory, resources }: Partial<WorkerProgramProps & Pick<MonitoredWorkerProps, 'resources'>>,
  count: number,
  say: Say,
): void {
  if (processMemory === undefined) return;
  const { bytes, variable } = processMemoryOf(processMemory);
  checkVariable('processMemory.variable', variable, say);
  if (bytes < MIB) {
    const said = isObject(processMemory) ? (processMemory as { limit?: unknown }).limit : processMemory;
    say('processMemory', 'must be a size in binary units of at least 1Mi', said, "write it as '200Mi'");
    return;
  }
  const limit = trySize(resources?.memory?.limit) ?? 256 * MIB;
  if (bytes * count > limit) {
    const most = Math.floor(limit / count / MIB);
    say(
      'processMemory',
      `${count} processes of that size do not fit into the container's ${limit / MIB}Mi`,
      `${bytes / MIB}Mi`,
      `use at most '${most}Mi', or raise resources.memory.limit`,
    );
  }
}

function checkLiveness({ liveness = {}, writable, drain }: Partial<MonitoredWorkerProps>, say: Say): boolean {
  if (liveness === false) return true;
  if (!isObject(liveness)) {
    say('liveness', 'must be an object or false', liveness, "write it as { heartbeat: '/tmp/heartbeat', maxAge: '90s' }");
    return false;
  }
  const { heartbeat, maxAge, exec } = liveness;
  if (exec !== undefined && (heartbeat !== undefined || maxAge !== undefined))
    say('liveness', 'is a heartbeat or a command', 'both', 'keep the one that tells best');
  if (exec !== undefined) return true;
  checkFolder(heartbeat ?? '/tmp/heartbeat', writable, say);
  const age = maxAge === undefined ? undefined : tryDuration(maxAge);
  if (maxAge === undefined || (age !== undefined && age >= 1000 && age % 1000 === 0)) return true;
  say('liveness.maxAge', 'must be a duration of whole seconds', maxAge, `use '${drainOf(drain) + 30}s'`);
  return false;
}

/** Whoever cannot write its heartbeat is taken for dead. */
function checkFolder(file: unknown, writable: MonitoredWorkerProps['writable'], say: Say): void {
  const paths = (Array.isArray(writable) ? writable : ['/tmp']).map((one: string | { path: string }) =>
    typeof one === 'string' ? one : one?.path,
  );
  if (typeof file === 'string' && paths.some((path) => typeof path === 'string' && file.startsWith(`${path.replace(/\/$/, '')}/`))) return;
  say(
    'liveness.heartbeat',
    'must lie in a folder that is writable',
    file,
    "put the folder into writable, such as { path: '/tmp', size: '1Mi' }",
  );
}

/** The scaling, if nothing is wrong with it: what is made of it would tell of the same once more. */
function checkScaling({ scaling, replicas, singleton }: Partial<MonitoredWorkerProps>, tell: Say): QueueScalingProps | undefined {
  let right = true;
  const say: Say = (...problem) => {
    right = false;
    tell(...problem);
  };
  if (!isObject(scaling)) {
    say('scaling', 'must be an object', scaling, 'write it as { max: 10 }');
    return undefined;
  }
  const { min = 1, max, jobsPerReplica, fixed, interval, cooldown } = scaling as Partial<QueueScalingProps>;
  const whole = (value: unknown, least: number) => Number.isInteger(value) && (value as number) >= least && (value as number) <= 1000;
  if (!whole(min, 0)) say('scaling.min', 'must be a whole number from 0 to 1000', min, 'use 1');
  if (!whole(max, 1)) say('scaling.max', 'must be a whole number from 1 to 1000', max, 'give the most replicas, such as 10');
  else if (min > (max as number)) say('scaling.max', 'the most is below the fewest', max, `use at least ${min}`);
  if (jobsPerReplica !== undefined && !(Number.isInteger(jobsPerReplica) && jobsPerReplica >= 1))
    say(
      'scaling.jobsPerReplica',
      'must be a whole number of at least 1',
      jobsPerReplica,
      'give the jobs that may wait for each replica, such as 20',
    );
  if (fixed !== undefined && !whole(fixed, 1))
    say('scaling.fixed', 'must be a whole number from 1 to 1000', fixed, 'leave it out: it is min, at least 1');
  for (const [name, value] of Object.entries({ interval, cooldown }))
    if (value !== undefined && (tryDuration(value) ?? 0) < 1000)
      say(`scaling.${name}`, 'must be a duration of at least 1s', value, "write it as '30s'");
  const fix = 'leave it out: scaling.fixed is the number where nothing scales';
  if (replicas !== undefined && !singleton) say('replicas', 'a number of replicas and scaling exclude each other', replicas, fix);
  return right ? (scaling as QueueScalingProps) : undefined;
}

function checkSingleton({ replicas, scaling }: Partial<MonitoredWorkerProps>, say: Say): void {
  if (scaling !== undefined) say('scaling', 'there is one of a singleton', 'an object', 'leave it out');
  if (replicas !== undefined && replicas !== 1) say('replicas', 'there is one of a singleton', replicas, 'leave it out');
}

function checkAlerts(alerts: unknown, say: Say): void {
  if (alerts === undefined || alerts === false) return;
  if (!isObject(alerts)) {
    say('alerts', 'must be an object or false', alerts, 'write it as { backlog: 500 }');
    return;
  }
  const { backlog, backlogFor, age, failures } = alerts as WorkerAlertsProps;
  if (backlog !== undefined && !(Number.isFinite(backlog) && backlog >= 0))
    say('alerts.backlog', 'must be a number of jobs', backlog, 'give the jobs waiting that are too many, such as 1000');
  for (const [name, value] of Object.entries({ backlogFor, age }))
    if (value !== undefined && tryDuration(value) === undefined) say(`alerts.${name}`, 'must be a duration', value, "write it as '10m'");
  const ratio = failures?.ratio;
  if (ratio !== undefined && !(ratio > 0 && ratio < 1))
    say('alerts.failures.ratio', 'must be a share between 0 and 1', ratio, 'use 0.05 for one in twenty');
}
