/** OctoCode in production, whole, by `docker compose up`: rows O11, O12 and O15. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OctoCode } from '../../../apps/octocode/octocode';
import { Environments } from '../../../lib';
import { whileAsking } from '../docker/watching';
import { type Inspected, requireDocker } from '../support/docker';
import { must, type Ran, requireEngine, run } from '../support/run';
import { Project, published } from './compose';
import { EDGES, exporterLogsIn, IMAGES, leaksOf, PLANTED, PORTS, planted, READS, RUNNERS } from './octocode';
import { bothWays, meetings } from './reach';
import { secretsIn } from './secrets';

const project = new Project(`iho${process.pid}`);
/** What stays; the migration ends. */
const STANDING = [
  'gateway',
  'app',
  'worker',
  'database',
  'redis',
  'database-exporter',
  'redis-exporter',
  'worker-exporter',
  ...RUNNERS,
] as const;
const service = (name: string) => `octocode-${name}`;
let started: Ran;

const at = (container: Inspected, what: 'StartedAt' | 'FinishedAt') => Date.parse(container.State[what]);

beforeAll(async () => {
  await requireDocker(...IMAGES);
  await requireEngine(['docker', 'compose', 'version']);
  project.writeSecrets('octocode-secrets', PLANTED);
  project.write(Environments.production, (root) => new OctoCode(root));
  started = await project.run('up', '--detach', '--wait');
}, 900_000);

afterAll(() => project.dispose());

test('up waits until everything is ready, and has nothing to warn of', async () => {
  expect({ code: started.code, said: started.code === 0 ? '' : started.stderr + (await project.must('logs')) }).toEqual({
    code: 0,
    said: '',
  });
  expect(started.stderr).not.toMatch(/warn|ignor/i);
  await exporterLogsIn(() => project.must('logs', service('database-exporter')));
});

describe('O11: segmentation', () => {
  test('every ordered pair connects, by name and by address, exactly when an edge joins them', async () => {
    // the migration is over: a container in its place, with its networks, asks and answers instead
    const stays = ['run', '--detach', '--no-deps', '--env', 'PROBE_PORTS=9000', '--entrypoint', '/probe', service('migrate')];
    const migrate = (await project.must(...stays)).trim().split('\n').at(-1) as string;
    const containers = new Map<string, Inspected[]>();
    for (const name of STANDING) containers.set(name, await project.replicas(service(name)));
    const inPlace: Inspected = JSON.parse(await must('docker', ['inspect', migrate]))[0];
    containers.set('migrate', [inPlace]);
    const pairs = bothWays(EDGES);
    const { byName, byAddress } = await meetings(
      containers,
      (name) => (name === 'migrate' ? inPlace.Name.slice(1) : service(name)),
      PORTS,
      pairs,
    );
    expect(byName).toEqual(pairs);
    expect(byAddress).toEqual(pairs);
    await must('docker', ['rm', '--force', migrate]);
  }, 600_000);

  test('only the gateway is published, and it leads to the app', async () => {
    const ports = await Promise.all(STANDING.map(async (name) => [name, published(await project.container(service(name)))]));
    expect(Object.fromEntries(ports)).toEqual({ ...Object.fromEntries(STANDING.map((name) => [name, []])), gateway: ['127.0.0.1:80'] });
    const [uid, health] = await Promise.all([fetch('http://127.0.0.1/whoami'), fetch('http://127.0.0.1/gateway-health')]);
    expect(await uid.json()).toMatchObject({ uid: 1001, gid: 1001, NoNewPrivs: '1', CapEff: '0000000000000000' });
    expect(health.status).toBe(200);
  });
});

describe('O12: secrets', () => {
  test.each(Object.entries(READS))('%s has exactly its own, with what belongs in them', async (name, keys) => {
    const own = Object.fromEntries(keys.map((key) => [`/run/secrets/octocode-secrets/${key}`, PLANTED[key]]));
    for (const one of await project.replicas(service(name))) expect([one.Name, await secretsIn(one)]).toEqual([one.Name, own]);
  });

  test('are in no environment, no file of ours and no log', async () => {
    expect(await leaksOf(await project.containers())).toEqual([]);
    expect(planted(readFileSync(join(project.folder, 'compose.yaml'), 'utf8'))).toEqual([]);
    expect(await project.must('logs')).toContain('migrated');
  });
});

describe('O15: the migration', () => {
  test('ended well before the app and the worker started, and after the database was ready', async () => {
    const [migrate, database] = await Promise.all(['migrate', 'database'].map((name) => project.container(service(name))));
    expect(migrate?.State).toMatchObject({ Status: 'exited', ExitCode: 0 });
    const healthy = (database as Inspected).State.Health.Log.find(({ ExitCode }: { ExitCode: number }) => ExitCode === 0);
    if ((database as Inspected).State.Health.Log.length < 5)
      expect(at(migrate as Inspected, 'StartedAt')).toBeGreaterThan(Date.parse(healthy.End));
    expect(at(migrate as Inspected, 'StartedAt')).toBeGreaterThan(at(database as Inspected, 'StartedAt'));
    for (const [name, replicas] of [
      ['app', 3],
      ['worker', 2],
    ] as const) {
      for (let replica = 1; replica <= replicas; replica++) {
        expect(at(await project.container(service(name), replica), 'StartedAt')).toBeGreaterThan(at(migrate as Inspected, 'FinishedAt'));
      }
    }
  });

  test('that fails in a second version, run as the file says, leaves the first, which keeps answering', async () => {
    const before = (await project.container(service('app'))).Id;
    project.write(Environments.production, (root) => new OctoCode(root, 'octocode', { version: '1.1.0' }));
    const { result, asked, failed } = await whileAsking('http://127.0.0.1/env-names', () => project.run('run', '--rm', service('migrate')));
    expect([result.code, result.stdout + result.stderr]).toEqual([3, expect.stringContaining('the migration failed')]);
    expect(asked).toBeGreaterThan(20);
    expect(failed).toBe(0);
    expect((await project.container(service('app'))).Id).toBe(before);
    const names = (await (await fetch('http://127.0.0.1/env-names')).json()) as string[];
    expect(names.filter((one) => one.startsWith('STAND_IN'))).toEqual(['STAND_IN_1_0_0']);
  });
});

test('down leaves the volumes of the data only', async () => {
  await project.must('down', '--remove-orphans');
  const { stdout } = await run('docker', ['volume', 'ls', '--quiet', '--filter', `name=${project.name}_`]);
  const staging = ['backup', 'drill', 'prune', 'restore'].map((name) => `octocode-database-${name}-staging`);
  const left = [...staging, 'octocode-database-data-1', 'octocode-redis-data-1'].map((name) => `${project.name}_${name}`);
  expect(stdout.trim().split('\n').sort()).toEqual(left.sort());
});
