/** VeoGen in development, whole, on a real Docker engine. */
import { answers, everything, type Inspected, inspect, mostOpenFiles, requireDocker, sweep } from '../support/docker';
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { must } from '../support/run';
import { VEOGEN_IMAGES } from '../support/veogen';
import { type Seen, valueTests } from './values';

const ID = `e2v-${process.pid.toString(36)}${Date.now().toString(36).slice(-4)}`;
const SERVICES = ['postgres-1', 'postgres-exporter', 'redis', 'backend', 'frontend', 'worker'].map((name) => `${ID}-veogen-${name}`);

let project: PulumiProject;
let seen: Seen;

beforeAll(async () => {
  await requireDocker(...VEOGEN_IMAGES);
  await requirePulumi();
  const nofile = await mostOpenFiles();
  project = new PulumiProject('e2e-veogen', 'test/e2e/docker/veogen.program.ts', {
    E2E_NAMESPACE: ID,
    E2E_NOFILE: String(nofile),
  });
  await project.init({
    'secret secrets:veogen-secrets.postgres-password': 'not-in-the-state-1',
    'secret secrets:veogen-secrets.postgres-superuser-password': 'not-in-the-state-5',
    'secret secrets:veogen-secrets.postgres-backup-password': 'not-in-the-state-6',
    'secret secrets:veogen-secrets.postgres-monitoring-password': 'not-in-the-state-7',
    'secret secrets:veogen-secrets.database-url': 'not-in-the-state-2',
    'secret secrets:veogen-secrets.google-api-key': 'not-in-the-state-3',
    'secret secrets:veogen-secrets.redis-url': 'not-in-the-state-4',
  });
  await project.up();
  const [backend, sidecar, network] = (await Promise.all([
    inspect('container', `${ID}-veogen-backend`),
    inspect('container', `${ID}-veogen-backend-monitoring`),
    inspect('network', `${ID}-veogen-network`),
  ])) as [Inspected, Inspected, Inspected];
  seen = { backend, host: backend.HostConfig, sidecar, network, networkName: `${ID}-veogen-network`, nofile };
}, 600_000);

afterAll(async () => {
  await project?.dispose();
  await sweep(`${ID}-`);
});

valueTests(() => seen);

test.each(SERVICES)('V16: %s runs, hardened', async (name) => {
  const { State, HostConfig, Config } = await inspect('container', name);
  expect(State.Running).toBe(true);
  expect(State.Health?.Status ?? 'healthy').toBe('healthy');
  expect(HostConfig).toMatchObject({ ReadonlyRootfs: true, CapDrop: ['ALL'], Privileged: false, SecurityOpt: ['no-new-privileges:true'] });
  expect(Config.User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
});

test('services start in the order of their connections', async () => {
  const at = async (name: string) => Date.parse((await inspect('container', `${ID}-veogen-${name}`)).State.StartedAt);
  const [postgres, redis, backend, frontend] = await Promise.all(['postgres-1', 'redis', 'backend', 'frontend'].map(at));
  expect(backend).toBeGreaterThan(Math.max(postgres as number, redis as number));
  expect(frontend).toBeGreaterThan(backend as number);
});

test('V16: the backend reaches the database and the cache, and the front end the backend', async () => {
  // the stand-in for the images connects to what it is asked for
  const reach = async (from: string, own: number, host: string, port: number) =>
    answers(await inspect('container', `${ID}-veogen-${from}`), `http://127.0.0.1:${own}/connect?host=${host}&port=${port}`, true);
  expect(await reach('backend', 8000, 'veogen-postgres', 5432)).toBe(true);
  expect(await reach('backend', 8000, 'veogen-redis', 6379)).toBe(true);
  expect(await reach('frontend', 3000, 'veogen-backend', 8000)).toBe(true);
});

test('the database takes the password of the secret', async () => {
  const login = 'host=127.0.0.1 user=veogen dbname=veogen password=not-in-the-state-1';
  expect((await must('docker', ['exec', `${ID}-veogen-postgres-1`, 'psql', login, '-tAc', 'select 1'])).trim()).toBe('1');
});

test('V4: the database tells statements, and takes nothing in clear', async () => {
  const show = async (name: string) => {
    const psql = ['psql', '-h', '/var/run/postgresql', '-U', 'postgres', '-d', 'veogen', '-tAc', `show ${name}`];
    return (await must('docker', ['exec', `${ID}-veogen-postgres-1`, ...psql])).trim();
  };
  const names = ['ssl', 'log_statement', 'log_min_duration_statement', 'shared_preload_libraries'];
  expect(await Promise.all(names.map(show))).toEqual(['on', 'all', '0', 'pg_stat_statements']);
  const clear = 'host=127.0.0.1 user=veogen dbname=veogen password=not-in-the-state-1 sslmode=disable';
  await expect(must('docker', ['exec', `${ID}-veogen-postgres-1`, 'psql', clear, '-tAc', 'select 1'])).rejects.toThrow('no encryption');
});

test('no secret is readable in the state', async () => expect(await project.state()).not.toMatch(/not-in-the-state/));

test('a second preview finds no changes', async () => {
  const { code, stdout } = await project.preview(['--expect-no-changes']);
  expect({ code, said: code === 0 ? '' : stdout }).toEqual({ code: 0, said: '' });
});

test('destroy leaves nothing', async () => {
  await project.destroy();
  expect(await everything(ID)).toEqual([]);
});
