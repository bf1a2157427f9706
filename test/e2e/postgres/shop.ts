/** A server and a client of it, for the suites of all engines. */
import { Construct } from 'constructs';
import { type Connectable, ExistingSecret, HardenedService, Postgres, type PostgresProps } from '../../../lib';

/** Stands in for PostgreSQL's own image: see test/e2e/support/stand-in. */
export const IMAGE = 'postgres:16-bookworm';

const PINNED = { 'unpinned-image': 'the stand-in has no digest' } as const;

/** Values by key; none may be seen anywhere but in the files of those who read them. */
export const PLANTED: Readonly<Record<string, string>> = {
  'postgres-password': "planted super:\\secret '1'",
  'orders-password': 'planted $orders "password" 22',
  'backup-password': 'planted-backup-password-333',
  'monitoring-password': 'planted-monitoring-password-4444',
  'reports-password': 'planted-reports-password-55555',
};

/** Statements that the owner runs once. */
export const INIT = `CREATE TABLE items (id serial PRIMARY KEY, name text);
INSERT INTO items (name) SELECT 'item ' || n FROM generate_series(1, 1000) n;`;

/** A server with one database, a role that reads, and somebody who may connect. */
export class Shop extends Construct {
  readonly database: Postgres;

  constructor(scope: Construct, props: Partial<PostgresProps> = {}) {
    super(scope, 'shop');
    const secret = new ExistingSecret(this, 'Passwords', { existing: 'passwords' });
    this.database = new Postgres(this, 'Database', {
      version: 16,
      image: IMAGE,
      size: '1Gi',
      databases: { orders: { extensions: ['pgcrypto'], init: INIT } },
      roles: { reports: { access: 'read' } },
      passwords: { secret },
      exporter: false,
      resources: { cpu: { limit: 1, reservation: '50m' }, memory: { limit: '512Mi', reservation: '128Mi' } },
      acknowledge: PINNED,
      ...props,
    });
    makeClient(this, this.database);
  }
}

/** Somebody who may connect, and who does nothing by itself. */
export function makeClient(scope: Construct, database: Connectable): void {
  const client = new HardenedService(scope, 'Client', {
    image: IMAGE,
    user: '10001:10001',
    replicas: 1,
    command: ['sleep', '100000'],
    shutdown: { grace: '1s' },
    acknowledge: PINNED,
  });
  client.network.allowTo(database);
}

/** A command for a shell in the client, that runs SQL with what it was handed. */
export function psql(
  sql: string,
  { user = '"$DATABASE_USER"', password = '$(cat "$DATABASE_PASSWORD_FILE")', sslmode = '$DATABASE_SSLMODE' } = {},
): string[] {
  const script = `PGPASSWORD="${password}" exec psql -XqAt -v ON_ERROR_STOP=1 "host=$DATABASE_HOST port=$DATABASE_PORT dbname=$DATABASE_NAME sslmode=${sslmode}" -U ${user} -c "$1"`;
  return ['sh', '-c', script, 'sh', sql];
}
