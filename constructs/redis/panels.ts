import type { DashboardPanel } from '../../lib/observability/monitor';
import type { RedisProps } from './props';

const by = '{{instance}}';

/** What a dashboard shows of servers. */
export function redisPanels(mode: NonNullable<RedisProps['mode']>): DashboardPanel[] {
  return [
    { title: 'Servers that answer', type: 'stat', queries: [{ expr: 'sum(redis_up)' }] },
    {
      title: 'Memory used',
      type: 'timeseries',
      unit: 'percentunit',
      limit: 0.9,
      queries: [{ expr: 'redis_memory_used_bytes / (redis_memory_max_bytes > 0)', legend: by }],
    },
    { title: 'Commands', type: 'timeseries', unit: 'ops', queries: [{ expr: 'rate(redis_commands_processed_total[5m])', legend: by }] },
    { title: 'Clients', type: 'timeseries', queries: [{ expr: 'redis_connected_clients', legend: by }] },
    { title: 'Keys', type: 'timeseries', queries: [{ expr: 'sum by (instance) (redis_db_keys)', legend: by }] },
    {
      title: 'Hits',
      type: 'timeseries',
      unit: 'percentunit',
      queries: [
        {
          expr: 'rate(redis_keyspace_hits_total[5m]) / (rate(redis_keyspace_hits_total[5m]) + rate(redis_keyspace_misses_total[5m]))',
          legend: by,
        },
      ],
    },
    ...(mode === 'standalone'
      ? []
      : [
          {
            title: 'Copies',
            type: 'timeseries',
            queries: [{ expr: 'redis_connected_slaves', legend: by }],
          } as const satisfies DashboardPanel,
        ]),
  ];
}
