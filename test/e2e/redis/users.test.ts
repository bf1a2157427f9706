/** What a server's users may, by a real redis-server that the construct's own scripts start; only its folders and its port are others. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Environments } from '../../../lib';
import { config, views } from '../../redis/shop';
import { portOf, requireEngine, run, until } from '../support/run';

const folder = mkdtempSync(join(tmpdir(), 'ih-redis-'));
const port = String(portOf(19));
// one that is hard to quote
const PASSWORDS: Readonly<Record<string, string>> = { default: 'an app', admin: 'a"b\\c $d\'', monitoring: 'looks', worker: 'works' };
const admin = join(folder, 'secrets', 'admin-password');
const env = { ADMIN_PASSWORD_FILE: admin, NODE: 'shop-redis', TLS: 'no', WAITS: 'no', PERSISTENCE: 'aof' };
let server: ChildProcess;

function path(name: string): string {
  return join(folder, name);
}

beforeAll(async () => {
  await requireEngine(['redis-server', '--version'], ['redis-cli', '--version']);
  for (const name of ['own', 'run', 'data', 'secrets']) mkdirSync(path(name));
  const users = { worker: { keys: ['jobs:*'], channels: ['jobs'] } };
  for (const [name, text] of Object.entries(config(views({ users }, Environments.staging)))) {
    const here = text
      .replaceAll('/etc/ironhull/redis', path('own'))
      .replaceAll('/run/secrets/shop-redis-passwords', path('secrets'))
      .replaceAll('/run/redis', path('run'))
      .replace(/^port 6379$/m, `port ${port}`)
      .replaceAll(/(?<![\w.])\/data\b/g, path('data'));
    writeFileSync(join(path('own'), name), here);
  }
  for (const [name, password] of Object.entries(PASSWORDS)) writeFileSync(join(path('secrets'), `${name}-password`), `${password}\n`);
  server = spawn('sh', [join(path('own'), 'start.sh')], { env: { ...process.env, ...env }, stdio: 'ignore' });
  await until(
    'the server',
    () => say('admin', 'PING'),
    (answer) => answer === 'PONG',
  );
});

afterAll(async () => {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true });
});

/** What the server answers a user. */
async function say(user: string, ...command: string[]): Promise<string> {
  const REDISCLI_AUTH = PASSWORDS[user] ?? user;
  const { stdout, stderr } = await run('redis-cli', ['-p', port, '--user', user, ...command], { env: { REDISCLI_AUTH } });
  return (stdout + stderr).trim();
}

const NO = /^NOPERM /;

test.each([
  ['default', ['SET', 'jobs:1', 'x'], /^OK$/],
  ['default', ['EVAL', "return redis.call('GET', KEYS[1])", '1', 'jobs:1'], /^x$/],
  ['default', ['INFO', 'server'], /redis_version/],
  ['default', ['CONFIG', 'SET', 'dir', '/tmp'], NO],
  ['default', ['ACL', 'LIST'], NO],
  ['default', ['FLUSHALL'], NO],
  ['default', ['ROLE'], /^master/],
  ['default', ['PUBLISH', 'news', 'x'], /^0$/],
  // Sentinels believe what is said there
  ['default', ['PUBLISH', '__sentinel__:hello', 'x'], NO],
  ['default', ['SHUTDOWN', 'NOSAVE'], NO],
  ['default', ['REPLICAOF', '203.0.113.1', '6379'], NO],
  ['worker', ['GET', 'jobs:1'], /^x$/],
  ['worker', ['GET', 'sessions:1'], NO],
  ['worker', ['PUBLISH', 'jobs', 'x'], /^0$/],
  ['worker', ['PUBLISH', 'others', 'x'], NO],
  ['worker', ['KEYS', '*'], NO],
  ['monitoring', ['INFO', 'ALL'], /redis_version/],
  ['monitoring', ['LATENCY', 'HISTOGRAM'], /^(?!NOPERM)/],
  ['monitoring', ['CONFIG', 'GET', 'masterauth'], NO],
  ['monitoring', ['SLOWLOG', 'GET'], NO],
  ['monitoring', ['GET', 'jobs:1'], NO],
  ['monitoring', ['SET', 'jobs:2', 'x'], NO],
  ['monitoring', ['CONFIG', 'SET', 'maxmemory', '0'], NO],
  ['monitoring', ['CLIENT', 'KILL', 'TYPE', 'normal'], NO],
  ['admin', ['CONFIG', 'GET', 'maxmemory-policy'], /noeviction/],
] as const)('%s: %j', async (user, command, answer) => expect(await say(user, ...command)).toMatch(answer));

test('nobody without a password, or with another, may do anything', async () => {
  expect((await run('redis-cli', ['-p', port, 'PING'])).stdout).toMatch(/^NOAUTH/);
  const wrong = await run('redis-cli', ['-p', port, '--user', 'admin', 'PING'], { env: { REDISCLI_AUTH: 'looks' } });
  expect(wrong.stdout + wrong.stderr).toMatch(/WRONGPASS|NOAUTH/);
});

test('what the server keeps has no password, and its users know hashes', () => {
  const rules = readFileSync(join(path('run'), 'users.acl'), 'utf8');
  for (const [name, password] of Object.entries(PASSWORDS))
    expect(rules).toContain(`user ${name} on sanitize-payload #${createHash('sha256').update(password).digest('hex')} `);
  const kept = readdirSync(path('data'), { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const texts = [rules, ...kept.map((one) => readFileSync(join(one.parentPath, one.name), 'latin1'))];
  for (const text of texts) for (const password of Object.values(PASSWORDS)) expect(text).not.toContain(password);
});

test('it is well once it answers, and says so with its own script', async () => {
  const health = () => run('sh', [join(path('own'), 'health.sh')], { env });
  expect(await health()).toMatchObject({ code: 0 });
  expect(existsSync(join(path('run'), 'ready'))).toBe(true);
  // a healthy server that copies one that is away is not ill
  expect(await say('admin', 'CONFIG', 'SET', 'replica-serve-stale-data', 'no')).toBe('OK');
  expect(await say('admin', 'REPLICAOF', '127.0.0.1', '1')).toBe('OK');
  expect(await health()).toMatchObject({ code: 0 });
  expect(await say('admin', 'REPLICAOF', 'NO', 'ONE')).toBe('OK');
});

test('it does not start without a password', async () => {
  const empty = path('empty');
  writeFileSync(empty, '');
  const { code, stderr } = await run('sh', [join(path('own'), 'start.sh')], { env: { ...env, ADMIN_PASSWORD_FILE: empty } });
  expect([code, stderr]).toEqual([78, `ironhull: ${empty} holds no password, or cannot be read\n`]);
});
