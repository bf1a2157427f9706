import type { WorkerQueue } from './queues';

/** Labels by name; a value that starts with `~` is a regular expression. */
export type Matchers = Readonly<Record<string, string>>;

/** The series of a metric in PromQL: `redis_key_size{db="db0",key="jobs"}`. */
export function series(metric: string, ...matchers: readonly Matchers[]): string {
  const all = Object.entries(Object.assign({}, ...matchers) as Matchers);
  const text = (value: string) => JSON.stringify(value.replace(/^~/, ''));
  return `${metric}{${all.map(([name, value]) => `${name}${value.startsWith('~') ? '=~' : '='}${text(value)}`).join(',')}}`;
}

/**
 * The series of a worker's containers as cAdvisor tells of them: by the name of the container on Kubernetes, by the name that
 * Docker, Compose or Swarm made of it elsewhere.
 */
export function ofContainers(metric: string, worker: string, matchers: Matchers): string {
  return `(${series(metric, { container: worker }, matchers)} or ${series(metric, byName(worker), matchers)})`;
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
