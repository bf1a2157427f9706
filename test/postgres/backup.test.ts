import { Construct } from 'constructs';
import {
  acknowledge,
  alertGroups,
  type BackupProps,
  Environments,
  ExistingSecret,
  PostgresWithBackup,
  type PostgresWithBackupProps,
} from '../../lib';
import { Views } from '../apps/views';

const ACCEPTED = { 'no-new-privileges': 'the engines have it in daemon.json', 'start.ready': 'everybody tries again' };
const RECIPIENT = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';

class Shop extends Construct {
  readonly database: PostgresWithBackup;

  constructor(scope: Construct, props: (secrets: ExistingSecret) => Partial<PostgresWithBackupProps>) {
    super(scope, 'shop');
    acknowledge(this, ACCEPTED);
    const secrets = new ExistingSecret(this, 'S3', { existing: 's3' });
    this.database = new PostgresWithBackup(this, 'Database', { version: 16, size: '20Gi', databases: { orders: {} }, ...props(secrets) });
  }
}

/** All three identities, and a private key. */
function whole(secrets: ExistingSecret, more: Partial<BackupProps> = {}): BackupProps {
  const key = (name: string) => ({ id: secrets.file(`${name}-id`), secret: secrets.file(`${name}-secret`) });
  return {
    destinations: { main: { bucket: 'acme-backups', writer: key('writer'), pruner: key('pruner'), restorer: key('restorer') } },
    encryption: { kind: 'age', recipients: [RECIPIENT], identity: secrets.file('age-identity') },
    pitr: false,
    ...more,
  };
}

function views(props: (secrets: ExistingSecret) => Partial<PostgresWithBackupProps>, environment = Environments.production): Views {
  return new Views('shop', (scope) => new Shop(scope, props), environment);
}

const files = (service: { secrets?: { target: string }[] }) =>
  (service.secrets ?? []).map(({ target }) => target.replace('/run/secrets/', '')).sort();

describe('in production', () => {
  const all = views((secrets) => ({ backup: whole(secrets) }));
  const program = (name: string) => all.C.services[`shop-database-${name}`];

  test('each program of the runner has its own identity and no other', () => {
    expect(files(program('backup'))).toEqual(['s3/writer-id', 's3/writer-secret', 'shop-database-passwords/backup-password']);
    expect(files(program('prune'))).toEqual(['s3/pruner-id', 's3/pruner-secret']);
    expect(files(program('drill'))).toEqual(['s3/age-identity', 's3/restorer-id', 's3/restorer-secret']);
    expect(files(program('restore'))).toEqual([
      's3/age-identity',
      's3/restorer-id',
      's3/restorer-secret',
      'shop-database-passwords/postgres-password',
    ]);
    expect(files(program('backup-status'))).toEqual(['s3/restorer-id', 's3/restorer-secret']);
  });

  test('Kubernetes runs them, and elsewhere a program of the image does', () => {
    const cron = (name: string) => all.kind('CronJob', `shop-database-${name}`).spec;
    expect(cron('backup')).toMatchObject({ schedule: '0 2 * * *', timeZone: 'Etc/UTC', concurrencyPolicy: 'Forbid' });
    expect(cron('prune')).toMatchObject({ schedule: '0 4 * * *' });
    expect(cron('drill')).toMatchObject({ schedule: '0 5 * * *' });
    expect(cron('restore')).toMatchObject({ suspend: true });
    const [container] = cron('backup').jobTemplate.spec.template.spec.containers;
    expect(container.command).toEqual(['tini', '--', 'pg-backup', 'backup', '--kind', 'scheduled']);
    expect(cron('backup').jobTemplate.spec).toMatchObject({ backoffLimit: 2, activeDeadlineSeconds: 7800 });
    for (const file of [all.C, all.S]) {
      const service = file.services['shop-database-backup'];
      expect(service.entrypoint.slice(-4)).toEqual(['tini', '--', 'pg-backup', 'schedule']);
      expect(JSON.stringify(service.environment)).toContain('BACKUP_CRON');
    }
  });

  test('only what needs the server reaches it', () => {
    const allowed = all
      .kind('NetworkPolicy', 'shop-database')
      .spec.ingress.flatMap(({ from }: { from: { podSelector: { matchLabels: object } }[] }) =>
        from.map(({ podSelector }) => Object.values(podSelector.matchLabels).at(-1)),
      );
    expect(allowed.sort()).toEqual(['shop-database-backup', 'shop-database-exporter', 'shop-database-restore']);
  });

  test('both formats, every row, and what retention keeps', () => {
    expect(program('backup').environment).toMatchObject({
      BACKUP_FORMATS: 'custom plain',
      BACKUP_FINGERPRINT: 'full',
      BACKUP_AGE_RECIPIENTS: RECIPIENT,
      BACKUP_DEST_MAIN_BUCKET: 'acme-backups',
      BACKUP_DEST_MAIN_PREFIX: 'shop-database',
      BACKUP_PRUNE: 'false',
      PGSSLMODE: 'require',
    });
    expect(program('prune').environment).toMatchObject({
      BACKUP_KEEP_DAILY: '30',
      BACKUP_KEEP_WEEKLY: '8',
      BACKUP_KEEP_MONTHLY: '12',
      BACKUP_MIN_VERIFIED: '7',
      BACKUP_MAX_DELETES: '3',
    });
    expect(program('backup').environment).not.toHaveProperty('BACKUP_AGE_IDENTITY_FILE');
  });

  test('rules that follow from the schedule', () => {
    const [group] = alertGroups(all.tree);
    const rule = (name: string) => group?.rules.find(({ alert }) => alert === name)?.expr;
    // a day, two hours in which it has to be done, and ten minutes of jitter
    expect(rule('PgBackupTooOld')).toContain(`> ${86_400 + 7200 + 600}`);
    expect(rule('PgBackupDrillStale')).toContain(`> ${86_400 + 43_200}`);
    expect(rule('PgBackupTooFew')).toContain('pgbackup_verified < 7');
    expect(group?.rules).toHaveLength(15);
  });
});

test('without a private key nothing is drilled or restored, and the rules say nothing of it', () => {
  const all = views((secrets) => ({ backup: whole(secrets, { encryption: { kind: 'age', recipients: [RECIPIENT] } }) }));
  expect(Object.keys(all.C.services).sort()).toEqual([
    'shop-database',
    'shop-database-backup',
    'shop-database-backup-status',
    'shop-database-exporter',
    'shop-database-prune',
  ]);
  expect(JSON.stringify(alertGroups(all.tree))).not.toMatch(/PgBackup(Drill|Rto)/);
});

test('without a pruner nothing is deleted', () => {
  const all = views((secrets) => {
    const backup = whole(secrets);
    const { pruner: _, ...main } = backup.destinations.main as NonNullable<BackupProps['destinations'][string]>;
    return { backup: { ...backup, destinations: { main } } };
  });
  expect(all.C.services).not.toHaveProperty('shop-database-prune');
});

test('staging drills once a week', () => {
  const all = views((secrets) => ({ backup: whole(secrets) }), Environments.staging);
  expect(all.kind('CronJob', 'shop-database-drill').spec.schedule).toBe('0 5 * * 0');
  expect(all.C.services['shop-database-backup'].environment.BACKUP_FORMATS).toBe('custom');
});

test('where people develop, backups are made by hand', () => {
  const all = views(
    (secrets) => ({ backup: whole(secrets, { encryption: { kind: 'none', reason: 'made up data' } }) }),
    Environments.development,
  );
  expect(all.kind('CronJob', 'shop-database-backup').spec.suspend).toBe(true);
  expect(all.C.services['shop-database-backup'].deploy.replicas).toBe(0);
  expect(alertGroups(all.tree)).toEqual([]);
});

test('in tests there are none', () => {
  expect(Object.keys(views(() => ({}), Environments.test).C.services)).toEqual(['shop-database', 'shop-database-exporter']);
});
