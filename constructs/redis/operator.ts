import type { Composite } from '../../lib/model/composite';
import { Peers } from '../../lib/model/edges/peers';
import { nameOf } from '../../lib/model/names';
import { ConfigFiles } from '../config-files/config-files';
import { OperatorObject } from '../operator-object/operator-object';
import type { RedisOperatorProps } from './engine';
import * as spec from './operator-spec';

const GROUP = 'redis.redis.opstreelabs.in/v1beta2';
/** Of servers, of what they gossip on, of Sentinels, and of metrics. */
const [REDIS, BUS, SENTINEL, METRICS] = [6379, 16379, 26379, 9121];

/** What the objects of a Redis are made of. */
export interface OperatedProps extends Omit<spec.OperatedParts, 'config'> {
  /** The Redis. */
  readonly scope: Composite;
  readonly engine: RedisOperatorProps;
}

/**
 * Makes the objects that the redis-operator acts on.
 *
 * @see https://github.com/OT-CONTAINER-KIT/redis-operator/tree/v0.26.0/api
 */
export class Operated {
  private readonly parts: spec.OperatedParts;
  private readonly name: string;

  constructor(private readonly at: OperatedProps) {
    const { scope, props, persistence, password } = at;
    const files = { [spec.CONFIG_FILE]: spec.operatedSettings(props, persistence) };
    this.parts = { props, persistence, password, config: new ConfigFiles(scope, 'Config', { files }).part };
    this.name = nameOf(scope);
  }

  /** One server. */
  standalone(): OperatorObject {
    const pods = { app: this.name, redis_setup_type: 'standalone', role: 'standalone' };
    return this.object('Redis', this.name, pods, [], spec.standaloneSpec(this.parts));
  }

  /** Servers of which one is written to, and the Sentinels that say which: whoever connects waits until both are there. */
  replicated(count: number, sentinels: number): OperatorObject[] {
    const { scope } = this.at;
    const pods = { app: this.name, redis_setup_type: 'replication', role: 'replication' };
    const replication = this.object(
      'RedisReplication',
      `${this.name}-master`,
      pods,
      [REDIS],
      spec.replicationSpec(this.parts, count, pods),
    );
    // the operator calls what it makes of it by its name and -sentinel
    const host = sentinelHost(this.name);
    const watchers = { app: host, redis_setup_type: 'sentinel', role: 'sentinel' };
    const sentinel = new OperatorObject(scope, 'Sentinel', {
      apiVersion: GROUP,
      kind: 'RedisSentinel',
      spec: spec.sentinelSpec(this.parts, this.name, sentinels, watchers),
      endpoint: { host, ports: { sentinel: SENTINEL } },
      pods: watchers,
      inside: { pods: [SENTINEL], peers: [{ ...this.operator, ports: [SENTINEL] }] },
    });
    sentinel.network.allowTo(replication, { env: false, gate: 'none' });
    return [replication, sentinel];
  }

  /** A cluster. Its Service of the servers that are written to has nobody behind it until the cluster is formed. */
  cluster(shards: number, copies: number): OperatorObject[] {
    const pods = { cluster: this.name, redis_setup_type: 'cluster' };
    return [this.object('RedisCluster', `${this.name}-master`, pods, [REDIS, BUS], spec.clusterSpec(this.parts, shards, copies, pods))];
  }

  private get operator() {
    return this.at.engine.operator ?? Peers.pods({ name: 'redis-operator' }, { 'kubernetes.io/metadata.name': 'ot-operators' });
  }

  private object(kind: string, host: string, pods: Record<string, string>, among: number[], own: Spec) {
    const metrics = this.at.engine.metricsFrom;
    return new OperatorObject(this.at.scope, 'Default', {
      apiVersion: GROUP,
      kind,
      spec: own,
      endpoint: { host, ports: { redis: REDIS } },
      pods,
      inside: {
        pods: among,
        peers: [{ ...this.operator, ports: [REDIS] }, ...(metrics ? [{ ...metrics, ports: [METRICS] }] : [])],
      },
    });
  }
}

type Spec = ReturnType<typeof spec.standaloneSpec>;

/** The Service of the Sentinels of a Redis. */
export const sentinelHost = (name: string) => `${name}-sentinel-sentinel`;
