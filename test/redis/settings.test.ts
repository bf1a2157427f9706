import { execFileSync } from 'node:child_process';
import { RootConstruct } from 'constructs';
import { alertGroups, Environment, Environments, Redis, type RedisProps } from '../../lib';
import { docker } from '../../lib/platforms/docker';
import { Testing } from '../../lib/testing';
import { config, parameters, Shop, secretsOf, views } from './shop';

const settings = (props: Partial<RedisProps> = {}, environment = Environments.staging) =>
  parameters(config(views(props, environment))['redis.conf'] as string);
/** The rules of each user, with the path of its password. */
const users = (props: Partial<RedisProps> = {}) => parameters(config(views(props)).users as string);
const Mi = 2 ** 20;

describe('parameters', () => {
  test('what every server has', () => {
    expect(settings()).toEqual({
      aclfile: '/run/redis/users.acl',
      appendfsync: 'everysec',
      appendonly: 'yes',
      bind: '* -::*',
      dir: '/data',
      'latency-monitor-threshold': '100',
      'lazyfree-lazy-eviction': 'yes',
      'lazyfree-lazy-expire': 'yes',
      'lazyfree-lazy-server-del': 'yes',
      maxmemory: String(Math.floor(512 * Mi * 0.6)),
      'maxmemory-policy': 'noeviction',
      port: '6379',
      'protected-mode': 'no',
      'replica-lazy-flush': 'yes',
      save: '3600 1 300 100 60 10000',
      'tcp-keepalive': '60',
      unixsocket: '/run/redis/redis.sock',
      unixsocketperm: '700',
    });
  });

  test('memory ends before that of the container does', () => {
    const memory = (limit: string) => ({ resources: { memory: { limit } } }) as Partial<RedisProps>;
    for (const [limit, bytes] of [
      ['64Mi', 64 * Mi],
      ['1Gi', 1024 * Mi],
      ['64Gi', 65_536 * Mi],
    ] as const) {
      expect(settings(memory(limit)).maxmemory).toBe(String(Math.floor(bytes * 0.6)));
      expect(settings({ ...memory(limit), persistence: 'none' }).maxmemory).toBe(String(Math.floor(bytes * 0.8)));
    }
    expect(settings({ maxMemory: '100Mi' }).maxmemory).toBe(String(100 * Mi));
  });

  test('data outlives the process, but for tests', () => {
    expect(settings({}, Environments.test)).toMatchObject({ appendonly: 'no', save: '""' });
    for (const environment of [Environments.development, Environments.staging])
      expect(settings({}, environment)).toMatchObject({ appendonly: 'yes', appendfsync: 'everysec' });
    expect(settings({ persistence: 'aof' }, Environments.test)).toMatchObject({ appendonly: 'yes' });
    expect(settings({ persistence: 'snapshot' })).toMatchObject({ appendonly: 'no', save: '3600 1 300 100 60 10000' });
    // one that comes back empty would empty its copies
    for (const mode of ['replicated', 'cluster'] as const)
      expect(settings({ mode }, Environments.test)).toMatchObject({ appendonly: 'yes' });
  });

  test('a server with copies refuses writes that none of them gets', () => {
    const copied = { 'min-replicas-to-write': '1', 'min-replicas-max-lag': '10' };
    expect(settings({ mode: 'replicated' })).toMatchObject(copied);
    expect(settings()).not.toHaveProperty('min-replicas-to-write');
  });

  test('a cluster sends clients to names', () => {
    expect(settings({ mode: 'cluster' })).toMatchObject({
      'cluster-enabled': 'yes',
      'cluster-config-file': '/data/nodes.conf',
      'cluster-preferred-endpoint-type': 'hostname',
    });
    expect(settings({ mode: 'replicated' })).not.toHaveProperty('cluster-enabled');
  });

  test('each can be changed, and a cache removes what it has', () => {
    expect(settings({ eviction: 'allkeys-lru', settings: { 'tcp-keepalive': 300, 'hash-max-listpack-entries': 64 } })).toMatchObject({
      'maxmemory-policy': 'allkeys-lru',
      'tcp-keepalive': '300',
      'hash-max-listpack-entries': '64',
    });
    const text = config(views({ settings: { 'client-output-buffer-limit': ['normal 0 0 0', 'pubsub 32mb 8mb 60'] } }))['redis.conf'];
    expect(text).toContain('client-output-buffer-limit normal 0 0 0\nclient-output-buffer-limit pubsub 32mb 8mb 60\n');
  });
});

describe('users', () => {
  const file = (user: string) => `/run/secrets/shop-redis-passwords/${user}-password`;

  test('an application may do all but change the server; what looks at it sees no data', () => {
    const all = users();
    expect(Object.keys(all)).toEqual(['default', 'admin', 'monitoring']);
    expect(all.default).toBe(`${file('default')} ~* &* +@all -@admin +role -flushall -swapdb -migrate -publish (+publish &[^_]* &_[^_]*)`);
    expect(all.monitoring).not.toContain('slowlog|get');
    expect(all.admin).toBe(`${file('admin')} ~* &* +@all`);
    expect(all.monitoring).toMatch(/^\S+ resetchannels -@all \+ping \+info /);
    // neither keys nor the configuration, in which the password of servers stands
    expect(all.monitoring).not.toMatch(/~|\+@|config|\+client(?!\|setname)/);
  });

  test('more of them have the rights of their line, and nothing on channels', () => {
    expect(
      users({ users: { worker: { keys: ['jobs:*', 'locks:*'], channels: ['jobs'] }, reader: { commands: '+@read' }, all: {} } }),
    ).toMatchObject({
      worker: `${file('worker')} ~jobs:* ~locks:* resetchannels &jobs +@all -@admin -@dangerous`,
      reader: `${file('reader')} ~* resetchannels +@read`,
      all: `${file('all')} ~* resetchannels +@all -@admin -@dangerous`,
    });
    expect(secretsOf(views({ users: { worker: {} } }).C.services['shop-redis'])).toContain('shop-redis-passwords/worker-password');
  });

  test('files have paths of passwords, and neither passwords nor hashes', () => {
    for (const mode of ['standalone', 'replicated', 'cluster'] as const) {
      const all = views({ mode });
      for (const [path, content] of all.files)
        if (/\/(users|\w+\.conf)$/.test(path)) expect(String(content)).not.toMatch(/#[0-9a-f]{64}|requirepass|masterauth|sentinel-pass/);
    }
  });

  test('log in as the program says', () => {
    const { redis } = new Shop(Testing.root());
    expect(redis.login()).toMatchObject({ user: 'default', password: { key: 'default-password' } });
    expect(redis.login('admin')).toMatchObject({ user: 'admin', password: { key: 'admin-password' } });
  });
});

describe('TLS', () => {
  const props = { certificate: true } as const;
  const folder = '/run/secrets/certificate';
  const encrypted = {
    port: '0',
    'tls-port': '6379',
    'tls-cert-file': `${folder}/tls.crt`,
    'tls-key-file': `${folder}/tls.key`,
    'tls-ca-cert-file': `${folder}/ca.crt`,
    'tls-auth-clients': 'no',
    'tls-replication': 'yes',
  };

  test('is of every connection', () => {
    for (const mode of ['standalone', 'replicated', 'cluster'] as const) {
      const all = views({ ...props, mode });
      expect(parameters(config(all)['redis.conf'] as string)).toMatchObject({
        ...encrypted,
        ...(mode === 'cluster' && { 'tls-cluster': 'yes' }),
      });
      const exporter = all.C.services[mode === 'standalone' ? 'shop-redis-exporter' : 'shop-redis-exporter1'];
      expect(exporter.environment).toMatchObject({
        REDIS_ADDR: expect.stringMatching(/^rediss:\/\//),
        REDIS_EXPORTER_TLS_CA_CERT_FILE: `${folder}/ca.crt`,
      });
      expect(all.C.services['shop-app'].environment).toMatchObject({ REDIS_CA_FILE: `${folder}/ca.crt` });
    }
    const sentinels = views({ ...props, mode: 'replicated' });
    const text = sentinels.kind('ConfigMap', 'shop-redis-sentinel-config').data['sentinel.conf'];
    expect(parameters(text)).toMatchObject({ ...encrypted, 'tls-port': '26379' });
  });

  test('has its files where they are used: the key with servers and Sentinels alone', () => {
    const { services } = views({ ...props, mode: 'replicated' }).C;
    for (const name of Object.keys(services)) {
      const has = secretsOf(services[name]).filter((path) => path.startsWith('certificate/'));
      const server = /-(node|sentinel)\d$/.test(name);
      expect([name, has]).toEqual([
        name,
        server ? ['ca.crt', 'tls.crt', 'tls.key'].map((key) => `certificate/${key}`) : ['certificate/ca.crt'],
      ]);
    }
  });
});

describe('an address with the password in it', () => {
  test('is of one server, and of one of its databases', () => {
    const { redis } = new Shop(Testing.root());
    expect(
      redis
        .url()
        .parts.filter((part) => typeof part === 'string')
        .join(''),
    ).toBe('redis://default:@shop-redis:6379/0');
    expect(redis.url(3).parts.at(-1)).toMatch(/\/3$/);
    const { redis: encrypted } = new Shop(Testing.root(), { certificate: true });
    expect(encrypted.url().parts[0]).toMatch(/^rediss:/);
  });

  test('is none of several servers, nor of a database that is none', () => {
    const root = Testing.root();
    new Shop(root, { mode: 'cluster' }).redis.url();
    const other = Testing.root();
    new Shop(other).redis.url(16);
    expect(Testing.problems(root, docker)).toEqual([
      'test/shop/Redis: url: several servers have no address in common, got "cluster"; use REDIS_SENTINELS or REDIS_NODES',
    ]);
    expect(Testing.problems(other, docker)).toEqual(['test/shop/Redis: url: is no number of a database, got 16; use 0 to 15']);
  });

  test('and the endpoints of several', () => {
    const { redis } = new Shop(Testing.root(), { mode: 'replicated' });
    expect(redis.endpoints).toEqual(['shop-redis-node1:6379', 'shop-redis-node2:6379', 'shop-redis-node3:6379']);
    expect([redis.host, redis.sentinels.length]).toEqual(['shop-redis-node1', 3]);
  });
});

describe('rules', () => {
  const names = (props: Partial<RedisProps>) => alertGroups(views(props).tree).flatMap(({ rules }) => rules.map(({ alert }) => alert));

  test('follow from the mode', () => {
    const always = ['RedisDown', 'RedisConnectionsRejected', 'RedisMemoryFull', 'RedisKeysEvicted', 'RedisNotPersisted'];
    expect(names({})).toEqual(always);
    expect(names({ mode: 'replicated' })).toEqual([...always, 'RedisLinkDown', 'RedisCopiesMissing', 'RedisNoPrimary']);
    expect(names({ mode: 'cluster' })).toEqual([...always, 'RedisLinkDown', 'RedisClusterDown', 'RedisSlotsFailing']);
  });

  test('two of a mode tell different alerts', () => {
    const root = new RootConstruct('shop');
    Environment.set(root, Environments.test);
    for (const id of ['Jobs', 'Carts']) new Redis(root, id, { size: '1Gi', mode: 'replicated' });
    const told = alertGroups(root).flatMap(({ rules }) => rules.map(({ alert, labels }) => JSON.stringify([alert, labels])));
    expect(new Set(told).size).toBe(told.length);
    expect(told).toContain('["RedisNoPrimary",{"severity":"page","redis":"carts"}]');
  });

  test('what keeps nothing writes nothing down', () => {
    expect(names({ persistence: 'none' })).not.toContain('RedisNotPersisted');
    expect(names({ exporter: false })).toEqual([]);
  });
});

test('every script is one that a POSIX shell takes', () => {
  const scripts = (['standalone', 'replicated', 'cluster'] as const).flatMap((mode) =>
    [...views({ mode }).files].filter(([path]) => path.endsWith('.sh')),
  );
  expect(new Set(scripts.map(([path]) => path.replace(/^.*\//, '')))).toEqual(
    new Set(['start.sh', 'health.sh', 'primary.sh', 'moved.sh', 'gather.sh']),
  );
  for (const [, content] of scripts) execFileSync('sh', ['-n'], { input: String(content) });
});
