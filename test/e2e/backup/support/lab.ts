import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, lchownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { copyProgram, type Ended, freePort, killFamily, need, type Running, serverUser, sleep, start, type User } from './process';

export const BUCKET = 'backups';
/** In each table: where these bytes are found, plain text has got out. */
export const CANARY = 'canary-5b0c61f7e2';
const SECRET_KEY = 'secret-key-91c2f0a4';
const POSTGRES = ['/usr/lib/postgresql/15/bin', '/usr/local/bin'].find((folder) => existsSync(`${folder}/initdb`)) ?? '';

/** What a run of the runner gets beyond a clean environment. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Scripts that stand in front of programs of these names; `"$REAL"` is the program itself. */
  readonly shims?: Readonly<Record<string, string>>;
  /** Runs `faketime` with this before the runner. */
  readonly clock?: string;
}

/** A real PostgreSQL 15, a real S3 server over TLS, and a copy of the runner, all in one temporary folder. */
export class Lab {
  readonly user: User = serverUser();
  readonly dir = mkdtempSync(join(tmpdir(), 'pgbk'));
  readonly stage = join(this.dir, 'stage');
  readonly tmp = join(this.dir, 'tmp');
  readonly objects = join(this.dir, 's3');
  readonly runner = join(this.dir, 'runner');
  readonly path = `${join(this.dir, 'bin')}:${POSTGRES}:${process.env.PATH ?? ''}`;
  port = 0;
  private readonly servers: Running[] = [];
  private readonly mounts: string[] = [];
  private shimmed = 0;
  private key = '';

  static async start(): Promise<Lab> {
    const lab = new Lab();
    need(lab.path, 'initdb', 'pg_dump', 'versitygw', 'rclone', 'age', 'zstd', 'jq', 'openssl', 'curl');
    for (const folder of [lab.stage, lab.tmp, join(lab.objects, BUCKET), join(lab.dir, 'home'), join(lab.dir, 'bin')])
      mkdirSync(folder, { recursive: true });
    // they may lie in a home that the servers' user cannot look into
    for (const program of ['versitygw', 'toxiproxy-server', 'supercronic']) copyProgram(program, lab.path, join(lab.dir, 'bin'));
    cpSync(process.env.PG_BACKUP_RUNNER ?? resolve(__dirname, '../../../../images/postgres-backup'), lab.runner, { recursive: true });
    chmodSync(lab.dir, 0o755);
    writeFileSync(join(lab.dir, 'access'), 'access-key\n');
    writeFileSync(join(lab.dir, 'secret'), `${SECRET_KEY}\n`);
    lab.tls('tls');
    execFileSync('age-keygen', ['-o', join(lab.dir, 'identity')], { stdio: 'ignore' });
    lab.own(lab.dir);
    await lab.must('initdb', [
      '-D',
      join(lab.dir, 'pg'),
      '-A',
      'trust',
      '-U',
      'postgres',
      '-k',
      '--no-sync',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
    ]);
    writeFileSync(
      join(lab.dir, 'pg/postgresql.conf'),
      `listen_addresses = ''\nunix_socket_directories = '${lab.dir}'\nfsync = off\nautovacuum = off\nmax_connections = 50\n`,
    );
    await lab.postgres('start');
    lab.port = await lab.gateway(lab.objects);
    return lab;
  }

  /** A certificate for localhost that signs itself, as `<name>.crt` and `<name>.key`. */
  tls(name: string): void {
    const at = join(this.dir, name);
    const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2000', '-keyout', `${at}.key`];
    execFileSync('openssl', ['req', '-x509', ...key, ...subject, '-out', `${at}.crt`], { stdio: 'ignore' });
  }

  /** Gives everything in a folder to the servers' user. */
  own(path: string): void {
    lchownSync(path, this.user.uid, this.user.gid);
    for (const entry of readdirSync(path, { recursive: true, encoding: 'utf8' }))
      lchownSync(join(path, entry), this.user.uid, this.user.gid);
  }

  async postgres(what: 'start' | 'stop' | 'crash'): Promise<void> {
    const data = ['-D', join(this.dir, 'pg'), '-w', '-s'];
    if (what === 'start') await this.must('pg_ctl', [...data, '-l', join(this.dir, 'pg.log'), 'start']);
    else await this.must('pg_ctl', [...data, '-m', what === 'stop' ? 'fast' : 'immediate', 'stop']);
  }

  /** Another S3 server over a folder; its port. */
  async gateway(folder: string, ...flags: readonly string[]): Promise<number> {
    const port = await freePort();
    const tls = ['--cert', join(this.dir, 'tls.crt'), '--key', join(this.dir, 'tls.key')];
    const env = { PATH: this.path, ROOT_ACCESS_KEY: 'access-key', ROOT_SECRET_KEY: SECRET_KEY };
    await this.serve('versitygw', ['-q', ...tls, ...flags, '-p', `127.0.0.1:${port}`, 'posix', folder], env, port);
    return port;
  }

  /** Starts a server, and waits until its port answers. */
  async serve(command: string, args: readonly string[], env: NodeJS.ProcessEnv, port: number): Promise<void> {
    const server = start(command, args, env, this.user);
    this.servers.push(server);
    let over: Ended | undefined;
    void server.ended.then((ended) => {
      over = ended;
    });
    for (let tries = 0; tries < 600; tries++) {
      if (over) throw new Error(`${command} ended with ${over.code}: ${over.stderr}`);
      const probe = await start('curl', ['-sk', '-o', '/dev/null', '-m', '2', `https://127.0.0.1:${port}/`], env, this.user).ended;
      // 35: it speaks something else than TLS, so it is there
      if (probe.code === 0 || probe.code === 35) return;
      await sleep(50);
    }
    throw new Error(`${command} does not answer on port ${port}`);
  }

  /** A folder that is a file system of its own, of so many bytes. */
  small(name: string, bytes: number): string {
    const at = join(this.dir, name);
    mkdirSync(at, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},uid=${this.user.uid},gid=${this.user.gid}`, 'tmpfs', at]);
    this.mounts.push(at);
    return at;
  }

  environment(options: RunOptions = {}): Record<string, string> {
    const path = options.shims ? `${this.shims(options.shims)}:${this.path}` : this.path;
    return {
      PATH: path,
      HOME: join(this.dir, 'home'),
      LANG: 'C.UTF-8',
      PGHOST: this.dir,
      PGUSER: 'postgres',
      BACKUP_STAGING: this.stage,
      BACKUP_TMP: this.tmp,
      BACKUP_DATABASES: 'shop',
      BACKUP_DESTINATIONS: 'MAIN',
      ...this.destination('MAIN'),
      BACKUP_AGE_RECIPIENTS: this.recipient(),
      BACKUP_AGE_IDENTITY_FILE: join(this.dir, 'identity'),
      BACKUP_METRICS_FILE: join(this.dir, 'metrics.prom'),
      BACKUP_RETRIES: '1',
      BACKUP_TIMEOUT: '10',
      BACKUP_LOCK_WAIT: '5',
      BACKUP_MIN_VERIFIED: '50',
      ...options.env,
    };
  }

  /** The variables of a destination on a port of this machine. */
  destination(name: string, port = this.port, prefix = 'p/x'): Record<string, string> {
    const values = {
      BUCKET,
      PREFIX: prefix,
      ENDPOINT: `https://localhost:${port}`,
      CA_FILE: join(this.dir, 'tls.crt'),
      ACCESS_KEY_FILE: join(this.dir, 'access'),
      SECRET_KEY_FILE: join(this.dir, 'secret'),
    };
    return Object.fromEntries(Object.entries(values).map(([key, value]) => [`BACKUP_DEST_${name}_${key}`, value]));
  }

  private recipient(): string {
    this.key ||= execFileSync('age-keygen', ['-y', join(this.dir, 'identity')])
      .toString()
      .trim();
    return this.key;
  }

  private shims(scripts: Readonly<Record<string, string>>): string {
    const folder = join(this.dir, `shims${this.shimmed++}`);
    mkdirSync(folder);
    for (const [name, script] of Object.entries(scripts)) {
      const real = this.path.split(':').find((at) => existsSync(join(at, name)));
      writeFileSync(join(folder, name), `#!/bin/bash\nREAL=${real ?? ''}/${name}\n${script}\n`, { mode: 0o755 });
    }
    chownSync(folder, this.user.uid, this.user.gid);
    return folder;
  }

  /** Starts the runner. */
  spawn(args: readonly string[], options: RunOptions = {}): Running {
    const program = join(this.runner, 'bin/pg-backup');
    const env = this.environment(options);
    if (options.clock) return start('faketime', ['-f', options.clock, program, ...args], env, this.user);
    return start(program, args, env, this.user);
  }

  run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return this.spawn(args, options).ended;
  }

  /** Runs a program that has to succeed, as the servers' user. */
  async must(command: string, args: readonly string[], input?: string): Promise<string> {
    const env = { PATH: this.path, LANG: 'C.UTF-8', PGHOST: this.dir, PGUSER: 'postgres', HOME: join(this.dir, 'home') };
    const ended = await start(command, args, env, this.user, input).ended;
    if (ended.code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${ended.code}: ${ended.stderr}`);
    return ended.stdout;
  }

  /** SQL in a database that must succeed; its rows, unaligned. */
  async sql(statements: string, database = 'shop'): Promise<string> {
    const name = `dbname='${database.replace(/[\\']/g, '\\$&')}'`;
    return (await this.must('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', name, '-f', '-'], statements)).trim();
  }

  async stop(): Promise<void> {
    await this.postgres('crash').catch(() => {});
    for (const server of this.servers) killFamily(server.pid);
    await sleep(50);
    for (const at of this.mounts) execFileSync('umount', ['-l', at]);
    // what outlived a killed run may still make a file
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
