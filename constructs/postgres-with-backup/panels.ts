import type { DashboardPanel } from '../../lib/observability/monitor';
import type { ArchiveLimits } from './alerts';

const AGE = 'time() - max by (db, dest) (pgbackup_last_commit_snapshot_timestamp_seconds)';
const PROOF = 'time() - pgbackup_last_drill_success_timestamp_seconds';
const by = '{{db}} {{dest}}';

/** What a dashboard shows of backups. Limits in seconds. */
export function backupPanels(backupAge: number, restore: number): DashboardPanel[] {
  return [
    { title: 'Age of the newest backup', type: 'stat', unit: 's', limit: backupAge, queries: [{ expr: AGE, legend: by }] },
    { title: 'Age of the newest proof', type: 'stat', unit: 's', queries: [{ expr: PROOF, legend: by }] },
    {
      title: 'Thirty days',
      type: 'state-timeline',
      range: '30d',
      states: [
        { value: 0, text: 'neither', color: 'red' },
        { value: 1, text: 'one of both', color: 'yellow' },
        { value: 2, text: 'backup and proof', color: 'green' },
      ],
      queries: [{ expr: `(${PROOF} < bool 129600) + (${AGE} < bool ${backupAge})`, legend: by }],
    },
    {
      title: 'Size beside the database',
      type: 'timeseries',
      unit: 'bytes',
      queries: [
        { expr: 'pgbackup_last_bytes', legend: '{{db}} {{file}}' },
        { expr: 'pgbackup_last_source_bytes', legend: '{{db}} database' },
      ],
    },
    {
      title: 'Rows and tables',
      type: 'timeseries',
      queries: [
        { expr: 'pgbackup_last_rows', legend: '{{db}} rows' },
        { expr: 'pgbackup_last_tables', legend: '{{db}} tables' },
      ],
    },
    { title: 'Time of a backup', type: 'timeseries', unit: 's', queries: [{ expr: 'pgbackup_run_seconds', legend: '{{db}} {{phase}}' }] },
    {
      title: 'Time of a restore',
      type: 'timeseries',
      unit: 's',
      limit: restore,
      queries: [{ expr: 'pgbackup_drill_seconds', legend: '{{db}} {{phase}}' }],
    },
    { title: 'Backups that are kept', type: 'timeseries', queries: [{ expr: 'pgbackup_committed', legend: '{{db}} {{tier}}' }] },
    { title: 'Good ones', type: 'timeseries', queries: [{ expr: 'pgbackup_verified', legend: by }] },
    {
      title: 'Failed attempts and refused deletions',
      type: 'timeseries',
      queries: [
        { expr: 'pgbackup_uncommitted_attempts', legend: '{{db}} attempts' },
        { expr: 'pgbackup_prune_refused', legend: '{{db}} {{reason}}' },
      ],
    },
    { title: 'Encryption', type: 'table', queries: [{ expr: 'pgbackup_encrypted', legend: '{{db}} {{kind}}' }] },
  ];
}

/** What a dashboard shows of an archive. */
export function archivePanels({ backupAge, drillAge }: ArchiveLimits): DashboardPanel[] {
  const age = (title: string, limit: number, metric: string): DashboardPanel => ({
    title,
    type: 'stat',
    unit: 's',
    limit,
    queries: [{ expr: `time() - ${metric}`, legend: by }],
  });
  return [
    age('Newest archived log', 300, 'pgbackup_wal_last_archived_timestamp_seconds'),
    age('Age of the newest physical backup', backupAge, 'pgbackup_pitr_last_backup_timestamp_seconds'),
    ...(drillAge === undefined
      ? []
      : [
          age(
            'Age of the newest proved point in time',
            drillAge,
            '(pgbackup_pitr_drill_timestamp_seconds and pgbackup_pitr_drill_ok == 1)',
          ),
        ]),
  ];
}
