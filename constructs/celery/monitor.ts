import type { AlertRule, DashboardPanel } from '../../lib/observability/monitor';

/** What the rules depend on, in seconds. */
export interface CeleryLimits {
  /** Share of jobs that may fail. */
  readonly failures: number;
  /** Longest that a job may take on average. */
  readonly runtime: number;
  /** A job that beat sends all the time. */
  readonly pulse?: { readonly task: string; readonly within: number };
}

const events = (type: string, range: string) => `sum by (task) (rate(flower_events_total{type="${type}"}[${range}]))`;
const RUNTIME = 'sum by (task) (rate(flower_task_runtime_seconds_sum[15m])) / sum by (task) (rate(flower_task_runtime_seconds_count[15m]))';

/**
 * What has to be known of jobs, as Flower sees them. Of what waits in the queues tell the rules of MonitoredWorker.
 *
 * @see https://flower.readthedocs.io/en/latest/prometheus-integration.html
 */
export function celeryAlerts({ failures, runtime, pulse }: CeleryLimits): AlertRule[] {
  return [
    {
      alert: 'CeleryNoWorkers',
      expr: 'absent(flower_worker_online) or sum(flower_worker_online) == 0',
      for: '5m',
      severity: 'page',
      summary: 'Flower sees no worker of Celery',
      description: 'Jobs wait. The workers are down or cannot reach the broker, or Flower itself is.',
    },
    {
      alert: 'CeleryJobsFail',
      expr: `${events('task-failed', '15m')} / ${events('task-started', '15m')} > ${failures}`,
      for: '15m',
      severity: 'ticket',
      summary: '{{ $value | humanizePercentage }} of the jobs {{ $labels.task }} fail',
      description: 'Flower shows their exceptions. What they depend on may be down, or the last release is wrong.',
    },
    {
      alert: 'CeleryJobsSlow',
      expr: `${RUNTIME} > ${runtime}`,
      for: '15m',
      severity: 'ticket',
      summary: 'The jobs {{ $labels.task }} take {{ $value | humanizeDuration }} on average',
      description: 'Others wait for them, and a stop of a worker does as well. Look at what they wait for.',
    },
    ...(pulse
      ? [
          {
            alert: 'CeleryBeatSilent',
            expr: `absent(flower_events_total{type="task-received",task="${pulse.task}"}) or sum(increase(flower_events_total{type="task-received",task="${pulse.task}"}[${pulse.within}s])) == 0`,
            for: '5m',
            severity: 'page',
            summary: `The periodic job ${pulse.task} does not come`,
            description: 'Beat hangs or is down, or no worker takes jobs: nothing periodic happens.',
          } as const,
        ]
      : []),
  ];
}

/** What a dashboard shows of jobs. */
export function celeryPanels({ runtime }: CeleryLimits): DashboardPanel[] {
  const kinds = ['received', 'succeeded', 'failed', 'retried'];
  return [
    { title: 'Workers', type: 'stat', queries: [{ expr: 'sum(flower_worker_online)' }] },
    {
      title: 'Jobs',
      type: 'timeseries',
      unit: 'cps',
      queries: kinds.map((kind) => ({ expr: `sum(rate(flower_events_total{type="task-${kind}"}[5m]))`, legend: kind })),
    },
    { title: 'Failed jobs by task', type: 'timeseries', unit: 'cps', queries: [{ expr: events('task-failed', '5m'), legend: '{{task}}' }] },
    { title: 'Time of a job', type: 'timeseries', unit: 's', limit: runtime, queries: [{ expr: RUNTIME, legend: '{{task}}' }] },
    {
      title: 'Time of a job (95 %)',
      type: 'timeseries',
      unit: 's',
      queries: [{ expr: 'histogram_quantile(0.95, sum by (le, task) (rate(flower_task_runtime_seconds_bucket[5m])))', legend: '{{task}}' }],
    },
    {
      title: 'Jobs at work',
      type: 'timeseries',
      queries: [{ expr: 'flower_worker_number_of_currently_executing_tasks', legend: '{{worker}}' }],
    },
    {
      title: 'Jobs taken and not begun',
      type: 'timeseries',
      queries: [{ expr: 'sum by (task) (flower_worker_prefetched_tasks)', legend: '{{task}}' }],
    },
  ];
}
