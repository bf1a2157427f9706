/** The rules of a database, by Prometheus' own evaluation: each tells of what it is for, ends with it, and is silent otherwise. */
import { Construct, RootConstruct } from 'constructs';
import { alertGroups, Environment, Environments, ExistingSecret, PostgresWithBackup, type PostgresWithBackupProps } from '../../../lib';
import { checked, firing as firingIn, rulesOf } from '../support/promtool';
import { between, constant, DAY, daily, frozen, HEALTHY, HOUR, inputSeries, SILENT, type Week } from './weeks';

const root = new RootConstruct('shop');
Environment.set(root, Environments.production);
const secret = new ExistingSecret(root, 'S3', { existing: 's3' });
const key = { id: secret.file('id'), secret: secret.file('key') };

function database(scope: Construct, id: string, more: Pick<PostgresWithBackupProps, 'engine'>, backup: object): void {
  new PostgresWithBackup(scope, id, {
    version: 16,
    size: '10Gi',
    databases: { orders: {} },
    passwords: { secret },
    backup: {
      destinations: { main: { bucket: 'backups', writer: key, pruner: key, restorer: key } },
      encryption: { kind: 'age', recipients: [`age1${'q'.repeat(58)}`], identity: secret.file('identity') },
      ...backup,
    },
    ...more,
  });
}
database(root, 'Database', {}, { pitr: { engine: 'pgbackrest', cipher: secret.file('cipher') } });
const operators = new Construct(root, 'Operators');
database(operators, 'Cluster', { engine: { kind: 'cloudnative-pg' } }, {});

const rules = rulesOf(root, '5m');
const COUNT = alertGroups(root).flatMap((group) => group.rules).length;
const NAMES = rules.names;
const ORDERS = 'db="orders",dest="MAIN"';
const COMMITS = `pgbackup_last_commit_snapshot_timestamp_seconds{${ORDERS},kind="scheduled"}`;

const firing = (week: Week, times: readonly number[]) => firingIn(rules, inputSeries(week), times);

test('Prometheus takes the rules', async () => {
  expect(await checked(rules)).toEqual({ code: 0, said: expect.stringContaining(`${COUNT} rules found`) });
  expect(NAMES.length).toBeGreaterThan(20);
});

test('a week in good health is silent', async () => {
  const times = Array.from({ length: 7 * 24 }, (_, hour) => hour * HOUR + 1500);
  const found = await firing(HEALTHY, times);
  expect([...found].filter(([, alerts]) => alerts.length > 0)).toEqual([]);
}, 240_000);

test('silence is not health', async () => {
  const found = await firing(SILENT, [20 * 60, HOUR]);
  expect([...found.values()]).toEqual([[], ['PgBackupMissing']]);
});

/** From noon of Monday on, for a day and a half. */
const FROM = 12 * HOUR;
const TO = FROM + 36 * HOUR;
const wrong = (series: string, value: number): Week => ({ [series]: between(FROM, TO, constant(value), HEALTHY[series] ?? constant(0)) });
const stopped = (series: string): Week => ({ [series]: frozen(FROM, TO, HEALTHY[series] as (time: number) => number) });

/** What goes wrong, what tells of it and how long after, and what else that makes known. */
const ROWS: readonly (readonly [alert: string, what: string, week: Week, after: number, also?: readonly string[]])[] = [
  ['PgBackupTooOld', 'backups stop', stopped(COMMITS), 17 * HOUR],
  ['PgBackupMissing', 'a database never had one', { [COMMITS]: constant(0) }, 20 * HOUR, ['PgBackupTooOld']],
  ['PgBackupStatusStale', 'nobody looks into the bucket', stopped('pgbackup_status_generated_timestamp_seconds'), HOUR],
  ['PgBackupAttemptFailed', 'a run does not commit', wrong(`pgbackup_uncommitted_attempts{${ORDERS}}`, 1), 900],
  ['PgBackupDrillFailed', 'a drill finds a backup bad', wrong(`pgbackup_last_drill_ok{${ORDERS},engine="logical"}`, 0), 300],
  ['PgBackupDrillStale', 'drills stop', stopped(`pgbackup_last_drill_success_timestamp_seconds{${ORDERS},engine="logical"}`), 30 * HOUR],
  ['PgBackupRtoExceeded', 'a restore takes hours', wrong(`pgbackup_drill_seconds{${ORDERS},engine="logical",phase="load"}`, 7100), 300],
  ['PgBackupShrank', 'a backup is small', wrong(`pgbackup_last_bytes{${ORDERS},file="db.dump"}`, 4e8), 300],
  ['PgBackupRowsCollapsed', 'rows are gone', wrong(`pgbackup_last_rows{${ORDERS}}`, 5e5), 300],
  ['PgBackupTableVanished', 'a table is gone', wrong(`pgbackup_last_tables{${ORDERS}}`, 11), 300],
  ['PgBackupTooFew', 'few backups are good', wrong(`pgbackup_verified{${ORDERS}}`, 6), 300],
  ['PgBackupNotEncrypted', 'a backup is plain', wrong(`pgbackup_encrypted{${ORDERS},kind="age",env="production"}`, 0), 300],
  ['PgBackupObjectsMissing', 'an object is gone', wrong(`pgbackup_missing_objects{${ORDERS}}`, 1), 300],
  ['PgBackupObjectsMissing', 'a manifest is damaged', wrong(`pgbackup_damaged_manifests{${ORDERS}}`, 1), 300],
  ['PgBackupPruneRefused', 'the clock is wrong', wrong(`pgbackup_prune_refused{${ORDERS},reason="clock"}`, 1), 2 * HOUR],
  ['PgSnapshotHeldLong', 'a snapshot is held', wrong(`pgbackup_snapshot_held_seconds{${ORDERS}}`, 4000), 300],
  [
    'PgWalArchiveFailing',
    'archiving fails',
    {
      pg_stat_archiver_failed_count: (time) => 2 + Math.max(0, Math.min(time, TO) - FROM) / 60,
      pg_stat_archiver_last_archive_age: between(FROM, TO, (time) => time - FROM, constant(30)),
    },
    1200,
  ],
  ['PgWalArchiveLag', 'nothing is archived', stopped('pgbackup_wal_last_archived_timestamp_seconds{dest="MAIN"}'), 1200],
  [
    'PgWalDirFilling',
    'the volume fills up',
    {
      'kubelet_volume_stats_available_bytes{persistentvolumeclaim="shop-database-data"}': between(
        FROM,
        TO,
        (time) => 5e9 - (time - FROM) * 8e4,
        constant(5e9),
      ),
    },
    8 * HOUR,
  ],
  ['PgPitrBackupTooOld', 'physical backups stop', stopped('pgbackup_pitr_last_backup_timestamp_seconds{dest="MAIN"}'), 20 * HOUR],
  ['PgPitrDrillFailed', 'the archive does not restore', wrong('pgbackup_pitr_drill_ok{dest="MAIN"}', 0), 300],
  [
    'PgPitrDrillStale',
    'points in time are not drilled',
    { 'pgbackup_pitr_drill_timestamp_seconds{dest="MAIN"}': constant(-8 * DAY) },
    HOUR,
  ],
  [
    'CnpgBackupTooOld',
    'base backups of the operator stop',
    stopped('barman_cloud_cloudnative_pg_io_last_available_backup_timestamp'),
    20 * HOUR,
  ],
];

const CASES = ROWS.map(([alert, what, week, after, also = []]) => ({ alert, what, week, after, also }));

test.each(CASES)('$alert: $what', async ({ alert, week, after, also }) => {
  const over = TO + 10 * HOUR;
  const found = await firing({ ...HEALTHY, ...week }, [FROM - HOUR, FROM + after, over]);
  expect(found.get(FROM + after)?.sort()).toEqual([alert, ...also].sort());
  // a condition that is true of the whole week does not end
  const ends = Object.entries(week).every(([series, values]) => values(over) === HEALTHY[series]?.(over));
  if (ends) expect([found.get(FROM - HOUR), found.get(over)]).toEqual([[], []]);
});

test('each rule is tried', () => expect([...new Set(CASES.map(({ alert }) => alert))].sort()).toEqual([...NAMES].sort()));

test('a backup that is late, and takes as long as it may, is no alarm', async () => {
  const late = daily(2 * HOUR + 600, 2 * HOUR);
  const found = await firing({ ...HEALTHY, [COMMITS]: between(FROM - DAY, TO, late, HEALTHY[COMMITS] as typeof late) }, [
    FROM - 8 * HOUR,
    FROM - 7 * HOUR,
    FROM + 16 * HOUR,
  ]);
  expect([...found.values()].flat()).toEqual([]);
});
