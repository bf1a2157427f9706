/**
 * A worker, its Redis and a real Prometheus beside them that fetches what their exporters tell: rules fire on the real condition and end with
 * it. Nothing tells of containers here: rules and panels about those are in dashboard.compose.test.ts, which has a cAdvisor.
 */
import type { Construct } from 'constructs';
import { alertGroups, ConfigFiles, Environments, HardenedService, Monitor, MonitoredWorker, Queues, Redis, ruleFile } from '../../../lib';
import { requireDocker } from '../support/docker';
import { requireEngine, until } from '../support/run';
import { Project } from '../systems/compose';
import { heard, SAY, sayTo } from './watched';

const REDIS = 'redis:7.4-bookworm';
const PROMETHEUS = 'prom/prometheus:v3.5.0';
const LIMIT = 5;

/** Takes jobs for as long as it is told that it may. */
const WORK = `${SAY}
while touch "$WORKER_HEARTBEAT_FILE"; do
  [ "$(say get go)" != yes ] || say lpop "$WORKER_QUEUE" >/dev/null
  sleep 0.2
done`;

const project = new Project(`ihp${process.pid}`);
let monitors: readonly Monitor[] = [];

function build(root: Construct): void {
  const redis = new Redis(root, 'Redis', { size: '1Gi' });
  const worker = new MonitoredWorker(root, 'Worker', {
    image: REDIS,
    user: '999:999',
    command: ['/bin/sh', '-c', WORK],
    queue: Queues.redisList(redis, 'jobs'),
    alerts: { backlog: LIMIT, backlogFor: '10s' },
  });
  const exporters = [...redis.exporters, ...(worker.exporter ? [worker.exporter] : [])];
  const config = new ConfigFiles(root, 'PrometheusConfig', {
    files: {
      'prometheus.yml': JSON.stringify({
        global: { scrape_interval: '2s', evaluation_interval: '2s' },
        rule_files: ['/etc/prometheus/rules.yml'],
        scrape_configs: [{ job_name: 'redis', static_configs: [{ targets: exporters.map((one) => one.endpoint('metrics')) }] }],
      }),
      'rules.yml': ruleFile(root),
    },
  });
  const prometheus = new HardenedService(root, 'Prometheus', {
    image: PROMETHEUS,
    user: '65534:65534',
    args: ['--config.file=/etc/prometheus/prometheus.yml', '--storage.tsdb.path=/prometheus'],
    files: config.filesIn('/etc/prometheus'),
    ports: { http: 9090 },
    writable: [{ path: '/prometheus', size: '96Mi' }],
    resources: { memory: { limit: '384Mi' } },
    health: { http: { port: 'http', path: '/-/ready' }, interval: '2s' },
  });
  for (const one of exporters) prometheus.network.allowTo(one, 'metrics');
  monitors = Monitor.within(root);
}

/** What Prometheus answers; `path` is below its API. */
async function prometheus<T>(path: string): Promise<T> {
  const said = await project.must('exec', '-T', 'prometheus', 'wget', '-q', '-O', '-', `http://127.0.0.1:9090/api/v1/${path}`);
  return (JSON.parse(said) as { data: T }).data;
}

/**
 * The alerts that fire. Of containers nothing is told here, which the rule for that says after five minutes, and rightly: it is none of those that
 * are waited for.
 */
async function firing(): Promise<string[]> {
  const { alerts } = await prometheus<{ alerts: { state: string; labels: { alertname: string } }[] }>('alerts');
  return alerts.flatMap(({ state, labels }) => (state === 'firing' && labels.alertname !== 'WorkerDown' ? [labels.alertname] : [])).sort();
}

const fires = (...names: string[]) =>
  until(`${names.join(', ') || 'nothing'} fires`, firing, (now) => JSON.stringify(now) === JSON.stringify(names), 200_000);
const say = (...command: string[]) => heard(() => project.must('exec', '-T', 'worker', ...sayTo(...command)));

beforeAll(async () => {
  await requireDocker(REDIS, PROMETHEUS, 'oliver006/redis_exporter:v1.74.0-alpine');
  await requireEngine(['docker', 'compose', 'version']);
  const passwords = ['default', 'admin', 'monitoring'].map((user) => [`${user}-password`, `of-${user}`] as const);
  project.writeSecrets('redis-passwords', Object.fromEntries(passwords));
  project.write(Environments.development, build);
  await project.must('up', '--detach', '--wait');
}, 400_000);

afterAll(() => project.dispose(), 300_000);

test('all rules are taken, and none fires', async () => {
  const { groups } = await prometheus<{ groups: { rules: { name: string; health: string }[] }[] }>('rules');
  expect(groups.flatMap(({ rules }) => rules.map(({ name }) => name)).sort()).toEqual(
    monitors.flatMap(({ alerts }) => alerts.map(({ alert }) => alert)).sort(),
  );
  await until(
    'each rule was evaluated',
    () => prometheus<{ groups: { rules: { health: string }[] }[] }>('rules'),
    (said) => said.groups.every(({ rules }) => rules.every(({ health }) => health === 'ok')),
  );
  expect(await firing()).toEqual([]);
  expect(alertGroups(monitors[0]?.node.root as Construct).length).toBeGreaterThan(1);
});

test('jobs pile up: somebody is told, until they are done', async () => {
  await say('rpush', 'jobs', ...Array.from({ length: LIMIT + 3 }, (_, n) => `job${n}`));
  await fires('WorkerBacklog');
  await say('set', 'go', 'yes');
  await fires();
}, 600_000);

test('Redis is gone: somebody is told, until it is back', async () => {
  await project.must('stop', 'redis');
  await fires('RedisDown');
  await project.must('start', 'redis');
  await fires();
}, 600_000);
