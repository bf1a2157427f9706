/** A slow database, a migration, files and secrets where `docker compose` runs the file. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { composeFile, writeComposeFile } from '../../../lib/platforms/compose';
import { type Inspected, inspect, requireDocker, sweep } from '../support/docker';
import { must, portOf, type Ran, requireEngine, run } from '../support/run';
import { type ShopProps, shop } from './connections.system';
import { IMAGE } from './system';

const PROJECT = `ihsh${process.pid}`;
const PORT = portOf(3);
const folder = mkdtempSync(join(tmpdir(), 'ironhull-shop-'));
const file = join(folder, 'compose.yaml');
const planted = `planted-secret-value-${process.pid}`;
const env: Record<string, string> = {};
let written = '';
let command = '';

function write(props: Omit<ShopProps, 'port'>): void {
  const made = composeFile(shop({ ...props, port: PORT }), { name: PROJECT });
  writeComposeFile(file, made);
  written += made.text;
  command = /^# {3}(docker compose run .*)$/m.exec(made.text)?.[1] as string;
}

/** The value of the password, where the file says that it lies. */
function password(value: string): void {
  const path = join(folder, 'secrets/secrets/password');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, value, { mode: 0o444 });
}

const up = (): Promise<Ran> => run('docker', ['compose', '--file', file, 'up', '--detach', '--wait'], { env });
/** The command that the file itself tells, in its folder. */
const deploy = (): Promise<Ran> => run('sh', ['-c', command], { env, cwd: folder });
const container = (name: string): Promise<Inspected> => inspect('container', `${PROJECT}-${name}-1`);
const NAMES = ['database', 'api', 'worker', 'other'];
const ids = () => Promise.all(NAMES.map(async (name) => (await container(name)).Id as string));
/** Those that were made anew. */
async function replaced(work: () => Promise<unknown>): Promise<string[]> {
  const before = await ids();
  await work();
  const after = await ids();
  return NAMES.filter((_, i) => before[i] !== after[i]);
}
const bytes = async (name: string, path: string) =>
  JSON.parse(await inside(name, `http://127.0.0.1:8080/read?path=${path}`)).bytes as number;
/** What a process says, asked from the host by its address. */
async function inside(name: string, url: string): Promise<string> {
  const { NetworkSettings } = await container(name);
  const [address] = Object.values<{ IPAddress: string }>(NetworkSettings.Networks);
  return (await fetch(url.replace('127.0.0.1', address?.IPAddress as string))).text();
}

beforeAll(async () => {
  await requireDocker(IMAGE, 'busybox:1.37');
  await requireEngine(['docker', 'compose', 'version']);
  password(planted);
  write({});
});

afterAll(async () => {
  await run('docker', ['compose', '--file', file, 'down', '--volumes', '--timeout', '1'], { env });
  await sweep(PROJECT);
  rmSync(folder, { recursive: true, force: true });
});

test('nothing starts before the database, ready after 20 s, nor before the migration', async () => {
  const ran = await up();
  expect({ code: ran.code, warnings: /warn|ignored/i.exec(ran.stderr)?.[0] }).toEqual({ code: 0, warnings: undefined });
  const at = async (name: string, what: 'StartedAt' | 'FinishedAt') => Date.parse((await container(name)).State[what]);
  const ready = (await at('database', 'StartedAt')) + 20_000;
  expect(await at('migrate', 'StartedAt')).toBeGreaterThanOrEqual(ready);
  for (const name of ['api', 'worker']) expect(await at(name, 'StartedAt')).toBeGreaterThanOrEqual(await at('migrate', 'FinishedAt'));
  expect(await at('other', 'StartedAt')).toBeLessThan(ready - 10_000);
  expect((await container('migrate')).State.ExitCode).toBe(0);
});

test('a second up makes nothing anew, and runs the migration again', async () => {
  const before = (await container('migrate')).State.StartedAt;
  expect(await replaced(up)).toEqual([]);
  expect((await container('migrate')).State.StartedAt).not.toBe(before);
});

test('a migration that fails stops what the file itself tells to deploy with, while the old version serves', async () => {
  write({ version: '2', exit: 3 });
  const changed = await replaced(async () => expect((await deploy()).code).toBe(3));
  expect(changed).toEqual([]);
  expect((await container('api')).Config.Env).toContain('VERSION=1');
  expect((await fetch(`http://127.0.0.1:${PORT}/ready`)).status).toBe(200);
  write({ version: '3' });
  expect(await replaced(async () => expect((await deploy()).code).toBe(0))).toEqual(['api', 'worker']);
  expect((await container('api')).Config.Env).toContain('VERSION=3');
});

test('without it Compose has stopped the old version by then, as the table of platforms says, and starts no new one', async () => {
  write({ version: '4', exit: 3 });
  expect((await up()).code).not.toBe(0);
  expect((await container('api')).State.Status).toBe('created');
  write({ version: '5' });
  expect((await up()).code).toBe(0);
});

test('another byte of a configuration file makes those anew that have it, and reaches them', async () => {
  expect(await bytes('api', '/etc/app.conf')).toBe(3);
  write({ version: '5', text: 'longer' });
  expect(await replaced(up)).toEqual(['api']);
  expect(await bytes('api', '/etc/app.conf')).toBe(6);
});

test('another version of a secret makes those anew that have it, and reaches them', async () => {
  const path = '/run/secrets/secrets/password';
  expect(await bytes('database', path)).toBe(planted.length);
  password(`${planted}-2`);
  env.SECRETS_PASSWORD_VERSION = '2';
  expect(await replaced(up)).toEqual(['database']);
  expect(await bytes('database', path)).toBe(planted.length + 2);
});

test('the value of the secret stands nowhere', async () => {
  expect(written).not.toContain(planted);
  for (const name of NAMES) {
    expect(JSON.stringify(await container(name))).not.toContain(planted);
    const logs = await run('docker', ['logs', `${PROJECT}-${name}-1`]);
    expect(logs.stdout + logs.stderr).not.toContain(planted);
  }
  expect(await must('docker', ['compose', '--file', file, 'config'], { env })).not.toContain(planted);
});

test('the commands that the file tells make values of the right form, where they belong', async () => {
  const [line] = /(?<=^# {3})mkdir -p .*$/m.exec(written) as RegExpExecArray;
  rmSync(join(folder, 'secrets'), { recursive: true });
  await must('sh', ['-c', line as string], { cwd: folder });
  expect(await must('cat', [join(folder, 'secrets/secrets/password')])).toMatch(/^[A-Za-z0-9]{40}$/);
});
