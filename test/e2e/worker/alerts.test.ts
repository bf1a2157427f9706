/** The rules of workers, by Prometheus' own evaluation: each tells of what it is for, ends with it, and is silent on a healthy day. */
import { RootConstruct } from 'constructs';
import { alertGroups, Environment, Environments, MonitoredWorker, Queues, ScheduledWorker } from '../../../lib';
import { Frontend, Server } from '../../worker/shop';
import { between, constant, type Series } from '../postgres/weeks';
import { firing as firingIn, inputSeries, rulesOf } from '../support/promtool';

const [STEP, HOUR] = [60, 3600];
const [FROM, TO, OVER] = [6 * HOUR, 9 * HOUR, 13 * HOUR];

const root = new RootConstruct('shop');
Environment.set(root, Environments.production);
const redis = new Server(root);
const image = 'shop/worker:1.0.0';
const failures = { failed: 'jobs_failed_total', total: 'jobs_total' };
new MonitoredWorker(root, 'ShopWorker', { image, queue: Queues.redisList(redis, 'jobs'), alerts: { failures } });
new MonitoredWorker(root, 'Mailer', {
  image,
  queue: Queues.redisStream(redis, 'mail', { group: 'mailers' }),
  scaling: { min: 0, max: 5 },
  alerts: { backlog: 50, backlogFor: '5m' },
});
new MonitoredWorker(root, 'Flows', { image, queue: Queues.temporal(new Frontend(root), { taskQueue: 'flows' }), singleton: true });
new MonitoredWorker(root, 'Biller', {
  image,
  queue: Queues.amqp({ host: 'mq.example.com', queue: 'bills', vhost: 'shop' }),
  alerts: { matchers: { namespace: 'shop' } },
});
new ScheduledWorker(root, 'Nightly', { image, queue: Queues.celery(redis, ['reports', 'exports']), schedule: { cron: '15 * * * *' } });

const rules = rulesOf(root, '1m');
const NAMES = alertGroups(root).flatMap(({ rules }) => rules.map(({ alert }) => alert));

type Day = Readonly<Record<string, Series>>;

/** What cAdvisor tells of a container on Kubernetes. */
function onKubernetes(name: string, bytes: Series = constant(1e8), pod = 'a'): Day {
  const labels = `namespace="shop",pod="${name}-${pod}",container="${name}",name="0123456789abcdef"`;
  return {
    [`container_memory_working_set_bytes{${labels}}`]: bytes,
    [`container_spec_memory_limit_bytes{${labels}}`]: (time) => bytes(time) && 256 * 2 ** 20,
    [`kube_pod_container_status_restarts_total{namespace="shop",pod="${name}-${pod}",container="${name}"}`]: constant(1),
  };
}

/** What cAdvisor tells of a container on Docker. */
function onDocker(name: string, bytes: Series = constant(1e8)): Day {
  return {
    [`container_memory_working_set_bytes{name="${name}"}`]: bytes,
    [`container_spec_memory_limit_bytes{name="${name}"}`]: (time) => bytes(time) && 256 * 2 ** 20,
    [`container_start_time_seconds{name="${name}"}`]: (time) => bytes(time) && 0,
  };
}

/** The same of one that Docker starts again every four minutes: it is as old as it was, and a label counts. */
function againAndAgain(name: string): Day {
  const times = Array.from({ length: (TO - FROM) / 240 }, (_, n) => [n + 1, FROM + n * 240] as const);
  const each = times.map(([n, from]) => [
    `container_start_time_seconds{name="${name}",container_label_restartcount="${n}"}`,
    (time: number) => (time >= from && time < from + 240 ? 0 : undefined),
  ]);
  return Object.fromEntries(each);
}

const LIST = 'redis_key_size{db="db0",key="jobs"}';
const MAIL = 'db="db0",stream="mail",group="mailers"';
const FLOWS = 'namespace="default",taskqueue="flows",task_type="Workflow"';
const BILLS = 'namespace="shop",vhost="shop",queue="bills"';
const SHOP_WORKER = '{namespace="shop",pod="shop-worker-a",container="shop-worker"}';
/** An hourly run begins at a quarter past, is tried again, and is over five minutes later. */
const began = (time: number) => Math.floor((time - 900) / HOUR) * HOUR + 900;
const ended = (time: number) => Math.floor((time - 1200) / HOUR) * HOUR + 1200;
const runs = (time: number) => (ended(time) < began(time) ? 1 : 0);
const nightly = (what: string) => `kube_cronjob_${what}{namespace="shop",cronjob="nightly"}`;

/** Jobs come and go, mail is idle and nobody is there for it, a deployment restarts a container, one job in a hundred fails. */
const HEALTHY: Day = {
  ...onKubernetes('shop-worker', (time) => 1.5e8 + ((time / STEP) % 20) * 2e6),
  [`kube_pod_container_status_restarts_total${SHOP_WORKER}`]: (time) => (time > 3 * HOUR ? 2 : 1),
  [LIST]: (time) => ((time / STEP) % 30) * 20,
  jobs_failed_total: (time) => time / 100,
  jobs_total: (time) => time,
  [`redis_stream_group_lag{${MAIL}}`]: constant(0),
  [`redis_stream_group_messages_pending{${MAIL}}`]: constant(0),
  [`redis_stream_group_last_delivered_id{${MAIL}}`]: constant(-2e7),
  ...onKubernetes('flows'),
  [`approximate_backlog_count{${FLOWS}}`]: constant(3),
  [`approximate_backlog_age_seconds{${FLOWS}}`]: constant(20),
  ...onDocker('shop_biller.1.x7'),
  [`rabbitmq_detailed_queue_messages_ready{${BILLS}}`]: constant(10),
  [`rabbitmq_detailed_queue_messages_unacked{${BILLS}}`]: constant(2),
  [nightly('created')]: constant(-2e7),
  [nightly('status_last_schedule_time')]: began,
  [nightly('status_last_successful_time')]: ended,
  [nightly('status_active')]: runs,
};

// RabbitMQ on Docker: cAdvisor's series have the label of the stack only if Prometheus adds it
const withNamespace = (day: Day): Day =>
  Object.fromEntries(
    Object.entries(day).map(([name, series]) => [name.replace('{name="shop_biller', '{namespace="shop",name="shop_biller'), series]),
  );

const SAMPLES = { step: STEP, samples: (OVER + HOUR) / STEP } as const;
const firing = (day: Day, times: readonly number[]) => firingIn(rules, inputSeries(withNamespace(day), SAMPLES), times);

const wrong = (series: string, value: number): Day => ({ [series]: between(FROM, TO, constant(value), HEALTHY[series] as Series) });
const gone = (...all: string[]): Day =>
  Object.fromEntries(all.map((one) => [one, between(FROM, TO, () => undefined, HEALTHY[one] as Series)]));
const climbing = (series: string, each: number): Day => ({
  [series]: (time) => (HEALTHY[series]?.(time) ?? 0) + Math.floor(Math.max(0, Math.min(time, TO) - FROM) / each),
});
const memoryOf = (labels: string) => [`container_memory_working_set_bytes{${labels}}`, `container_spec_memory_limit_bytes{${labels}}`];
const K_SHOP = 'namespace="shop",pod="shop-worker-a",container="shop-worker",name="0123456789abcdef"';
const K_FLOWS = 'namespace="shop",pod="flows-a",container="flows",name="0123456789abcdef"';
const while_ = (series: Series): Series => between(FROM, TO, series, () => undefined);

/** What happens from six to nine, and what is told of it an hour later. */
const ROWS: readonly (readonly [string, Day, readonly string[]])[] = [
  ['nothing', {}, []],
  ['jobs of a list pile up', wrong(LIST, 1001), ['ShopWorkerBacklog']],
  ['as many wait as may', wrong(LIST, 1000), []],
  ['nothing tells of a list', gone(LIST), ['ShopWorkerQueueUnseen']],
  ['all containers of a worker are gone', gone(...memoryOf(K_SHOP)), ['ShopWorkerDown']],
  ['a container ends every four minutes', climbing(`kube_pod_container_status_restarts_total${SHOP_WORKER}`, 240), ['ShopWorkerRestarts']],
  [
    'a container ends every four minutes, and nobody counts that',
    {
      ...gone(`kube_pod_container_status_restarts_total${SHOP_WORKER}`),
      [`container_start_time_seconds{${K_SHOP}}`]: while_((time) => time - (time % 240)),
    },
    ['ShopWorkerRestarts'],
  ],
  ['a container is near its limit', wrong(`container_memory_working_set_bytes{${K_SHOP}}`, 2.5e8), ['ShopWorkerMemoryHigh']],
  [
    'one job in ten fails',
    { jobs_failed_total: (time) => time / 100 + Math.max(0, Math.min(time, TO) - FROM) / 10 },
    ['ShopWorkerFailures'],
  ],
  ['mail waits, and nobody comes', { ...wrong(`redis_stream_group_lag{${MAIL}}`, 51) }, ['MailerBacklog', 'MailerDown', 'MailerJobsOld']],
  [
    'mail waits, and somebody came',
    { ...wrong(`redis_stream_group_lag{${MAIL}}`, 51), ...onKubernetes('mailer', while_(constant(1e8))) },
    ['MailerBacklog', 'MailerJobsOld'],
  ],
  [
    'much mail is delivered in time',
    {
      ...wrong(`redis_stream_group_lag{${MAIL}}`, 20),
      [`redis_stream_group_last_delivered_id{${MAIL}}`]: (time) => (time - 30) * 1000,
      ...onKubernetes('mailer', while_(constant(1e8))),
    },
    [],
  ],
  ['nothing tells of the stream', gone(`redis_stream_group_lag{${MAIL}}`), ['MailerQueueUnseen']],
  [
    'a container of the mailer starts again and again on Docker',
    { ...onDocker('shop-mailer-1'), ...againAndAgain('shop-mailer-1') },
    ['MailerRestarts'],
  ],
  ['a mailer is near its limit', onKubernetes('mailer', while_(constant(2.6e8))), ['MailerMemoryHigh']],
  ['tasks of Temporal are old', wrong(`approximate_backlog_age_seconds{${FLOWS}}`, 901), ['FlowsJobsOld']],
  ['tasks of Temporal pile up', wrong(`approximate_backlog_count{${FLOWS}}`, 5000), ['FlowsBacklog']],
  ['nothing tells of Temporal', gone(`approximate_backlog_count{${FLOWS}}`), ['FlowsQueueUnseen']],
  ['the singleton is gone', gone(...memoryOf(K_FLOWS)), ['FlowsDown']],
  ['there are two of the singleton', onKubernetes('flows', while_(constant(1e8)), 'b'), ['FlowsTwice']],
  [
    'the singleton was started again in its pod, and cAdvisor still tells of the old container',
    { [`container_memory_working_set_bytes{${K_FLOWS.replace('0123', '4567')}}`]: while_(constant(1e8)) },
    [],
  ],
  [
    'the singleton is another container on its Swarm, and cAdvisor still tells of the old one',
    {
      ...onDocker('shop_flows.1.old', (time) => (time >= FROM && time < FROM + 90 * 60 ? 1e8 : undefined)),
      ...onDocker('shop_flows.1.new', (time) => (time > FROM + 87 * 60 && time < TO ? 1e8 : undefined)),
      ...gone(...memoryOf(K_FLOWS)),
    },
    [],
  ],
  [
    'the singleton restarts',
    climbing('kube_pod_container_status_restarts_total{namespace="shop",pod="flows-a",container="flows"}', 240),
    ['FlowsRestarts'],
  ],
  ['the singleton is near its limit', wrong(`container_memory_working_set_bytes{${K_FLOWS}}`, 2.6e8), ['FlowsMemoryHigh']],
  ['bills pile up', wrong(`rabbitmq_detailed_queue_messages_ready{${BILLS}}`, 1500), ['BillerBacklog']],
  ['nothing tells of bills', gone(`rabbitmq_detailed_queue_messages_ready{${BILLS}}`), ['BillerQueueUnseen']],
  ['the biller is gone from its Swarm', gone('container_memory_working_set_bytes{name="shop_biller.1.x7"}'), ['BillerDown']],
  ['the biller restarts', againAndAgain('shop_biller.1.x7'), ['BillerRestarts']],
  ['the biller is near its limit', wrong('container_memory_working_set_bytes{name="shop_biller.1.x7"}', 2.6e8), ['BillerMemoryHigh']],
  [
    'nightly runs no more',
    {
      [nightly('status_last_schedule_time')]: between(FROM, TO, constant(began(FROM - 2 * HOUR)), began),
      [nightly('status_last_successful_time')]: between(FROM, TO, constant(ended(FROM - 2 * HOUR)), ended),
      [nightly('status_active')]: between(FROM, TO, constant(0), runs),
    },
    ['NightlyMissed'],
  ],
  [
    'a run of nightly failed',
    {
      [nightly('status_last_successful_time')]: between(FROM, TO, constant(ended(FROM + HOUR)), ended),
    },
    ['NightlyFailed'],
  ],
  [
    'a run of nightly is tried again, and takes long',
    {
      [nightly('status_last_schedule_time')]: between(FROM, TO, (time) => Math.min(began(time), began(FROM + 2 * HOUR)), began),
      [nightly('status_last_successful_time')]: between(FROM, TO, constant(ended(FROM + HOUR)), ended),
      [nightly('status_active')]: between(FROM + HOUR, TO, (time) => (time % HOUR < 900 && time < FROM + 2 * HOUR ? 0 : 1), runs),
    },
    [],
  ],
  [
    'nightly was made anew, and never succeeded',
    {
      [nightly('created')]: between(FROM, TO, constant(FROM - 3 * HOUR), constant(-2e7)),
      [nightly('status_last_successful_time')]: between(FROM, TO, () => undefined, ended),
      [nightly('status_active')]: between(FROM, TO, constant(0), runs),
    },
    ['NightlyFailed', 'NightlyMissed'],
  ],
  ["another worker's containers are no help", { ...gone(...memoryOf(K_SHOP)), ...onDocker('shop-worker-exporter') }, ['ShopWorkerDown']],
];

test.each(ROWS)(
  '%s',
  async (_, day, told) => {
    const found = await firing({ ...HEALTHY, ...day }, [FROM - HOUR, FROM + 90 * 60, OVER]);
    expect(found.get(FROM + 90 * 60)?.sort()).toEqual([...told].sort());
    // it was silent before, and ends with its reason
    expect([found.get(FROM - HOUR), found.get(OVER)]).toEqual([[], []]);
  },
  240_000,
);

test('each rule is tried, and has a name of its own', () => {
  const tried = new Set(ROWS.flatMap(([, , told]) => told));
  expect([...tried].sort()).toEqual([...NAMES].sort());
  expect(new Set(NAMES).size).toBe(NAMES.length);
});
