/**
 * What a dashboard asks has an answer on a Docker engine: a real Prometheus fetches what exporters and a real cAdvisor tell, and is asked what
 * the JSON says that Grafana reads. The rules for containers are the real ones too.
 */
import { join } from 'node:path';
import { RootConstruct } from 'constructs';
import { Environment, Environments, ruleFile } from '../../../lib';
import { requireDocker } from '../support/docker';
import { inBackground } from '../support/prometheus';
import { must, portOf, requireEngine, until } from '../support/run';
import { addresses, Project } from '../systems/compose';
import { Board, buildWatched, heard, IMAGE, MEMORY, PASSWORDS, sayTo } from './watched';

const project = new Project(`ihw${process.pid}`);
const [CADVISOR, PROMETHEUS] = [portOf(25), portOf(26)];
const root = new RootConstruct(project.name);
Environment.set(root, Environments.test);
buildWatched(root);
const board = new Board(root, PROMETHEUS);
const [FIRST, SECOND] = [`${project.name}-worker-1`, `${project.name}-worker-2`];
const say = (...command: string[]) => heard(() => project.must('exec', '-T', 'worker', ...sayTo(...command)));
let stop: () => Promise<void> = async () => {};

/** Other stacks are on this engine too: what tells of them is left out, as labels would do it for who watches several. */
async function scrapes(): Promise<object[]> {
  const exporters = await Promise.all(
    ['redis-exporter', 'worker-exporter'].map(async (name) => [name, await project.container(name)] as const),
  );
  const ours = { source_labels: ['name'], regex: `${project.name}-.*`, action: 'keep' };
  return [
    {
      job_name: 'cadvisor',
      static_configs: [{ targets: [`127.0.0.1:${CADVISOR}`] }],
      metric_relabel_configs: [ours],
    },
    ...exporters.map(([name, container]) => {
      // it answers in each of its networks
      const [at] = addresses(name, container, 9121);
      return { job_name: name, static_configs: [{ targets: [`${at?.host}:${at?.port}`], labels: { instance: name } }] };
    }),
  ];
}

beforeAll(async () => {
  await requireDocker(IMAGE, 'oliver006/redis_exporter:v1.74.0-alpine');
  await requireEngine(['docker', 'compose', 'version'], ['prometheus', '--version'], ['go', 'version']);
  const program = join(board.prometheus.folder, 'cadvisor');
  const source = join(__dirname, '..', 'support', 'cadvisor');
  const env = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' };
  await must('go', ['build', '-trimpath', '-o', program, '.'], { cwd: source, env, timeout: 900_000 });
  stop = inBackground(program, [`-listen=127.0.0.1:${CADVISOR}`]);
  project.writeSecrets(PASSWORDS.name, Object.fromEntries(PASSWORDS.keys.map((key) => [key, `e2e-${key}-1234`])));
  project.write(Environments.test, (scope) => buildWatched(scope));
  await project.must('up', '--detach', '--wait');
  await board.prometheus.start(await scrapes(), ruleFile(root));
}, 1_500_000);

afterAll(async () => {
  await board.prometheus.dispose();
  await stop();
  await project.dispose();
}, 300_000);

test.each(board.asked)('%s', (title, target) => board.answers([title, target]), 240_000);

test('those were all panels of Redis and of the worker', () => {
  expect(board.json.panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual(['Redis', 'Worker worker']);
  expect(board.asked).toHaveLength(10);
});

test('workers stand there by the names of their containers, with what they use', async () => {
  // one is seen before the other
  const memory = await board.until('both are seen', 'Memory', (shown) => Object.keys(shown).length >= 2);
  expect(Object.keys(memory).sort()).toEqual([FIRST, SECOND]);
  for (const bytes of Object.values(memory)) expect(bytes > 2 ** 16 && bytes < MEMORY).toBe(true);
  expect(await board.shown('Containers that run')).toEqual({ worker: 2 });
});

test('memory is near its limit: cAdvisor knows the limit', async () => {
  const found = async () => (await board.prometheus.rules()).find(({ name }) => name === 'WorkerMemoryHigh');
  const rule = await until('the rule is evaluated', found, (one) => one?.health !== 'unknown');
  expect(rule).toMatchObject({ health: 'ok', state: 'inactive' });
  const share = await board.prometheus.ask({ expr: rule?.query.replace(/ > 0\.9$/, '') ?? '', instant: true });
  expect(share.map(({ metric }) => metric.name).sort()).toEqual([FIRST, SECOND]);
  for (const { values } of share) expect(Number(values[0]?.[1])).toBeLessThan(0.9);
});

test('a worker ends three times, and is started again: that is counted, somebody is told, and nobody sees a third one', async () => {
  await board.until('nothing was started again', 'Restarts', (found) => found[FIRST] === 0 && found[SECOND] === 0);
  const { Config } = await project.container('worker');
  for (const times of [1, 2, 3]) {
    const end = ['exec', '-T', '--index', '2', 'worker', ...sayTo('set', `end-${Config.Hostname}`, 'now')];
    await heard(() => project.must(...end));
    await board.until(`start ${times} is counted`, 'Restarts', (found) => found[FIRST] === times && found[SECOND] === 0);
    expect(await board.shown('Containers that run')).toEqual({ worker: 2 });
  }
  // the reason for which series are put together: those of a container that was started again have other labels, and the old ones stay
  const series = await board.prometheus.ask({ expr: `container_memory_working_set_bytes{name="${FIRST}"}`, instant: true });
  expect(series.length).toBeGreaterThan(1);
  const firing = async () => (await board.prometheus.rules()).flatMap(({ name, state }) => (state === 'firing' ? [name] : []));
  await until('somebody is told', firing, (names) => names.includes('WorkerRestarts'), 120_000);
  expect(await firing()).toEqual(['WorkerRestarts']);
}, 1_200_000);

test('jobs that wait are seen, and that they are done', async () => {
  // enough for a minute
  await say('rpush', 'jobs', ...Array.from({ length: 120 }, (_, n) => `job${n}`));
  await board.until('many wait', 'Jobs', ({ waiting }) => Number(waiting) > 10);
  await board.until('none waits', 'Jobs', ({ waiting }) => waiting === 0);
}, 500_000);
