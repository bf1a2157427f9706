/** The rules of Redis, by Prometheus' own evaluation: each tells of what it is for, ends with it, and is silent on a healthy day. */
import { RootConstruct } from 'constructs';
import { Environment, Environments, Redis } from '../../../lib';
import { between, constant, type Series } from '../postgres/weeks';
import { checked, firing as firingIn, inputSeries, rulesOf } from '../support/promtool';

const [STEP, HOUR] = [60, 3600];
/** What goes wrong does so from noon to two; an hour later all is well again. */
const [FROM, TO, OVER] = [12 * HOUR, 14 * HOUR, 15 * HOUR];

const root = new RootConstruct('shop');
Environment.set(root, Environments.production);
// one of each in one Prometheus, so that none may tell of another
new Redis(root, 'Sessions', { size: '5Gi' });
new Redis(root, 'Cache', { size: '1Gi', persistence: 'none', eviction: 'allkeys-lru' });
new Redis(root, 'Queue', { size: '5Gi', mode: 'replicated' });
new Redis(root, 'Keys', { size: '5Gi', mode: 'cluster' });
new Redis(root, 'Jobs', { size: '5Gi', mode: 'replicated', engine: { kind: 'redis-operator' } });

const rules = rulesOf(root, '1m');

type Day = Readonly<Record<string, Series>>;

const at = (instance: string) => `job="redis",instance="${instance}"`;
const info = (instance: string, role: string, eviction = 'noeviction') =>
  `redis_instance_info{${at(instance)},role="${role}",maxmemory_policy="${eviction}",run_id="${instance}"}`;
const copy = (primary: string, name: string, state = 'online') =>
  `redis_connected_slave_lag_seconds{${at(primary)},slave_ip="queue-${name}",slave_port="6379",slave_state="${state}"}`;
const follows = (instance: string, primary: string) =>
  `redis_slave_info{${at(instance)},master_host="queue-${primary}",master_port="6379",read_only="1"}`;
const linked = (instance: string, primary: string) => `redis_master_link_up{${at(instance)},master_host="${primary}",master_port="6379"}`;

/** What an exporter tells of any server. */
function server(instance: string, role: string, used: Series = constant(1e8), eviction?: string): Day {
  const of = (metric: string) => `${metric}{${at(instance)}}`;
  return {
    [of('redis_up')]: constant(1),
    [of('redis_memory_used_bytes')]: used,
    [of('redis_memory_max_bytes')]: constant(3e8),
    [of('redis_rejected_connections_total')]: constant(3),
    [of('redis_evicted_keys_total')]: constant(0),
    [of('redis_rdb_last_bgsave_status')]: constant(1),
    [of('redis_aof_last_write_status')]: constant(1),
    [of('redis_aof_last_bgrewrite_status')]: constant(1),
    [info(instance, role, eviction)]: constant(1),
  };
}

function node(instance: string, role: string): Day {
  const of = (metric: string) => `${metric}{${at(instance)}}`;
  return {
    ...server(instance, role),
    [of('redis_cluster_state')]: constant(1),
    [of('redis_cluster_slots_assigned')]: constant(16_384),
    [of('redis_cluster_slots_fail')]: constant(0),
    [of('redis_cluster_slots_pfail')]: constant(0),
    ...(role === 'slave' && { [linked(instance, '172.20.0.5')]: constant(1) }),
  };
}

/** Only for a while, and with nothing before and after. */
const while_ = (series: Series): Series => between(FROM, TO, series, () => undefined);
/** A day on which a server was elected at six, after the first one had been away for half a minute. */
const sixOClock = (before: Series, after: Series): Series => between(0, 6 * HOUR, before, after);
const absent: Series = () => undefined;
/** What kube-state-metrics tells of it. */
const READY = 'kube_statefulset_status_replicas_ready{namespace="shop",statefulset="jobs"}';
/** What the operator tells of what it made, under names that a Prometheus changes. */
const HAS_PRIMARY = 'redisreplication_has_master{job="operator",exported_namespace="shop",exported_instance="jobs"}';

const HEALTHY: Day = {
  ...server('sessions', 'master', (time) => 1e8 + ((time / STEP) % 60) * 1e6),
  // it is full, and removes what it has, which is its work
  ...server('cache', 'master', constant(2.99e8), 'allkeys-lru'),
  'redis_evicted_keys_total{job="redis",instance="cache"}': (time) => time,
  // a server without a limit, of somebody else
  'redis_up{job="redis",instance="other"}': constant(1),
  'redis_memory_used_bytes{job="redis",instance="other"}': constant(9e9),
  'redis_memory_max_bytes{job="redis",instance="other"}': constant(0),
  [info('other', 'master')]: constant(1),
  ...server('q1', 'master'),
  ...server('q2', 'slave'),
  ...server('q3', 'slave'),
  [info('q1', 'master')]: sixOClock(constant(1), absent),
  [info('q1', 'slave')]: sixOClock(absent, constant(1)),
  [info('q2', 'slave')]: sixOClock(constant(1), absent),
  [info('q2', 'master')]: sixOClock(absent, constant(1)),
  [copy('q1', 'node2')]: sixOClock(constant(0), absent),
  [copy('q1', 'node3')]: sixOClock(constant(1), absent),
  [copy('q2', 'node1')]: (time) => (time > 6 * HOUR + STEP ? 1 : undefined),
  [copy('q2', 'node3')]: sixOClock(absent, constant(1)),
  [follows('q1', 'node2')]: sixOClock(absent, constant(1)),
  [follows('q2', 'node1')]: sixOClock(constant(1), absent),
  [follows('q3', 'node1')]: sixOClock(constant(1), absent),
  [follows('q3', 'node2')]: sixOClock(absent, constant(1)),
  [linked('q1', 'queue-node2')]: sixOClock(absent, (time) => (time > 6 * HOUR + STEP ? 1 : 0)),
  [linked('q3', 'queue-node2')]: sixOClock(absent, constant(1)),
  [HAS_PRIMARY]: constant(1),
  [READY]: constant(3),
  'kube_statefulset_replicas{namespace="shop",statefulset="jobs"}': constant(3),
  ...Object.assign({}, ...['k1', 'k2', 'k3'].map((name) => node(name, 'master'))),
  ...Object.assign({}, ...['k4', 'k5', 'k6'].map((name) => node(name, 'slave'))),
};

const SAMPLES = { step: STEP, samples: (OVER + HOUR) / STEP, missing: 'stale' } as const;
const firing = (day: Day, times: readonly number[]) => firingIn(rules, inputSeries(day, SAMPLES), times);

const series = (metric: string, instance: string) => `${metric}{${at(instance)}}`;
const wrong = (name: string, value: number): Day => ({ [name]: between(FROM, TO, constant(value), HEALTHY[name] as Series) });
const gone = (...all: string[]): Day => Object.fromEntries(all.map((one) => [one, between(FROM, TO, absent, HEALTHY[one] as Series)]));
const climbing = (name: string): Day => ({ [name]: (time) => 3 + Math.max(0, Math.min(time, TO) - FROM) });
/** An exporter that reaches its server no more. */
const down = (instance: string): Day => ({
  ...gone(...Object.keys(HEALTHY).filter((name) => name.includes(at(instance)))),
  ...wrong(series('redis_up', instance), 0),
});

/** What is wrong for two hours, how many minutes later somebody is told, and of what. */
const ROWS: readonly (readonly [what: string, day: Day, minutes: number, alerts: readonly string[]])[] = [
  ['a server is away', down('sessions'), 3, ['RedisDown']],
  ['nothing tells of any', gone(...Object.keys(HEALTHY)), 8, ['RedisDown', 'RedisNoPrimary']],
  ['a queue has no room', wrong(series('redis_memory_used_bytes', 'sessions'), 2.8e8), 7, ['RedisMemoryFull']],
  ['a cluster has no room', wrong(series('redis_memory_used_bytes', 'k2'), 2.8e8), 7, ['RedisMemoryFull']],
  ['as much is used as may be', wrong(series('redis_memory_used_bytes', 'sessions'), 2.7e8), 7, []],
  ['nobody else may connect', climbing(series('redis_rejected_connections_total', 'sessions')), 3, ['RedisConnectionsRejected']],
  ['keys of a queue are removed', climbing(series('redis_evicted_keys_total', 'sessions')), 20, ['RedisKeysEvicted']],
  ['a log is not written', wrong(series('redis_aof_last_write_status', 'sessions'), 0), 7, ['RedisNotPersisted']],
  ['a log is not rewritten', wrong(series('redis_aof_last_bgrewrite_status', 'q1'), 0), 7, ['RedisNotPersisted']],
  ['a snapshot fails', wrong(series('redis_rdb_last_bgsave_status', 'k4'), 0), 7, ['RedisNotPersisted']],
  ['a copy is away', { ...down('q3'), ...gone(copy('q2', 'node3')) }, 7, ['RedisDown', 'RedisCopiesMissing']],
  [
    'a copy loads for long',
    { ...gone(copy('q2', 'node3')), [copy('q2', 'node3', 'send_bulk')]: while_(constant(1)) },
    7,
    ['RedisCopiesMissing'],
  ],
  ['the first is away, and another is not made', down('q2'), 4, ['RedisDown', 'RedisNoPrimary']],
  ['no copy follows', gone(copy('q2', 'node1'), copy('q2', 'node3')), 4, ['RedisNoPrimary']],
  ['copies follow two servers', { ...gone(follows('q1', 'node2')), [follows('q1', 'node3')]: while_(constant(1)) }, 4, ['RedisNoPrimary']],
  ['a pod of what an operator made waits for a node', wrong(READY, 2), 7, ['RedisServersMissing']],
  ['an operator knows no first', wrong(HAS_PRIMARY, 0), 4, ['RedisOperatorNoPrimary']],
  ['a copy lost its link', wrong(linked('q1', 'queue-node2'), 0), 7, ['RedisLinkDown']],
  ['a part of a cluster is away', wrong(series('redis_cluster_state', 'k1'), 0), 3, ['RedisClusterDown']],
  ['nodes fail', wrong(series('redis_cluster_slots_fail', 'k1'), 5461), 7, ['RedisSlotsFailing']],
  ['nodes may fail', wrong(series('redis_cluster_slots_pfail', 'k1'), 5461), 7, ['RedisSlotsFailing']],
  ['keys are nobody’s', wrong(series('redis_cluster_slots_assigned', 'k1'), 10_923), 7, ['RedisSlotsFailing']],
];
const CASES = ROWS.map(([what, day, minutes, alerts]) => ({ what, day, minutes, alerts }));

test('Prometheus takes the rules', async () => {
  expect(await checked(rules)).toEqual({ code: 0, said: expect.stringContaining('SUCCESS') });
});

test('a day in good health is silent, with an election in it', async () => {
  const times = Array.from({ length: (OVER - HOUR) / 600 }, (_, n) => HOUR / 2 + n * 600);
  const found = await firing(HEALTHY, times);
  expect([...found].filter(([, alerts]) => alerts.length > 0)).toEqual([]);
}, 120_000);

test.each(CASES)('$what: $alerts', async ({ day, minutes, alerts }) => {
  const then = FROM + minutes * 60;
  const found = await firing({ ...HEALTHY, ...day }, [FROM - STEP, then, OVER]);
  expect([...new Set(found.get(then))].sort()).toEqual([...alerts].sort());
  expect([found.get(FROM - STEP), found.get(OVER)]).toEqual([[], []]);
});

test('each rule is tried', () => expect([...new Set(CASES.flatMap(({ alerts }) => alerts))].sort()).toEqual([...rules.names].sort()));
