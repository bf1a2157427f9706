import { trySize } from '../../lib/model/values/quantities';
import type { RedisProps, RedisSetting, RedisUserProps } from './props';
import { DATA, RUN } from './scripts';

/** What a server has of which nothing is said. */
export const RESOURCES = { cpu: { limit: '500m', reservation: '100m' }, memory: { limit: '512Mi' } } as const;

/** The users that each server has for itself. */
export const ADMIN = 'admin';
/** Who tells of the server as metrics. */
export const MONITORING = 'monitoring';
/** Whom an application logs in as. */
export const DEFAULT = 'default';

/**
 * What those may who are no operators: everything but changing the server, and emptying all of its databases at once. Sentinels believe
 * what is said in their own channel, `__sentinel__:hello`: nobody else speaks there.
 */
const APPLICATION = '+@all -@admin +role -flushall -swapdb -migrate -publish (+publish &[^_]* &_[^_]*)';
const OTHERS = '+@all -@admin -@dangerous';
/** What the exporter asks for. Not `config|get`: it shows the password that servers log in to each other with. */
const EXPORTER = '-@all +ping +info +client|setname +cluster|info +slowlog|len +latency|latest +latency|histogram';

/** What an application may ask a Sentinel. */
export const SENTINEL_RULES = [
  '-@all +ping +hello +auth +subscribe +psubscribe +unsubscribe +punsubscribe +command +info +role',
  '+client -client|kill -client|pause -client|list',
  ...['get-master-addr-by-name', 'master', 'masters', 'replicas', 'slaves', 'sentinels', 'myid'].map((one) => `+sentinel|${one}`),
].join(' ');

/** What each user may, in the words of an ACL. @see https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ */
export function rulesOf(users: Readonly<Record<string, RedisUserProps>> = {}): Record<string, string> {
  const own = Object.entries(users).map(([name, { keys = ['*'], channels = [], commands = OTHERS }]) => {
    const patterns = [...keys.map((key) => `~${key}`), 'resetchannels', ...channels.map((channel) => `&${channel}`)];
    return [name, `${patterns.join(' ')} ${commands}`] as const;
  });
  return {
    [DEFAULT]: `~* &* ${APPLICATION}`,
    [ADMIN]: '~* &* +@all',
    [MONITORING]: `resetchannels ${EXPORTER}`,
    ...Object.fromEntries(own),
  };
}

/** How data outlives the process. */
export type Persistence = NonNullable<RedisProps['persistence']>;

/** Bytes that data may take: the rest is for buffers, and for what a child process sees that writes the data down. */
export function memoryOf(props: Pick<RedisProps, 'resources' | 'maxMemory'>, persistence: Persistence): number {
  const limit = trySize(props.resources?.memory?.limit ?? RESOURCES.memory.limit) ?? 2 ** 29;
  return trySize(props.maxMemory) ?? Math.floor((limit * (persistence === 'none' ? 8 : 6)) / 10);
}

/** What the parameters depend on. */
export interface SettingsOf {
  readonly props: RedisProps;
  readonly persistence: Persistence;
  /** Paths of the certificate's files, where there is one. */
  readonly tls?: { readonly certificate: string; readonly privateKey: string; readonly authority: string };
}

/**
 * The parameters of a server.
 *
 * @see https://redis.io/docs/latest/operate/oss_and_stack/management/config-file/
 */
export function settingsOf({ props, persistence, tls }: SettingsOf): Record<string, RedisSetting> {
  const { mode, eviction } = props;
  return {
    bind: ['* -::*'],
    // every user has a password
    'protected-mode': 'no',
    unixsocket: `${RUN}/redis.sock`,
    unixsocketperm: 700,
    aclfile: `${RUN}/users.acl`,
    dir: DATA,
    // keeps a connection that nobody uses from being forgotten on the way, and notices one whose other end is gone
    'tcp-keepalive': 60,
    maxmemory: memoryOf(props, persistence),
    'maxmemory-policy': eviction ?? 'noeviction',
    // what is removed is given back in the background
    'lazyfree-lazy-eviction': 'yes',
    'lazyfree-lazy-expire': 'yes',
    'lazyfree-lazy-server-del': 'yes',
    'replica-lazy-flush': 'yes',
    'latency-monitor-threshold': 100,
    ...persistenceOf(persistence),
    ...(tls ? encryption(tls) : { port: 6379 }),
    ...(mode === 'replicated' && { 'min-replicas-to-write': 1, 'min-replicas-max-lag': 10 }),
    ...(mode === 'cluster' && {
      'cluster-enabled': 'yes',
      'cluster-config-file': `${DATA}/nodes.conf`,
      'cluster-node-timeout': 5000,
      // clients are sent to names: addresses are those of a network that they need not be in
      'cluster-preferred-endpoint-type': 'hostname',
      ...(tls && { 'tls-cluster': 'yes' }),
    }),
    ...props.settings,
  };
}

function persistenceOf(persistence: Persistence): Record<string, RedisSetting> {
  if (persistence === 'none') return { appendonly: 'no', save: '""' };
  const snapshots = { save: ['3600 1 300 100 60 10000'] };
  return persistence === 'snapshot' ? { appendonly: 'no', ...snapshots } : { appendonly: 'yes', appendfsync: 'everysec', ...snapshots };
}

function encryption({ certificate, privateKey, authority }: NonNullable<SettingsOf['tls']>): Record<string, RedisSetting> {
  return {
    port: 0,
    'tls-port': 6379,
    'tls-cert-file': certificate,
    'tls-key-file': privateKey,
    'tls-ca-cert-file': authority,
    // who connects shows a password and no certificate
    'tls-auth-clients': 'no',
    'tls-replication': 'yes',
    'tls-protocols': '"TLSv1.2 TLSv1.3"',
  };
}

/** The parameters of a Sentinel. @see https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ */
export function sentinelSettings(tls: SettingsOf['tls']): Record<string, RedisSetting> {
  return {
    ...(tls ? { ...encryption(tls), 'tls-port': 26379 } : { port: 26379 }),
    'protected-mode': 'no',
    unixsocket: `${RUN}/redis.sock`,
    unixsocketperm: 700,
    dir: RUN,
    'sentinel resolve-hostnames': 'yes',
    'sentinel announce-hostnames': 'yes',
  };
}

/** How a Sentinel watches the server that is written to. */
export const PRIMARY_SETTINGS: Readonly<Record<string, RedisSetting>> = {
  // until it has seen the server, or for a minute: it is less then, as its script says
  'sentinel down-after-milliseconds primary': 60_000,
  // an election that nobody won is tried again after twice that
  'sentinel failover-timeout primary': 30_000,
  'sentinel parallel-syncs primary': 1,
};

/** A file of parameters, sorted. */
export function settingsFile(settings: Readonly<Record<string, RedisSetting>>): string {
  const lines = Object.keys(settings)
    .sort()
    .flatMap((name) => [settings[name] as RedisSetting].flat().map((value) => `${name} ${value}\n`));
  return lines.join('');
}
