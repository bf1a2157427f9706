import type { Duration } from '../../lib/model/values/quantities';
import { tryDuration } from '../../lib/model/values/quantities';
import type { AlertRule } from '../../lib/observability/monitor';
import { pascal } from './program';
import type { WorkerAlertsProps } from './props';
import type { WorkerQueue } from './queues';
import { ofContainers, queueSeries, restartsOf } from './series';

/** What the rules depend on. */
export interface Watched {
  /** Name of the worker. */
  readonly name: string;
  /** Where its jobs are. */
  readonly queue: WorkerQueue;
  /** Whether it may stop altogether while there is nothing to do. */
  readonly toZero: boolean;
  /** Whether there may never be two. */
  readonly singleton: boolean;
  /** What the user said. */
  readonly alerts: WorkerAlertsProps;
}

/** What has to be known of a worker. Rules are called after it, so that two workers have two of each. */
export function workerAlerts(watched: Watched): AlertRule[] {
  return [...queueAlerts(watched), ...processAlerts(watched), ...failureAlerts(watched)];
}

function queueAlerts({ name, queue, alerts }: Watched): AlertRule[] {
  const { backlog: limit = 1000, backlogFor = '10m', age: longest = '15m', matchers = {} } = alerts;
  const { backlog, age } = queueSeries(queue, matchers);
  const shown = queue.names.join(', ');
  const rules: AlertRule[] = [
    {
      alert: `${pascal(name)}Backlog`,
      expr: `${backlog} > ${limit}`,
      for: backlogFor,
      severity: 'page',
      summary: `{{ $value }} jobs of ${shown} wait for ${name}`,
      description:
        'Workers are too few, too slow, or fail. Look at their log and at what they depend on; more replicas help if they are busy.',
    },
    {
      alert: `${pascal(name)}QueueUnseen`,
      expr: `absent(${backlog})`,
      for: '10m',
      severity: 'ticket',
      summary: `Nobody knows how long the queue ${shown} of ${name} is`,
      description: 'What tells of the queue is away, cannot log in, or is not fetched: rules about the queue are blind.',
    },
  ];
  if (age === undefined) return rules;
  const wait = `${(tryDuration(longest) ?? 900_000) / 1000}`;
  const rule: AlertRule = {
    alert: `${pascal(name)}JobsOld`,
    expr: `${age} > ${wait}`,
    for: '5m',
    severity: 'page',
    summary: `The oldest job of ${shown} has waited for more than ${longest}`,
    description: 'Few jobs may wait, and yet for too long: a worker hangs, or none takes jobs of this kind.',
  };
  return [...rules, rule];
}

function processAlerts({ name, queue, toZero, singleton, alerts }: Watched): AlertRule[] {
  const { matchers = {} } = alerts;
  const memory = (what: string) => ofContainers(what, name, matchers);
  const used = memory('container_memory_working_set_bytes');
  const idle = toZero ? ` and on() ${queueSeries(queue, matchers).backlog} > 0` : '';
  const rule = (
    what: string,
    expr: string,
    time: Duration,
    severity: AlertRule['severity'],
    summary: string,
    description: string,
  ): AlertRule => ({
    alert: `${pascal(name)}${what}`,
    expr,
    for: time,
    severity,
    summary,
    description,
  });
  const two = rule(
    'Twice',
    `count(${used}) > 1`,
    // one that has ended is told of for five minutes more
    '6m',
    'page',
    `${name} runs {{ $value }} times, and may run once`,
    'Somebody scaled it by hand, or a node that does not answer still runs the old one. Stop one of them before data is written twice.',
  );
  return [
    rule(
      'Down',
      `absent(${used})${idle}`,
      '5m',
      'page',
      `No container of ${name} runs`,
      'Jobs wait. Look at the events of its pods or services: the image, a secret, the memory, or a node may be missing.',
    ),
    rule(
      'Restarts',
      `${restartsOf(name, matchers, '15m')} > 2`,
      '1m',
      'ticket',
      `${name} starts again and again`,
      'It ends by itself, runs out of memory, or stops touching its heartbeat. The log before the last start says which.',
    ),
    rule(
      'MemoryHigh',
      `${used} / (${memory('container_spec_memory_limit_bytes')} > 0) > 0.9`,
      '15m',
      'ticket',
      `${name} uses more than nine tenths of its memory`,
      'At its limit it is killed in the middle of a job. Lower its concurrency, end processes after some jobs, or give it more.',
    ),
    ...(singleton ? [two] : []),
  ];
}

function failureAlerts({ name, alerts: { failures } }: Watched): AlertRule[] {
  if (!failures) return [];
  const { failed, total, ratio = 0.05 } = failures;
  return [
    {
      alert: `${pascal(name)}Failures`,
      expr: `sum(rate(${failed}[10m])) / (sum(rate(${total}[10m])) > 0) > ${ratio}`,
      for: '10m',
      severity: 'ticket',
      summary: `${name} fails at {{ $value | humanizePercentage }} of its jobs`,
      description: `More than ${ratio * 100} % of jobs failed for ten minutes. What they depend on may be away; they are tried again, or lost, as the program does it.`,
    },
  ];
}
