import type { Construct } from 'constructs';
import { MonitoredWorker, Queues, ScheduledWorker } from '../../lib';
import { Server } from '../worker/shop';
import type { BadInput } from './case';

type Wrong = object | ((redis: Server) => object);

/** A worker that is right but for these props. */
function worker(
  mistake: string,
  wrong: Wrong,
  message: string,
  Kind: new (scope: Construct, id: string, props: never) => unknown = MonitoredWorker,
): BadInput {
  const build = (scope: Construct) => {
    const redis = new Server(scope);
    const right = { image: `shop/worker:1@sha256:${'0'.repeat(64)}`, queue: Queues.redisList(redis, 'jobs'), exporter: false };
    new Kind(scope, 'Worker', { ...right, ...(typeof wrong === 'function' ? wrong(redis) : wrong) } as never);
  };
  return { mistake, build, message: `app/#/Worker: ${message}` };
}

/** Workers. */
export const WORKERS: readonly BadInput[] = [
  worker('no queue', { queue: undefined }, "queue: must be one of Queues; write it as Queues.redisList(redis, 'jobs')"),
  worker(
    'a queue that is none',
    { queue: 'jobs' },
    `queue: must be one of Queues, got "jobs"; write it as Queues.redisList(redis, 'jobs')`,
  ),
  worker(
    'a queue with two names in one',
    (redis) => ({ queue: Queues.redisList(redis, 'jobs,mail') }),
    `queue: needs names of printable characters without commas and blanks, got "jobs,mail"; choose a name such as 'jobs'`,
  ),
  worker(
    'a queue in a cluster',
    (redis) => ({ queue: Queues.redisList(Object.assign(redis, { mode: 'cluster' }), 'jobs') }),
    `queue: is in a Redis of several servers, of which only one would be asked how long it is, got "cluster"; use a Redis of its own, with mode: 'standalone'`,
  ),
  worker(
    'a stream without a group',
    (redis) => ({ queue: Queues.redisStream(redis, 'orders', {} as never) }),
    "queue.group: a stream is read by a group of consumers; write it as { group: 'workers' }",
  ),
  worker(
    'a port of the server that is none',
    (redis) => ({ queue: Queues.redisList(redis, 'jobs', { port: 70_000 }) }),
    'queue.port: a port must be a whole number from 1 to 65535, got 70000; give the TCP port of the server',
  ),
  worker(
    'a database that Redis does not have',
    (redis) => ({ queue: Queues.redisList(redis, 'jobs', { database: 16 }) }),
    'queue.database: must be a whole number from 0 to 15, got 16; leave it out: it is 0',
  ),
  worker(
    'no job at once',
    { concurrency: 0 },
    'concurrency: must be a whole number from 1 to 1000, got 0; give the number of jobs at once in each replica, such as 4',
  ),
  worker(
    'a variable that is none',
    { concurrency: { count: 2, variable: 'WORKER CONCURRENCY' } },
    `concurrency.variable: is no name of an environment variable, got "WORKER CONCURRENCY"; use letters, digits and underscores, as in 'WORKER_CONCURRENCY'`,
  ),
  worker(
    'processes that do not fit',
    { concurrency: 4, processMemory: '100Mi' },
    `processMemory: 4 processes of that size do not fit into the container's 256Mi, got "100Mi"; use at most '64Mi', or raise resources.memory.limit`,
  ),
  worker(
    'memory in decimal units',
    { processMemory: '100MB' },
    `processMemory: must be a size in binary units of at least 1Mi, got "100MB"; write it as '200Mi'`,
  ),
  worker(
    'no time to finish a job',
    { drain: '0s' },
    `drain: must be a duration of whole seconds, at least one, got "0s"; give the time of the longest job, such as '60s'`,
  ),
  worker(
    'a heartbeat that cannot be written',
    { liveness: { heartbeat: '/var/run/beat' } },
    `liveness.heartbeat: must lie in a folder that is writable, got "/var/run/beat"; put the folder into writable, such as { path: '/tmp', size: '1Mi' }`,
  ),
  worker(
    'a heartbeat without any folder',
    { writable: [] },
    `liveness.heartbeat: must lie in a folder that is writable, got "/tmp/heartbeat"; put the folder into writable, such as { path: '/tmp', size: '1Mi' }`,
  ),
  worker(
    'two ways to tell that it is alive',
    { liveness: { exec: ['/bin/ping'], maxAge: '10s' } },
    `liveness: is a heartbeat or a command, got "both"; keep the one that tells best`,
  ),
  worker(
    'an age that is none',
    { liveness: { maxAge: '1.5s' } },
    `liveness.maxAge: must be a duration of whole seconds, got "1.5s"; use '90s'`,
  ),
  worker(
    'an exporter that cannot tell',
    (redis) => ({ queue: Queues.amqp({ host: 'mq.example.com', queue: 'jobs', login: redis.login() }), exporter: 'team/exporter:1' }),
    'exporter: tells of queues of Redis alone, got "team/exporter:1"; leave it out: the server of this queue tells of it by itself',
  ),
  worker('scaling that is none', { scaling: 10 }, 'scaling: must be an object, got 10; write it as { max: 10 }'),
  worker(
    'scaling without an end',
    { scaling: { min: 1 } },
    'scaling.max: must be a whole number from 1 to 1000; give the most replicas, such as 10',
  ),
  worker('scaling upside down', { scaling: { min: 5, max: 2 } }, 'scaling.max: the most is below the fewest, got 2; use at least 5'),
  worker(
    'jobs for a replica that are none',
    { scaling: { max: 2, jobsPerReplica: 0 } },
    'scaling.jobsPerReplica: must be a whole number of at least 1, got 0; give the jobs that may wait for each replica, such as 20',
  ),
  worker(
    'looks at the queue without a pause',
    { scaling: { max: 2, interval: '0s' } },
    `scaling.interval: must be a duration of at least 1s, got "0s"; write it as '30s'`,
  ),
  worker(
    'a number of replicas beside scaling',
    { scaling: { max: 3 }, replicas: 2 },
    'replicas: a number of replicas and scaling exclude each other, got 2; leave it out: scaling.fixed is the number where nothing scales',
  ),
  worker('two of a singleton', { singleton: true, replicas: 2 }, 'replicas: there is one of a singleton, got 2; leave it out'),
  worker(
    'a singleton that scales',
    { singleton: true, scaling: { max: 2 } },
    'scaling: there is one of a singleton, got "an object"; leave it out',
  ),
  worker(
    'too many jobs that are none',
    { alerts: { backlog: -1 } },
    'alerts.backlog: must be a number of jobs, got -1; give the jobs waiting that are too many, such as 1000',
  ),
  worker(
    'a time of an alert that is none',
    { alerts: { age: '10 minutes' } },
    `alerts.age: must be a duration, got "10 minutes"; write it as '10m'`,
  ),
  worker(
    'a share of failures above all',
    { alerts: { failures: { failed: 'f', total: 't', ratio: 5 } } },
    'alerts.failures.ratio: must be a share between 0 and 1, got 5; use 0.05 for one in twenty',
  ),
  worker('alerts that are none', { alerts: true }, 'alerts: must be an object or false, got true; write it as { backlog: 500 }'),
  worker(
    'liveness that is none',
    { liveness: '/tmp/beat' },
    `liveness: must be an object or false, got "/tmp/beat"; write it as { heartbeat: '/tmp/heartbeat', maxAge: '90s' }`,
  ),
  worker(
    'a scheduled worker without a queue',
    { queue: undefined, schedule: { cron: '0 * * * *', resident: ['/app/cron'] }, exporter: undefined },
    "queue: must be one of Queues; write it as Queues.redisList(redis, 'jobs')",
    ScheduledWorker,
  ),
];
