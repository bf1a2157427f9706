import type { AlertRule } from '../../lib/observability/monitor';

/** What the rules depend on. Times in seconds. */
export interface AlertLimits {
  /** Oldest that the newest backup may be. */
  readonly backupAge: number;
  /** Oldest that the newest proof by a drill may be; no rule if there are no drills. */
  readonly drillAge?: number;
  /** Longest that a restore may take. */
  readonly restore: number;
  /** Backups that are never deleted. */
  readonly minVerified: number;
  /** Whether they have to be encrypted. */
  readonly encrypted: boolean;
}

const hours = (seconds: number) => `${Math.round(seconds / 360) / 10} h`;

/**
 * What has to be known of backups. The metrics come from the bucket and not from the runs, so that silence is seen as well.
 *
 * @see images/postgres-backup/README.md for the metrics
 */
export function backupAlerts(limits: AlertLimits): AlertRule[] {
  return [...ageAlerts(limits), ...drillAlerts(limits), ...contentAlerts(limits), ...careAlerts()];
}

function ageAlerts({ backupAge }: AlertLimits): AlertRule[] {
  return [
    {
      alert: 'PgBackupTooOld',
      expr: `time() - max by (db, dest) (pgbackup_last_commit_snapshot_timestamp_seconds{kind="scheduled"}) > ${backupAge}`,
      for: '15m',
      severity: 'page',
      summary: `The newest backup of {{ $labels.db }} in {{ $labels.dest }} is older than ${hours(backupAge)}`,
      description: 'Nothing was committed since. Look at the log of the backup task; run it by hand once the cause is mended.',
    },
    {
      alert: 'PgBackupMissing',
      expr: 'absent(pgbackup_last_commit_snapshot_timestamp_seconds) or max by (db, dest) (pgbackup_last_commit_snapshot_timestamp_seconds) == 0',
      for: '30m',
      severity: 'page',
      summary: 'There is no backup at all',
      description: 'No backup was ever committed, or nobody tells of them any more.',
    },
    {
      alert: 'PgBackupStatusStale',
      expr: 'time() - pgbackup_status_generated_timestamp_seconds > 1800',
      severity: 'ticket',
      summary: 'The state of the backups is not known',
      description: 'What looks into the bucket has not done so for half an hour: all other rules of this group are blind.',
    },
    {
      alert: 'PgBackupAttemptFailed',
      expr: 'increase(pgbackup_uncommitted_attempts[1h]) > 0',
      severity: 'ticket',
      summary: 'A backup of {{ $labels.db }} did not commit',
      description: 'The file failed.json of the attempt says in which phase and why. Older backups are as they were.',
    },
  ];
}

function drillAlerts({ drillAge, restore }: AlertLimits): AlertRule[] {
  if (drillAge === undefined) return [];
  return [
    {
      alert: 'PgBackupDrillFailed',
      expr: 'pgbackup_last_drill_ok == 0',
      severity: 'page',
      summary: 'The newest drilled backup of {{ $labels.db }} does not restore',
      description: 'Its restore failed, or rows differ from those of the snapshot. Drill an older one, and find out since when.',
    },
    {
      alert: 'PgBackupDrillStale',
      expr: `time() - pgbackup_last_drill_success_timestamp_seconds > ${drillAge}`,
      for: '15m',
      severity: 'ticket',
      summary: `No backup of {{ $labels.db }} was proved for ${hours(drillAge)}`,
      description: 'Drills do not run, or do not end. Until they do, nobody knows whether the backups restore.',
    },
    {
      alert: 'PgBackupRtoExceeded',
      expr: `sum by (db, dest) (pgbackup_drill_seconds) > ${restore}`,
      severity: 'ticket',
      summary: `A restore of {{ $labels.db }} takes longer than ${hours(restore)}`,
      description: 'The last drill took that long. A physical backup restores faster.',
    },
  ];
}

function contentAlerts({ minVerified, encrypted }: AlertLimits): AlertRule[] {
  const usual = (metric: string) => `quantile_over_time(0.5, ${metric}[14d])`;
  return [
    {
      alert: 'PgBackupShrank',
      expr: `pgbackup_last_bytes{file="db.dump"} < 0.5 * ${usual('pgbackup_last_bytes{file="db.dump"}')}`,
      severity: 'ticket',
      summary: 'The backup of {{ $labels.db }} is less than half as large as usual',
      description: 'Look whether data was deleted. Older backups are kept by the plan of retention.',
    },
    {
      alert: 'PgBackupRowsCollapsed',
      expr: `pgbackup_last_rows < 0.7 * ${usual('pgbackup_last_rows')}`,
      severity: 'page',
      summary: 'The backup of {{ $labels.db }} has far fewer rows than usual',
      description: 'The backup is faithful: the database lost them. Look before retention takes the older backups.',
    },
    {
      alert: 'PgBackupTableVanished',
      expr: 'delta(pgbackup_last_tables[2d]) < 0',
      severity: 'ticket',
      summary: 'The backup of {{ $labels.db }} has fewer tables than two days ago',
      description: 'A migration, or a mistake. The warning in the manifest names the tables.',
    },
    {
      alert: 'PgBackupTooFew',
      expr: `pgbackup_verified < ${minVerified} and on (db, dest) (time() - pgbackup_oldest_timestamp_seconds > ${(minVerified + 1) * 86_400})`,
      severity: 'ticket',
      summary: `There are fewer than ${minVerified} good backups of {{ $labels.db }}`,
      description: 'Drills refuted some, or objects are missing. Nothing is deleted until there are enough again.',
    },
    ...(encrypted
      ? [
          {
            alert: 'PgBackupNotEncrypted',
            expr: 'pgbackup_encrypted == 0',
            severity: 'page',
            summary: 'The newest backup of {{ $labels.db }} is not encrypted',
            description: 'Whoever reads the bucket reads the data.',
          } as const,
        ]
      : []),
    {
      alert: 'PgBackupObjectsMissing',
      expr: 'pgbackup_missing_objects > 0 or pgbackup_damaged_manifests > 0',
      severity: 'page',
      summary: 'Objects of committed backups of {{ $labels.db }} are missing or damaged',
      description: 'Somebody or something deletes or changes objects in {{ $labels.dest }}. Look at the log of the bucket.',
    },
  ];
}

function careAlerts(): AlertRule[] {
  return [
    {
      alert: 'PgBackupPruneRefused',
      expr: 'pgbackup_prune_refused > 0',
      for: '1h',
      severity: 'ticket',
      summary: 'Old backups of {{ $labels.db }} are not deleted: {{ $labels.reason }}',
      description: 'The clock looks wrong, or too few backups are good. The bucket grows until that is mended.',
    },
    {
      alert: 'PgSnapshotHeldLong',
      expr: 'pgbackup_snapshot_held_seconds > 3600',
      severity: 'ticket',
      summary: 'A backup of {{ $labels.db }} holds its snapshot for more than an hour',
      description: 'Vacuum cannot clean up meanwhile, so tables grow. Consider counts instead of a full fingerprint, or physical backups.',
    },
  ];
}

/** What the rules of an archive depend on, in seconds. */
export interface ArchiveLimits {
  /** Oldest that the newest physical backup may be. */
  readonly backupAge: number;
  /** Oldest that the newest proof may be; no rule if there are no drills by themselves. */
  readonly drillAge?: number;
}

/** What has to be known where the write-ahead log is archived. */
export function archiveAlerts({ backupAge, drillAge }: ArchiveLimits): AlertRule[] {
  return [
    {
      alert: 'PgWalArchiveFailing',
      expr: 'increase(pg_stat_archiver_failed_count[10m]) > 0 and pg_stat_archiver_last_archive_age > 120',
      for: '5m',
      severity: 'page',
      summary: 'The write-ahead log is not archived',
      description: 'Points in time since then cannot be restored, and the volume fills up. The log of the server says why.',
    },
    {
      alert: 'PgWalArchiveLag',
      expr: 'time() - pgbackup_wal_last_archived_timestamp_seconds > 300',
      for: '5m',
      severity: 'page',
      summary: 'The newest archived write-ahead log is older than five minutes',
      description: 'What was committed since is lost if the volume is. There is something to archive every minute.',
    },
    {
      alert: 'PgWalDirFilling',
      expr: 'predict_linear(kubelet_volume_stats_available_bytes{persistentvolumeclaim=~".*data.*"}[6h], 86400) < 0',
      for: '30m',
      severity: 'page',
      summary: 'The volume {{ $labels.persistentvolumeclaim }} is full within a day',
      description: 'Write-ahead log that cannot be archived stays. A full volume stops the server.',
    },
    {
      alert: 'PgPitrBackupTooOld',
      expr: `time() - pgbackup_pitr_last_backup_timestamp_seconds > ${backupAge}`,
      for: '15m',
      severity: 'ticket',
      summary: `The newest physical backup is older than ${hours(backupAge)}`,
      description: 'Points in time can be restored, and it takes longer each day. The log of the server says why none is made.',
    },
    ...(drillAge === undefined
      ? []
      : [
          {
            alert: 'PgPitrDrillFailed',
            expr: 'pgbackup_pitr_drill_ok == 0',
            severity: 'page',
            summary: 'The archive in {{ $labels.dest }} does not restore',
            description: 'It is damaged, or recovery did not reach its target. Make a full backup, and find out since when.',
          } as const,
          {
            alert: 'PgPitrDrillStale',
            expr: `time() - (pgbackup_pitr_drill_timestamp_seconds and pgbackup_pitr_drill_ok == 1) > ${drillAge}`,
            for: '15m',
            severity: 'ticket',
            summary: `No point in time was proved for ${hours(drillAge)}`,
            description: 'Drills do not run, or do not end. Until they do, nobody knows whether the archive restores.',
          } as const,
        ]),
  ];
}

/** What has to be known of an operator's backups. */
export function operatorAlerts(backupAge: number): AlertRule[] {
  return [
    {
      alert: 'CnpgBackupTooOld',
      expr: `time() - barman_cloud_cloudnative_pg_io_last_available_backup_timestamp > ${backupAge}`,
      for: '15m',
      severity: 'page',
      summary: `The newest base backup of the cluster is older than ${hours(backupAge)}`,
      description: 'Look at the ScheduledBackup and the events of its backups.',
    },
  ];
}
