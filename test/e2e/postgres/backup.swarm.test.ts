/** Backups on a Swarm by a stack file: the clock, a drill, and a restore by a service that is scaled up for it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RootConstruct } from 'constructs';
import { Environment, Environments } from '../../../lib';
import { swarmStackFile, writeComposeFile } from '../../../lib/platforms/swarm';
import { requireDocker } from '../support/docker';
import { must, portOf, type Ran, run, until } from '../support/run';
import { containerOf, removeAll, requireSwarm, running, updateEnd } from '../swarm/engine';
import { plantedIn } from '../systems/secrets';
import { BackedUpShop, CANARY, drilled, goesOn, OTHER, questions, RUNNER, testPointInTime, unlocked, type Where } from './backup-shop';
import { CIPHER, S3 } from './s3';
import { PLANTED } from './shop';

const STACK = `ihbs${process.pid}`;
const KEYS = ['planted-bucket-key-1', 'planted-bucket-key-22'] as const;
const folder = mkdtempSync(join(tmpdir(), 'ironhull-backup-'));
let s3: S3;

const service = (name: string) => `${STACK}_shop-${name}`;
/** Fails where a service has no container for a while, as it is when another takes its place. */
const exec = (name: string, command: readonly string[]): Promise<Ran> =>
  containerOf(service(name)).then(
    ({ Id }) => run('docker', ['exec', Id, ...command]),
    (error: Error) => ({ code: -1, stdout: '', stderr: error.message }),
  );

const { sql, list } = questions(exec);

beforeAll(async () => {
  await requireDocker(RUNNER, OTHER);
  await requireSwarm();
  await S3.require();
  s3 = new S3(portOf(10));
  await s3.start(KEYS[0]);
  writeSecrets('passwords', PLANTED);
  writeSecrets('s3', s3.secrets(KEYS[0]));
  await deploy();
  for (const name of ['database', 'client', 'database-backup', 'database-drill', 'database-backup-status'])
    await running(service(name), 1, 240_000);
}, 600_000);

function writeSecrets(secret: string, values: Readonly<Record<string, string>>): void {
  mkdirSync(join(folder, 'secrets', secret), { recursive: true });
  for (const [key, value] of Object.entries(values)) {
    rmSync(join(folder, 'secrets', secret, key), { force: true });
    writeFileSync(join(folder, 'secrets', secret, key), value, { mode: 0o400 });
  }
}

async function deploy(env: Readonly<Record<string, string>> = {}, backup: Where['backup'] = {}): Promise<void> {
  const root = new RootConstruct(STACK);
  Environment.set(root, Environments.staging);
  new BackedUpShop(root, { endpoint: s3.endpoint, recipient: s3.recipient, pitr: true, backup });
  writeComposeFile(join(folder, 'stack.yaml'), swarmStackFile(root, { name: STACK, endpointMode: 'dnsrr' }));
  await must('docker', ['stack', 'deploy', '--detach=true', '--resolve-image=never', '--compose-file', 'stack.yaml', STACK], {
    cwd: folder,
    env,
  });
}

afterAll(async () => {
  try {
    await removeAll(STACK);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await s3?.dispose();
  }
}, 360_000);

test('the clock makes a backup, and a drill proves it', async () => {
  const proved = await until('a drill has proved a backup', list, (all) => drilled(all) !== undefined, 360_000);
  expect(drilled(proved)).toMatchObject({ kind: 'scheduled', drill: 'ok' });
}, 500_000);

test('a dropped table comes back by a service that is scaled up for it', async () => {
  // before the clock makes one without the table
  const id = (await list()).at(-1)?.id ?? 'none';
  await sql('DROP TABLE items');
  await must('docker', ['service', 'scale', '--detach', `${service('database-restore')}=1`]);
  await running(service('database-restore'), 1, 120_000);
  const restore = () => exec('database-restore', ['pg-backup', 'restore', id]);
  // the server is not found at once
  const ran = await unlocked(() => until('the server is found', restore, ({ code }) => code !== 69, 120_000));
  expect({ code: ran.code, said: ran.code === 0 ? '' : ran.stderr }).toEqual({ code: 0, said: '' });
  await must('docker', ['service', 'scale', '--detach', `${service('database-restore')}=0`]);
  expect(await sql(`SELECT count(*), count(*) FILTER (WHERE name = '${CANARY}') FROM items`)).toBe('1001|1');
}, 720_000);

testPointInTime(exec);

test('another key of the bucket, and another image of the server: it goes on', async () => {
  await s3.start(KEYS[1]);
  writeSecrets('s3', s3.secrets(KEYS[1]));
  await deploy({ S3_KEY_VERSION: '2' }, { image: OTHER });
  expect(await updateEnd(service('database'), 300_000)).toBe('completed');
  expect((await containerOf(service('database'))).Config.Image).toBe(OTHER);
  await goesOn(exec);
}, 900_000);

test('nothing secret is in the services, the containers, the logs or the bucket', async () => {
  const secrets = { ...PLANTED, key: KEYS[0], next: KEYS[1], cipher: CIPHER };
  // a container of an update that still goes on may be gone before it is looked at
  const look = async () => {
    const listed = await must('docker', ['ps', '--quiet', '--filter', `label=com.docker.stack.namespace=${STACK}`]);
    const ids = listed.split('\n').filter(Boolean);
    return { ids, inspected: await must('docker', ['inspect', ...ids]) };
  };
  const { ids, inspected } = await until('the containers are looked at', look, () => true);
  const services = (await must('docker', ['service', 'ls', '--quiet', '--filter', `label=com.docker.stack.namespace=${STACK}`]))
    .split('\n')
    .filter(Boolean);
  expect(services.length).toBeGreaterThan(6);
  expect(plantedIn(inspected, secrets)).toEqual([]);
  expect(plantedIn(await must('docker', ['service', 'inspect', ...services]), secrets)).toEqual([]);
  const logs = await Promise.all(ids.map((id) => run('docker', ['logs', id])));
  const said = logs.map(({ stdout, stderr }) => stdout + stderr).join('\n');
  expect(plantedIn(said, secrets)).toEqual([]);
  expect(said).not.toContain(CANARY);
  expect(s3.bytes()).not.toContain(CANARY);
}, 180_000);
