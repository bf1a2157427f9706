/** GraphMemory in production, whole, by `docker compose up`: rows G1, G2 and G5. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraphMemory } from '../../../apps/graphmemory/graphmemory';
import { Environments } from '../../../lib';
import { requireDocker } from '../support/docker';
import { Events } from '../support/events';
import { must, type Ran, requireEngine, until } from '../support/run';
import { Project } from './compose';
import { IMAGES, PLANTED, SERVICES } from './graphmemory';
import { ends, GRACEFUL, networkTests, orderTests, replicas, type Seen, secretTests, serviceTests } from './graphmemory-tests';

const project = new Project(`ihg${process.pid}`);
const events = new Events(project.name);
let started: Ran;
let seen: Seen;
const of = (name: 'api' | 'gateway' | 'grafana') => replicas(project.name, seen.containers, name).map(({ Id }) => Id as string);

beforeAll(async () => {
  await requireDocker(...IMAGES);
  await requireEngine(['docker', 'compose', 'version']);
  project.writeSecrets('graphmemory-secrets', PLANTED);
  project.write(Environments.production, (root) => new GraphMemory(root));
  started = await project.run('up', '--detach', '--wait');
  seen = { prefix: project.name, containers: await project.containers(), events };
}, 900_000);

afterAll(async () => {
  events.close();
  await project.dispose();
});

test('up waits until everything is ready, and has nothing to warn of', async () => {
  const said = started.code === 0 ? '' : started.stderr + (await project.must('logs'));
  expect({ code: started.code, said }).toEqual({ code: 0, said: '' });
  expect(started.stderr).not.toMatch(/warn|ignor/i);
  // one that hangs from now on, seen below
  await must('docker', ['kill', '--signal', 'STOP', ...of('grafana')]);
});

describe('G1: API, dashboard and analytics', () => serviceTests(() => seen));

describe('G2: four isolated networks', () => networkTests(() => seen));

describe('secrets', () =>
  secretTests(
    () => seen,
    async () => ({ 'compose.yaml': readFileSync(join(project.folder, 'compose.yaml'), 'utf8'), 'what up said': started.stderr }),
  ));

describe('G5: start in order', () => orderTests(() => seen));

describe('G5: health', () => {
  test('one that hangs becomes unhealthy, and well again when it goes on', async () => {
    const [grafana] = of('grafana') as [string];
    const last = async () => events.of(grafana, 'healthy', 'unhealthy').at(-1)?.what;
    await until('Grafana, stopped, is unhealthy', last, (what) => what === 'unhealthy', 240_000);
    await must('docker', ['kill', '--signal', 'CONT', grafana]);
    await until('Grafana, going on, is healthy', last, (what) => what === 'healthy', 120_000);
  }, 600_000);
});

describe('G5: graceful shutdown', () => {
  let settled: number;

  test('a request in flight finishes, though everything on its way is told to stop', async () => {
    const asked = Date.now();
    const answer = fetch('http://127.0.0.1/api/load?seconds=12').then(async (response) => ({
      status: response.status,
      body: await response.json(),
      at: Date.now(),
    }));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    settled = Date.now();
    const stopped = must('docker', ['stop', ...of('gateway'), ...of('api')]);
    const { status, body, at } = await answer;
    expect([status, body]).toEqual([200, { seconds: 12, mib: 0 }]);
    expect(at - asked).toBeGreaterThanOrEqual(12_000);
    for (const id of [...of('gateway'), ...of('api')]) {
      const told = await until(
        'it was told to stop',
        async () => events.of(id, 'kill')[0]?.at,
        (when) => when !== undefined,
      );
      expect(told).toBeLessThan(at);
    }
    await stopped;
    await expect(fetch('http://127.0.0.1/')).rejects.toThrow();
  });

  test('each is told once, and ends within its grace period without an error', async () => {
    for (const { Name, Config } of seen.containers) {
      const { grace } = Object.entries(SERVICES).find(([name]) => Name.includes(`graphmemory-${name}`))?.[1] as { grace: number };
      expect([Name, Config.StopTimeout]).toEqual([Name, grace]);
    }
    await project.must('stop');
    const codes = (await project.containers()).map(({ State }) => [State.Status, State.ExitCode]);
    expect(codes).toEqual(Array(12).fill(['exited', 0]));
    expect(await ends(project.name, events, settled)).toEqual(GRACEFUL);
  }, 600_000);
});
