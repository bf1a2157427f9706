/** Postgres by `docker compose`: who comes in, what is kept, what is told to nobody. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Environments, type PostgresProps } from '../../../lib';
import { requireDocker } from '../support/docker';
import { must, type Ran, requireEngine, run, until } from '../support/run';
import { Project } from '../systems/compose';
import { plantedIn } from '../systems/secrets';
import { IMAGE, PLANTED, psql, Shop } from './shop';

const project = new Project(`ihps${process.pid}`);
const inClient = (command: string[]): Promise<Ran> => run('docker', ['exec', `${project.name}-shop-client-1`, ...command]);
const inServer = (command: string[]): Promise<string> => must('docker', ['exec', `${project.name}-shop-database-1`, ...command]);
const superuser = (sql: string, database = 'postgres') =>
  inServer(['psql', '-XqAt', '-h', '/var/run/postgresql', '-U', 'postgres', '-d', database, '-c', sql]);

async function sql(text: string, how: Parameters<typeof psql>[1] = {}): Promise<string> {
  const ran = await inClient(psql(text, how));
  if (ran.code !== 0) throw new Error(ran.stderr);
  return ran.stdout.trim();
}

async function up(props: Partial<PostgresProps> = {}, env: Record<string, string> = {}): Promise<void> {
  project.write(Environments.staging, (root) => new Shop(root, props));
  const ran = await run('docker', ['compose', '--file', join(project.folder, 'compose.yaml'), 'up', '--detach', '--wait'], { env });
  if (ran.code !== 0) throw new Error(ran.stderr + (await project.must('logs')));
}

const logs = async () => {
  const { stdout, stderr } = await project.run('logs', 'shop-database');
  return stdout + stderr;
};

beforeAll(async () => {
  await requireDocker(IMAGE);
  await requireEngine(['docker', 'compose', 'version']);
  project.writeSecrets('passwords', PLANTED);
  await up();
}, 360_000);

afterAll(() => project.dispose(), 180_000);

describe('who comes in', () => {
  test('whom an edge lets connect, with what it was handed', async () => {
    expect(await sql('SELECT count(*) FROM items')).toBe('1000');
    expect(await sql('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toBe('t');
  });

  test('nobody without TLS, and nobody with another password', async () => {
    const clear = await inClient(psql('SELECT 1', { sslmode: 'disable' }));
    expect(clear.stderr).toContain('no encryption');
    const wrong = await inClient(psql('SELECT 1', { password: 'wrong' }));
    expect(wrong.stderr).toContain('password authentication failed');
  });

  test('each role may do what its line says', async () => {
    const reports = { user: 'reports', password: PLANTED['reports-password'] as string };
    expect(await sql('SELECT count(*) FROM items', reports)).toBe('1000');
    await expect(sql('DELETE FROM items', reports)).rejects.toThrow('permission denied');
    const backup = { user: 'backup', password: PLANTED['backup-password'] as string };
    expect(await sql('SHOW default_transaction_read_only', backup)).toBe('on');
    await expect(sql('CREATE ROLE another')).rejects.toThrow('permission denied');
    expect(await superuser('SELECT rolname FROM pg_roles WHERE rolsuper ORDER BY 1')).toBe('postgres\n');
  });

  test('passwords are kept as SCRAM verifiers', async () => {
    expect(await superuser('SELECT DISTINCT left(rolpassword, 13) FROM pg_authid WHERE rolpassword IS NOT NULL')).toBe('SCRAM-SHA-256\n');
  });
});

describe('what is true of it', () => {
  test('checksums, extensions, parameters', async () => {
    const of = (name: string) => superuser(`SHOW ${name}`);
    expect(await Promise.all(['data_checksums', 'ssl_min_protocol_version', 'log_statement', 'fsync', 'shared_buffers'].map(of))).toEqual(
      ['on', 'TLSv1.2', 'ddl', 'on', '128MB'].map((text) => `${text}\n`),
    );
    const extensions = await superuser('SELECT extname FROM pg_extension ORDER BY 1', 'orders');
    expect(extensions.trim().split('\n')).toEqual(['pg_stat_statements', 'pgcrypto', 'plpgsql']);
    expect(Number(await superuser('SELECT count(*) FROM pg_stat_statements'))).toBeGreaterThan(0);
  });

  test('it has no rights, and writes nowhere but where it must', async () => {
    const status = await inServer(['cat', '/proc/1/status']);
    expect(status).toMatch(/^CapEff:\s+0000000000000000$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(/^Uid:\s+10001\s/m);
    const { code } = await run('docker', ['exec', `${project.name}-shop-database-1`, 'sh', '-c', 'echo > /etc/here']);
    expect(code).not.toBe(0);
    // parallel queries and hash joins share memory there
    expect(await inServer(['sh', '-c', "df -k /dev/shm | awk 'NR == 2 { print $2 }'"])).toBe('131072\n');
  });

  test('statements that change the schema are in the log, and passwords nowhere', async () => {
    await sql('CREATE TABLE told (x int)');
    expect(await until('the statement is logged', logs, (text) => text.includes('CREATE TABLE told'))).toContain('CREATE TABLE told');
    expect(plantedIn(await logs(), PLANTED)).toEqual([]);
    expect(plantedIn(await superuser('SELECT query FROM pg_stat_statements'), PLANTED)).toEqual([]);
    expect(plantedIn(JSON.stringify(await project.containers()), PLANTED)).toEqual([]);
    expect(plantedIn(readFileSync(join(project.folder, 'compose.yaml'), 'utf8'), PLANTED)).toEqual([]);
    expect(plantedIn(await inServer(['cat', '/proc/1/environ']), PLANTED)).toEqual([]);
    // a process may have ended before it is read
    const arguments_ = await inServer(['sh', '-c', 'cat /proc/[0-9]*/cmdline 2>/dev/null || true']);
    expect(arguments_).toContain('config_file=');
    expect(plantedIn(arguments_, PLANTED)).toEqual([]);
  });
});

describe('what is kept', () => {
  test('everything that was committed, when it is killed', async () => {
    await sql("INSERT INTO items (name) VALUES ('last words')");
    await project.must('kill', '--signal', 'KILL', 'shop-database');
    await project.must('up', '--detach', '--wait');
    expect(await sql("SELECT count(*) FROM items WHERE name = 'last words'")).toBe('1');
    await until('it recovers', logs, (text) => text.includes('automatic recovery in progress'));
    // the statements for a new database were not run again
    expect(await sql('SELECT count(*) FROM items')).toBe('1001');
  }, 240_000);

  test('the volume is locked against a second server', async () => {
    const { Mounts } = await project.container('shop-database');
    const data = Mounts.find(({ Destination }: { Destination: string }) => Destination === '/var/lib/postgresql/data').Name;
    const lock = ['--entrypoint', 'flock', IMAGE, '--nonblock', '/data/pgdata.lock', 'true'];
    expect((await run('docker', ['run', '--rm', '--user', '10001', '--volume', `${data}:/data`, ...lock])).code).toBe(1);
  });

  test('another password reaches it, and the old one is worth nothing', async () => {
    const before = PLANTED['orders-password'] as string;
    project.writeSecrets('passwords', { 'orders-password': 'planted-next-password' });
    await up({}, { PASSWORDS_ORDERS_PASSWORD_VERSION: '2' });
    expect(await sql('SELECT count(*) FROM items')).toBe('1001');
    const old = await inClient(psql('SELECT 1', { password: before.replaceAll(/["$]/g, '\\$&') }));
    expect(old.stderr).toContain('password authentication failed');
  }, 300_000);

  test('roles follow the program, and what is in the databases stays', async () => {
    await up({ roles: { reports: {} } }, { PASSWORDS_ORDERS_PASSWORD_VERSION: '2' });
    await expect(sql('SELECT count(*) FROM items', { user: 'reports', password: PLANTED['reports-password'] as string })).rejects.toThrow(
      'permission denied',
    );
    expect(await sql('SELECT count(*) FROM items')).toBe('1001');
  }, 300_000);

  test('data of another major version is refused in one sentence', async () => {
    await inServer(['sh', '-c', 'cp "$PGDATA/PG_VERSION" "$PGDATA/kept" && echo 12 > "$PGDATA/PG_VERSION"']);
    await project.must('restart', 'shop-database');
    const said = await until('it says why', logs, (text) => text.includes('pg_upgrade'), 120_000);
    expect(said).toContain(
      'ironhull: the data is of PostgreSQL 12 and the image of 15: restore a backup into a new volume, or use pg_upgrade',
    );
  }, 300_000);
});
