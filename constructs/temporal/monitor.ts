import type { AlertRule, DashboardPanel } from '../../lib/observability/monitor';

const REQUESTS = 'rate(service_requests{service_name="frontend"}[5m])';
const p95 = (metric: string, by: string, where = '') => `histogram_quantile(0.95, sum by (le, ${by}) (rate(${metric}_bucket${where}[5m])))`;

/** What has to be known of a Temporal service. @see https://docs.temporal.io/self-hosted-guide/production-checklist */
export function temporalAlerts(): AlertRule[] {
  return [
    {
      alert: 'TemporalMissing',
      expr: 'absent(service_requests{service_name="frontend"})',
      for: '5m',
      severity: 'page',
      summary: 'Temporal tells nothing of itself',
      description: 'It is down, or waits for its schema or its database. Workflows stand still, and go on when it is back.',
    },
    {
      alert: 'TemporalPersistenceErrors',
      expr: 'sum(rate(persistence_errors[5m])) / sum(rate(persistence_requests[5m])) > 0.05',
      for: '5m',
      severity: 'page',
      summary: 'More than 5 % of what Temporal asks its database fails',
      description: 'Look at the database: connections, locks, the volume.',
    },
    {
      alert: 'TemporalPersistenceSlow',
      expr: `${p95('persistence_latency', 'operation')} > 1`,
      for: '15m',
      severity: 'ticket',
      summary: '{{ $labels.operation }} of Temporal takes more than a second in its database',
      description: 'Workflows are late. The database needs more memory or faster storage, or there are too many workflows at once.',
    },
    {
      alert: 'TemporalTasksWithoutWorkers',
      expr: 'sum by (namespace, taskqueue) (rate(no_poller_tasks[5m])) > 0',
      for: '10m',
      severity: 'page',
      summary: 'Nobody takes the tasks of {{ $labels.taskqueue }} in {{ $labels.namespace }}',
      description: 'Workflows wait. The worker of that task queue is down, or its queue or namespace is called otherwise.',
    },
    {
      alert: 'TemporalBacklogOld',
      expr: 'max by (namespace, taskqueue) (approximate_backlog_age_seconds) > 900',
      for: '5m',
      severity: 'ticket',
      summary: 'The oldest task of {{ $labels.taskqueue }} waits for a quarter of an hour',
      description: 'There are too few workers for what there is to do, or they hang.',
    },
    {
      alert: 'TemporalResourceExhausted',
      expr: 'sum by (namespace, resource_exhausted_cause) (rate(service_errors_resource_exhausted[5m])) > 0',
      for: '15m',
      severity: 'ticket',
      summary: 'Temporal turns requests of {{ $labels.namespace }} away: {{ $labels.resource_exhausted_cause }}',
      description: 'A limit is reached. Find out who asks so often; limits are raised by dynamicConfig.',
    },
  ];
}

/** What a dashboard shows of Temporal. */
export function temporalPanels(): DashboardPanel[] {
  return [
    {
      title: 'Requests',
      type: 'timeseries',
      unit: 'reqps',
      queries: [{ expr: `sum by (operation) (${REQUESTS})`, legend: '{{operation}}' }],
    },
    {
      title: 'Errors by kind',
      type: 'timeseries',
      unit: 'reqps',
      queries: [{ expr: 'sum by (error_type) (rate(service_error_with_type[5m]))', legend: '{{error_type}}' }],
    },
    {
      title: 'Latency of requests (95 %)',
      type: 'timeseries',
      unit: 's',
      queries: [{ expr: p95('service_latency', 'operation', '{service_name="frontend"}'), legend: '{{operation}}' }],
    },
    {
      title: 'Latency of the database (95 %)',
      type: 'timeseries',
      unit: 's',
      limit: 1,
      queries: [{ expr: p95('persistence_latency', 'operation'), legend: '{{operation}}' }],
    },
    {
      title: 'Workflows that ended',
      type: 'timeseries',
      queries: ['success', 'failed', 'timeout', 'terminate', 'cancel'].map((end) => ({
        expr: `sum by (namespace) (rate(workflow_${end}[5m]))`,
        legend: `{{namespace}} ${end}`,
      })),
    },
    {
      title: 'Tasks that wait',
      type: 'timeseries',
      queries: [{ expr: 'sum by (namespace, taskqueue) (approximate_backlog_count)', legend: '{{namespace}} {{taskqueue}}' }],
    },
    {
      title: 'Age of the oldest task',
      type: 'timeseries',
      unit: 's',
      limit: 900,
      queries: [{ expr: 'max by (namespace, taskqueue) (approximate_backlog_age_seconds)', legend: '{{namespace}} {{taskqueue}}' }],
    },
    { title: 'Parts of the histories', type: 'stat', queries: [{ expr: 'sum(numshards_gauge)' }] },
  ];
}
