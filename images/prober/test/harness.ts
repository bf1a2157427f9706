import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket, type RemoteInfo } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { proberBinary } from '../../../lib/platforms/prober/prober';

/** What a program did, once it has ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
}

/** A program that runs. */
export class Running {
  readonly ended: Promise<Ended>;
  readonly child: ChildProcess;
  private stdout = '';
  private stderr = '';

  constructor(file: string, args: readonly string[], options: { env?: NodeJS.ProcessEnv; cwd?: string; stdin?: string } = {}) {
    const { env = {}, cwd, stdin } = options;
    const started = Date.now();
    this.child = spawn(file, args, { env, stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'], ...(cwd ? { cwd } : {}) });
    this.child.stdin?.end(stdin);
    this.child.stdout?.on('data', (chunk) => (this.stdout += chunk));
    this.child.stderr?.on('data', (chunk) => (this.stderr += chunk));
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) =>
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr, elapsedMs: Date.now() - started }),
      );
    });
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Waits until it has written something. */
  async says(what: RegExp): Promise<void> {
    await until(() => what.test(this.stdout + this.stderr), `${what} from a program that said ${this.stderr}`);
  }
}

/** Waits until something is true, but not for ever. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let i = 0; !condition(); i++) {
    if (i > 3000) throw new Error(`waited in vain for ${what}`);
    await sleep(5);
  }
}

export const sleep = (ms: number) => new Promise((resume) => setTimeout(resume, ms));

/** Whether this machine has an IPv6 loopback. */
export const ipv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));

/** Whether a process may have namespaces of its own here, in which files can be mounted and it can be process 1. */
const namespaces =
  process.platform === 'linux' &&
  spawnSync('unshare', ['-rmpf', 'mount', '--bind', '/etc/hosts', '/etc/hosts'], { stdio: 'ignore' }).status === 0;

/** A test that runs only where the machine permits what it needs, and says so where not. */
export const testWithNamespaces = (title: string, body: () => Promise<void>) =>
  namespaces ? test(title, body) : test.skip(`${title}: not tested, because this machine does not permit namespaces (unshare -rmpf)`, body);

export const testWithIpv6 = (title: string, body: () => Promise<void>) =>
  ipv6 ? test(title, body) : test.skip(`${title}: not tested, because this machine has no IPv6`, body);

export type Reply = Buffer | undefined;

/** A nameserver. */
export interface Nameserver {
  /** As it stands in resolv.conf. */
  readonly line: string;
  /** What was asked so far, such as `db.example A`. */
  readonly asked: string[];
  readonly queries: { readonly bytes: Buffer; readonly port: number }[];
}

/** What a suite needs: the prober, servers, and a folder with hosts and resolv.conf. */
export class Stage {
  /** The prober as it is delivered. */
  prober = '';
  /** The same program, but with hosts and resolv.conf in the folder in which it runs instead of /etc. */
  local = '';
  folder = '';
  private readonly cleanup: (() => unknown)[] = [];
  private readonly running: Running[] = [];

  constructor() {
    beforeAll(() => this.prepare());
    afterEach(async () => {
      for (const { child, ended } of this.running.splice(0)) {
        child.kill('SIGKILL');
        await ended;
      }
      for (const clean of this.cleanup.splice(0)) await clean();
    });
    afterAll(() => this.folder && rmSync(this.folder, { recursive: true }));
  }

  private prepare(): void {
    const architecture = ({ x64: 'amd64', arm64: 'arm64' } as const)[process.arch as string];
    if (process.platform !== 'linux' || !architecture) {
      throw new Error(
        'The prober is a Linux program for amd64 and arm64; ' +
          `it cannot be tested on ${process.platform}/${process.arch}. Run this test on Linux or in a Linux container.`,
      );
    }
    this.folder = mkdtempSync(join(tmpdir(), 'ironhull-prober-'));
    const binary = proberBinary(architecture);
    this.prober = this.write('prober', binary);
    this.local = this.write('local', ['/etc/hosts', '/etc/resolv.conf'].reduce(withoutFolder, binary));
  }

  write(name: string, content: string | Buffer): string {
    const path = join(this.folder, name);
    writeFileSync(path, content, { mode: 0o755 });
    return path;
  }

  start(file: string, args: readonly (string | number)[], options: ConstructorParameters<typeof Running>[2] = {}): Running {
    const running = new Running(file, args.map(String), { cwd: this.folder, ...options });
    this.running.push(running);
    return running;
  }

  run(...args: readonly (string | number)[]): Promise<Ended> {
    return this.start(this.prober, args).ended;
  }

  /** A TCP server, which counts its connections. */
  async listen(
    port = 0,
    host = '127.0.0.1',
  ): Promise<{ readonly port: number; readonly connections: () => number; readonly close: () => Promise<void> }> {
    let connections = 0;
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => {
      connections++;
      sockets.add(socket);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    const close = () =>
      new Promise<void>((done) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => done());
      });
    this.cleanup.push(close);
    return { port: (server.address() as AddressInfo).port, connections: () => connections, close };
  }

  /** A port that is free, as far as one can tell. */
  async freePort(): Promise<number> {
    const { port, close } = await this.listen();
    await close();
    return port;
  }

  /** A nameserver that sends what `answer` makes of a query, if anything. */
  async nameserver(
    answer: (query: Buffer, name: string, type: string) => Reply | readonly Reply[],
    at: { host?: string; port?: number } = {},
  ): Promise<Nameserver> {
    const { host = '127.0.0.1', port = 0 } = at;
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const asked: string[] = [];
    const queries: { bytes: Buffer; port: number }[] = [];
    socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
      const { name, type } = question(bytes);
      asked.push(`${name} ${type}`);
      queries.push({ bytes, port: from.port });
      for (const reply of [answer(bytes, name, type)].flat()) if (reply) socket.send(reply, from.port, from.address, () => undefined);
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, host, resolve);
    });
    this.cleanup.push(() => new Promise<void>((done) => socket.close(() => done())));
    const bound = socket.address().port;
    return { line: `nameserver ${bound === 53 ? host : `[${host}]:${bound}`}`, asked, queries };
  }
}

/** Same length, but relative. Nothing else of the program changes, so this is the program under test. */
function withoutFolder(binary: Buffer, path: string): Buffer {
  const from = Buffer.from(`${path}\0`);
  const at = binary.indexOf(from);
  if (at < 0 || binary.indexOf(from, at + 1) >= 0) throw new Error(`${path} does not stand exactly once in the prober`);
  const patched = Buffer.from(binary);
  Buffer.from(path.slice('/etc/'.length).padEnd(from.length, '\0')).copy(patched, at);
  return patched;
}

const TYPES: Readonly<Record<number, string>> = { 1: 'A', 28: 'AAAA' };

function question(query: Buffer): { name: string; type: string } {
  const labels: string[] = [];
  let at = 12;
  for (let size = query.readUInt8(at++); size; size = query.readUInt8(at++)) {
    labels.push(query.toString('latin1', at, at + size));
    at += size;
  }
  return { name: labels.join('.'), type: TYPES[query.readUInt16BE(at)] ?? String(query.readUInt16BE(at)) };
}

export type DnsRecord = readonly [type: number, data: Buffer, owner?: Buffer];

export const a = (address: string): DnsRecord => [1, Buffer.from(address.split('.').map(Number))];
export const LOOPBACK_V6: DnsRecord = [28, Buffer.from([...Array(15).fill(0), 1])];
/** An alias, whose names are pointers into the question. */
export const cname = (target: string): DnsRecord => [5, encoded(target)];

export function encoded(name: string): Buffer {
  return Buffer.concat([...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])), Buffer.from([0])]);
}

/** A reply to a query with these records. */
export function reply(
  query: Buffer,
  records: readonly DnsRecord[],
  options: { code?: number; flags?: number; count?: number } = {},
): Buffer {
  const { code = 0, flags = 0x8180, count = records.length } = options;
  const head = Buffer.from(query);
  head.writeUInt16BE(flags | code, 2);
  head.writeUInt16BE(count, 6);
  return Buffer.concat([
    head,
    ...records.flatMap(([type, data, owner = Buffer.from([0xc0, 12])]) => {
      const fields = Buffer.alloc(10);
      fields.writeUInt16BE(type, 0);
      fields.writeUInt16BE(1, 2);
      fields.writeUInt16BE(data.length, 8);
      return [owner, fields, data];
    }),
  ]);
}

export const NXDOMAIN = 3;

/** The processes below one, as the kernel knows them. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}
