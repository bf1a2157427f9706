import { Construct } from 'constructs';
import { acknowledge, type DatabaseProps, Environments, ExistingSecret, HardenedService, Postgres, type PostgresProps } from '../../lib';
import { Views } from '../apps/views';

const ACCEPTED = { 'no-new-privileges': 'the engines have it in daemon.json', 'start.ready': 'everybody tries again' };
const usual = { version: 16, size: '20Gi', databases: { orders: {} } } as const satisfies PostgresProps;

class Shop extends Construct {
  readonly database: Postgres;

  constructor(scope: Construct, props: Partial<PostgresProps> = {}) {
    super(scope, 'shop');
    acknowledge(this, ACCEPTED);
    this.database = new Postgres(this, 'Database', { ...usual, ...props });
    const app = new HardenedService(this, 'App', { image: 'shop/app:1.0.0', ports: { http: 8080 } });
    app.network.allowTo(this.database);
  }
}

function views(props: Partial<PostgresProps> = {}, environment = Environments.staging): Views {
  return new Views('shop', (scope) => new Shop(scope, props), environment);
}

/** The files of its configuration. */
function config(props: Partial<PostgresProps> = {}, environment = Environments.staging): Record<string, string> {
  return views(props, environment).kind('ConfigMap', 'shop-database-config').data;
}

/** The parameters of the server. */
function settings(props: Partial<PostgresProps> = {}, environment = Environments.staging): Record<string, string> {
  const lines = (config(props, environment)['postgresql.conf'] as string).trim().split('\n');
  return Object.fromEntries(lines.map((line) => /^(\S+) = '(.*)'$/.exec(line)?.slice(1) as [string, string]));
}

describe('the server', () => {
  const all = views();

  test('is hardened on every target', () => {
    const pod = all.pod('shop-database');
    const [main] = pod.containers;
    expect(main.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL', 'NET_RAW'] },
    });
    expect(main.securityContext.capabilities).not.toHaveProperty('add');
    for (const service of [all.C.services['shop-database'], all.S.services['shop-database']]) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], user: '10001:10001', stop_grace_period: '2m0s' });
      expect(JSON.stringify(service.tmpfs ?? service.volumes)).toContain('/var/run/postgresql');
    }
    expect(all.D.get('shop-database').containers[0].args ?? all.D.get('shop-database').containers[0]).toMatchObject({
      readOnly: true,
      capabilities: { drops: ['ALL'] },
    });
  });

  test('nothing kills it while it recovers after a crash: the start-up probe has a day', () => {
    const { startupProbe, livenessProbe } = all.pod('shop-database').containers[0];
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBeGreaterThanOrEqual(86_400);
    expect(livenessProbe.exec.command).toEqual(['pg_isready', '-q', '-h', '/var/run/postgresql', '-U', 'postgres']);
    expect(all.S.services['shop-database'].healthcheck.start_period).toBe('24h0m0s');
    // whoever waits does not wait for that
    expect(all.C.services['shop-database'].healthcheck.start_period).toBe('5m0s');
    expect(JSON.stringify(all.pod('shop-app').initContainers)).not.toContain('86');
  });

  test('those whom an edge lets connect know how, and have the password of the owner alone', () => {
    expect(all.C.services['shop-app'].environment).toEqual({
      DATABASE_HOST: 'shop-database',
      DATABASE_NAME: 'orders',
      DATABASE_PASSWORD_FILE: '/run/secrets/shop-database-passwords/orders-password',
      DATABASE_PORT: '5432',
      DATABASE_SSLMODE: 'require',
      DATABASE_USER: 'orders',
    });
    const secrets = all.C.services['shop-app'].secrets.map(({ target }: { target: string }) => target);
    expect(secrets).toEqual(['/run/secrets/shop-database-passwords/orders-password']);
    const { secrets: exporter } = all.C.services['shop-database-exporter'];
    expect(exporter.map(({ target }: { target: string }) => target)).toEqual(['/run/secrets/shop-database-passwords/monitoring-password']);
  });

  test('connections need TLS and a password', () => {
    const lines = (config()['pg_hba.conf'] as string).split('\n').map((line) => line.trim().split(/\s+/).join(' '));
    expect(lines.filter((line) => !line.startsWith('#') && line !== '')).toEqual([
      'local all postgres trust',
      'local all all scram-sha-256',
      'hostssl all all all scram-sha-256',
      'hostnossl all all all reject',
    ]);
  });

  test('its certificate is its own, or that of a secret which clients verify', () => {
    expect(all.C.services['shop-database'].environment).toMatchObject({ TLS: 'self-signed', TLS_NAME: 'shop-database' });
    const given = new Views(
      'shop',
      (scope) => {
        const root = new Construct(scope, 'shop');
        acknowledge(root, ACCEPTED);
        const secret = new ExistingSecret(root, 'Tls', { existing: 'certificate' });
        const database = new Postgres(root, 'Database', { ...usual, tls: { secret } });
        new HardenedService(root, 'App', { image: 'shop/app:1.0.0' }).network.allowTo(database);
        return root;
      },
      Environments.staging,
    );
    const folder = '/run/secrets/certificate';
    expect(given.C.services['shop-database'].environment).toMatchObject({
      TLS: 'given',
      TLS_CERT_FILE: `${folder}/tls.crt`,
      TLS_KEY_FILE: `${folder}/tls.key`,
    });
    expect(given.C.services['shop-app'].environment).toMatchObject({
      DATABASE_SSLMODE: 'verify-full',
      DATABASE_CA_FILE: `${folder}/ca.crt`,
    });
  });
});

describe('parameters', () => {
  test('what every server has', () => {
    expect(settings()).toMatchObject({
      ssl: 'on',
      ssl_min_protocol_version: 'TLSv1.2',
      password_encryption: 'scram-sha-256',
      shared_preload_libraries: 'pg_stat_statements',
      'pg_stat_statements.track_utility': 'off',
      log_statement: 'ddl',
      log_min_duration_statement: '1s',
      log_connections: 'on',
      log_lock_waits: 'on',
      log_temp_files: '0',
    });
  });

  test.each([
    ['1Gi', '262144kB', '655360kB', '65536kB', '2621kB'],
    ['8Gi', '2097152kB', '5242880kB', '524288kB', '20971kB'],
    ['256Gi', '67108864kB', '167772160kB', '2097152kB', '671088kB'],
  ] as const)('with %s of memory', (limit, shared, cache, maintenance, work) => {
    expect(settings({ resources: { memory: { limit } } })).toMatchObject({
      shared_buffers: shared,
      effective_cache_size: cache,
      maintenance_work_mem: maintenance,
      work_mem: work,
    });
  });

  test('the write-ahead log leaves most of a small volume to the data', () => {
    expect(settings({ size: '2Gi' })).toMatchObject({ max_wal_size: '209715kB', min_wal_size: '81920kB' });
    expect(settings({ size: '500Gi' })).toMatchObject({ max_wal_size: '8388608kB', min_wal_size: '1048576kB' });
  });

  test('each can be changed', () => {
    expect(settings({ settings: { work_mem: '64MB', jit: false, search_path: "it's" } })).toMatchObject({
      work_mem: '64MB',
      jit: 'off',
      search_path: "it''s",
    });
  });

  test('every statement is logged where people develop', () => {
    expect(settings({}, Environments.development)).toMatchObject({ log_statement: 'all', log_min_duration_statement: '0' });
  });

  test('what was committed may be lost in tests, and nowhere else', () => {
    const lost = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
    expect(settings({}, Environments.test)).toMatchObject(lost);
    for (const environment of [Environments.development, Environments.staging, Environments.production])
      for (const name of Object.keys(lost)) expect(settings({}, environment)).not.toHaveProperty(name);
    expect(settings({ durable: true }, Environments.test)).not.toHaveProperty('fsync');
  });
});

describe('roles and databases', () => {
  const sql = (props: Partial<PostgresProps>) => config(props)['setup.sql'] as string;

  test('an owner for each database, and what backups and monitoring need', () => {
    const text = sql({ databases: { orders: {}, ledger: { owner: 'accounts', extensions: ['pgcrypto'] } } });
    const roles = [...text.matchAll(/^ALTER ROLE "(\w+)" NOSUPERUSER (.*);$/gm)].map(([, name, options]) => `${name} ${options}`);
    expect(roles).toEqual([
      'accounts NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS LOGIN',
      'backup NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS LOGIN',
      'monitoring NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS LOGIN',
      'orders NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS LOGIN',
    ]);
    expect([...text.matchAll(/^GRANT CONNECT, TEMPORARY ON DATABASE "ledger" TO "(\w+)"/gm)].map(([, role]) => role)).toEqual([
      'accounts',
      'backup',
      'monitoring',
    ]);
    expect(text).toContain('CREATE EXTENSION IF NOT EXISTS "pgcrypto";');
    expect(text).toContain('REVOKE ALL ON DATABASE "ledger" FROM PUBLIC;');
  });

  test('a role has what its line says, and loses what it does not say any more', () => {
    const read = sql({ roles: { reports: { access: 'read' } } });
    expect(read).toContain('GRANT "pg_read_all_data" TO "reports";');
    expect(read).toContain('REVOKE pg_write_all_data FROM "reports";');
    expect(sql({ roles: { reports: {} } })).toContain('REVOKE pg_read_all_data FROM "reports";');
    expect(sql({ roles: { group: { login: false } } })).toContain('NOBYPASSRLS NOLOGIN;');
  });

  test('names and texts are quoted', () => {
    const odd: Record<string, DatabaseProps> = { 'Sales-2024': { owner: 'O_wner', init: "INSERT INTO t VALUES ('it''s');" } };
    expect(sql({ databases: odd })).toContain('CREATE DATABASE "Sales-2024" OWNER "O_wner" TEMPLATE template0;');
    expect(sql({ databases: odd })).toContain("INSERT INTO t VALUES ('it''s');");
  });

  test('pgvector is an extension of every database, in its own image', () => {
    const root = views({ vector: true, databases: { a: {}, b: {} } });
    expect(root.pod('shop-database').containers[0].image).toBe('pgvector/pgvector:pg16');
    expect(sql({ vector: true, databases: { a: {}, b: {} } }).match(/CREATE EXTENSION IF NOT EXISTS "vector"/g)).toHaveLength(2);
  });

  test('variables of several databases start with their names', () => {
    const { environment } = views({ databases: { orders: {}, 'my-ledger': {} } }).C.services['shop-app'];
    expect(environment).toMatchObject({ ORDERS_DATABASE_NAME: 'orders', MY_LEDGER_DATABASE_NAME: 'my-ledger' });
  });
});
