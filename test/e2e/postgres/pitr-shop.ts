/** A database that archives its write-ahead log, and what a suite asks of it. */
import { Construct } from 'constructs';
import { acknowledge, ExistingSecret, PostgresWithBackup, type Size } from '../../../lib';
import { must, type Ran, run, until } from '../support/run';
import type { Project } from '../systems/compose';
import { RUNNER } from './backup-shop';
import { BUCKET, type S3 } from './s3';

/** Half a day away: pgBackRest makes no backup while a suite counts those that it has made itself. */
const LATER = (new Date().getUTCHours() + 12) % 24;

/** A server whose backups are made by hand, but for the first one of pgBackRest. */
export class PitrShop extends Construct {
  constructor(scope: Construct, s3: S3, size: Size = '1Gi') {
    super(scope, 'shop');
    acknowledge(this, { 'unpinned-image': 'the stand-ins have no digest', 'no-new-privileges': 'the engine has it in daemon.json' });
    const passwords = new ExistingSecret(this, 'Passwords', { existing: 'passwords' });
    const secret = new ExistingSecret(this, 'S3', { existing: 's3' });
    const writer = { id: secret.file('id'), secret: secret.file('key') };
    new PostgresWithBackup(this, 'Database', {
      version: 16,
      size,
      databases: { orders: {} },
      passwords: { secret: passwords },
      exporter: false,
      resources: { cpu: { limit: 1, reservation: '50m' }, memory: { limit: '512Mi', reservation: '64Mi' } },
      backup: {
        image: RUNNER,
        destinations: { main: { bucket: BUCKET, endpoint: s3.endpoint, ca: secret.file('ca'), writer } },
        encryption: { kind: 'age', recipients: [s3.recipient], identity: secret.file('identity') },
        schedule: false,
        drill: false,
        pitr: { engine: 'pgbackrest', cipher: secret.file('cipher'), full: `0 ${LATER} * * 0`, diff: `0 ${LATER} * * 1-6` },
        resources: { cpu: { limit: 1, reservation: '20m' }, memory: { limit: '512Mi', reservation: '32Mi' } },
      },
    });
  }
}

/** What there is in the archive. */
export interface Archive {
  readonly from: string;
  readonly to: string;
  readonly window_seconds: number;
  readonly backups: readonly { readonly name: string; readonly at: string }[];
  readonly drill: { readonly ok: boolean } | null;
}

/** Questions to the server's container. */
export class Server {
  readonly name: string;

  constructor(private readonly project: Project) {
    this.name = `${project.name}-shop-database-1`;
  }

  exec(...command: string[]): Promise<Ran> {
    return run('docker', ['exec', this.name, ...command]);
  }

  ask(sql: string): Promise<Ran> {
    return this.exec('psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-h', '/var/run/postgresql', '-U', 'postgres', '-d', 'orders', '-c', sql);
  }

  async sql(text: string): Promise<string> {
    const ran = await this.ask(text);
    if (ran.code !== 0) throw new Error(ran.stderr);
    return ran.stdout.trim();
  }

  async archive(): Promise<Archive> {
    const ask = () => this.exec('pg-backup', 'pitr-info');
    const { stdout } = await until('the archive is listed', ask, ({ code }) => code === 0, 60_000);
    return JSON.parse(stdout) as Archive;
  }

  /** A command of the runner, in a container with the restorer's key. */
  drill(...command: string[]): Promise<Ran> {
    return this.project.run('run', '--rm', '--no-deps', '--entrypoint', 'pg-backup', 'shop-database-pitr-drill', ...command);
  }

  /** Which start of the container it is. */
  async started(): Promise<string> {
    return (await must('docker', ['inspect', '--format', '{{.State.StartedAt}}', this.name])).trim();
  }

  /** Waits until the container has started again since then, and the server has recovered. */
  async answersAgain(since: string, timeoutMs: number): Promise<void> {
    await until(
      'the server has started again',
      () => this.started(),
      (at) => at !== since,
      timeoutMs / 2,
    );
    await until(
      'it answers',
      () => this.ask('SELECT pg_is_in_recovery()'),
      ({ stdout }) => stdout === 'f\n',
      timeoutMs,
    );
  }

  async logs(): Promise<string> {
    const { stdout, stderr } = await this.project.run('logs', 'shop-database');
    return stdout + stderr;
  }
}
