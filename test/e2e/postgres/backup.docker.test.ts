/** Backups on a Docker engine through `pulumi up`: the clock, a drill, a restore, another key, another image. */
import { inspect, requireDocker, sweep } from '../support/docker';
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { must, portOf, run, until } from '../support/run';
import { plantedIn } from '../systems/secrets';
import { CANARY, drilled, goesOn, OTHER, questions, RUNNER, testPointInTime, unlocked } from './backup-shop';
import { CIPHER, S3 } from './s3';
import { PLANTED } from './shop';

const ID = `ihbd${process.pid}`;
const KEYS = ['planted-bucket-key-1', 'planted-bucket-key-22'] as const;
const SECRETS = { ...PLANTED, key: KEYS[0], next: KEYS[1], cipher: CIPHER };
let s3: S3;
let project: PulumiProject;

const name = (service: string) => `${ID}-shop-${service}`;
const exec = (service: string, command: readonly string[]) => run('docker', ['exec', name(service), ...command]);
/** The server is the first of its replicas. */
const server: typeof exec = (service, command) => exec(service === 'database' ? 'database-1' : service, command);
const config = (secret: string, values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`secret secrets:${secret}.${key}`, value]));

const { sql, list } = questions(exec);

beforeAll(async () => {
  await requireDocker(RUNNER, OTHER);
  await requirePulumi();
  await S3.require();
  s3 = new S3(portOf(8));
  await s3.start(KEYS[0]);
  project = new PulumiProject('e2e-backup', 'test/e2e/postgres/backup.program.ts', {
    E2E_NAMESPACE: ID,
    E2E_ENDPOINT: s3.endpoint,
    E2E_RECIPIENT: s3.recipient,
  });
  await project.init({ ...config('passwords', PLANTED), ...config('s3', s3.secrets(KEYS[0])) });
  await project.up();
}, 600_000);

afterAll(async () => {
  await project?.dispose();
  await sweep(ID);
  await s3?.dispose();
}, 300_000);

test('the clock makes a backup, and a drill proves it', async () => {
  const proved = await until('a drill has proved a backup', list, (all) => drilled(all) !== undefined, 360_000);
  expect(drilled(proved)).toMatchObject({ kind: 'scheduled', drill: 'ok' });
}, 500_000);

test('a second preview has no changes', async () => {
  const { code, stdout } = await project.preview(['--expect-no-changes']);
  expect({ code, said: code === 0 ? '' : stdout }).toEqual({ code: 0, said: '' });
}, 240_000);

test('a dropped table comes back by a container that is started for it', async () => {
  // before the clock makes one without the table
  const id = (await list()).at(-1)?.id ?? 'none';
  await sql('DROP TABLE items');
  expect((await inspect('container', name('database-restore'))).State.Status).toBe('created');
  await must('docker', ['start', name('database-restore')]);
  const ran = await unlocked(() => exec('database-restore', ['pg-backup', 'restore', id]));
  expect({ code: ran.code, said: ran.code === 0 ? '' : ran.stderr }).toEqual({ code: 0, said: '' });
  await must('docker', ['stop', name('database-restore')]);
  expect(await sql(`SELECT count(*), count(*) FILTER (WHERE name = '${CANARY}') FROM items`)).toBe('1001|1');
}, 480_000);

testPointInTime(server);

test('another key of the bucket reaches the programs of the runner and the archive, and the data stays', async () => {
  await s3.start(KEYS[1]);
  await project.configure(config('s3', { key: KEYS[1] }));
  await project.up();
  const ran = await unlocked(() => exec('database-backup', ['pg-backup', 'backup']));
  expect({ code: ran.code, said: ran.code === 0 ? '' : ran.stderr }).toEqual({ code: 0, said: '' });
  await goesOn(server);
}, 900_000);

test('another image of the server keeps the data', async () => {
  await project.up({ E2E_BACKUP: JSON.stringify({ image: OTHER }) });
  expect((await inspect('container', name('database-1'))).Config.Image).toBe(OTHER);
  expect(await sql('SELECT count(*) FROM items')).toBe('1002');
}, 480_000);

test('nothing secret is in the state, the containers, the logs or the bucket', async () => {
  expect(plantedIn(await project.state(), SECRETS)).toEqual([]);
  const ids = (await must('docker', ['ps', '--all', '--quiet', '--filter', `name=${ID}`])).split('\n').filter(Boolean);
  expect(ids.length).toBeGreaterThan(6);
  expect(plantedIn(await must('docker', ['inspect', ...ids]), SECRETS)).toEqual([]);
  const logs = await Promise.all(ids.map((id) => run('docker', ['logs', id])));
  const said = logs.map(({ stdout, stderr }) => stdout + stderr).join('\n');
  expect(plantedIn(said, SECRETS)).toEqual([]);
  expect(said).not.toContain(CANARY);
  expect(s3.bytes()).not.toContain(CANARY);
  expect(plantedIn(s3.bytes(), SECRETS)).toEqual([]);
}, 240_000);

test('destroy is refused while the newest backup is too old, and then not', async () => {
  await project.up({ E2E_BACKUP: JSON.stringify({ maxAgeAtDestroy: '1s' }) });
  const running = () => must('docker', ['ps', '--quiet', '--filter', `name=${ID}`]);
  const before = await running();
  const refused = await project.tryDestroy();
  expect({ code: refused.code, said: refused.stdout + refused.stderr }).toEqual({
    code: 1,
    said: expect.stringMatching(
      /BackupStatus: `pg-backup guard` does not agree .*no backup that is proven by a drill and younger than 1 s; orders: the newest is of/,
    ),
  });
  expect(await running()).toBe(before);
  await project.up({ E2E_BACKUP: JSON.stringify({ maxAgeAtDestroy: '1d' }) });
  await project.destroy();
  expect(await running()).toBe('');
}, 900_000);
