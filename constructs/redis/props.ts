import type { Acknowledgements } from '../../lib/model/features';
import type { SecretFile } from '../../lib/model/kinds/secret';
import type { Size } from '../../lib/model/values/quantities';
import type { AttachmentProps, LoggingProps, PlacementProps, ResourcesProps } from '../../lib/model/workload/props';
import type { ServerCertificateProps } from '../postgres/props';
import type { Secret } from '../secrets/secret';
import type { RedisOperatorProps } from './engine';

/** A value of a parameter of Redis; several are several lines. @see https://redis.io/docs/latest/operate/oss_and_stack/management/config-file/ */
export type RedisSetting = string | number | readonly string[];

/** What is removed when memory is full. @see https://redis.io/docs/latest/develop/reference/eviction/ */
export type RedisEviction =
  | 'noeviction'
  | 'allkeys-lru'
  | 'allkeys-lfu'
  | 'allkeys-random'
  | 'volatile-lru'
  | 'volatile-lfu'
  | 'volatile-random'
  | 'volatile-ttl';

/** What a user may say of one more user of the server: nobody has more rights than its line says. */
export interface RedisUserProps {
  /** Patterns of the keys that it may use. @default ['*'] */
  readonly keys?: readonly string[];
  /** Patterns of the channels that it may use. @default - none */
  readonly channels?: readonly string[];
  /**
   * Rules of the commands that it may run.
   * @default '+@all -@admin -@dangerous'
   * @see https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
   */
  readonly commands?: string;
}

/** Where the passwords stand. */
export interface RedisPasswordsProps {
  /** The secret. */
  readonly secret: Secret;
  /** The key of each user's password. `admin` is who the servers themselves log in as. @default - `<user>-password` */
  readonly keys?: Readonly<Record<string, string>>;
}

/** What a user may say of a Redis. */
export interface RedisProps {
  /**
   * `standalone` is one server. `replicated` is one that is written to and copies of it; three Sentinels make one of the copies
   * the first when that one is gone. `cluster` spreads the keys over several servers, each with copies.
   * @default 'standalone'
   */
  readonly mode?: 'standalone' | 'replicated' | 'cluster';
  /** Objects of an operator of Kubernetes in place of servers that need none; on other platforms there is nothing then. @default - none */
  readonly engine?: RedisOperatorProps;
  /** Parts that the keys of a cluster are spread over, at least three. @default 3 */
  readonly shards?: number;
  /** Copies of the server (`replicated`), or of each part (`cluster`). @default - 2 where replicated, 1 in a cluster */
  readonly copies?: number;
  /** Image with Redis 7 or later, a shell and coreutils. @default 'redis:7.4-bookworm' */
  readonly image?: string;
  /** Capacity of the volume of each server in binary units; at least twice the memory, since a log is rewritten beside the old one. */
  readonly size: Size;
  /** Kubernetes storage class. @default - the cluster's default class */
  readonly storageClass?: string;
  /**
   * `aof` loses at most one second of writes in a crash of the host, and nothing when the process is killed; `snapshot` what was
   * written since the last snapshot, up to an hour where little is written; `none` everything at each restart.
   * @default - 'none' in the environment test, 'aof' otherwise
   * @see https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
   */
  readonly persistence?: 'aof' | 'snapshot' | 'none';
  /** Memory for data in binary units; beyond it writes fail or keys are removed. @default - 60 % of the memory limit, 80 % without persistence */
  readonly maxMemory?: Size;
  /** What is removed when memory is full. A queue needs `noeviction`: a write fails, and nothing is lost. @default 'noeviction' */
  readonly eviction?: RedisEviction;
  /** More users by name, beside `default`, whom an application logs in as. @default - none */
  readonly users?: Readonly<Record<string, RedisUserProps>>;
  /** @default - a GeneratedSecret */
  readonly passwords?: RedisPasswordsProps;
  /** The servers' certificate: every connection is encrypted then. @default - none: passwords and data cross the stack's own networks in clear */
  readonly tls?: ServerCertificateProps;
  /** @default - cpu 500m / 100m, memory 512Mi */
  readonly resources?: ResourcesProps;
  /** Parameters of Redis that differ from what follows from the size. @default - none */
  readonly settings?: Readonly<Record<string, RedisSetting>>;
  /** Image of the exporter of metrics, with a shell, or `false` for none. @default 'oliver006/redis_exporter:v1.74.0-alpine' */
  readonly exporter?: string | false;
  /**
   * What the variables start with that those get who may connect: `REDIS_HOST`, `_PORT` and `_PASSWORD_FILE`; instead of the
   * host and port `_SENTINELS` and `_SENTINEL_PRIMARY` where it is replicated, `_NODES` in a cluster; with `tls` also `_CA_FILE`.
   * @default 'REDIS'
   */
  readonly variables?: string;
  /** Numeric user and group. @default '999:999', whom the image's folder of data belongs to */
  readonly user?: `${number}:${number}`;
  /** Segments. @default - none: what an edge allows to connect is connected */
  readonly networks?: readonly AttachmentProps[];
  /** @default - any node */
  readonly placement?: PlacementProps;
  /** @default - json-file with rotation */
  readonly logging?: LoggingProps;
  /** The resource's name on every platform. @default - made of the ids on the way here */
  readonly name?: string;
  /** Reasons for what a platform lacks or what takes security off. @default - none */
  readonly acknowledge?: Acknowledgements;
}

/** How a user of the server logs in. */
export interface RedisLogin {
  /** The user. */
  readonly user: string;
  /** Its password. */
  readonly password: SecretFile;
}
