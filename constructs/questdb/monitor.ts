import type { AlertRule, DashboardPanel } from '../../lib/observability/monitor';

const LAG = 'questdb_wal_apply_seq_txn - questdb_wal_apply_writer_txn';
const HEAP = '(questdb_memory_jvm_total - questdb_memory_jvm_free) / questdb_memory_jvm_max';
const AMPLIFICATION = 'rate(questdb_physically_written_rows_total[5m]) / rate(questdb_committed_rows_total[5m])';

/**
 * What has to be known of a QuestDB server.
 *
 * @param volume the name of its volume
 * @see https://questdb.com/docs/operations/monitoring-alerting/
 */
export function questDbAlerts(volume: string): AlertRule[] {
  return [
    {
      alert: 'QuestDbMissing',
      expr: 'absent(questdb_commits_total)',
      for: '5m',
      severity: 'page',
      summary: 'QuestDB tells nothing of itself',
      description: 'It is down, or Prometheus does not reach its port 9003. Look at its health check, then at its log.',
    },
    {
      alert: 'QuestDbTableSuspended',
      expr: 'questdb_suspended_tables > 0',
      for: '1m',
      severity: 'page',
      summary: '{{ $value }} tables of QuestDB take no more rows',
      description:
        'What is written to them waits in the log. SELECT * FROM wal_tables() names them; mend the cause, then ALTER TABLE … RESUME WAL.',
    },
    {
      alert: 'QuestDbWalLag',
      expr: `${LAG} > 100`,
      for: '15m',
      severity: 'ticket',
      summary: '{{ $value }} transactions of QuestDB are written and not applied',
      description: 'Queries do not see them yet. Rows come out of order or faster than they are applied: look at write amplification.',
    },
    {
      alert: 'QuestDbUnhandledErrors',
      expr: 'increase(questdb_unhandled_errors_total[10m]) > 0',
      severity: 'page',
      summary: 'QuestDB had an error that it does not handle',
      description: 'It usually means that a part of the database does not work any more. The log says which; a restart may be needed.',
    },
    {
      alert: 'QuestDbHeapFull',
      expr: `${HEAP} > 0.9`,
      for: '15m',
      severity: 'ticket',
      summary: "Java's heap of QuestDB is more than 90 % full",
      description: 'Give it more memory: a quarter of the limit is heap.',
    },
    {
      alert: 'QuestDbVolumeFilling',
      expr: `predict_linear(kubelet_volume_stats_available_bytes{persistentvolumeclaim=~"${volume}.*"}[6h], 86400) < 0`,
      for: '30m',
      severity: 'page',
      summary: 'The volume {{ $labels.persistentvolumeclaim }} is full within a day',
      description: 'A full volume suspends tables. Drop partitions that nobody needs, or make the volume larger.',
    },
  ];
}

/** What a dashboard shows of QuestDB. */
export function questDbPanels(): DashboardPanel[] {
  return [
    {
      title: 'Rows',
      type: 'timeseries',
      unit: 'cps',
      queries: [
        { expr: 'rate(questdb_committed_rows_total[5m])', legend: 'committed' },
        { expr: 'rate(questdb_physically_written_rows_total[5m])', legend: 'written to disk' },
      ],
    },
    { title: 'Write amplification', type: 'timeseries', queries: [{ expr: AMPLIFICATION }] },
    {
      title: 'Queries',
      type: 'timeseries',
      unit: 'reqps',
      queries: [
        { expr: 'rate(questdb_json_queries_total[5m])', legend: 'REST' },
        { expr: 'rate(questdb_pg_wire_queries_total[5m])', legend: 'PostgreSQL' },
      ],
    },
    {
      title: 'Connections',
      type: 'timeseries',
      queries: [
        { expr: 'questdb_http_connections', legend: 'HTTP' },
        { expr: 'questdb_pg_wire_connections', legend: 'PostgreSQL' },
        { expr: 'questdb_line_tcp_connections', legend: 'line protocol' },
      ],
    },
    { title: 'Transactions not applied', type: 'timeseries', limit: 100, queries: [{ expr: LAG }] },
    { title: 'Suspended tables', type: 'stat', limit: 1, queries: [{ expr: 'questdb_suspended_tables' }] },
    {
      title: 'Memory',
      type: 'timeseries',
      unit: 'bytes',
      queries: [
        { expr: 'questdb_memory_rss', legend: 'resident' },
        { expr: 'questdb_memory_mem_used', legend: 'native' },
        { expr: 'questdb_memory_jvm_total - questdb_memory_jvm_free', legend: 'heap' },
      ],
    },
    { title: 'Unhandled errors', type: 'timeseries', queries: [{ expr: 'increase(questdb_unhandled_errors_total[5m])' }] },
  ];
}
