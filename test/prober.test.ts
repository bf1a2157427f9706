import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROBER_BINARIES, PROBER_SHA256, PROBER_VERSION } from '../lib/platforms/prober/binaries';
import { heartbeatCommand, proberBinary, proberCommand } from '../lib/platforms/prober/prober';
// The commands that wait are tested beside their sources; they are suites of this test.
import '../images/prober/test/wait';
import '../images/prober/test/names';
import '../images/prober/test/run';

const ARCHITECTURES = ['amd64', 'arm64'] as const;
const SOURCES = join(__dirname, '..', 'images', 'prober');

describe('embedded prober binaries', () => {
  test.each(ARCHITECTURES)('%s is small and matches its checksum', (architecture) => {
    const binary = proberBinary(architecture);
    expect(binary.length).toBeGreaterThan(1024);
    expect(binary.length).toBeLessThan(16384);
    expect(binary.toString('base64')).toBe(PROBER_BINARIES[architecture]);
    expect(createHash('sha256').update(binary).digest('hex')).toBe(PROBER_SHA256[architecture]);
  });

  test.each([
    ['amd64', 62],
    ['arm64', 183],
  ] as const)('%s is a static ELF executable for the right machine', (architecture, machine) => {
    const elf = proberBinary(architecture);
    expect(elf.subarray(0, 7)).toEqual(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]));
    expect(elf.readUInt16LE(16)).toBe(2); // ET_EXEC
    expect(elf.readUInt16LE(18)).toBe(machine);
    const [table, size, count] = [Number(elf.readBigUInt64LE(32)), elf.readUInt16LE(54), elf.readUInt16LE(56)];
    const segments = Array.from({ length: count }, (_, i) => elf.subarray(table + i * size, table + (i + 1) * size));
    const types = segments.map((segment) => segment.readUInt32LE(0));
    expect(types).not.toContain(2); // PT_DYNAMIC
    expect(types).not.toContain(3); // PT_INTERP
    for (const segment of segments) {
      expect(segment.readUInt32LE(4) & 3).not.toBe(3); // never both writable and executable
    }
  });

  test('were embedded after the last change of the source and of the build', () => {
    const hash = createHash('sha256');
    const sources = readdirSync(SOURCES).filter((file) => /\.[ch]$/.test(file));
    for (const file of [...sources.sort(), 'build']) {
      hash.update(readFileSync(join(SOURCES, file)));
    }
    const generated = readFileSync(join(__dirname, '..', 'lib', 'platforms', 'prober', 'binaries.ts'), 'utf8');
    expect(generated).toContain(`// sha256 of all *.h, *.c and build: ${hash.digest('hex')}`);
    expect(generated.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });
});

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
}

describe('prober', () => {
  let directory: string;
  let prober: string;
  const servers: Server[] = [];
  const sockets = new Set<Socket>();

  beforeAll(() => {
    const architecture = ({ x64: 'amd64', arm64: 'arm64' } as const)[process.arch as string];
    if (process.platform !== 'linux' || !architecture) {
      throw new Error(
        'The prober is a Linux program for amd64 and arm64; ' +
          `it cannot be tested on ${process.platform}/${process.arch}. Run this test on Linux or in a Linux container.`,
      );
    }
    directory = mkdtempSync(join(tmpdir(), 'ironhull-prober-'));
    prober = join(directory, 'prober');
    writeFileSync(prober, proberBinary(architecture), { mode: 0o755 });
  });

  afterEach(async () => {
    for (const socket of sockets) {
      socket.destroy();
    }
    sockets.clear();
    await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
  });

  afterAll(() => {
    if (directory) {
      rmSync(directory, { recursive: true });
    }
  });

  /** Nothing is inherited from the environment, since a container may not have anything to inherit. */
  function run(...args: readonly (string | number)[]): Promise<Result> {
    return new Promise((resolve, reject) => {
      const started = Date.now();
      const child = spawn(prober, args.map(String), { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk) => (stdout += chunk));
      child.stderr.on('data', (chunk) => (stderr += chunk));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, stdout, stderr, elapsedMs: Date.now() - started }));
    });
  }

  async function listen<T extends Server>(server: T, host = '127.0.0.1'): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, host, resolve);
    });
    servers.push(server);
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
    });
    return (server.address() as AddressInfo).port;
  }

  /** An HTTP server that gives the same status to everybody. */
  const http = (status: number, seen: IncomingMessage[] = [], host?: string) =>
    listen(
      createHttpServer((request, response) => {
        seen.push(request);
        response.writeHead(status, { location: '/elsewhere' }).end('body');
      }),
      host,
    );

  /** A server below HTTP, for what a well-behaved one never does. */
  const raw = (onConnection: (socket: Socket) => void) => listen(createServer(onConnection));

  /** Sends the chunks as separate packets, and then nothing more. */
  const dripping = (...chunks: string[]) =>
    raw((socket) => {
      socket.setNoDelay(true);
      for (const [i, chunk] of chunks.entries()) {
        setTimeout(() => socket.destroyed || socket.write(chunk), 20 * (i + 1));
      }
    });

  const unhealthy = (why: RegExp) => ({ code: 1, stdout: '', stderr: expect.stringMatching(why) });
  const HEALTHY = { code: 0, stdout: '', stderr: '' };

  /** A port that is free, as far as one can tell. */
  async function freePort(): Promise<number> {
    const port = await listen(createServer());
    const server = servers.pop();
    await new Promise((done) => server?.close(done));
    return port;
  }

  test.each([200, 204, 301, 399])('http is healthy for status %i', async (status) => {
    expect(await run('http', await http(status), '/')).toMatchObject(HEALTHY);
  });

  test.each([400, 404, 500, 503])('http is unhealthy for status %i and says so', async (status) => {
    const port = await http(status);
    expect(await run('http', port, '/')).toMatchObject(unhealthy(new RegExp(`^port ${port}: HTTP status ${status}\\n$`)));
  });

  test('http sends a complete request and does not follow redirects', async () => {
    const seen: IncomingMessage[] = [];
    const port = await http(302, seen);
    expect(await run('http', port, '/health?deep=%20', '--timeout', 4000)).toMatchObject(HEALTHY);
    expect(await run('http', port, '/', '--host', 'shop.example', '--timeout', 4000)).toMatchObject(HEALTHY);
    expect(seen.map(({ method, url, httpVersion }) => `${method} ${url} ${httpVersion}`)).toEqual([
      'GET /health?deep=%20 1.1',
      'GET / 1.1',
    ]);
    expect(seen.map(({ headers }) => headers)).toEqual([
      { host: `localhost:${port}`, 'user-agent': 'ironhull-prober', connection: 'close' },
      { host: 'shop.example', 'user-agent': 'ironhull-prober', connection: 'close' },
    ]);
  });

  test('http accepts the longest path', async () => {
    const seen: IncomingMessage[] = [];
    const path = `/${'x'.repeat(8191)}`;
    expect(await run('http', await http(200, seen), path)).toMatchObject(HEALTHY);
    expect(seen[0]?.url).toBe(path);
  });

  test('http takes the body, so that the server sees an orderly end', async () => {
    const ends: string[] = [];
    const port = await raw((socket) => {
      socket.once('data', () => socket.end(`HTTP/1.0 200 OK\r\n\r\n${'x'.repeat(30000)}`));
      socket.on('error', () => ends.push('error'));
      socket.on('close', () => ends.push('close'));
    });
    expect(await run('http', port, '/')).toMatchObject(HEALTHY);
    while (!ends.includes('close')) {
      await new Promise((resume) => setTimeout(resume, 5));
    }
    expect(ends).toEqual(['close']);
  });

  test('http does not wait for an endless body', async () => {
    const port = await listen(createHttpServer((_, response) => response.writeHead(200).write('one event')));
    const result = await run('http', port, '/', '--timeout', 20000);
    expect(result).toMatchObject(HEALTHY);
    expect(result.elapsedMs).toBeLessThan(10000);
  });

  test('http gives up after the timeout if the server is slow', async () => {
    const port = await listen(createHttpServer(() => undefined));
    const result = await run('http', port, '/', '--timeout', 300);
    expect(result).toMatchObject(unhealthy(/timed out while waiting for the status line\n$/));
    expect(result.elapsedMs).toBeGreaterThanOrEqual(290);
    expect(result.elapsedMs).toBeLessThan(4000);
  });

  test('http does not let a dripping server stretch the timeout', async () => {
    const port = await raw((socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\n');
      const timer = setInterval(() => socket.write('link: </a>\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    const result = await run('http', port, '/', '--timeout', 300);
    expect(result).toMatchObject(unhealthy(/timed out/));
    expect(result.elapsedMs).toBeLessThan(4000);
  });

  test('http waits for a server that is slow, but not too slow', async () => {
    const port = await listen(createHttpServer((_, response) => void setTimeout(() => response.writeHead(200).end(), 200)));
    expect(await run('http', port, '/', '--timeout', 10000)).toMatchObject(HEALTHY);
  });

  test.each([
    ['in pieces', ['H', 'TTP/', '1.1 2', '0', '0', ' OK\r\n\r\n'], 0],
    ['in pieces, with a bad status', ['HTTP/1.', '1 5', '03 Sorry', '\r\n\r\n'], 1],
    ['without a reason', ['HTTP/1.1 200\r\n\r\n'], 0],
    ['of HTTP/1.0', ['HTTP/1.0 200 OK\r\n\r\n'], 0],
    ['after interim responses', ['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103\r\na: b\r', '\n\r\nHTTP/1.1 204 \r\n'], 0],
    ['after an interim response, with a bad status', ['HTTP/1.1 100\n\nHTTP/1.1 500 \r\n'], 1],
    ['that switches protocols', ['HTTP/1.1 101 Switching Protocols\r\n\r\n'], 1],
  ])('http reads a status line %s', async (_, chunks, code) => {
    const result = await run('http', await dripping(...chunks), '/');
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(code ? /HTTP status/ : /^$/);
  });

  test.each([
    'SSH-2.0-OpenSSH_9.2\r\n',
    'HTTP/2 200 OK\r\n',
    'HTTP/1.1 2000 OK\r\n',
    'HTTP/1.1 20x OK\r\n',
    'HTTP/1.1  200',
    '\0\0',
  ])('http is unhealthy at once for the reply %j', async (reply) => {
    const result = await run('http', await dripping(reply), '/', '--timeout', 20000);
    expect(result).toMatchObject(unhealthy(/: the reply is not HTTP\/1\n$/));
    expect(result.elapsedMs).toBeLessThan(10000);
  });

  test('http is unhealthy if the server closes at once', async () => {
    const port = await raw((socket) => socket.destroy());
    expect(await run('http', port, '/')).toMatchObject(unhealthy(/: connection (closed before|reset) .*\n$/));
  });

  test('http is unhealthy if the server closes after the request, or within the status line', async () => {
    for (const reply of ['', 'HTTP/1.1 20', 'HTTP/1.1 200']) {
      const port = await raw((socket) => void socket.once('data', () => socket.end(reply)));
      expect(await run('http', port, '/')).toMatchObject(unhealthy(/: connection closed before a complete status line\n$/));
    }
  });

  test('http and tcp are unhealthy if nothing listens', async () => {
    const port = await freePort();
    const refused = unhealthy(new RegExp(`^port ${port}: connection refused\\n$`));
    expect(await run('http', port, '/')).toMatchObject(refused);
    expect(await run('tcp', port)).toMatchObject(refused);
  });

  test('tcp is healthy if something listens, whatever it says', async () => {
    expect(await run('tcp', await raw(() => undefined), '--timeout', 10000)).toMatchObject(HEALTHY);
    expect(await run('tcp', await raw((socket) => socket.destroy()))).toMatchObject(HEALTHY);
  });

  const ipv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));
  (ipv6 ? test : test.skip)('http and tcp reach a server that listens on [::1] only', async () => {
    const good = await http(200, [], '::1');
    expect(await run('http', good, '/')).toMatchObject(HEALTHY);
    expect(await run('tcp', good)).toMatchObject(HEALTHY);
    expect(await run('http', await http(500, [], '::1'), '/')).toMatchObject(unhealthy(/HTTP status 500/));
  });

  test('works with what proberCommand gives', async () => {
    const port = await http(200);
    expect(await run(...proberCommand({ http: { port, path: '/ä b' } }, 4000).slice(1))).toMatchObject(HEALTHY);
    expect(await run(...proberCommand({ tcp: { port } }, 4000).slice(1))).toMatchObject(HEALTHY);
  });

  describe('heartbeat', () => {
    const beat = (agoSeconds: number) => {
      const file = join(directory, 'heartbeat');
      writeFileSync(file, '');
      const time = Date.now() / 1000 - agoSeconds;
      utimesSync(file, time, time);
      return file;
    };

    test.each([0, 5, 59])('is healthy when the file was changed %i s ago', async (ago) => {
      expect(await run(...heartbeatCommand({ path: beat(ago), maxAge: 60_000 }).slice(1))).toMatchObject(HEALTHY);
    });

    test('is unhealthy when the file is older, and says how old', async () => {
      expect(await run('heartbeat', beat(75), 60)).toMatchObject(unhealthy(/\/heartbeat: changed 7[56] s ago, may be 60 s\n$/));
    });

    test('is unhealthy when the clock was set back, so that the file would stay young', async () => {
      expect(await run('heartbeat', beat(-3600), 60)).toMatchObject(unhealthy(/changed 3[56]\d\d s ahead of now, may be 60 s\n$/));
    });

    test('follows a link, and takes the time of what it leads to', async () => {
      const link = join(directory, 'link');
      symlinkSync(beat(75), link);
      expect(await run('heartbeat', link, 60)).toMatchObject(unhealthy(/link: changed/));
      expect(await run('heartbeat', link, 120)).toMatchObject(HEALTHY);
    });

    test('is unhealthy without a file', async () => {
      expect(await run('heartbeat', join(directory, 'none'), 60)).toMatchObject(unhealthy(/none: there is no such file\n$/));
      expect(await run('heartbeat', join(beat(0), 'below'), 60)).toMatchObject(unhealthy(/below: errno 20\n$/));
    });

    const wrong = [
      [],
      ['/f'],
      ['f', '60'],
      ['/f', '0'],
      ['/f', '60s'],
      ['/f', '31536001'],
      ['/f', '60', 'x'],
      [`/${'x'.repeat(4095)}`, '60'],
    ];
    test.each(wrong.map((args) => [args] as const))('refuses bad usage %j', async (args) => {
      expect(await run('heartbeat', ...args)).toMatchObject({ code: 2, stderr: expect.stringMatching(/^usage: prober http .*\n$/) });
    });
  });

  test('prints its version', async () => {
    expect(await run('--version')).toMatchObject({ code: 0, stdout: `prober ${PROBER_VERSION}\n`, stderr: '' });
  });

  test.each(
    [
      [],
      ['--help'],
      ['http'],
      ['http', '80'],
      ['http', '80', 'healthz'],
      ['http', '80', '/a b'],
      ['http', '80', '/a\r\nX: y'],
      ['http', '80', '/ä'],
      ['http', '80', `/${'x'.repeat(8192)}`],
      ['http', '0', '/'],
      ['http', '65536', '/'],
      ['http', '99999999999999999999999999', '/'],
      ['http', '80x', '/'],
      ['http', '-1', '/'],
      ['http', '', '/'],
      ['http', '80', '/', '--timeout'],
      ['http', '80', '/', '--timeout', '0'],
      ['http', '80', '/', '--timeout', '5s'],
      ['http', '80', '/', '--host', 'a\r\nb'],
      ['http', '80', '/', '--host', ''],
      ['http', '80', '/', '--bogus', '1'],
      ['tcp'],
      ['tcp', '80', '/'],
      ['tcp', '80', '--host', 'a'],
      ['--version', 'x'],
    ].map((args) => [args] as const),
  )('refuses bad usage %j', async (args) => {
    const result = await run(...args);
    expect(result).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^usage: prober http .*\n$/) });
  });
});
