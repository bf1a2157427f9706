/** A slow database, a migration, files and secrets on a Swarm, by a stack file. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { swarmStackFile, writeComposeFile } from '../../../lib/platforms/swarm';
import { type ShopProps, shop } from '../compose/connections.system';
import { IMAGE } from '../compose/system';
import { inspect, requireDocker } from '../support/docker';
import { must, run } from '../support/run';
import { removeAll, requireSwarm, running, updateEnd } from './engine';
import { ask, bytesIn, current, listeningSince, replaced as replacedIn, serviceSpec, taskLog } from './shop';

const STACK = `iht${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'ironhull-shop-'));
const planted = `planted-secret-value-${process.pid}`;
const env: Record<string, string> = {};
let written = '';

async function deploy(props: ShopProps): Promise<void> {
  const file = swarmStackFile(shop(props), { name: STACK, endpointMode: 'dnsrr' });
  writeComposeFile(join(folder, 'stack.yaml'), file);
  written += file.text;
  const args = ['stack', 'deploy', '--detach=true', '--resolve-image=never', '--compose-file', 'stack.yaml', STACK];
  const ran = await run('docker', args, { env, cwd: folder });
  expect({ code: ran.code, ignored: /ignor|unsupported|deprecated/i.exec(ran.stdout + ran.stderr)?.[0] }).toEqual({
    code: 0,
    ignored: undefined,
  });
}

/** The value of the password, where the file says that it lies. */
function password(value: string): void {
  const path = join(folder, 'secrets/secrets/password');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, value);
}

const NAMES = ['database', 'api', 'worker', 'other'];
const replaced = (work: () => Promise<unknown>) => replacedIn(STACK, NAMES, work);

beforeAll(async () => {
  await requireDocker(IMAGE, 'busybox:1.37');
  await requireSwarm();
  password(planted);
});

afterAll(async () => {
  await removeAll(STACK);
  rmSync(folder, { recursive: true, force: true });
});

test('no process starts before the database, ready after 20 s, nor before the migration', async () => {
  await deploy({});
  for (const name of NAMES) await running(`${STACK}_${name}`, 1);
  const ready = (await listeningSince(`${STACK}_database`)) + 20_000;
  const migrated = await taskLog(STACK, /migrating to 1/);
  expect(migrated).toBeGreaterThanOrEqual(ready);
  for (const name of ['api', 'worker']) expect(await listeningSince(`${STACK}_${name}`)).toBeGreaterThanOrEqual(migrated);
  expect(await listeningSince(`${STACK}_other`)).toBeLessThan(ready - 5_000);
}, 900_000);

test('a migration that fails keeps the old version: one that serves, and one that nobody checks', async () => {
  const before = await current(`${STACK}_worker`);
  await deploy({ version: '2', exit: 3 });
  await taskLog(STACK, /migrating to 2/);
  // it is rolled back once it has waited in vain for as long as the migration may take
  for (const name of ['worker', 'api']) {
    expect(await updateEnd(`${STACK}_${name}`)).toBe('rollback_completed');
    await running(`${STACK}_${name}`, 1);
    expect((await serviceSpec(`${STACK}_${name}`)).Env).toContain('VERSION=1');
    expect((await inspect('container', await current(`${STACK}_${name}`))).Config.Env).toContain('VERSION=1');
  }
  expect(await current(`${STACK}_worker`)).toBe(before);
  expect(await ask(`${STACK}_api`, '/ready')).toBe(200);
}, 900_000);

test('one that succeeds replaces it', async () => {
  await deploy({ version: '3' });
  for (const name of ['worker', 'api']) expect(await updateEnd(`${STACK}_${name}`)).toBe('completed');
  expect(await listeningSince(`${STACK}_worker`)).toBeGreaterThanOrEqual(await taskLog(STACK, /migrating to 3/));
}, 900_000);

test('another byte of a configuration file replaces those that have it, and reaches them', async () => {
  const changed = await replaced(async () => {
    await deploy({ version: '3', text: 'longer' });
    expect(await updateEnd(`${STACK}_api`)).toBe('completed');
  });
  expect(changed).toEqual(['api']);
  expect(await bytesIn(`${STACK}_api`, '/etc/app.conf')).toBe(6);
}, 900_000);

test('another version of a secret replaces those that have it, and reaches them', async () => {
  const path = '/run/secrets/secrets/password';
  expect(await bytesIn(`${STACK}_database`, path)).toBe(planted.length);
  password(`${planted}-2`);
  env.SECRETS_PASSWORD_VERSION = '2';
  const changed = await replaced(async () => {
    await deploy({ version: '3', text: 'longer' });
    expect(await updateEnd(`${STACK}_database`)).toBe('completed');
  });
  expect(changed).toEqual(['database']);
  expect(await bytesIn(`${STACK}_database`, path)).toBe(planted.length + 2);
}, 900_000);

test('the value of the secret stands nowhere', async () => {
  expect(written).not.toContain(planted);
  for (const name of NAMES) {
    expect(await must('docker', ['service', 'inspect', `${STACK}_${name}`])).not.toContain(planted);
    expect(await must('docker', ['inspect', await current(`${STACK}_${name}`)])).not.toContain(planted);
    const logs = await run('docker', ['logs', await current(`${STACK}_${name}`)]);
    expect(logs.stdout + logs.stderr).not.toContain(planted);
  }
});
