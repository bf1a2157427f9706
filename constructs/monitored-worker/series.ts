import type { WorkerQueue } from './queues';

/** Labels by name; a value that starts with `~` is a regular expression. */
export type Matchers = Readonly<Record<string, string>>;

/** The series of a metric in PromQL: `redis_key_size{db="db0",key="jobs"}`. */
export function series(metric: string, ...matchers: readonly Matchers[]): string {
  const all = Object.entries(Object.assign({}, ...matchers) as Matchers);
  const text = (value: string) => JSON.stringify(value.replace(/^~/, ''));
  return `${metric}{${all.map(([name, value]) => `${name}${value.startsWith('~') ? '=~' : '='}${text(value)}`).join(',')}}`;
}

/** What a container is known by, whatever else is told of it: started again, it has other labels, and the old ones stay for minutes. */
const IN_CLUSTER = 'by (cluster, instance, namespace, pod, container)';
/** The same where Docker, Compose or Swarm made its name; `instance` is the cAdvisor of a host. */
const ON_ENGINE = 'by (cluster, instance, name)';
/** The same, whoever tells it. */
const OF_POD = 'by (cluster, namespace, pod, container)';

/**
 * The series of a worker's containers, one for each, as the kubelet and cAdvisor tell of them: by the name of the container on
 * Kubernetes, by the name that Docker, Compose or Swarm made of it elsewhere.
 *
 * @see https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md
 */
export function ofContainers(metric: string, worker: string, matchers: Matchers): string {
  const [there, here] = [series(metric, { container: worker }, matchers), series(metric, byName(worker), matchers)];
  return `(max ${IN_CLUSTER} (${there}) or max ${ON_ENGINE} (${here}))`;
}

/**
 * How often each container of a worker was started again. kube-state-metrics counts it; where that is missing, the kubelet says when a container
 * started. To cAdvisor a container of Docker starts when it is made, and it has a label that counts: each start is a series of its own.
 *
 * @param range a range of Prometheus, such as `15m`
 */
export function restartsOf(worker: string, matchers: Matchers, range: string): string {
  const counted = series('kube_pod_container_status_restarts_total', { container: worker }, matchers);
  const there = series('container_start_time_seconds', { container: worker }, matchers);
  const here = series('container_start_time_seconds', byName(worker), matchers);
  return `(${[
    `max ${OF_POD} (increase(${counted}[${range}]))`,
    `changes((max ${OF_POD} (${there}))[${range}:1m])`,
    `(count ${ON_ENGINE} (count_over_time(${here}[${range}])) - 1)`,
  ].join(' or ')})`;
}

/** `shop-worker`, `shop-worker-2`, `system-shop-worker-1`, `stack_shop-worker.1.x7`, and not `shop-worker-exporter`. */
export function byName(worker: string): Matchers {
  return { name: `~(.+[-_])?${worker}([-.][0-9].*)?` };
}

/** What a queue is measured by, in PromQL without labels of its own. */
export interface QueueSeries {
  /** Jobs that wait. */
  readonly backlog: string;
  /** How long the oldest has waited, in seconds; nothing tells where it is absent. */
  readonly age?: string;
  /** Jobs that were taken and are not done yet. */
  readonly taken?: string;
}

/**
 * The metrics of a queue: of redis_exporter, of Temporal's server, or of RabbitMQ's plug-in with metrics of single queues.
 *
 * @see https://github.com/oliver006/redis_exporter
 * @see https://docs.temporal.io/references/cluster-metrics
 * @see https://www.rabbitmq.com/docs/prometheus
 */
export function queueSeries({ kind, names, database = 0, group = '', namespace = '' }: WorkerQueue, matchers: Matchers): QueueSeries {
  const [name = ''] = names;
  const db = `db${database}`;
  if (kind === 'redis-stream') {
    const labels = [{ db, stream: name, group }, matchers] as const;
    const lag = `max(${series('redis_stream_group_lag', ...labels)})`;
    // written before the job that is next: whoever waits for longer than the limit waits at least since then
    const last = `max(${series('redis_stream_group_last_delivered_id', ...labels)})`;
    const taken = `max(${series('redis_stream_group_messages_pending', ...labels)})`;
    return { backlog: lag, age: `((time() - ${last} / 1000) and on() ${lag} > 0)`, taken };
  }
  if (kind === 'temporal') {
    const labels = [{ namespace, taskqueue: name }, matchers] as const;
    return {
      backlog: `sum(${series('approximate_backlog_count', ...labels)})`,
      age: `max(${series('approximate_backlog_age_seconds', ...labels)})`,
    };
  }
  if (kind === 'amqp') {
    const labels = [{ vhost: namespace, queue: name }, matchers] as const;
    const of = (what: string) => `sum(${series('', { __name__: `~rabbitmq_(detailed_)?queue_messages_${what}` }, ...labels)})`;
    return { backlog: of('ready'), taken: of('unacked') };
  }
  const keys = names.map((key) => `max(${series('redis_key_size', { db, key }, matchers)})`);
  return { backlog: keys.length > 1 ? `(${keys.join(' + ')})` : (keys[0] ?? 'vector(0)') };
}
