/** A slow database, a migration, files and secrets on a Swarm, through Pulumi. */
import { IMAGE } from '../compose/system';
import { requireDocker } from '../support/docker';
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { must, portOf } from '../support/run';
import { leftovers, removeAll, requireSwarm, updateEnd } from './engine';
import { bytesIn, current, listeningSince, replaced as replacedIn, serviceSpec, taskLog } from './shop';

const STACK = `ihu${process.pid}`;
const PORT = portOf(14);
const project = new PulumiProject(STACK, 'test/e2e/swarm/shop.program.ts', { E2E_STACK: STACK, E2E_PORT: String(PORT) });
const NAMES = ['database', 'api', 'worker', 'other'];
const SECRET = 'secret secrets:secrets.password';
const PASSWORD = '/run/secrets/secrets/password';
const planted = `planted-secret-value-${process.pid}`;

const replaced = (work: () => Promise<unknown>) => replacedIn(STACK, NAMES, work);

beforeAll(async () => {
  await requireDocker(IMAGE, 'busybox:1.37');
  await requireSwarm();
  await requirePulumi();
  await project.init({ [SECRET]: `${planted}-1` });
});

afterAll(async () => {
  await project.dispose();
  await removeAll(STACK);
}, 600_000);

test('no process starts before the database, ready after 20 s, nor before the migration', async () => {
  await project.up();
  const ready = (await listeningSince(`${STACK}_database`)) + 20_000;
  const migrated = await taskLog(STACK, /migrating to 1/);
  expect(migrated).toBeGreaterThanOrEqual(ready);
  for (const name of ['api', 'worker']) expect(await listeningSince(`${STACK}_${name}`)).toBeGreaterThanOrEqual(migrated);
  expect(await listeningSince(`${STACK}_other`)).toBeLessThan(ready);
}, 600_000);

test('a second preview has no changes', async () => {
  const ran = await project.preview(['--expect-no-changes']);
  expect({ code: ran.code, said: ran.code === 0 ? '' : ran.stdout }).toEqual({ code: 0, said: '' });
});

test('a migration that fails is an error before anything is touched, and the old version serves', async () => {
  const changed = await replaced(async () => {
    const ran = await project.tryUp({ E2E_VERSION: '2', E2E_EXIT: '3' });
    expect(ran.code).not.toBe(0);
    expect(ran.stdout).toMatch(/Service migrate-[0-9a-f]{8} .*failed/);
  });
  expect(changed).toEqual([]);
  expect((await serviceSpec(`${STACK}_api`)).Env).toContain('VERSION=1');
  expect((await fetch(`http://127.0.0.1:${PORT}/ready`)).status).toBe(200);
}, 600_000);

test('one that succeeds replaces it, and earlier versions of it go', async () => {
  await project.up({ E2E_VERSION: '3' });
  for (const name of ['api', 'worker']) expect((await serviceSpec(`${STACK}_${name}`)).Env).toContain('VERSION=3');
  expect((await leftovers(`${STACK}_migrate`)).filter((line) => line.startsWith('service'))).toHaveLength(1);
}, 600_000);

test('another byte of a configuration file replaces those that have it, and reaches them', async () => {
  const changed = await replaced(async () => {
    await project.up({ E2E_VERSION: '3', E2E_TEXT: 'longer' });
    expect(await updateEnd(`${STACK}_api`)).toBe('completed');
  });
  expect(changed).toEqual(['api']);
  expect(await bytesIn(`${STACK}_api`, '/etc/app.conf')).toBe(6);
}, 900_000);

test('another value of a secret replaces those that have it, and reaches them', async () => {
  expect(await bytesIn(`${STACK}_database`, PASSWORD)).toBe(planted.length + 2);
  await project.configure({ [SECRET]: `${planted}-22` });
  const changed = await replaced(async () => {
    await project.up({ E2E_VERSION: '3', E2E_TEXT: 'longer' });
    expect(await updateEnd(`${STACK}_database`)).toBe('completed');
  });
  expect(changed).toEqual(['database']);
  expect(await bytesIn(`${STACK}_database`, PASSWORD)).toBe(planted.length + 3);
  expect((await leftovers(`${STACK}_secrets`)).filter((line) => line.startsWith('secret'))).toHaveLength(1);
}, 900_000);

test('the values of the secret stand nowhere', async () => {
  const services = await Promise.all(NAMES.map((name) => must('docker', ['service', 'inspect', `${STACK}_${name}`])));
  const containers = await Promise.all(NAMES.map(async (name) => must('docker', ['inspect', await current(`${STACK}_${name}`)])));
  for (const text of [...services, ...containers, await project.state()]) {
    expect(text).not.toContain(planted);
    expect(text).not.toContain(Buffer.from(planted).toString('base64').slice(0, 24));
  }
});
