import { App } from 'cdk8s';
import { Construct } from 'constructs';
import { loadAll } from 'js-yaml';
import {
  acknowledge,
  alertGroups,
  Environments,
  edgesOf,
  formatProblem,
  GeneratedSecret,
  HardenedService,
  Redis,
  type RedisProps,
} from '../../lib';
import { compose } from '../../lib/platforms/compose';
import { docker } from '../../lib/platforms/docker';
import { IronhullChart, kubernetesWith } from '../../lib/platforms/kubernetes';
import { swarm, swarmFile } from '../../lib/platforms/swarm';
import { Testing } from '../../lib/testing';
import { operatedShop } from '../e2e/kubernetes/redis-operator';
import { mistakes } from '../worker/schema';

// biome-ignore lint/suspicious/noExplicitAny: objects of an operator; the assertions are the types
type Any = any;

const ENGINE = { kind: 'redis-operator' } as const;
const KINDS: Readonly<Record<string, string>> = {
  Redis: 'redis',
  RedisCluster: 'redisclusters',
  RedisReplication: 'redisreplications',
  RedisSentinel: 'redissentinels',
};

const shop = loadAll(operatedShop('shop')) as Any[];
const find = (kind: string, name: string, all = shop): Any =>
  all.find((one) => one.kind === kind && (one.metadata.name === name || new RegExp(`^${name}-[0-9a-f]{8}$`).test(one.metadata.name)));
const envOf = (name: string): Record<string, string> => {
  const { containers } = find('Deployment', name).spec.template.spec;
  return Object.fromEntries(containers[0].env.map((one: Any) => [one.name, one.value]));
};

/** What stands in the file of parameters that an object refers to. */
function parameters(spec: Any): string[] {
  const { data } = shop.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === spec.redisConfig.additionalRedisConfig);
  expect(Object.keys(data)).toEqual(['redis-additional.conf']);
  return data['redis-additional.conf'].trim().split('\n');
}

/** A small Redis and a client of it. */
function small(props: Partial<RedisProps> = {}, environment = Environments.development) {
  const app = new App();
  const chart = new IronhullChart(app, 'shop', { environment });
  const redis = new Redis(chart, 'Redis', { size: '1Gi', engine: ENGINE, ...props });
  new HardenedService(chart, 'Api', { image: 'api:1' }).network.allowTo(redis);
  return { redis, chart, all: loadAll(app.synthYaml()) as Any[] };
}

const container = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
};
const pod = {
  podSecurityContext: { fsGroup: 999, runAsGroup: 999, runAsNonRoot: true, runAsUser: 999, seccompProfile: { type: 'RuntimeDefault' } },
  initContainer: { enabled: false, image: expect.stringMatching(/^redis:7.4-bookworm/), securityContext: container },
};
/** A server that keeps data ends where it was kept in another way. */
const keeps = {
  ...pod,
  initContainer: {
    ...pod.initContainer,
    enabled: true,
    command: ['sh', '-c', expect.stringContaining('kept=/data/persistence')],
    resources: expect.anything(),
  },
};
const apart = (labels: Readonly<Record<string, string>>) => ({
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 100, podAffinityTerm: { labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' } },
      ],
    },
  },
  topologySpreadConstraints: [
    {
      labelSelector: { matchLabels: labels },
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'ScheduleAnyway',
    },
  ],
});
const server = { securityContext: container, terminationGracePeriodSeconds: 60, nodeSelector: { disk: 'fast' } };
const pdb = { enabled: true, maxUnavailable: 1 };
const exporter = {
  enabled: true,
  image: expect.stringMatching(/^oliver006\/redis_exporter:/),
  port: 9121,
  resources: { limits: { cpu: '200m', memory: '64Mi' }, requests: { cpu: '10m', memory: '32Mi' } },
  securityContext: container,
  env: [{ name: 'REDIS_EXPORTER_CONFIG_COMMAND', value: '-' }],
};
const probes = { readinessProbe: expect.anything(), livenessProbe: expect.objectContaining({ failureThreshold: 6 }) };
const resources = { limits: { cpu: '500m', memory: '512Mi' }, requests: { cpu: '100m' } };
const image = expect.stringMatching(/^redis:7.4-bookworm@sha256:/);

describe('the objects', () => {
  test('are what the definitions of the operator take', () => {
    const objects = shop.filter(({ apiVersion }) => apiVersion === 'redis.redis.opstreelabs.in/v1beta2');
    expect(objects.map(({ kind }) => kind).sort()).toEqual(Object.keys(KINDS).sort());
    for (const one of objects) expect([one.kind, mistakes(KINDS[one.kind] as string, 'v1beta2', one)]).toEqual([one.kind, []]);
    const wrong = structuredClone(find('RedisCluster', 'keys'));
    wrong.spec.clustersize = wrong.spec.clusterSize;
    delete wrong.spec.clusterSize;
    expect(mistakes('redisclusters', 'v1beta2', wrong)).toEqual(['.spec.clusterSize is missing', '.spec.clustersize is not known']);
  });

  test('one server: a Redis, which keeps nothing and takes TLS', () => {
    expect(find('Redis', 'cache').spec).toEqual({
      kubernetesConfig: { image, redisSecret: { name: 'redis-login', key: 'password' }, resources },
      redisConfig: { additionalRedisConfig: expect.stringMatching(/^cache-config-[0-9a-f]{8}$/) },
      redisExporter: exporter,
      storage: {
        keepAfterDelete: true,
        volumeMount: {
          volume: [{ name: 'scratch', emptyDir: { sizeLimit: '16Mi' } }],
          mountPath: [{ name: 'scratch', mountPath: '/data' }],
        },
      },
      TLS: { ca: 'ca.crt', cert: 'tls.crt', key: 'tls.key', secret: { secretName: 'redis-tls', defaultMode: 0o440 } },
      ...pod,
      ...server,
      ...probes,
    });
  });

  test('copies: a RedisReplication, and a RedisSentinel that watches it', () => {
    const labels = { app: 'queue', redis_setup_type: 'replication', role: 'replication' };
    const { spec } = find('RedisReplication', 'queue');
    const { redisSecret } = spec.kubernetesConfig;
    expect(redisSecret).toEqual({ name: expect.stringMatching(/^queue-passwords-/), key: 'default-password' });
    expect(spec).toEqual({
      clusterSize: 3,
      kubernetesConfig: { image, redisSecret, resources },
      redisConfig: { additionalRedisConfig: expect.stringMatching(/^queue-config-[0-9a-f]{8}$/) },
      redisExporter: exporter,
      storage: {
        keepAfterDelete: true,
        volumeClaimTemplate: {
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } }, storageClassName: 'fast' },
        },
      },
      pdb,
      ...keeps,
      ...server,
      ...apart(labels),
      ...probes,
    });
    expect(find('RedisSentinel', 'queue-sentinel').spec).toEqual({
      clusterSize: 3,
      kubernetesConfig: {
        image,
        redisSecret,
        resources: { limits: { cpu: '200m', memory: '128Mi' }, requests: { cpu: '20m', memory: '32Mi' } },
      },
      redisSentinelConfig: {
        redisReplicationName: 'queue',
        redisReplicationPassword: { secretKeyRef: redisSecret },
        masterGroupName: 'primary',
        quorum: '2',
        downAfterMilliseconds: '5000',
        failoverTimeout: '30000',
        parallelSyncs: '1',
      },
      podManagementPolicy: 'Parallel',
      pdb,
      ...pod,
      ...server,
      ...apart({ app: 'queue-sentinel-sentinel', redis_setup_type: 'sentinel', role: 'sentinel' }),
      ...probes,
    });
  });

  test('a cluster: a RedisCluster with all copies of all shards', () => {
    const labels = { cluster: 'keys', redis_setup_type: 'cluster' };
    const { spec } = find('RedisCluster', 'keys');
    const claim = (storage: string) => ({ spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } } });
    const each = (replicas: number) => ({
      replicas,
      redisConfig: { additionalRedisConfig: expect.stringMatching(/^keys-config-[0-9a-f]{8}$/) },
      pdb,
      ...server,
      ...apart(labels),
      ...probes,
    });
    expect(spec).toEqual({
      clusterSize: 4,
      clusterVersion: 'v7',
      persistenceEnabled: true,
      kubernetesConfig: {
        image,
        redisSecret: { name: expect.stringMatching(/^keys-passwords-/), key: 'default-password' },
        resources: { limits: { cpu: '1', memory: '2Gi' }, requests: { cpu: '250m' } },
      },
      redisExporter: exporter,
      redisLeader: each(4),
      redisFollower: each(8),
      storage: {
        keepAfterDelete: true,
        volumeClaimTemplate: claim('5Gi'),
        nodeConfVolume: true,
        nodeConfVolumeClaimTemplate: claim('64Mi'),
      },
      TLS: { ca: 'authority.crt', cert: 'tls.crt', key: 'tls.key', secret: { secretName: 'redis-tls', defaultMode: 0o440 } },
      ...keeps,
    });
  });

  test('have the parameters of servers, but for what the operator decides', () => {
    expect(parameters(find('Redis', 'cache').spec)).toEqual([
      'appendonly no',
      'dir /data',
      'latency-monitor-threshold 100',
      'lazyfree-lazy-eviction yes',
      'lazyfree-lazy-expire yes',
      'lazyfree-lazy-server-del yes',
      `maxmemory ${Math.floor(2 ** 29 * 0.8)}`,
      'maxmemory-policy allkeys-lru',
      'replica-lazy-flush yes',
      'save ""',
      'tcp-keepalive 60',
      'tls-protocols "TLSv1.2 TLSv1.3"',
    ]);
    const queue = parameters(find('RedisReplication', 'queue').spec);
    // its own times of snapshots are forgotten before ours
    expect(queue.filter((line) => /^(save|append)/.test(line))).toEqual(['appendonly no', 'save ""', 'save 3600 1 300 100 60 10000']);
    expect(queue).toContain('min-replicas-to-write 1');
    const { redisLeader, redisFollower } = find('RedisCluster', 'keys').spec;
    expect(redisLeader.redisConfig).toEqual(redisFollower.redisConfig);
    expect(parameters(redisLeader)).toEqual(
      expect.arrayContaining(['appendonly yes', 'slowlog-log-slower-than 5000', `maxmemory ${Math.floor((2 ** 31 * 6) / 10)}`]),
    );
    expect(parameters(redisLeader).join('\n')).not.toMatch(/^(cluster-|port|bind|aclfile|unixsocket)/m);
  });

  test('are ready only where a stranger is refused', () => {
    const script = (spec: Any, probe: string) => spec[probe].exec.command[2];
    const { spec } = find('RedisReplication', 'queue');
    expect(script(spec, 'readinessProbe')).toMatch(/^case \$\(redis-cli ping\) in NOAUTH\*\) ;; \*\) exit 1 ;; esac$/m);
    expect(script(find('Redis', 'cache').spec, 'livenessProbe')).toBe('redis-cli --tls --cacert /tls/ca.crt ping | grep -q .');
    expect(script(find('RedisCluster', 'keys').spec.redisFollower, 'readinessProbe')).toContain('--cacert /tls/authority.crt ping');
    expect(script(find('RedisSentinel', 'queue-sentinel').spec, 'readinessProbe')).toContain('get-master-addr-by-name primary');
  });
});

describe('whoever is allowed to', () => {
  test('is told where and how', () => {
    expect(envOf('api')).toEqual({
      CACHE_CA_FILE: '/run/secrets/redis-tls/ca.crt',
      CACHE_HOST: 'cache',
      CACHE_PASSWORD_FILE: '/run/secrets/redis-login/password',
      CACHE_PORT: '6379',
      KEYS_CA_FILE: '/run/secrets/redis-tls/authority.crt',
      KEYS_NODES: 'keys-leader:6379,keys-follower:6379',
      KEYS_PASSWORD_FILE: '/run/secrets/keys-passwords/default-password',
      QUEUE_PASSWORD_FILE: '/run/secrets/queue-passwords/default-password',
      QUEUE_SENTINELS: 'queue-sentinel-sentinel:26379',
      QUEUE_SENTINEL_PRIMARY: 'primary',
    });
  });

  test('waits for a Service that has somebody behind it when all is there', () => {
    const { initContainers } = find('Deployment', 'api').spec.template.spec;
    expect(initContainers[0].command.slice(2)).toEqual(
      ['cache 6379', 'queue-master 6379', 'queue-sentinel-sentinel 26379', 'keys-master 6379'].flatMap((one) => ['tcp', ...one.split(' ')]),
    );
  });

  test('reaches these pods, which reach each other, and the operator reaches them', () => {
    const told = (name: string) =>
      find('NetworkPolicy', name).spec.ingress.map(({ from, ports }: Any) =>
        [
          ...Object.values({ ...from[0].namespaceSelector?.matchLabels, ...from[0].podSelector.matchLabels }),
          ports.map((one: Any) => one.port).join(),
        ].join(' '),
      );
    const operator = 'ot-operators redis-operator';
    const prometheus = 'monitoring prometheus 9121';
    expect(told('cache').sort()).toEqual(['api 6379', 'fill 6379', prometheus, `${operator} 6379`]);
    const queue = 'queue replication replication 6379';
    const sentinel = 'queue-sentinel-sentinel sentinel sentinel';
    expect(told('queue').sort()).toEqual(['api 6379', prometheus, `${operator} 6379`, queue, `${sentinel} 6379`]);
    expect(told('queue-sentinel').sort()).toEqual(['api 26379', `${operator} 26379`, `${sentinel} 26379`]);
    expect(told('keys').sort()).toEqual(['api 6379', 'keys cluster 6379,16379', prometheus, `${operator} 6379`]);
    for (const [name, labels] of Object.entries({
      cache: { app: 'cache', redis_setup_type: 'standalone', role: 'standalone' },
      keys: { cluster: 'keys', redis_setup_type: 'cluster' },
    }))
      expect(find('NetworkPolicy', name).spec.podSelector.matchLabels).toEqual(labels);
  });

  test('has one password, which a rotation changes in the object as well', () => {
    const nameOf = (rotation: number) => {
      const app = new App();
      const chart = new IronhullChart(app, 'shop', { environment: Environments.development });
      const secret = new GeneratedSecret(chart, 'Login', { values: { 'default-password': {} }, rotation });
      new Redis(chart, 'Redis', { size: '1Gi', engine: ENGINE, passwords: { secret } });
      return find('Redis', 'redis', loadAll(app.synthYaml()) as Any[]).spec.kubernetesConfig.redisSecret.name;
    };
    expect(nameOf(2)).not.toBe(nameOf(1));
  });
});

describe('a small one', () => {
  test('has no servers of ours, and says where it is', () => {
    const { redis, all } = small();
    expect([redis.servers, redis.sentinels, redis.exporters].flat()).toEqual([]);
    expect(redis.objects).toHaveLength(1);
    expect([redis.host, redis.endpoints, redis.login().user]).toEqual(['redis', ['redis:6379'], 'default']);
    expect(all.filter(({ kind }) => kind === 'StatefulSet')).toEqual([]);
    const replicated = small({ mode: 'replicated' }).redis;
    expect([replicated.host, replicated.endpoints]).toEqual(['redis-master', ['redis-master:6379', 'redis-replica:6379']]);
    expect(small({ mode: 'cluster', copies: 0 }).redis.endpoints).toEqual(['redis-leader:6379']);
  });

  test('has no exporter and no rules where that is said', () => {
    const { chart, all } = small({ exporter: false, engine: { ...ENGINE, metricsFrom: undefined as never } });
    expect(find('Redis', 'redis', all).spec).not.toHaveProperty('redisExporter');
    expect(alertGroups(chart)).toEqual([]);
  });

  test('is watched without names of servers, which have none', () => {
    const rules = (props: Partial<RedisProps>) => alertGroups(small(props).chart).flatMap((group) => group.rules);
    expect(rules({ mode: 'replicated' }).find(({ alert }) => alert === 'RedisOperatorNoPrimary')?.expr).toBe(
      'redisreplication_has_master == 0',
    );
    expect(rules({ mode: 'replicated' }).map(({ alert }) => alert)).not.toContain('RedisCopiesMissing');
    expect(JSON.stringify(rules({ mode: 'replicated' }))).not.toContain('-node[0-9]');
    expect(rules({ mode: 'cluster' }).map(({ alert }) => alert)).toContain('RedisClusterDown');
  });

  test('edges lead to its objects', () => {
    const { redis } = small({ mode: 'replicated' });
    const [replication, sentinel] = redis.objects;
    expect(edgesOf(replication?.part as never).incoming).toHaveLength(2);
    expect(edgesOf(sentinel?.part as never).incoming).toHaveLength(1);
  });

  test('through Pulumi the object has the name that the Secret gets', () => {
    const root = Testing.root('app', Environments.development);
    new Redis(root, 'Redis', { size: '1Gi', engine: ENGINE });
    const { drafted, problems } = Testing.plan(root, kubernetesWith({ live: { secretVersion: () => 'abcd1234' } }));
    expect(problems).toEqual([]);
    const native: Any = drafted.find(({ at }) => at.name === 'redis')?.native;
    expect(native.object.spec.kubernetesConfig.redisSecret).toEqual({ name: 'redis-passwords-abcd1234', key: 'default-password' });
  });
});

const others = [docker, swarm, swarmFile, compose].map((platform) => [platform.title, platform as unknown as typeof compose] as const);

test.each(others)('%s refuses the objects, and leaves them out where that is acknowledged', (title, platform) => {
  const problems = (accepted: boolean) => {
    const root = Testing.root('app', Environments.development);
    const scope = new Construct(root, 'shop');
    if (accepted) acknowledge(scope, { 'operator.object': 'the data is elsewhere here' });
    const redis = new Redis(scope, 'Redis', { size: '1Gi', mode: 'replicated', engine: ENGINE });
    new HardenedService(scope, 'Api', { image: 'api:1' }).network.allowTo(redis, { gate: 'none' });
    return Testing.plan(root, platform).problems.map(formatProblem);
  };
  const why = `${title} cannot do 'operator.object': operators act on objects of Kubernetes alone`;
  expect(problems(false).filter((one) => one.includes('operator.object'))).toEqual(
    ['Default', 'Sentinel'].map((id) => `app/shop/Redis/${id}: ${why}; leave it out, or acknowledge 'operator.object' with a reason`),
  );
  expect(problems(true).filter((one) => !one.includes('no-new-privileges'))).toEqual([]);
});
