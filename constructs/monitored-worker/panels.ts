import type { DashboardPanel } from '../../lib/observability/monitor';
import type { Watched } from './alerts';
import { ofContainers, queueSeries, restartsOf } from './series';

/** What a dashboard shows of a worker. */
export function workerPanels({ name, queue, alerts }: Watched): DashboardPanel[] {
  const { backlog: limit = 1000, failures, matchers = {} } = alerts;
  const { backlog, age, taken } = queueSeries(queue, matchers);
  const used = ofContainers('container_memory_working_set_bytes', name, matchers);
  return [
    {
      title: 'Jobs',
      type: 'timeseries',
      limit,
      queries: [{ expr: backlog, legend: 'waiting' }, ...(taken === undefined ? [] : [{ expr: taken, legend: 'taken' }])],
    },
    ...(age === undefined
      ? []
      : [{ title: 'Age of the oldest job', type: 'timeseries', unit: 's', queries: [{ expr: age, legend: name }] } as const]),
    { title: 'Containers that run', type: 'stat', queries: [{ expr: `count(${used}) or vector(0)`, legend: name }] },
    { title: 'Memory', type: 'timeseries', unit: 'bytes', queries: [{ expr: used, legend: '{{pod}}{{name}}' }] },
    {
      title: 'Restarts',
      type: 'timeseries',
      queries: [{ expr: restartsOf(name, matchers, '1h'), legend: '{{pod}}{{name}}' }],
    },
    ...(failures
      ? [
          {
            title: 'Share of failed jobs',
            type: 'timeseries',
            unit: 'percentunit',
            limit: failures.ratio ?? 0.05,
            queries: [{ expr: `sum(rate(${failures.failed}[5m])) / (sum(rate(${failures.total}[5m])) > 0)`, legend: name }],
          } as const,
        ]
      : []),
  ];
}
