import { App } from 'cdk8s';
import { Construct } from 'constructs';
import { Cron } from 'croner';
import { loadAll } from 'js-yaml';
import { parametersOf, sixFields } from '../../constructs/postgres-with-backup/cloudnative-pg-spec';
import {
  acknowledge,
  alertGroups,
  Environments,
  ExistingSecret,
  formatProblem,
  GeneratedSecret,
  HardenedService,
  PostgresWithBackup,
  type PostgresWithBackupProps,
} from '../../lib';
import { compose } from '../../lib/platforms/compose';
import { docker } from '../../lib/platforms/docker';
import { IronhullChart, kubernetesWith } from '../../lib/platforms/kubernetes';
import { swarm, swarmFile } from '../../lib/platforms/swarm';
import { Testing } from '../../lib/testing';
import { clusterShop } from '../e2e/kubernetes/cloudnative-pg';

// biome-ignore lint/suspicious/noExplicitAny: objects of an operator; the assertions are the types
type Any = any;

const ENGINE = { kind: 'cloudnative-pg' } as const;

function objects(text: string): (kind: string, name?: string) => Any {
  const all = loadAll(text) as Any[];
  return (kind, name) => all.find((one) => one.kind === kind && (name === undefined || one.metadata.name === name));
}

/** A small Cluster without backups. */
function small(props: Partial<PostgresWithBackupProps> = {}, environment = Environments.development) {
  const app = new App();
  const chart = new IronhullChart(app, 'shop', { environment });
  const database = new PostgresWithBackup(chart, 'Database', {
    version: 16,
    size: '1Gi',
    databases: { orders: {} },
    engine: ENGINE,
    ...props,
  });
  return { database, chart, find: objects(app.synthYaml()) };
}

describe('a Cluster with everything', () => {
  const find = objects(clusterShop('shop'));
  const cluster = find('Cluster');

  test('has three instances, one of whose standbys every commit waits for', () => {
    expect(cluster.metadata.name).toBe('database');
    expect(cluster.spec).toMatchObject({
      instances: 3,
      enableSuperuserAccess: false,
      enablePDB: true,
      imageName: 'ghcr.io/cloudnative-pg/postgresql:17-standard-bookworm',
      postgresql: { synchronous: { method: 'any', number: 1 }, shared_preload_libraries: ['auto_explain'] },
      primaryUpdateMethod: 'switchover',
      storage: { size: '20Gi' },
    });
  });

  test('takes no connection without TLS and a password', () => {
    expect(cluster.spec.postgresql.pg_hba).toEqual(['hostssl all all all scram-sha-256', 'hostnossl all all all reject']);
  });

  test("archives by the plugin, and never by the operator's deprecated own way", () => {
    expect(cluster.spec.plugins).toEqual([
      { name: 'barman-cloud.cloudnative-pg.io', isWALArchiver: true, parameters: { barmanObjectName: find('ObjectStore').metadata.name } },
    ]);
    expect(clusterShop('shop')).not.toMatch(/barmanObjectStore/);
    expect(find('ScheduledBackup').spec).toMatchObject({
      cluster: { name: 'database' },
      method: 'plugin',
      pluginConfiguration: { name: 'barman-cloud.cloudnative-pg.io' },
      schedule: '0 0 1 * * *',
    });
    expect(find('ObjectStore').spec).toMatchObject({
      configuration: {
        destinationPath: 's3://shop-backups/database-physical',
        s3Credentials: { accessKeyId: { name: 'backup-keys', key: 'physical-id' } },
        data: { encryption: 'AES256' },
        wal: { encryption: 'AES256' },
      },
      retentionPolicy: '30d',
    });
    expect(cluster.spec.postgresql.parameters.archive_timeout).toBe('60s');
  });

  test('each role that logs in has a Secret of its own, with its name in it', () => {
    const secretOf = (name: string) => cluster.spec.managed.roles.find((role: Any) => role.name === name).passwordSecret.name;
    for (const role of ['backup', 'reports', 'restore']) {
      const { target } = find('ExternalSecret', secretOf(role)).spec;
      expect(target.name).toBe(secretOf(role));
      expect(target.template).toMatchObject({ type: 'kubernetes.io/basic-auth', data: { username: role, password: '{{ .password }}' } });
    }
    expect(find('ExternalSecret', cluster.spec.bootstrap.initdb.secret.name).spec.target.template.data.username).toBe('orders');
    expect(cluster.spec.managed.roles.find((role: Any) => role.name === 'nobody')).toMatchObject({ login: false, disablePassword: true });
  });

  test('one role is a superuser, for restores, and one reads past policies of rows, for backups', () => {
    const having = (key: string) => cluster.spec.managed.roles.filter((role: Any) => role[key]).map((role: Any) => role.name);
    expect(having('superuser')).toEqual(['restore']);
    expect(having('bypassrls')).toEqual(['backup']);
  });

  test('the database is made with checksums, its extensions and the statements of its owner', () => {
    expect(cluster.spec.bootstrap.initdb).toMatchObject({
      dataChecksums: true,
      database: 'orders',
      owner: 'orders',
      localeCollate: 'C.UTF-8',
    });
    const [statements, vector, hstore, init] = cluster.spec.bootstrap.initdb.postInitApplicationSQL;
    expect([statements, vector, hstore]).toEqual(
      ['pg_stat_statements', 'vector', 'hstore'].map((one) => `CREATE EXTENSION IF NOT EXISTS "${one}"`),
    );
    expect(init).toMatch(/^BEGIN;\nSET SESSION AUTHORIZATION "orders";\nCREATE TABLE told[\s\S]*RESET SESSION AUTHORIZATION;\nCOMMIT;$/);
    expect(cluster.spec.bootstrap.initdb.postInitSQL).toContain('ALTER ROLE "backup" SET default_transaction_read_only = \'on\'');
    expect(find('Database').spec.extensions.map((one: Any) => one.name)).toEqual(['pg_stat_statements', 'vector', 'hstore']);
  });

  test('parameters are text, and none of those that the operator sets itself', () => {
    const { parameters } = cluster.spec.postgresql;
    for (const value of Object.values(parameters)) expect(typeof value).toBe('string');
    expect(parameters).toMatchObject({ work_mem: '8MB', shared_buffers: '262144kB', wal_compression: 'on', log_statement: 'ddl' });
    for (const fixed of ['listen_addresses', 'ssl', 'ssl_cert_file', 'log_destination', 'logging_collector', 'shared_preload_libraries'])
      expect(parameters).not.toHaveProperty([fixed]);
    // 1.3 is the operator's own
    expect(parameters).not.toHaveProperty(['ssl_min_protocol_version']);
    expect(parametersOf({ port: 5432, jit: false }, { archive_mode: 'off', work_mem: 5 })).toEqual({ jit: 'off', work_mem: '5' });
  });

  test('instances, operator, PgBouncer and the programs of the runner reach each other, and nobody else', () => {
    const { ingress, egress, podSelector } = find('NetworkPolicy', 'database').spec;
    expect(podSelector.matchLabels).toEqual({ 'cnpg.io/cluster': 'database' });
    const told = ingress.map(({ from, ports }: Any) => [
      ...Object.values({ ...from[0].namespaceSelector?.matchLabels, ...from[0].podSelector.matchLabels }),
      ports.map((one: Any) => one.port).join(),
    ]);
    expect(told.sort()).toEqual([
      ['cnpg-system', 'cloudnative-pg', '5432,8000'],
      ['database', '5432,8000'],
      ['database-backup', '5432'],
      ['database-pooler', '5432'],
      ['database-restore', '5432'],
      ['monitoring', 'prometheus', '9187'],
    ]);
    const ports = egress.map((one: Any) => one.ports.map(({ port }: Any) => port).join());
    expect(ports).toEqual(['53,53,1053,1053,5353,5353', '443,6443', '443', '5432,8000']);
    // clients reach PgBouncer, and only PgBouncer
    expect(find('NetworkPolicy', 'api').spec.egress.slice(1)).toEqual([
      { to: [{ podSelector: { matchLabels: { 'cnpg.io/poolerName': 'database-pooler' } } }], ports: [{ port: 5432, protocol: 'TCP' }] },
    ]);
  });

  test('clients wait for PgBouncer, verify its certificate and log in as the owner', () => {
    const { containers, initContainers, volumes } = find('Deployment', 'api').spec.template.spec;
    expect(initContainers[0].command.slice(1)).toEqual(['wait', 'tcp', 'database-pooler', '5432']);
    expect(Object.fromEntries(containers[0].env.map((one: Any) => [one.name, one.value]))).toEqual({
      DATABASE_CA_FILE: '/run/secrets/database-ca/ca.crt',
      DATABASE_HOST: 'database-pooler',
      DATABASE_NAME: 'orders',
      DATABASE_PASSWORD_FILE: '/run/secrets/database-login-orders/password',
      DATABASE_PORT: '5432',
      DATABASE_SSLMODE: 'verify-full',
      DATABASE_USER: 'orders',
    });
    // of the authority's Secret the certificate alone: its key is in there too
    expect(JSON.stringify(volumes)).toContain('"items":[{"key":"ca.crt","path":"ca.crt"}]');
    expect(cluster.spec.certificates.serverAltDNSNames).toEqual(['database-pooler']);
    expect(find('Pooler').spec.pgbouncer.parameters.client_tls_sslmode).toBe('require');
  });

  test('the runner reads a standby where it is told to, and restores at the primary', () => {
    const env = (name: string) => {
      const { containers } = find('CronJob', name).spec.jobTemplate.spec.template.spec;
      return Object.fromEntries(containers[0].env.map((one: Any) => [one.name, one.value]));
    };
    expect(env('database-backup')).toMatchObject({
      PGHOST: 'database-ro',
      PGUSER: 'backup',
      PGSSLMODE: 'verify-full',
      BACKUP_DEST_MAIN_PREFIX: 'database',
    });
    expect(env('database-restore')).toMatchObject({ PGHOST: 'database-rw', PGUSER: 'restore' });
    expect(env('database-drill')).not.toHaveProperty('PGHOST');
  });
});

describe('a small Cluster', () => {
  test('is one instance without backups, plugin or superuser', () => {
    const { find } = small();
    const { spec } = find('Cluster');
    expect(spec).toMatchObject({
      instances: 1,
      enablePDB: false,
      primaryUpdateMethod: 'restart',
      imageName: 'ghcr.io/cloudnative-pg/postgresql:16-minimal-bookworm',
    });
    expect(spec.postgresql).not.toHaveProperty('synchronous');
    expect(spec).not.toHaveProperty('plugins');
    expect(spec.managed.roles).toEqual([]);
    for (const kind of ['ObjectStore', 'ScheduledBackup', 'Pooler', 'StatefulSet']) expect(find(kind)).toBeUndefined();
  });

  test('has what somebody gave it: certificate, passwords, four instances, no synchronous standby', () => {
    const app = new App();
    const chart = new IronhullChart(app, 'shop', { environment: Environments.production });
    const certificate = new ExistingSecret(chart, 'Certificate', { existing: 'db-tls' });
    const login = new ExistingSecret(chart, 'Login', { existing: 'orders-login' });
    new PostgresWithBackup(chart, 'Database', {
      version: 16,
      size: '1Gi',
      databases: { orders: {} },
      tls: { secret: certificate },
      engine: { ...ENGINE, instances: 4, synchronous: false, passwords: { orders: login }, pooler: true },
      backup: { enabled: false, reason: 'nothing of it is worth keeping' },
    });
    const { spec } = objects(app.synthYaml())('Cluster');
    expect(spec).toMatchObject({ instances: 4, bootstrap: { initdb: { secret: { name: 'orders-login' } } } });
    expect(spec.certificates).toEqual({ serverTLSSecret: 'db-tls', serverCASecret: 'db-tls' });
    expect(spec.postgresql).not.toHaveProperty('synchronous');
  });

  test('is no Postgres, and says so', () => {
    expect(() => small().database.database).toThrow('shop/Database: the server is a Cluster of CloudNativePG; use cluster');
    expect(small().database.cluster?.host).toBe('database-rw');
  });

  test('another rotation is another Secret, which the operator sees', () => {
    const nameOf = (rotation: number) => {
      const app = new App();
      const chart = new IronhullChart(app, 'shop', { environment: Environments.development });
      const orders = new GeneratedSecret(chart, 'Login', { values: { password: {} }, texts: { username: 'orders' }, rotation });
      new PostgresWithBackup(chart, 'Database', {
        version: 16,
        size: '1Gi',
        databases: { orders: {} },
        engine: { ...ENGINE, passwords: { orders } },
      });
      return objects(app.synthYaml())('Cluster').spec.bootstrap.initdb.secret.name;
    };
    expect(nameOf(2)).not.toBe(nameOf(1));
    expect(nameOf(1)).toBe(nameOf(1));
  });
});

test('somebody is told when the operator makes no backups', () => {
  const app = new App();
  const chart = new IronhullChart(app, 'shop', { environment: Environments.development });
  const s3 = new ExistingSecret(chart, 'S3', { existing: 's3' });
  const writer = { id: s3.file('id'), secret: s3.file('secret') };
  const backup = { destinations: { main: { bucket: 'acme', writer } }, encryption: { kind: 'none', reason: '' } } as const;
  new PostgresWithBackup(chart, 'Database', { version: 16, size: '1Gi', databases: { orders: {} }, engine: ENGINE, backup });
  const rules = alertGroups(chart).flatMap((group) => group.rules);
  expect(rules.find(({ alert }) => alert === 'CnpgBackupTooOld')?.expr).toBe(
    `time() - barman_cloud_cloudnative_pg_io_last_available_backup_timestamp > ${86_400 + 7200}`,
  );
});

test.each([
  ['0 2 * * *'],
  ['*/5 * * * *'],
  ['15 1-5/2 1,15 * *'],
  ['30 3 * * 0'],
  ['0 0 29 2 *'],
  ['5 4 * jan-mar mon,fri'],
])('six fields for %s come true at the same times', (cron) => {
  expect(sixFields(cron).split(' ')).toHaveLength(6);
  const times = (text: string, mode: '5-part' | '6-part') =>
    new Cron(text, { mode, timezone: 'UTC', paused: true }).nextRuns(30, new Date('2026-01-01'));
  expect(times(sixFields(cron), '6-part')).toEqual(times(cron, '5-part'));
});

test('through Pulumi a Secret has the user beside the password, and the Cluster the name that changes with it', () => {
  const root = Testing.root('app', Environments.development);
  new PostgresWithBackup(root, 'Db', { version: 16, size: '1Gi', databases: { orders: {} }, engine: ENGINE });
  const { drafted, problems } = Testing.plan(root, kubernetesWith({ live: { secretVersion: () => 'abcd1234' } }));
  expect(problems).toEqual([]);
  const native = (name: string): Any => drafted.find(({ at }) => at.name === name)?.native;
  expect(native('db-login-orders').secret).toMatchObject({
    data: { username: Buffer.from('orders').toString('base64') },
    metadata: { name: 'db-login-orders-abcd1234' },
    type: 'kubernetes.io/basic-auth',
  });
  expect(native('db').object.spec.bootstrap.initdb.secret).toEqual({ name: 'db-login-orders-abcd1234' });
});

const others = [docker, swarm, swarmFile, compose].map((platform) => [platform.title, platform as unknown as typeof compose] as const);

test.each(others)('%s refuses a Cluster, and leaves it out where that is acknowledged', (title, platform) => {
  const shop = (accepted: boolean) => {
    const root = Testing.root('app', Environments.development);
    const scope = new Construct(root, 'shop');
    if (accepted) acknowledge(scope, { 'operator.object': 'the data is elsewhere here' });
    const database = new PostgresWithBackup(scope, 'Db', { version: 16, size: '1Gi', databases: { orders: {} }, engine: ENGINE });
    new HardenedService(scope, 'Api', { image: 'api:1' }).network.allowTo(database, { gate: 'none' });
    return Testing.plan(root, platform).problems.map(formatProblem);
  };
  const why = `${title} cannot do 'operator.object': operators act on objects of Kubernetes alone`;
  const refused = shop(false).filter((one) => one.includes('operator.object'));
  expect(refused).toEqual(
    ['Default', 'Extensions'].map(
      (id) => `app/shop/Db/Default/${id}: ${why}; leave it out, or acknowledge 'operator.object' with a reason`,
    ),
  );
  expect(shop(true).filter((one) => !one.includes('no-new-privileges'))).toEqual([]);
});
