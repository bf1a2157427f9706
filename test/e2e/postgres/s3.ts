/** A real S3 server over TLS on an address of this machine that containers reach. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireEngine, run, until } from '../support/run';

export const BUCKET = 'backups';
/** A line, as the archive's secret has to be. */
export const CIPHER = 'planted-cipher-of-the-archive-1';

/** An address of this machine that is no loopback and no bridge of an engine. */
export function hostAddress(): string {
  const all = Object.entries(networkInterfaces()).filter(([name]) => !/^(lo|docker|br-|veth|cni|kube|dummy)/.test(name));
  const found = all.flatMap(([, addresses]) => addresses ?? []).find(({ family, internal }) => family === 'IPv4' && !internal);
  if (!found) throw new Error('This suite needs an IPv4 address of this machine that containers can reach, and there is none.');
  return found.address;
}

/** An S3 server, its certificate, and a pair of keys of age. */
export class S3 {
  readonly folder = mkdtempSync(join(tmpdir(), 'ironhull-s3-'));
  readonly host = hostAddress();
  private server?: ChildProcess;

  constructor(readonly port: number) {
    mkdirSync(join(this.folder, 'objects', BUCKET), { recursive: true });
    // the address as a name as well: pgBackRest looks among names only
    const subject = ['-subj', '/CN=s3', '-addext', `subjectAltName=IP:${this.host},DNS:${this.host}`];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2000'];
    execFileSync('openssl', ['req', '-x509', ...key, '-keyout', this.path('tls.key'), ...subject, '-out', this.path('tls.crt')], {
      stdio: 'ignore',
    });
    execFileSync('age-keygen', ['-o', this.path('identity')], { stdio: 'ignore' });
  }

  static async require(): Promise<void> {
    await requireEngine(['versitygw', '--version'], ['age-keygen', '-version'], ['openssl', 'version']);
  }

  get endpoint(): string {
    return `https://${this.host}:${this.port}`;
  }

  get recipient(): `age1${string}` {
    return execFileSync('age-keygen', ['-y', this.path('identity')])
      .toString()
      .trim() as `age1${string}`;
  }

  /** Values of the secret that destinations refer to. */
  secrets(key: string): Record<string, string> {
    const identity = readFileSync(this.path('identity'), 'utf8');
    return { id: 'access-key', key, cipher: CIPHER, ca: readFileSync(this.path('tls.crt'), 'utf8'), identity };
  }

  /** Starts it with this secret key, in place of one that runs. */
  async start(key: string): Promise<void> {
    await this.stop();
    const tls = ['--cert', this.path('tls.crt'), '--key', this.path('tls.key')];
    const env = { ...process.env, ROOT_ACCESS_KEY: 'access-key', ROOT_SECRET_KEY: key };
    this.server = spawn('versitygw', ['-q', ...tls, '-p', `0.0.0.0:${this.port}`, 'posix', join(this.folder, 'objects')], {
      env,
      stdio: 'ignore',
    });
    const answers = () => run('curl', ['--silent', '--insecure', '--output', '/dev/null', '--max-time', '2', this.endpoint]);
    await until('the S3 server answers', answers, ({ code }) => code === 0);
  }

  async stop(): Promise<void> {
    const server = this.server;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    // one that waits for clients that stay connected
    const late = setTimeout(() => server.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(late);
  }

  /** All bytes of all objects, as one text of bytes. */
  bytes(): string {
    const files = filesIn(join(this.folder, 'objects'));
    if (files.length === 0) throw new Error('the S3 server has no objects');
    return files.map((path) => unlessGone(() => readFileSync(path, 'latin1'), '')).join('\n');
  }

  async dispose(): Promise<void> {
    await this.stop();
    if (existsSync(this.folder)) rmSync(this.folder, { recursive: true, force: true });
  }

  private path(name: string): string {
    return join(this.folder, name);
  }
}

/** What is read, or something else where the server has just moved it to its place or removed it. */
function unlessGone<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise;
    throw error;
  }
}

/** All files below a folder. */
function filesIn(folder: string): string[] {
  const entries = unlessGone(() => readdirSync(folder, { withFileTypes: true }), []);
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : entry.isFile() ? [path] : [];
  });
}
