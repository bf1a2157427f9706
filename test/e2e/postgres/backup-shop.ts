/** A database that proves its backups, every other minute, for the suites of all engines. */
import { Construct } from 'constructs';
import { acknowledge, type BackupProps, ExistingSecret, PostgresWithBackup, type PostgresWithBackupProps } from '../../../lib';
import { type Ran, until } from '../support/run';
import { BUCKET } from './s3';
import { IMAGE, INIT, makeClient, psql } from './shop';

/** Stands in for what the Dockerfile of images/postgres-backup makes. */
export const RUNNER = 'ironhull/postgres-backup:16';
/** In a row of the database: where these bytes are found outside of it, plain text has got out. */
export const CANARY = 'canary-7d1f03c2ab';

/** The answer of the runner once no other run has the lock: the clock may have started one at the same moment. */
export function unlocked(ask: () => Promise<Ran>): Promise<Ran> {
  return until('no other run has the lock', ask, ({ code }) => code !== 75, 180_000);
}

/** A backup that a drill has looked at: not always the oldest, since a drill takes the newest one. */
export const drilled = (all: readonly Listed[]): Listed | undefined => all.find(({ drill }) => drill !== 'none');

/** A backup as the runner lists it. */
export interface Listed {
  readonly id: string;
  /** When the snapshot was, in seconds. */
  readonly at: string;
  readonly kind: string;
  readonly rows: number;
  readonly drill: string;
}

/** What suites ask of the shop, by an engine's way to run a command in a service. */
export function questions(exec: Exec) {
  return {
    /** What the client is answered. */
    async sql(text: string): Promise<string> {
      const ran = await exec('client', psql(text));
      if (ran.code !== 0) throw new Error(ran.stderr);
      return ran.stdout.trim();
    },
    /** The backups, as soon as somebody can tell: a bucket or a container that is away for a moment has not lost them. */
    async list(): Promise<Listed[]> {
      const ask = () => exec('database-backup-status', ['pg-backup', 'list', '--json']);
      const { stdout } = await until('the backups are listed', ask, ({ code }) => code === 0, 120_000);
      return JSON.parse(stdout) as Listed[];
    },
  };
}

type Exec = (service: string, command: readonly string[]) => Promise<Ran>;

/** The test of a server that archives, the same on each engine; `exec` finds it as `database`. */
export function testPointInTime(exec: Exec): void {
  test('a point in time just before a table was dropped', async () => {
    const seconds = await takenBack(exec);
    console.log(`point in time: ${seconds.toFixed(1)} s`);
  }, 720_000);
}

/** The table is dropped, and the server taken back to the moment before; how long that took, in seconds. */
async function takenBack(exec: Exec): Promise<number> {
  const { sql } = questions(exec);
  const archive = () => exec('database', ['pg-backup', 'pitr-info']);
  const { stdout } = await until(
    'there is a physical backup',
    archive,
    (ran) => ran.code === 0 && !ran.stdout.includes('"backups": []'),
    180_000,
  );
  // there are two after one o'clock
  const { backups } = JSON.parse(stdout) as { backups: readonly { name: string }[] };
  expect(backups[0]?.name).toMatch(/^\d{8}-\d{6}F$/);
  await sql("INSERT INTO items (name) VALUES ('the last one')");
  const rows = await sql('SELECT count(*) FROM items');
  const before = await sql("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || ' UTC'");
  await sql('DELETE FROM items WHERE id > 10; DROP TABLE items');
  const start = Date.now();
  const ran = await exec('database', ['pg-backup', 'pitr-restore', '--at', before]);
  expect({ code: ran.code, said: ran.code === 0 ? '' : ran.stderr }).toEqual({ code: 0, said: '' });
  const count = () => sql('SELECT count(*) FROM items WHERE NOT pg_is_in_recovery()').catch((error: Error) => error.message);
  await until('the table is there again', count, (found) => found === rows, 180_000);
  expect(await sql("SELECT count(*) FROM items WHERE name = 'the last one'")).toBe('1');
  return (Date.now() - start) / 1000;
}

/** Another image of the same major version, as an update of the minor version is. */
export const OTHER = 'ironhull/postgres-backup:16-vector';

/** After something changed: the clock makes a backup, the server archives, and all rows are there. */
export async function goesOn(exec: Exec, since = Date.now()): Promise<void> {
  const { list, sql } = questions(exec);
  await until('the clock makes a backup', list, (all) => all.some(({ at }) => Date.parse(at) > since), 400_000);
  const archived = async () =>
    (JSON.parse((await exec('database', ['pg-backup', 'pitr-info'])).stdout || '{}') as { to?: string }).to ?? '';
  await until('the server archives', archived, (to) => Date.parse(to) > since, 180_000);
  expect(await sql('SELECT count(*) FROM items')).toBe('1002');
}

/** What differs between machines and runs. */
export interface Where {
  readonly endpoint: string;
  readonly recipient: `age1${string}`;
  /** Of the secret with the keys of the bucket. */
  readonly keyVersion?: string;
  /** Whether the server archives its log; its image is the runner's then. */
  readonly pitr?: boolean;
  /** What else is said of backups. */
  readonly backup?: Partial<BackupProps>;
}

/** A server whose backups are made and drilled every minute, and a client. */
export class BackedUpShop extends Construct {
  readonly database: PostgresWithBackup;

  constructor(scope: Construct, { endpoint, recipient, keyVersion, pitr, backup }: Where, props: Partial<PostgresWithBackupProps> = {}) {
    super(scope, 'shop');
    acknowledge(this, { 'unpinned-image': 'the stand-ins have no digest', 'no-new-privileges': 'the engine has it in daemon.json' });
    const passwords = new ExistingSecret(this, 'Passwords', { existing: 'passwords' });
    const s3 = new ExistingSecret(this, 'S3', { existing: 's3', ...(keyVersion !== undefined && { version: keyVersion }) });
    const key = { id: s3.file('id'), secret: s3.file('key') };
    const init = `${INIT}\nINSERT INTO items (name) VALUES ('${CANARY}');`;
    this.database = new PostgresWithBackup(this, 'Database', {
      version: 16,
      ...(!pitr && { image: IMAGE }),
      size: '1Gi',
      databases: { orders: { init } },
      passwords: { secret: passwords },
      exporter: false,
      resources: { cpu: { limit: 1, reservation: '50m' }, memory: { limit: '512Mi', reservation: '64Mi' } },
      backup: {
        image: RUNNER,
        databases: ['orders'],
        destinations: { main: { bucket: BUCKET, endpoint, ca: s3.file('ca'), writer: key, pruner: key, restorer: key } },
        encryption: { kind: 'age', recipients: [recipient], identity: s3.file('identity') },
        // by turns with the drills: each is some hundred processes
        schedule: { cron: '*/2 * * * *', deadline: '5m', jitter: '0s' },
        drill: { cron: '1-59/2 * * * *', deadline: '5m' },
        resources: { cpu: { limit: 1, reservation: '20m' }, memory: { limit: '512Mi', reservation: '32Mi' } },
        ...(pitr && { pitr: { engine: 'pgbackrest', cipher: s3.file('cipher') } as const }),
        ...backup,
      },
      ...props,
    });
    makeClient(this, this.database);
  }
}
