import { type InputSeries, inputSeries as seriesOf } from '../support/promtool';

/** A week in the life of a database, as series of its metrics: one sample every five minutes, from midnight of a Monday on. */
export const STEP = 300;
export const HOUR = 3600;
export const DAY = 86_400;
const SAMPLES = (8 * DAY) / STEP;

/** A value at a time in seconds; `undefined` for no sample. */
export type Series = (time: number) => number | undefined;
/** Series by metric with labels. */
export type Week = Readonly<Record<string, Series>>;

/** The newest time of each day that something has, once it is done `after` seconds later; the day before counts as well. */
export const daily = (at: number, after = 600) => {
  return (time: number) => Math.floor((time - at - after) / DAY) * DAY + at;
};
const night = daily(2 * HOUR);
export const constant = (value: number): Series => {
  return () => value;
};
/** As it was, and from a time on until another one something else. */
export function between(from: number, to: number, other: Series, before: Series): Series {
  return (time) => (time >= from && time < to ? other : before)(time);
}
/** As it was at a time, from then on until another one. */
export function frozen(from: number, to: number, series: Series): Series {
  return between(from, to, constant(series(from) as number), series);
}
const ORDERS = 'db="orders",dest="MAIN"';

/** Backups at 02:00, drills at 05:00, an archive with a full backup on Sundays, and nothing to worry about. */
export const HEALTHY: Week = {
  [`pgbackup_last_commit_snapshot_timestamp_seconds{${ORDERS},kind="scheduled"}`]: daily(2 * HOUR),
  [`pgbackup_last_commit_snapshot_timestamp_seconds{${ORDERS},kind="manual"}`]: constant(-10 * DAY),
  pgbackup_status_generated_timestamp_seconds: (time) => time,
  [`pgbackup_uncommitted_attempts{${ORDERS}}`]: constant(0),
  [`pgbackup_last_drill_ok{${ORDERS},engine="logical"}`]: constant(1),
  [`pgbackup_last_drill_success_timestamp_seconds{${ORDERS},engine="logical"}`]: daily(5 * HOUR),
  [`pgbackup_drill_seconds{${ORDERS},engine="logical",phase="load"}`]: constant(400),
  [`pgbackup_drill_seconds{${ORDERS},engine="logical",phase="compare"}`]: constant(200),
  // it grows, and a nightly job tidies up
  [`pgbackup_last_bytes{${ORDERS},file="db.dump"}`]: (time) => 1e9 + night(time) * 100 * (Math.floor(time / DAY) % 2 ? 1 : 0.9),
  [`pgbackup_last_rows{${ORDERS}}`]: (time) => 1e6 + night(time) * 0.1,
  [`pgbackup_last_tables{${ORDERS}}`]: (time) => (time > 5 * DAY ? 13 : 12),
  [`pgbackup_verified{${ORDERS}}`]: constant(30),
  [`pgbackup_oldest_timestamp_seconds{${ORDERS}}`]: (time) => Math.floor(time / DAY) * DAY - 300 * DAY,
  [`pgbackup_encrypted{${ORDERS},kind="age",env="production"}`]: constant(1),
  [`pgbackup_missing_objects{${ORDERS}}`]: constant(0),
  [`pgbackup_damaged_manifests{${ORDERS}}`]: constant(0),
  [`pgbackup_prune_refused{${ORDERS},reason="clock"}`]: constant(0),
  [`pgbackup_snapshot_held_seconds{${ORDERS}}`]: constant(240),
  pg_stat_archiver_failed_count: constant(2),
  pg_stat_archiver_last_archive_age: constant(30),
  'pgbackup_wal_last_archived_timestamp_seconds{dest="MAIN"}': (time) => time - 45,
  'pgbackup_pitr_last_backup_timestamp_seconds{dest="MAIN"}': daily(HOUR, 1200),
  'pgbackup_pitr_drill_ok{dest="MAIN"}': constant(1),
  'pgbackup_pitr_drill_timestamp_seconds{dest="MAIN"}': (time) =>
    Math.floor((time - 6 * DAY - 8 * HOUR) / (7 * DAY)) * 7 * DAY + 6 * DAY + 8 * HOUR,
  // half full, and log that comes and goes
  'kubelet_volume_stats_available_bytes{persistentvolumeclaim="shop-database-data"}': (time) => 5e9 + ((time / STEP) % 12) * 1e7,
  barman_cloud_cloudnative_pg_io_last_available_backup_timestamp: daily(HOUR),
};

/** A database of which nobody has heard. */
export const SILENT: Week = {};

/** A week as promtool reads it. */
export const inputSeries = (week: Week): InputSeries[] => seriesOf(week, { step: STEP, samples: SAMPLES });
