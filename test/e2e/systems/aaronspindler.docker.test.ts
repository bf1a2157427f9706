/**
 * aaronspindler.com in production, whole, by `pulumi up` on a Docker engine: rows A1, A2 and A7. PostgreSQL (15, under the name
 * of 16), Redis, Django, gunicorn, Celery, gevent and django-celery-beat are real. The site itself and Flower are stand-ins (see
 * support/stand-in/site), and QuestDB, which comes in its image alone, is a server that listens on its ports.
 */
import { everything, type Inspected, inspect, requireDocker, sweep } from '../support/docker';
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { must, until } from '../support/run';
import { again, ask, EDGES, IMAGES, jobs, PLANTED, PORTS, READS, REPLICAS, sql, within } from './aaronspindler';
import { bothWays, meetings } from './reach';
import { leaks, plantedIn, secretsIn, told } from './secrets';

const ID = `iha${process.pid}d`;
const project = new PulumiProject('e2e-aaronspindler', 'test/e2e/systems/aaronspindler.program.ts', { E2E_NAMESPACE: ID });
/** All that Pulumi said. */
const said: string[] = [];
let started: { code: number; text: string };
let containers: ReadonlyMap<string, readonly Inspected[]>;

const of = (name: string) => containers.get(name) as readonly Inspected[];
const one = (name: string) => of(name)[0] as Inspected;

/** The replicas of each service, and the migration. */
async function found(): Promise<Map<string, Inspected[]>> {
  const names = (await everything(`container ${ID}-aaronspindler-`)).map((line) => line.replace(`container ${ID}-aaronspindler-`, ''));
  const found = new Map<string, Inspected[]>();
  for (const service of [...Object.keys(REPLICAS), 'migrate']) {
    const replicas = names.filter((name) => name.replace(/-[0-9]+$/, '') === service);
    found.set(service, await Promise.all(replicas.map((name) => inspect('container', `${ID}-aaronspindler-${name}`))));
  }
  return found;
}

beforeAll(async () => {
  await requireDocker(...IMAGES);
  await requirePulumi();
  await project.init(
    Object.fromEntries(Object.entries(PLANTED).map(([key, value]) => [`secret secrets:aaronspindler-secrets.${key}`, value])),
  );
  const { code, stdout, stderr } = await project.tryUp();
  said.push(stdout, stderr);
  started = { code, text: code === 0 ? '' : stdout + stderr };
  containers = await found();
}, 900_000);

afterAll(async () => {
  await project.dispose();
  await sweep(`${ID}-`);
});

test('A1, A2: up ends when everything is there and healthy, with beat exactly once', async () => {
  expect(started).toEqual({ code: 0, text: '' });
  for (const [name, replicas] of Object.entries(REPLICAS)) {
    const states = of(name).map(({ State }) => [State.Status, State.Health?.Status ?? 'healthy']);
    expect([name, states]).toEqual([name, Array(replicas).fill(['running', 'healthy'])]);
  }
});

test('A1, A2: a second preview has no changes', async () => {
  const { code, stdout, stderr } = await project.preview(['--expect-no-changes']);
  said.push(stdout, stderr);
  expect({ code, text: code === 0 ? '' : stdout }).toEqual({ code: 0, text: '' });
});

test('A1, A2: the migration ended before web, workers and beat started, and began after the database was there', async () => {
  const migrate = one('migrate');
  expect(migrate.State).toMatchObject({ Status: 'exited', ExitCode: 0 });
  expect(await sql(one('database'), "SELECT count(*) FROM django_migrations WHERE app = 'django_celery_beat'")).toMatch(/^[1-9]/);
  const at = ({ State }: Inspected) => Date.parse(State.StartedAt);
  expect(at(migrate)).toBeGreaterThan(at(one('database')));
  const later = ['web', 'celery-worker', 'celery-beat'].flatMap(of);
  expect(later).toHaveLength(7);
  for (const container of later)
    expect([container.Name, at(container) > Date.parse(migrate.State.FinishedAt)]).toEqual([container.Name, true]);
});

test('A1, A2: every ordered pair connects, by name and by address, exactly when an edge joins them; nobody is published', async () => {
  const asked = new Map(Object.keys(PORTS).map((name) => [name, of(name)] as const));
  const pairs = bothWays(EDGES);
  const { byName, byAddress } = await meetings(asked, (name) => `aaronspindler-${name}`, PORTS, pairs);
  expect(byName).toEqual(pairs);
  expect(byAddress).toEqual(pairs);
  for (const { Name, HostConfig } of [...containers.values()].flat()) expect([Name, HostConfig.PortBindings ?? {}]).toEqual([Name, {}]);
}, 600_000);

test('A1: jobs go through the queue, two hundred at once in each worker', async () => {
  for (const { Id } of of('celery-worker')) {
    const { Cmd = [], Entrypoint = [] } = (await inspect('container', Id)).Config;
    expect([...Entrypoint, ...Cmd].join(' ')).toContain('--pool gevent --concurrency 200 --queues celery');
  }
  const { done, took } = await jobs(one('web'), 300, 6);
  expect(done).toBe('300 done');
  // half an hour, one after the other
  expect(took).toBeLessThan(150);
  expect(await sql(one('database'), "SELECT count(DISTINCT what), count(*) FROM site_jobs_done WHERE what <> 'job pulse'")).toBe('300|300');
}, 600_000);

test('A1: beat sends what the database says, once each time', async () => {
  const pulses = () => sql(one('database'), "SELECT count(*) FROM site_jobs_done WHERE what = 'job pulse'").then(Number);
  await until('beat has sent jobs that were done', pulses, (count) => count >= 5, 120_000);
  expect(await sql(one('database'), "SELECT task FROM django_celery_beat_periodictask WHERE name = 'pulse'")).toBe('site_jobs.tasks.pulse');
  // every three seconds: a second beat would make it twice as many, always; one that waited in the queue comes with others once
  const seconds = async () => {
    const [before, start] = [await pulses(), Date.now()];
    await new Promise((resolve) => setTimeout(resolve, 20_000));
    return (Date.now() - start) / 1000 / ((await pulses()) - before);
  };
  await until('seconds from one to the next', seconds, (per) => per > 2, 60_000);
});

test('A1: Flower sees every worker, keeps what it has seen, and asks for a password', async () => {
  const flower = one('celery-flower');
  expect([(await ask(flower, '5555/')).status, (await ask(flower, '5555/', 'admin:wrong')).status]).toEqual([401, 401]);
  expect(await ask(flower, '5555/', `admin:${PLANTED['flower-password']}`)).toEqual({ status: 200, text: 'workers' });
  const metrics = async () => (await ask(flower, '5555/metrics')).text;
  const text = await until('it sees three', metrics, (found) => (found.match(/^flower_worker_online/gm) ?? []).length === 3, 120_000);
  const seen = (found: string) => Number(/type="task-succeeded"} (\d+)/.exec(found)?.[1] ?? 0);
  expect(seen(text)).toBeGreaterThan(0);
  await until(
    'it has kept that',
    () => within(flower, 'sh', '-c', 'cat /data/flower.db || true'),
    (kept) => seen(kept.replace(/"task-succeeded": (\d+)/, 'type="task-succeeded"} $1')) >= seen(text),
    120_000,
  );
});

test('A2, A7: the site is well with its database, cache and series, and says 503 without one', async () => {
  const web = one('web');
  const well = { database: 'ok', cache: 'ok', series: 'ok' };
  const health = async () => (await ask(web, '8000/health/')) as { status: number; text: string };
  const answer = await until('it is well', health, ({ status }) => status === 200, 60_000);
  expect(JSON.parse(answer.text)).toEqual(well);
  await must('docker', ['stop', '--timeout', '5', one('series').Id]);
  expect((await health()).status).toBe(503);
  await must('docker', ['start', one('series').Id]);
  await until('it is well again', health, ({ status }) => status === 200, 120_000);
});

test('A1, A2: each process has exactly its own secrets as files, and they are nowhere else', async () => {
  for (const [name, all] of await found()) {
    const own = Object.fromEntries((READS[name] ?? []).map((key) => [`/run/secrets/aaronspindler-secrets/${key}`, PLANTED[key]]));
    for (const container of all) expect([container.Name, await secretsIn(container)]).toEqual([container.Name, own]);
  }
  const names = (await everything(`container ${ID}-`)).map((line) => line.replace('container ', ''));
  const inspected: Inspected[] = JSON.parse(await must('docker', ['inspect', ...names]));
  // programs that take a password from their own environment alone: what starts them reads the file and puts it there, for this process
  const own = ['celery-flower-1: redis-password', 'series-1: questdb-password'];
  expect(leaks(await told(inspected), PLANTED).sort()).toEqual(own.map((one) => `environment of /${ID}-aaronspindler-${one}`));
  for (const line of (await everything(` ${ID}-`)).filter((one) => !one.startsWith('container '))) {
    const [kind, name] = line.split(' ') as ['network' | 'volume', string];
    expect([line, plantedIn(JSON.stringify(await inspect(kind, name)), PLANTED)]).toEqual([line, []]);
  }
  const state = await project.state();
  expect(state).toContain('/run/secrets/aaronspindler-secrets/redis-password');
  expect(plantedIn(state, PLANTED)).toEqual([]);
});

test('A1, A2: who is killed is back, and jobs go on', async () => {
  for (const name of ['web', 'celery-worker', 'celery-beat', 'celery-flower', 'redis', 'database', 'series']) {
    const victim = await again(one(name));
    // from outside, as the kernel does it: an engine does not start again what it was told to kill itself
    process.kill(victim.State.Pid, 'SIGKILL');
    await until(
      `${name} is back`,
      async () => (await again(victim)).State,
      ({ Pid, Health }) => Pid !== victim.State.Pid && Health.Status === 'healthy',
      240_000,
    );
  }
  expect((await jobs(one('web'), 20, 0.1)).done).toBe('20 done');
  expect(await sql(one('database'), "SELECT count(*) FROM site_jobs_done WHERE what = 'job 299'")).toBe('1');
}, 1_200_000);

test('A1, A2: destroy leaves the volumes of the data only', async () => {
  said.push(await project.destroy());
  const left = ['celery-flower-data-1', 'database-data-1', 'redis-data-1', 'series-data-1'];
  expect(await everything(` ${ID}-`)).toEqual(left.map((name) => `volume ${ID}-aaronspindler-${name}`));
}, 600_000);

test('A1, A2: Pulumi has said no value of a secret', () => {
  expect(said.length).toBeGreaterThan(4);
  expect(plantedIn(said.join('\n'), PLANTED)).toEqual([]);
});
