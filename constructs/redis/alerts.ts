import type { AlertRule } from '../../lib/observability/monitor';
import type { RedisProps } from './props';

/** What the rules depend on. */
export interface RedisLimits {
  /** Name of the Redis, which the names of its servers start with. */
  readonly name: string;
  readonly mode: NonNullable<RedisProps['mode']>;
  /** Copies of each server that is written to. */
  readonly copies: number;
  /** Whether data outlives the process. */
  readonly persistent: boolean;
  /** Whether an operator makes the servers: they announce addresses then. */
  readonly operated: boolean;
}

/**
 * What has to be known of servers.
 *
 * @see https://github.com/oliver006/redis_exporter for the metrics
 */
export function redisAlerts({ name, mode, copies, persistent, operated }: RedisLimits): AlertRule[] {
  return [
    ...always(),
    ...memory(),
    ...(persistent ? persistence() : []),
    ...(copies > 0 ? [LINK] : []),
    ...(operated ? [missing(name)] : []),
    ...(mode === 'replicated' ? (operated ? [HAS_PRIMARY] : replicated(name, copies)) : []),
    ...(mode === 'cluster' ? cluster() : []),
  ];
}

function always(): AlertRule[] {
  return [
    {
      alert: 'RedisDown',
      // an exporter that cannot look up who it watches answers nobody; that one of several is away says who looks at targets
      expr: 'redis_up == 0 or absent(redis_up)',
      for: '1m',
      severity: 'page',
      summary: 'The Redis that {{ $labels.instance }} watches does not answer',
      description:
        'It is down, hangs, or does not take the password; or its exporter is away. Look at the state and the log of its container.',
    },
    {
      alert: 'RedisConnectionsRejected',
      expr: 'increase(redis_rejected_connections_total[5m]) > 0',
      severity: 'ticket',
      summary: 'The Redis that {{ $labels.instance }} watches refuses connections',
      description: 'There are as many as maxclients allows. Somebody opens connections and does not close them, or a pool is too large.',
    },
  ];
}

const LINK: AlertRule = {
  alert: 'RedisLinkDown',
  expr: 'redis_master_link_up == 0',
  for: '5m',
  severity: 'ticket',
  summary: 'The copy that {{ $labels.instance }} watches is not connected to what it copies',
  description: 'It falls behind, and should not be made the first. Look at its log, and whether what it copies is there.',
};

/** Of the operator's own metrics, which name what it made. */
const HAS_PRIMARY: AlertRule = {
  alert: 'RedisOperatorNoPrimary',
  expr: 'redisreplication_has_master == 0',
  for: '2m',
  severity: 'page',
  summary: 'The redis-operator knows no server of a RedisReplication that is written to',
  description: 'All of them are copies, or do not answer. Look at the log of the operator, and ask each Sentinel which server it knows.',
};

/** The exporter is beside the server: where its pod is gone, nothing of it tells that. */
function missing(name: string): AlertRule {
  const sets = `{statefulset=~"${name}(-leader|-follower|-sentinel-sentinel)?"}`;
  return {
    alert: 'RedisServersMissing',
    expr: `kube_statefulset_status_replicas_ready${sets} < kube_statefulset_replicas`,
    for: '5m',
    severity: 'page',
    labels: { redis: name },
    summary: '{{ $labels.statefulset }} has {{ $value }} pods that are ready, and should have more',
    description: 'A server or a Sentinel is down, waits for a node or a volume, or was not given its password. Look at its pods.',
  };
}

/** A cache is always full, and there may be one in the same Prometheus. */
const NO_CACHE = 'and on (job, instance) redis_instance_info{maxmemory_policy!~"allkeys-.*"}';

function memory(): AlertRule[] {
  return [
    {
      alert: 'RedisMemoryFull',
      expr: `redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.9 ${NO_CACHE}`,
      for: '5m',
      severity: 'page',
      summary: 'The Redis that {{ $labels.instance }} watches has used {{ $value | humanizePercentage }} of its memory',
      description: 'When all is used writes fail, or keys are removed, as its eviction says. Find what grows, or give it more memory.',
    },
    {
      alert: 'RedisKeysEvicted',
      expr: `increase(redis_evicted_keys_total[15m]) > 0 ${NO_CACHE}`,
      for: '15m',
      severity: 'ticket',
      summary: 'The Redis that {{ $labels.instance }} watches removes keys for want of memory',
      description: 'What may expire is gone before its time. Find what grows, or give it more memory.',
    },
  ];
}

function persistence(): AlertRule[] {
  return [
    {
      alert: 'RedisNotPersisted',
      expr: 'redis_rdb_last_bgsave_status == 0 or redis_aof_last_write_status == 0 or redis_aof_last_bgrewrite_status == 0',
      for: '5m',
      severity: 'page',
      summary: 'The Redis that {{ $labels.instance }} watches cannot write its data down',
      description:
        'Its volume is full or broken, or there is no memory for the child process. Until then a crash loses what was written since.',
    },
  ];
}

/** Servers are told apart by the names that they announce: a Prometheus may watch several Redis, and one by several exporters. */
function replicated(name: string, copies: number): AlertRule[] {
  const online = `redis_connected_slave_lag_seconds{slave_ip=~"${name}-node[0-9]+",slave_state="online"}`;
  const followed = `redis_slave_info{master_host=~"${name}-node[0-9]+"}`;
  return [
    {
      alert: 'RedisCopiesMissing',
      expr: `count(count by (slave_ip) (${online})) < ${copies}`,
      for: '5m',
      severity: 'ticket',
      labels: { redis: name },
      summary: `Copies of ${name} are missing`,
      description: 'A server is away, or loads the data of another. With one copy less, one less may be lost.',
    },
    {
      alert: 'RedisNoPrimary',
      expr: `absent(${online}) or count(count by (master_host) (${followed})) > 1`,
      for: '2m',
      severity: 'page',
      labels: { redis: name },
      summary: `The copies of ${name} do not follow one server that is written to`,
      description:
        'Without a copy a server refuses writes. The Sentinels have no majority, all copies are away, or nobody tells. Ask each Sentinel which server it knows.',
    },
  ];
}

function cluster(): AlertRule[] {
  return [
    {
      alert: 'RedisClusterDown',
      expr: 'redis_cluster_state == 0',
      for: '1m',
      severity: 'page',
      summary: 'The cluster is down as {{ $labels.instance }} sees it',
      description: 'Some keys are served by nobody: a server and its copies are away. Bring one of them back.',
    },
    {
      alert: 'RedisSlotsFailing',
      expr: 'redis_cluster_slots_fail > 0 or redis_cluster_slots_pfail > 0 or redis_cluster_slots_assigned < 16384',
      for: '5m',
      severity: 'ticket',
      summary: 'Not all keys of the cluster are served, as {{ $labels.instance }} sees it',
      description: 'A node is away or was given nothing. `redis-cli --cluster check` tells which.',
    },
  ];
}
