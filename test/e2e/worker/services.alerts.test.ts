/** The rules of Temporal, QuestDB and Celery, by Prometheus' own evaluation: each tells of what it is for, ends with it, and is silent on a healthy day. */
import { RootConstruct } from 'constructs';
import { Celery, Environment, Environments, QuestDb, Redis, Temporal } from '../../../lib';
import { between, constant, type Series } from '../postgres/weeks';
import { checked, firing as firingIn, inputSeries, rulesOf } from '../support/promtool';

const [STEP, HOUR] = [60, 3600];
/** What goes wrong does so for two hours; two hours later all is well again. */
const [FROM, TO, OVER] = [8 * HOUR, 10 * HOUR, 12 * HOUR];

const PULSE = 'config.tasks.pulse';

const root = new RootConstruct('shop');
Environment.set(root, Environments.test);
new Temporal(root, 'Temporal');
new QuestDb(root, 'Series', { size: '20Gi' });
new Celery(root, 'Celery', {
  image: 'shop/app:1.0.0',
  app: 'shop.celery',
  broker: new Redis(root, 'Redis', { size: '1Gi' }),
  beat: { pulse: { task: PULSE } },
});
/** Those of the three; Redis, workers and PostgreSQL have suites of their own. */
const ALL = rulesOf(root, '1m');
const rules = { ...ALL, names: ALL.names.filter((name) => /^(Temporal(?!Postgres)|QuestDb|Celery(?!Worker))/.test(name)) };

type Day = Readonly<Record<string, Series>>;

/** A counter that grows by so much in a second. */
const each =
  (perSecond: number): Series =>
  (time) =>
    time * perSecond;
/** The same, and so much more in each second of the two hours. */
const more =
  (before: number, extra: number): Series =>
  (time) =>
    time * before + Math.max(0, Math.min(time, TO) - FROM) * extra;
const absent: Series = () => undefined;

/** Requests to the database, four a second: all within a tenth of a second, or so many of them only within five. */
function latency(slow = 0): Day {
  const buckets = { '0.1': 4 - slow, '1': 4 - slow, '5': 4, '+Inf': 4 };
  return Object.fromEntries(
    Object.entries(buckets).map(([le, rate]) => [`persistence_latency_bucket{operation="CreateWorkflow",le="${le}"}`, more(4, rate - 4)]),
  );
}

const QUEUE = 'namespace="orders",taskqueue="mail"';
const AVAILABLE = 'kubelet_volume_stats_available_bytes{persistentvolumeclaim="series-data-series-0"}';
const event = (type: string, task = 'shop.mail') => `flower_events_total{type="task-${type}",task="${task}",worker="a"}`;
const RUNTIME = (part: string) => `flower_task_runtime_seconds_${part}{task="shop.mail",worker="a"}`;

const HEALTHY: Day = {
  'service_requests{service_name="frontend"}': each(2),
  'persistence_requests{operation="CreateWorkflow"}': each(4),
  'persistence_errors{operation="CreateWorkflow"}': each(0.1),
  ...latency(),
  [`no_poller_tasks{${QUEUE}}`]: constant(3),
  [`approximate_backlog_age_seconds{${QUEUE}}`]: (time) => (time / STEP) % 10,
  'service_errors_resource_exhausted{namespace="orders",resource_exhausted_cause="RPS_LIMIT"}': constant(7),
  questdb_commits_total: each(1),
  questdb_suspended_tables: constant(0),
  questdb_wal_apply_seq_txn: each(5),
  questdb_wal_apply_writer_txn: (time) => time * 5 - 20,
  questdb_unhandled_errors_total: constant(1),
  questdb_memory_jvm_total: constant(8e8),
  questdb_memory_jvm_free: constant(3e8),
  questdb_memory_jvm_max: constant(1e9),
  [AVAILABLE]: (time) => 2e10 - time * 1e4,
  'flower_worker_online{worker="a"}': constant(1),
  'flower_worker_online{worker="b"}': constant(0),
  [event('started')]: each(1),
  [event('received')]: each(1),
  [event('failed')]: each(0.01),
  [RUNTIME('sum')]: each(3),
  [RUNTIME('count')]: each(1),
  [event('received', PULSE)]: (time) => Math.floor(time / 60),
};

const SAMPLES = { step: STEP, samples: (OVER + HOUR) / STEP } as const;
const firing = (day: Day, times: readonly number[]) => firingIn(rules, inputSeries(day, SAMPLES), times);

const wrong = (name: string, value: number): Day => ({ [name]: between(FROM, TO, constant(value), HEALTHY[name] as Series) });
const gone = (...names: string[]): Day => Object.fromEntries(names.map((one) => [one, between(FROM, TO, absent, HEALTHY[one] as Series)]));
/** Transactions that are written and not applied. */
const behind = (count: number): Day => ({
  questdb_wal_apply_writer_txn: between(FROM, TO, (time) => time * 5 - count, HEALTHY.questdb_wal_apply_writer_txn as Series),
});
const REQUESTS = 'service_requests{service_name="frontend"}';
const EXHAUSTED = 'service_errors_resource_exhausted{namespace="orders",resource_exhausted_cause="RPS_LIMIT"}';

/** What is wrong for two hours, and what somebody is told of an hour and a half later. */
const ROWS: readonly (readonly [what: string, day: Day, told: readonly string[]])[] = [
  ['Temporal tells nothing', gone(REQUESTS), ['TemporalMissing']],
  [
    'a quarter of what its database is asked fails',
    { 'persistence_errors{operation="CreateWorkflow"}': more(0.1, 0.9) },
    ['TemporalPersistenceErrors'],
  ],
  ['one in twenty-five fails', { 'persistence_errors{operation="CreateWorkflow"}': more(0.1, 0.06) }, []],
  ['its database is slow', latency(1), ['TemporalPersistenceSlow']],
  ['its database is slow for one in forty', latency(0.1), []],
  ['nobody takes the tasks of a queue', { [`no_poller_tasks{${QUEUE}}`]: more(0, 0.1) }, ['TemporalTasksWithoutWorkers']],
  ['a task waits for long', wrong(`approximate_backlog_age_seconds{${QUEUE}}`, 901), ['TemporalBacklogOld']],
  ['a task waits as long as it may', wrong(`approximate_backlog_age_seconds{${QUEUE}}`, 900), []],
  ['requests are turned away', { [EXHAUSTED]: more(0, 1) }, ['TemporalResourceExhausted']],
  ['QuestDB tells nothing', gone(...Object.keys(HEALTHY).filter((name) => name.startsWith('questdb_'))), ['QuestDbMissing']],
  ['a table takes no rows', wrong('questdb_suspended_tables', 1), ['QuestDbTableSuspended']],
  ['transactions are not applied', behind(101), ['QuestDbWalLag']],
  ['as many as may be are not', behind(100), []],
  [
    'errors that it does not handle',
    { questdb_unhandled_errors_total: (time) => 1 + Math.floor(Math.max(0, Math.min(time, TO) - FROM) / 300) },
    ['QuestDbUnhandledErrors'],
  ],
  ['its heap is full', wrong('questdb_memory_jvm_free', -1.1e8), ['QuestDbHeapFull']],
  [
    'its volume fills within hours',
    { [AVAILABLE]: between(FROM, TO, (time) => 2e10 - (time - FROM + HOUR) * 2e6, HEALTHY[AVAILABLE] as Series) },
    ['QuestDbVolumeFilling'],
  ],
  ['Flower sees no worker', wrong('flower_worker_online{worker="a"}', 0), ['CeleryNoWorkers']],
  ['Flower is gone', gone(...Object.keys(HEALTHY).filter((name) => name.startsWith('flower_'))), ['CeleryBeatSilent', 'CeleryNoWorkers']],
  ['a fifth of the jobs fails', { [event('failed')]: more(0.01, 0.2) }, ['CeleryJobsFail']],
  ['jobs take long', { [RUNTIME('sum')]: more(3, 10_000) }, ['CeleryJobsSlow']],
  [
    'beat is silent',
    { [event('received', PULSE)]: (time) => Math.floor((time < FROM ? time : Math.max(FROM, time - (TO - FROM))) / 60) },
    ['CeleryBeatSilent'],
  ],
];

test('Prometheus takes the rules', async () => {
  expect(await checked(rules)).toEqual({ code: 0, said: expect.stringContaining('SUCCESS') });
});

test('a day in good health is silent', async () => {
  const times = Array.from({ length: OVER / 600 - 3 }, (_, n) => HOUR / 2 + n * 600);
  expect([...(await firing(HEALTHY, times))].filter(([, told]) => told.length > 0)).toEqual([]);
});

test.each(ROWS.map(([what, day, told]) => ({ what, day, told })))('$what: $told', async ({ day, told }) => {
  const then = FROM + 90 * 60;
  const found = await firing({ ...HEALTHY, ...day }, [FROM - STEP, then, OVER]);
  expect([...new Set(found.get(then))].sort()).toEqual([...told].sort());
  expect([found.get(FROM - STEP), found.get(OVER)]).toEqual([[], []]);
});

test('each rule is tried', () => expect([...new Set(ROWS.flatMap(([, , told]) => told))].sort()).toEqual([...rules.names].sort()));
