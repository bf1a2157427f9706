/** Points in time by `docker compose`: what is archived, what comes back, what is refused, what a lost volume costs. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Environments } from '../../../lib';
import { requireDocker } from '../support/docker';
import { must, portOf, requireEngine, until } from '../support/run';
import { Project } from '../systems/compose';
import { plantedIn } from '../systems/secrets';
import { RUNNER } from './backup-shop';
import { PitrShop, Server } from './pitr-shop';
import { BUCKET, CIPHER, S3 } from './s3';
import { PLANTED } from './shop';

const project = new Project(`ihpt${process.pid}`);
const server = new Server(project);
const KEY = 'planted-bucket-key-1';
let s3: S3;

const now = () => server.sql("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || ' UTC'");
const up = () => project.must('up', '--detach', '--wait', 'shop-database');

/** Restores, and waits for the server that has the data then; how long both took in seconds. */
async function restore(...args: string[]): Promise<{ seconds: number; said: string }> {
  const [before, start] = [await server.started(), Date.now()];
  const ran = await server.exec('pg-backup', 'pitr-restore', ...args);
  expect({ code: ran.code, said: ran.code === 0 ? '' : ran.stderr }).toEqual({ code: 0, said: '' });
  await server.answersAgain(before, 180_000);
  return { seconds: (Date.now() - start) / 1000, said: ran.stdout };
}

beforeAll(async () => {
  await requireDocker(RUNNER);
  await requireEngine(['docker', 'compose', 'version']);
  await S3.require();
  s3 = new S3(portOf(11));
  await s3.start(KEY);
  project.writeSecrets('passwords', PLANTED);
  project.writeSecrets('s3', s3.secrets(KEY));
  project.write(Environments.staging, (root) => new PitrShop(root, s3));
  await up();
}, 360_000);

afterAll(async () => {
  await project.dispose();
  await s3?.dispose();
}, 180_000);

test('the server archives, and makes its first backup by itself', async () => {
  await server.sql("CREATE TABLE items AS SELECT n, 'canary-5b1e ' || n AS name FROM generate_series(1, 5000) n");
  const { backups } = await until(
    'there is a backup',
    () => server.archive(),
    (all) => all.backups.length > 0,
    240_000,
  );
  expect(backups[0]?.name).toMatch(/^\d{8}-\d{6}F$/);
  // it is there a moment before pgBackRest has ended
  const diff = await until(
    'the first one has ended',
    () => server.exec('pg-backup', 'pitr-backup', 'diff'),
    ({ stderr }) => !stderr.includes('unable to acquire lock'),
    120_000,
  );
  expect(diff).toMatchObject({ code: 0 });
  expect((await server.archive()).backups[1]?.name).toMatch(/^\d{8}-\d{6}F_\d{8}-\d{6}D$/);
  expect(await server.sql('SHOW archive_timeout')).toBe('45s');
}, 480_000);

test('a table that was dropped comes back as it was just before', async () => {
  await server.sql("INSERT INTO items VALUES (0, 'the last one')");
  const before = await now();
  await server.sql('DELETE FROM items WHERE n > 10');
  await server.sql('DROP TABLE items');
  const { seconds, said } = await restore('--at', before);
  expect(await server.sql('SELECT count(*), sum(n), count(*) FILTER (WHERE n = 0) FROM items')).toBe('5001|12502500|1');
  // the old data is beside it, and the server goes on to archive, in a timeline of its own
  expect((await server.exec('sh', '-c', 'ls -d "$PGDATA".*')).stdout).toMatch(/pgdata\.old-\d{8}T\d{6}Z/);
  await server.sql('INSERT INTO items VALUES (-1, NULL); SELECT pg_switch_wal()');
  await until(
    'the new timeline is archived',
    () => server.sql('SELECT last_archived_wal FROM pg_stat_archiver'),
    (name) => /^00000002[0-9A-F]{16}$/.test(name),
    150_000,
  );
  console.log(`point in time: ${seconds.toFixed(1)} s until the server answers; ${said.trim()}`);
}, 600_000);

test('a time that is not in the archive is refused, and nothing happens', async () => {
  const started = await server.started();
  const later = await server.exec('pg-backup', 'pitr-restore', '--at', '2 hours');
  expect({ code: later.code, said: later.stderr }).toEqual({
    code: 66,
    said: expect.stringMatching(/is later than [\d-]+T[\d:]+Z, to which there is an archive/),
  });
  const earlier = await server.exec('pg-backup', 'pitr-restore', '--at', '2 hours ago');
  expect({ code: earlier.code, said: earlier.stderr }).toEqual({ code: 66, said: expect.stringContaining('when the oldest backup ended') });
  expect((await server.exec('pg-backup', 'pitr-restore', '--at', 'yesteryear')).code).toBe(64);
  expect(await server.started()).toBe(started);
}, 300_000);

test('the server goes on without its bucket, and what it could not archive follows', async () => {
  const failed = () => server.sql('SELECT failed_count FROM pg_stat_archiver');
  const [before, { to }] = [Number(await failed()), await server.archive()];
  await s3.stop();
  await server.sql('INSERT INTO items VALUES (-2, NULL); SELECT pg_switch_wal()');
  await until('it has failed to archive', failed, (count) => Number(count) > before, 120_000);
  // it starts without it as well
  await must('docker', ['kill', '--signal', 'KILL', server.name]);
  await must('docker', ['start', server.name]);
  await until(
    'it answers',
    () => server.ask('SELECT count(*) FROM items WHERE n = -2'),
    ({ stdout }) => stdout === '1\n',
    180_000,
  );
  await s3.start(KEY);
  await until(
    'what waited is archived',
    () => server.archive(),
    (archive) => archive.to > to,
    240_000,
  );
}, 720_000);

test('a drill proves the archive, and the metrics tell', async () => {
  const ran = await server.drill('pitr-drill');
  expect({ code: ran.code, said: ran.code === 0 ? '' : ran.stderr }).toEqual({ code: 0, said: '' });
  const proof = JSON.parse(ran.stdout) as { ok: boolean; bytes: number; seconds: Record<string, number> };
  expect(proof).toMatchObject({ ok: true, engine: 'pgbackrest' });
  console.log(`drill: ${JSON.stringify(proof)}`);
  await project.must('up', '--detach', '--no-deps', 'shop-database-backup-status');
  const status = `${project.name}-shop-database-backup-status-1`;
  await must('docker', ['exec', status, 'pg-backup', 'status']);
  const metrics = await must('docker', ['exec', status, 'sh', '-c', 'cat "$BACKUP_METRICS_FILE"']);
  const value = (name: string) => Number(new RegExp(`^pgbackup_${name}\\{dest="MAIN"\\} (\\d+)$`, 'm').exec(metrics)?.[1]);
  expect(Date.now() / 1000 - value('wal_last_archived_timestamp_seconds')).toBeLessThan(150);
  expect(value('pitr_window_seconds')).toBeGreaterThan(10);
  expect([value('pitr_drill_ok'), value('pitr_backups')]).toEqual([1, 2]);
}, 480_000);

test('a lost volume costs a minute of what was committed', async () => {
  await server.sql('CREATE TABLE beats (at timestamptz DEFAULT clock_timestamp())');
  const beat =
    'for i in $(seq 300); do psql -Xq -h /var/run/postgresql -U postgres -d orders -c "INSERT INTO beats DEFAULT VALUES"; sleep 0.5; done';
  await must('docker', ['exec', '--detach', server.name, 'sh', '-c', beat]);
  await new Promise((resolve) => setTimeout(resolve, 63_000));
  const killed = Date.parse(await now());
  await must('docker', ['kill', '--signal', 'KILL', server.name]);
  await project.must('rm', '--force', '--stop', 'shop-database');
  const volumes = (await must('docker', ['volume', 'ls', '--quiet', '--filter', `name=${project.name}`])).split('\n');
  const data = volumes.find((name) => /database-data/.test(name)) as string;
  await must('docker', ['volume', 'rm', data]);
  await up();
  // a new cluster touches nothing in the archive of the old one
  await until(
    'it says so',
    () => server.logs(),
    (text) => text.includes('the archive is of another cluster'),
    120_000,
  );
  const { seconds } = await restore();
  const lost = (killed - Date.parse(await server.sql('SELECT max(at) FROM beats'))) / 1000;
  console.log(`lost volume: ${lost.toFixed(1)} s of commits; ${seconds.toFixed(1)} s until the server answers`);
  expect(lost).toBeLessThan(60);
  expect(await server.sql('SELECT count(*) FROM items WHERE n <= 0')).toBe('3');
}, 720_000);

test('nobody else can read the archive, and one flipped byte is found', async () => {
  const secrets = { ...PLANTED, KEY, CIPHER };
  expect(plantedIn(s3.bytes(), secrets)).toEqual([]);
  expect(s3.bytes()).not.toContain('canary-5b1e');
  expect(plantedIn((await server.logs()) + JSON.stringify(await project.containers()), secrets)).toEqual([]);
  expect(plantedIn((await server.exec('sh', '-c', 'cat /proc/[0-9]*/cmdline')).stdout, secrets)).toEqual([]);
  expect((await server.drill('pitr-verify')).code).toBe(0);
  const root = join(s3.folder, 'objects', BUCKET, 'shop-database.pitr', 'backup', 'main');
  const bundle = join(root, readdirSync(root).find((name) => /F$/.test(name)) as string, 'bundle', '1');
  const bytes = readFileSync(bundle);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
  writeFileSync(bundle, bytes);
  const { code, stderr } = await server.drill('pitr-verify');
  expect({ code, stderr }).toEqual({ code: 65, stderr: expect.stringContaining('the archive is damaged') });
  expect((await server.drill('pitr-drill')).code).toBe(65);
  expect((await server.archive()).drill).toMatchObject({ ok: false });
}, 480_000);
