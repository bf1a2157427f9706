/** Backups by `docker compose`: made by the clock, drilled, restored, and readable by nobody else. */
import { join } from 'node:path';
import { Environments, type PostgresWithBackupProps } from '../../../lib';
import { requireDocker } from '../support/docker';
import { must, portOf, requireEngine, run, until } from '../support/run';
import { Project } from '../systems/compose';
import { plantedIn } from '../systems/secrets';
import { BackedUpShop, CANARY, drilled, type Listed, questions, RUNNER, unlocked } from './backup-shop';
import { S3 } from './s3';
import { IMAGE, PLANTED } from './shop';

const project = new Project(`ihb${process.pid}`);
const KEYS = ['planted-bucket-key-1', 'planted-bucket-key-22'] as const;
// What ended runs have left: the clock may start a run at any moment, and a run that lives has locked its folder. One that ends just now
// still removes what it has: what is left is there a moment later as well.
const LEFT = `unlocked() {
  for run in /staging/run.*/; do
    [[ -e $run ]] || continue
    [[ ! -e $run.alive ]] || flock --nonblock "$run.alive" true || continue
    find "$run" -type f
  done 2>/dev/null | sort
}
comm -12 <(unlocked) <(sleep 3; unlocked)
echo looked`;
let s3: S3;

const exec = (service: string, command: readonly string[]) => run('docker', ['exec', `${project.name}-shop-${service}-1`, ...command]);

const { sql, list } = questions(exec);

async function up(env: Record<string, string> = {}, props: Partial<PostgresWithBackupProps> = {}): Promise<void> {
  const where = { endpoint: s3.endpoint, recipient: s3.recipient };
  project.write(Environments.staging, (root) => new BackedUpShop(root, where, props));
  const ran = await run('docker', ['compose', '--file', join(project.folder, 'compose.yaml'), 'up', '--detach', '--wait'], { env });
  if (ran.code !== 0) throw new Error(ran.stderr + (await project.must('logs')));
}

beforeAll(async () => {
  await requireDocker(IMAGE, RUNNER);
  await requireEngine(['docker', 'compose', 'version']);
  await S3.require();
  s3 = new S3(portOf(7));
  await s3.start(KEYS[0]);
  project.writeSecrets('passwords', PLANTED);
  project.writeSecrets('s3', s3.secrets(KEYS[0]));
  await up();
}, 480_000);

afterAll(async () => {
  await project.dispose();
  await s3?.dispose();
}, 180_000);

test('the clock makes a backup, and a drill proves it', async () => {
  const [first] = await until('there is a backup', list, (all) => all.length > 0, 240_000);
  expect(first).toMatchObject({ kind: 'scheduled', rows: 1001 });
  const proved = await until('a drill has proved one', list, (all) => drilled(all) !== undefined, 300_000);
  expect(drilled(proved)).toMatchObject({ drill: 'ok' });
}, 720_000);

test('what is told of them is what is in the bucket', async () => {
  const { stdout } = await until(
    'the metrics tell of a backup',
    async () => {
      await exec('database-backup-status', ['pg-backup', 'status']);
      return exec('database-backup-status', ['curl', '-fsS', 'http://127.0.0.1:9188/metrics.txt']);
    },
    (ran) => /pgbackup_last_drill_ok\{.*\} 1/.test(ran.stdout),
    120_000,
  );
  const newest = Number(/last_commit_snapshot_timestamp_seconds\{[^}]*scheduled[^}]*\} (\d+)/.exec(stdout)?.[1]);
  expect((await list()).map(({ at }) => Date.parse(at) / 1000)).toContain(newest);
  expect(stdout).toMatch(/pgbackup_encrypted\{[^}]*env="staging"[^}]*\} 1/);
}, 300_000);

test('a dropped table comes back, and what came after it is in the safety backup', async () => {
  const [{ id }] = (await list()).slice(-1) as [Listed];
  await sql("INSERT INTO items (name) VALUES ('too late')");
  await sql('DROP TABLE items');
  const ran = await unlocked(() =>
    project.run('run', '--rm', '--no-deps', '--entrypoint', 'pg-backup', 'shop-database-restore', 'restore', id),
  );
  expect({ code: ran.code, said: ran.code === 0 ? '' : ran.stderr }).toEqual({ code: 0, said: '' });
  expect(await sql('SELECT count(*) FROM items')).toBe('1001');
  expect(await sql(`SELECT count(*) FROM items WHERE name = '${CANARY}'`)).toBe('1');
  // its owner goes on as before
  await sql("INSERT INTO items (name) VALUES ('after')");
  const kinds = (await list()).map(({ kind }) => kind);
  expect(kinds).toContain('safety');
  const databases = await must('docker', [
    'exec',
    `${project.name}-shop-database-1`,
    'psql',
    '-XAt',
    '-U',
    'postgres',
    '-c',
    'SELECT datname FROM pg_database',
  ]);
  expect(databases).toMatch(/orders_old_\d+/);
}, 600_000);

test('another key of the bucket reaches every program of the runner', async () => {
  const before = await project.container('shop-database');
  await s3.start(KEYS[1]);
  project.writeSecrets('s3', s3.secrets(KEYS[1]));
  await up({ S3_KEY_VERSION: '2' });
  expect((await list()).length).toBeGreaterThan(1);
  const ran = await unlocked(() => exec('database-backup', ['pg-backup', 'backup']));
  expect({ code: ran.code, said: ran.code === 0 ? '' : ran.stderr }).toEqual({ code: 0, said: '' });
  // this one, and not one more: the clock has old ones deleted
  const { id } = JSON.parse(ran.stdout) as Listed;
  expect((await list()).filter((one) => one.id === id)).toEqual([expect.objectContaining({ kind: 'manual' })]);
  expect((await project.container('shop-database')).Id).toBe(before.Id);
}, 600_000);

test('another image of the server keeps the data, and backups go on', async () => {
  await up({ S3_KEY_VERSION: '2' }, { image: 'pgvector/pgvector:pg16' });
  expect(await sql('SELECT count(*) FROM items')).toBe('1002');
  expect((await unlocked(() => exec('database-backup', ['pg-backup', 'backup']))).code).toBe(0);
}, 600_000);

test('nobody else can read anything', async () => {
  expect(s3.bytes()).not.toContain(CANARY);
  const secrets = { ...PLANTED, key: KEYS[0], next: KEYS[1] };
  expect(plantedIn(s3.bytes(), secrets)).toEqual([]);
  expect(plantedIn(JSON.stringify(await project.containers()), secrets)).toEqual([]);
  const { stdout, stderr } = await project.run('logs');
  expect(plantedIn(stdout + stderr, secrets)).toEqual([]);
  expect(stdout + stderr).not.toContain(CANARY);
  // a run that was killed with its container is cleared away by the next one, which is this one in the drill's container
  const drill = await exec('database-drill', ['pg-backup', 'drill']);
  expect({ code: drill.code, said: drill.code === 0 ? '' : drill.stderr }).toEqual({ code: 0, said: '' });
  for (const name of ['backup', 'drill']) {
    const { stdout: left } = await exec(`database-${name}`, ['bash', '-c', LEFT]);
    expect(left).toBe('looked\n');
  }
}, 300_000);
