import { Construct } from 'constructs';
import {
  acknowledge,
  alertGroups,
  type BackupProps,
  dashboard,
  Environments,
  ExistingSecret,
  type PitrProps,
  PostgresWithBackup,
} from '../../lib';
import { Views } from '../apps/views';

const RECIPIENT = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';

class Shop extends Construct {
  constructor(scope: Construct, pitr: (secrets: ExistingSecret) => Partial<PitrProps> | false, more: Partial<BackupProps> = {}) {
    super(scope, 'shop');
    acknowledge(this, { 'no-new-privileges': 'the engines have it in daemon.json', 'start.ready': 'everybody tries again' });
    const secrets = new ExistingSecret(this, 'S3', { existing: 's3' });
    const key = (name: string) => ({ id: secrets.file(`${name}-id`), secret: secrets.file(`${name}-secret`) });
    const said = pitr(secrets);
    new PostgresWithBackup(this, 'Database', {
      version: 16,
      size: '20Gi',
      databases: { orders: {} },
      settings: { work_mem: '16MB' },
      backup: {
        destinations: { main: { bucket: 'acme-backups', writer: key('writer'), pruner: key('pruner'), restorer: key('restorer') } },
        encryption: { kind: 'age', recipients: [RECIPIENT], identity: secrets.file('age-identity') },
        pitr: said && { engine: 'pgbackrest', cipher: secrets.file('pitr-cipher'), ...said },
        ...more,
      },
    });
  }
}

function views(pitr: ConstructorParameters<typeof Shop>[1] = () => ({}), environment = Environments.production): Views {
  return new Views('shop', (scope) => new Shop(scope, pitr), environment);
}

const files = (service: { secrets?: { target: string }[] }) =>
  (service.secrets ?? []).map(({ target }) => target.replace('/run/secrets/', '')).sort();

describe('a server that archives', () => {
  const all = views();
  const server = all.kind('StatefulSet', 'shop-database').spec.template.spec;
  const config = all.kind('ConfigMap', 'shop-database-config');

  test("is the runner's image everywhere, with an init process that ends what goes on beside it", () => {
    const [container] = server.containers;
    expect(container.image).toBe('ironhull/postgres-backup:16');
    expect(server.shareProcessNamespace).toBe(true);
    for (const { services } of [all.C, all.S]) {
      expect(services['shop-database'].image).toBe('ironhull/postgres-backup:16');
      expect(services['shop-database'].init).toBe(true);
      expect(services['shop-database'].entrypoint.slice(-2)).toEqual(['/bin/sh', '/etc/ironhull/postgres/start.sh']);
    }
  });

  test('archives by pgBackRest within a minute, beside what the user sets', () => {
    const lines: string[] = config.data['postgresql.conf'].split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        "archive_mode = 'on'",
        "archive_command = 'timeout 15 pgbackrest --config=/tmp/pgbackrest/pgbackrest.conf --stanza=main --io-timeout=3 archive-push %p'",
        "archive_timeout = '45s'",
        "wal_level = 'replica'",
        "work_mem = '16MB'",
      ]),
    );
    expect(config.data['before-start.sh']).toContain('pg-backup pitr-prepare\n(setsid pg-backup pitr-beside &)\n');
    expect(config.data['start.sh']).toContain('/bin/sh "$own/before-start.sh" 9>&-');
  });

  test("has the writer's key and the cipher, and neither another key nor the private one", () => {
    const { services } = all.C;
    const keys = (name: string) => files(services[name]).filter((file) => file.startsWith('s3/'));
    expect(keys('shop-database')).toEqual(['s3/pitr-cipher', 's3/writer-id', 's3/writer-secret']);
    expect(keys('shop-database-pitr-drill')).toEqual(['s3/pitr-cipher', 's3/restorer-id', 's3/restorer-secret']);
    // what is in the bucket is told without the cipher
    expect(keys('shop-database-backup-status')).toEqual(['s3/restorer-id', 's3/restorer-secret']);
    expect(services['shop-database-backup-status'].environment).toMatchObject({ BACKUP_PITR_DESTINATION: 'MAIN' });
    expect(services['shop-database'].environment).toMatchObject({
      BACKUP_PITR_DESTINATION: 'MAIN',
      BACKUP_PITR_FULL_CRON: '0 1 * * 0',
      BACKUP_PITR_DIFF_CRON: '0 1 * * 1-6',
      BACKUP_PITR_FULLS: '2',
      BACKUP_DEST_MAIN_PREFIX: 'shop-database',
    });
    expect(services['shop-database'].environment).not.toHaveProperty('BACKUP_AGE_IDENTITY_FILE');
  });

  test('is drilled once a week', () => {
    const { spec } = all.kind('CronJob', 'shop-database-pitr-drill');
    expect(spec.schedule).toBe('0 7 * * 0');
    expect(spec.suspend).toBeFalsy();
    expect(spec.jobTemplate.spec.template.spec.containers[0].command).toEqual(['tini', '--', 'pg-backup', 'pitr-drill']);
    expect(all.C.services['shop-database-pitr-drill'].environment).toMatchObject({ BACKUP_PITR_DRILL_CRON: '0 7 * * 0' });
  });

  test('has rules that follow from the schedules', () => {
    const rules = alertGroups(all.tree).flatMap(({ rules }) => rules);
    const rule = (name: string) => rules.find(({ alert }) => alert === name)?.expr;
    expect(rule('PgWalArchiveLag')).toContain('> 300');
    // Saturday to Sunday is a day: two of them, and six hours that a backup may take
    expect(rule('PgPitrBackupTooOld')).toContain(`> ${86_400 + 6 * 3600}`);
    expect(rule('PgPitrDrillStale')).toContain(`> ${8 * 86_400}`);
    expect(rule('PgPitrDrillFailed')).toBe('pgbackup_pitr_drill_ok == 0');
  });
});

test('a key of its own, other times, another timeout', () => {
  const all = views((secrets) => ({
    key: { id: secrets.file('archive-id'), secret: secrets.file('archive-secret') },
    full: '0 3 * * 6',
    diff: false,
    fulls: 4,
    archiveTimeout: '30s',
    drill: false,
  }));
  const server = all.C.services['shop-database'];
  expect(files(server).filter((file) => file.startsWith('s3/'))).toEqual(['s3/archive-id', 's3/archive-secret', 's3/pitr-cipher']);
  expect(server.environment).toMatchObject({ BACKUP_PITR_FULL_CRON: '0 3 * * 6', BACKUP_PITR_FULLS: '4' });
  expect(server.environment).not.toHaveProperty('BACKUP_PITR_DIFF_CRON');
  expect(all.kind('ConfigMap', 'shop-database-config').data['postgresql.conf']).toContain("archive_timeout = '30s'");
  expect(all.kind('CronJob', 'shop-database-pitr-drill').spec.suspend).toBe(true);
  expect(JSON.stringify(alertGroups(all.tree))).not.toContain('PgPitrDrill');
});

test('without it, nothing of it is there', () => {
  const all = views(() => false);
  expect(JSON.stringify([all.C, alertGroups(all.tree), dashboard(all.tree, { title: 'Shop' })])).not.toMatch(/pitr|PITR|archive|PgWal/);
  expect(all.C.services['shop-database'].image).toContain('postgres:16-bookworm');
});
