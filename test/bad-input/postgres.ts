import type { Construct } from 'constructs';
import { Environment, Environments, ExistingSecret, Postgres, PostgresWithBackup } from '../../lib';
import type { BadInput } from './case';

const RIGHT = { version: 16, size: '20Gi', databases: { orders: {} } };
const RECIPIENT = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';

/** A server that is right but for these props. */
function server(mistake: string, wrong: object, message: string): BadInput {
  return { mistake, build: (scope) => new Postgres(scope, 'Db', { ...RIGHT, ...wrong } as never), message: `app/#/Db: ${message}` };
}

/** A server whose backups are right but for these props. */
function backup(mistake: string, wrong: object, message: string): BadInput {
  const build = (scope: Construct) => {
    Environment.set(scope, Environments.production);
    const s3 = new ExistingSecret(scope, 'S3', { existing: 's3' });
    const writer = { id: s3.file('id'), secret: s3.file('secret') };
    const encryption = { kind: 'age', recipients: [RECIPIENT] };
    const right = { destinations: { main: { bucket: 'acme', writer } }, encryption, pitr: false };
    const props: Record<string, unknown> | undefined = 'all' in wrong ? (wrong.all as undefined) : { ...right, ...wrong };
    if (props && 'main' in props) Object.assign(props, { destinations: { main: { bucket: 'acme', writer, ...(props.main as object) } } });
    const image = `postgres:16@sha256:${'0'.repeat(64)}`;
    if (props && 'archive' in props) {
      const pitr = { engine: 'pgbackrest', cipher: s3.file('cipher'), ...(props.archive as object) };
      Object.assign(props, { image: `acme/backup:16@sha256:${'0'.repeat(64)}`, pitr });
    }
    const settings = 'settings' in wrong ? (wrong.settings as object) : undefined;
    new PostgresWithBackup(scope, 'Db', { ...RIGHT, image, exporter: false, ...(settings && { settings }), backup: props } as never);
  };
  return { mistake, build, message: `app/#/Db: ${message}` };
}

/** The destination, right but for these props. */
const main = (wrong: object) => ({ main: wrong });

/** Points in time, right but for these props. */
const archive = (wrong: object) => ({ archive: wrong });

/** What may be wrong with databases. */
export const POSTGRES: readonly BadInput[] = [
  server(
    'a version that is not supported',
    { version: 9 },
    'version: is no supported major version of PostgreSQL, got 9; use one of 15, 16, 17, 18',
  ),
  server(
    'a volume that is too small',
    { size: '100Mi' },
    `size: a database needs a volume of at least 512Mi in binary units, got "100Mi"; write it as '20Gi'`,
  ),
  server(
    'no memory',
    { resources: { memory: { limit: '250Mi' } } },
    `resources.memory.limit: a database needs at least 256Mi of memory, got "250Mi"; write it as '1Gi'`,
  ),
  server('no databases', { databases: {} }, 'databases: a server needs at least one database, got {}; write it as { orders: {} }'),
  server(
    'the database of the server',
    { databases: { postgres: {} } },
    `databases: is the server's own database, got "postgres"; choose another name`,
  ),
  server(
    'a name that is none',
    { databases: { 'a;b': { owner: 'a' } } },
    `databases: must be 1 to 63 letters, digits, dashes and underscores, and not start with pg_, got "a;b"; choose a name such as 'orders'`,
  ),
  server(
    'an owner that the server has for itself',
    { databases: { orders: { owner: 'backup' } } },
    'databases.orders.owner: is a role that the server has for itself, got "backup"; choose another owner',
  ),
  server('a role twice', { roles: { orders: {} } }, 'roles: a role of that name is there already, got "orders"; choose another name'),
  server(
    'a role for a database that is not there',
    { roles: { reports: { databases: ['shop'] } } },
    'roles.reports.databases: is no database of this server, got "shop"; use orders',
  ),
  server(
    'another word for rights',
    { roles: { reports: { access: 'all' } } },
    `roles.reports.access: must be 'read', 'write' or 'none', got "all"; use 'read'`,
  ),
  server(
    'no fsync where data counts',
    { settings: { fsync: 'off' } },
    `settings.fsync: loses or breaks data when the power fails, got "off"; leave it out, or use the environment 'test'`,
  ),
  server(
    'a server that loses what it committed',
    { durable: false },
    `durable: loses what was committed when the power fails, got false; leave it out, or use the environment 'test'`,
  ),
  server(
    'no TLS',
    { settings: { ssl: false } },
    'settings.ssl: sends passwords and data over the network in clear, got false; leave it out',
  ),
  backup(
    'no backups in production',
    { all: undefined },
    "backup: a database of this environment needs backups; give it destinations, or say { enabled: false, reason: '…' }",
  ),
  backup(
    'no backups, and no reason',
    { all: { enabled: false, reason: 'no' } },
    'backup.reason: needs a reason of at least ten characters, got "no"; say why this data may be lost',
  ),
  backup(
    'nowhere to go',
    { destinations: {} },
    'backup.destinations: backups need at least one destination, got {}; write it as { main: { bucket, writer: { id, secret } } }',
  ),
  backup(
    'no encryption',
    { encryption: undefined },
    "backup.encryption: backups of this environment have to be encrypted; write it as { kind: 'age', recipients: ['age1…'] }",
  ),
  backup(
    'no key to encrypt with',
    { encryption: { kind: 'age', recipients: [] } },
    'backup.encryption.recipients: needs at least one public key, got []; make one with age-keygen',
  ),
  backup(
    'a key that is none',
    { encryption: { kind: 'age', recipients: ['age1abc'] } },
    'backup.encryption.recipients: is no public key of age, got "age1abc"; make one with age-keygen',
  ),
  backup(
    'nothing that is kept',
    { retention: { daily: 0, minVerified: 7 } },
    'backup.retention.daily: must be a whole number of at least 1, got 0; use 7',
  ),
  backup(
    'one verified backup',
    { retention: { daily: 7, minVerified: 1 } },
    'backup.retention.minVerified: must be a whole number of at least 2, got 1; use 7',
  ),
  backup(
    'an endpoint in clear',
    main({ endpoint: 'http://s3.example.com' }),
    'backup.destinations.main.endpoint: sends keys and data over the network in clear, got "http://s3.example.com"; use https',
  ),
  backup(
    'a lock that outlives retention',
    { retention: { daily: 7, minVerified: 3 }, ...main({ objectLockDays: 30 }) },
    'backup.destinations.main.objectLockDays: must be 1 to the 7 days that daily backups are kept, got 30; use 7',
  ),
  backup(
    'a database that is not there',
    { databases: ['shop'] },
    'backup.databases: is no database of this server, got "shop"; use orders',
  ),
  backup(
    'a runner of another version',
    { image: 'acme/backup:15' },
    `backup.image: is for PostgreSQL 15, and the server is 16, got "acme/backup:15"; build it from the server's own image`,
  ),
  backup(
    'a drill before the backup is done',
    { encryption: { kind: 'age', recipients: [RECIPIENT] }, drill: { cron: '0 6 * * *' } },
    'backup.drill: cannot read what it restores; give encryption.identity, or set drill to false',
  ),
  backup(
    'points in time that nobody thought of',
    { pitr: undefined },
    "backup.pitr: a database of this environment would lose up to a day; write it as { engine: 'pgbackrest', cipher: secrets.file('pitr-cipher') }, or say false",
  ),
  backup(
    'points in time in a word',
    { pitr: 'on' },
    `backup.pitr: must be an object or false, got "on"; write it as { engine: 'pgbackrest', cipher: secrets.file('pitr-cipher') }`,
  ),
  backup(
    'an archive that anybody reads',
    archive({ cipher: undefined }),
    "backup.pitr.cipher: needs the file that the archive is encrypted with; write it as secrets.file('pitr-cipher')",
  ),
  backup('another engine', archive({ engine: 'wal-g' }), `backup.pitr.engine: must be 'pgbackrest', got "wal-g"; use 'pgbackrest'`),
  backup(
    'an archive that goes nowhere',
    archive({ destination: 'other' }),
    'backup.pitr.destination: is none of the destinations, got "other"; use main',
  ),
  backup(
    'full backups at a time that is none',
    archive({ full: '0 25 * * 0' }),
    'backup.pitr.full: the hour is none that every scheduler knows, got "0 25 * * 0"; write it as \'30 3 * * *\': minute, hour, day of the month, month, day of the week (Sunday is 0)',
  ),
  backup(
    'one full backup',
    archive({ fulls: 1 }),
    'backup.pitr.fulls: must be a whole number of at least 2: the newest may turn out to be bad, got 1; use 2',
  ),
  backup(
    'an archive that is late',
    archive({ archiveTimeout: '1h' }),
    `backup.pitr.archiveTimeout: must be 10 seconds to 5 minutes, got "1h"; use '45s'`,
  ),
  backup(
    'a server that archives elsewhere',
    { ...archive({}), settings: { archive_command: 'true' } },
    'settings.archive_command: is what points in time are archived by, got "true"; leave it out, or set backup.pitr to false',
  ),
];
