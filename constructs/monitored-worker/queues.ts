import type { Connectable } from '../../lib/model/edges/network-facet';
import { type ExternalPeer, Peers } from '../../lib/model/edges/peers';
import type { SecretFile } from '../../lib/model/kinds/secret';

/** How somebody logs in. */
export interface QueueLogin {
  /** Name of the user. */
  readonly user: string;
  /** Its password, by reference. */
  readonly password: SecretFile;
}

/** A Redis or Valkey server, such as `Redis` makes one. */
export interface RedisServer extends Connectable {
  /** The name by which others in the stack reach it. */
  readonly host: string;
  /** How a user logs in; the one of applications if none is named. */
  login(user?: string): QueueLogin;
  /** The certificate of who signed the server's: it takes nothing but TLS then. */
  readonly authority?: SecretFile | undefined;
}

/** A Temporal service, such as `Temporal` makes one. */
export interface TemporalService extends Connectable {
  /** The name by which others in the stack reach its frontend. */
  readonly host: string;
}

/** What queues of Redis have in common. */
export interface RedisQueueProps {
  /** Number of the database. @default 0 */
  readonly database?: number;
  /** TCP port of the server. @default 6379 */
  readonly port?: number;
  /** The user that workers, the exporter and the scaler log in as. @default - that of applications */
  readonly user?: string;
  /** Whether the server takes TLS on that port. @default - true if an authority is known */
  readonly tls?: boolean;
  /**
   * The certificate of who signed the server's, for the exporter and the scaler. Without one they trust whom their image does.
   * @default - as the server says
   */
  readonly authority?: SecretFile;
}

/** A stream of Redis with its group of consumers. */
export interface RedisStreamProps extends RedisQueueProps {
  /** The consumer group, which the program makes (`XGROUP CREATE … MKSTREAM`). */
  readonly group: string;
}

/** A task queue of Temporal. */
export interface TemporalQueueProps {
  /** Name of the task queue. */
  readonly taskQueue: string;
  /** Temporal's namespace. @default 'default' */
  readonly namespace?: string;
  /** TCP port of the frontend. @default 7233 */
  readonly port?: number;
}

/** A queue of RabbitMQ or another broker of AMQP 0-9-1. */
export interface AmqpQueueProps {
  /** Name of the broker. */
  readonly host: string;
  /** Name of the queue. */
  readonly queue: string;
  /** TCP port. @default 5672 */
  readonly port?: number;
  /** Virtual host. @default '/' */
  readonly vhost?: string;
  /** How workers and the scaler log in. @default - without a password */
  readonly login?: QueueLogin;
  /** Who the broker is to the network: a service of this stack, or one of Peers. @default - Peers.dnsName(host, port) */
  readonly broker?: Connectable | ExternalPeer;
}

/** Where jobs come from. Made by {@link Queues}. */
export interface WorkerQueue {
  /** Which kind of queue. */
  readonly kind: 'redis-list' | 'redis-stream' | 'celery' | 'temporal' | 'amqp';
  /** Names of the queues; one, but for Celery. */
  readonly names: readonly string[];
  /** Who is connected to. */
  readonly store: Connectable | ExternalPeer;
  /** Name of the server. */
  readonly host: string;
  /** TCP port of the server. */
  readonly port: number;
  /** How workers log in, if they do. */
  readonly login?: QueueLogin;
  /** Whether somebody else than the server's usual user logs in, whom no edge tells of. */
  readonly ownUser: boolean;
  /** Number of the database of Redis. */
  readonly database?: number;
  /** Whether the connection is encrypted. */
  readonly tls: boolean;
  /** The certificate of who signed the server's. */
  readonly authority?: SecretFile;
  /** The group of consumers of a stream. */
  readonly group?: string;
  /** Temporal's namespace, or the virtual host of AMQP. */
  readonly namespace?: string;
}

/** Where jobs come from. A queue says who is connected to, what tells of its length, and what scales by it. */
export const Queues = {
  /** A list of Redis, to which jobs are pushed and from which they are taken. @see https://redis.io/docs/latest/commands/lmove/ */
  redisList(redis: RedisServer, list: string, props: RedisQueueProps = {}): WorkerQueue {
    return ofRedis('redis-list', redis, [list], props);
  },
  /** A stream of Redis that a group of consumers reads. @see https://redis.io/docs/latest/develop/data-types/streams/ */
  redisStream(redis: RedisServer, stream: string, props: RedisStreamProps): WorkerQueue {
    const { group } = (props ?? {}) as Partial<RedisStreamProps>;
    return { ...ofRedis('redis-stream', redis, [stream], props ?? {}), ...(group !== undefined && { group }) };
  },
  /** Queues of Celery with Redis as its broker. @see https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/redis.html */
  celery(redis: RedisServer, queues: readonly string[] = ['celery'], props: RedisQueueProps = {}): WorkerQueue {
    return ofRedis('celery', redis, queues, props);
  },
  /** A task queue of Temporal. @see https://docs.temporal.io/task-queue */
  temporal(temporal: TemporalService, { taskQueue, namespace = 'default', port = 7233 }: TemporalQueueProps): WorkerQueue {
    return { kind: 'temporal', names: [taskQueue], store: temporal, host: temporal.host, port, namespace, ownUser: false, tls: false };
  },
  /** A queue of a broker that is somewhere else, by its address. @see https://www.rabbitmq.com/docs/queues */
  amqp({ host, queue, port = 5672, vhost = '/', login, broker }: AmqpQueueProps): WorkerQueue {
    const store = broker ?? Peers.dnsName(host, port);
    return { kind: 'amqp', names: [queue], store, host, port, namespace: vhost, ownUser: false, tls: false, ...(login && { login }) };
  },
} as const;

function ofRedis(kind: WorkerQueue['kind'], redis: RedisServer, names: readonly string[], props: RedisQueueProps): WorkerQueue {
  const { database = 0, port = 6379, user, authority = redis.authority, tls = authority !== undefined } = props;
  const encryption = { tls, ...(tls && authority && { authority }) };
  return {
    kind,
    names,
    store: redis,
    host: redis.host,
    port,
    database,
    ...encryption,
    login: redis.login(user),
    ownUser: user !== undefined,
  };
}

/** Whether what is said to be one server of Redis is several of them, as copies or a cluster are. */
export function isSeveral(redis: unknown): boolean {
  const { mode = 'standalone', servers = [] } = (redis ?? {}) as { readonly mode?: string; readonly servers?: readonly unknown[] };
  return mode !== 'standalone' || servers.length > 1;
}

/** Whether the queue is kept by Redis. */
export function isRedis({ kind }: Pick<WorkerQueue, 'kind'>): boolean {
  return kind === 'redis-list' || kind === 'redis-stream' || kind === 'celery';
}
