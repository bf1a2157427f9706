import { Environments, HardenedService, type RedisProps } from '../../lib';
import { docker } from '../../lib/platforms/docker';
import { Testing } from '../../lib/testing';
import type { Json, Views } from '../apps/views';
import { Shop, secretsOf, views } from './shop';

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, index) => `shop-redis-${name}${index + 1}`);
const MODES = {
  standalone: { servers: ['shop-redis'], sentinels: [], exporters: ['shop-redis-exporter'] },
  replicated: { servers: numbered('node', 3), sentinels: numbered('sentinel', 3), exporters: numbered('exporter', 3) },
  cluster: { servers: numbered('node', 6), sentinels: [], exporters: numbered('exporter', 6) },
} as const;
type Mode = keyof typeof MODES;
const all: Readonly<Record<Mode, Views>> = {
  standalone: views(),
  replicated: views({ mode: 'replicated' }),
  cluster: views({ mode: 'cluster' }),
};
const EACH = (Object.keys(MODES) as Mode[]).map((mode) => ({ mode, ...MODES[mode], view: all[mode] }));

/** Names that a service waits for: on Compose by its condition, else by what the prober is told. */
const waitsOnCompose = (view: Views, name: string) => Object.keys(view.C.services[name].depends_on ?? {}).sort();
const named = (words: readonly string[]) => [...new Set(words.filter((word) => word.startsWith('shop-')))].sort();
const waitsOnSwarm = (view: Views, name: string) => named((view.S.services[name].entrypoint ?? []) as string[]);
const waitsOnKubernetes = (view: Views, name: string) =>
  named((view.pod(name).initContainers ?? []).flatMap(({ command }: Json) => command as string[]));
const networksOf = (services: Json, name: string) => Object.keys(services[name].networks).sort();

describe.each(EACH)('$mode', ({ mode, servers, sentinels, exporters, view }) => {
  const others = [...servers, ...sentinels];

  test('is these services on every target, each with a volume of its own', () => {
    const names = [...others, ...exporters, 'shop-app'].sort();
    expect(view.runners().sort()).toEqual(names);
    expect(Object.keys(view.C.services).sort()).toEqual(names);
    expect(Object.keys(view.S.services).sort()).toEqual(names);
    for (const name of others) {
      const set = view.kind('StatefulSet', name);
      expect(set.spec).toMatchObject({ replicas: 1, volumeClaimTemplates: [{ metadata: { name: `${name}-data` } }] });
      expect(view.kind('Service', name).spec.ports).toHaveLength(1);
      for (const { services } of [view.C, view.S])
        expect(services[name].volumes).toContainEqual({ type: 'volume', source: `${name}-data`, target: '/data' });
      expect(view.D.get(name).containers).toHaveLength(1);
      expect(view.D.get(name).containers[0].args.volumes).toEqual([{ volumeName: `${name}-data-1`, containerPath: '/data' }]);
    }
  });

  test('is hardened, and nothing ends a server that loads its data for long', () => {
    for (const name of others) {
      const [main] = view.pod(name).containers;
      expect(main.securityContext).toMatchObject({ readOnlyRootFilesystem: true, runAsNonRoot: true, allowPrivilegeEscalation: false });
      for (const { services } of [view.C, view.S])
        expect(services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'], user: '999:999', stop_grace_period: '1m0s' });
    }
    for (const name of servers) {
      const { startupProbe } = view.pod(name).containers[0];
      expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBeGreaterThanOrEqual(86_400);
    }
  });

  test('has its passwords in files, those that each needs', () => {
    const user = (name: string) => `shop-redis-passwords/${name}-password`;
    for (const { services } of [view.C, view.S]) {
      for (const name of servers) expect(secretsOf(services[name])).toEqual(['admin', 'default', 'monitoring'].map(user));
      for (const name of sentinels) expect(secretsOf(services[name])).toEqual(['admin', 'default'].map(user));
      for (const name of exporters) expect(secretsOf(services[name])).toEqual([user('monitoring')]);
      expect(secretsOf(services['shop-app'])).toEqual([user('default')]);
    }
    // whatever an environment says of a password is where its file is
    for (const [name, { environment, entrypoint, command }] of Object.entries<Json>(view.C.services)) {
      for (const [key, value] of Object.entries<string>(environment))
        if (/PASS|AUTH/.test(key))
          expect([name, key, value]).toEqual([name, expect.stringMatching(/_FILE$/), expect.stringMatching(/^\/run\//)]);
      expect(JSON.stringify([entrypoint, command])).not.toMatch(/pass/i);
    }
  });

  test('may be connected to in all of its servers and Sentinels', () => {
    const edges = view.edges();
    expect(edges.filter((edge) => edge.startsWith('shop-app ')).sort()).toEqual(others.map((name) => `shop-app ${name}`).sort());
    for (const name of others) {
      const { spec } = view.kind('NetworkPolicy', name);
      const from = spec.ingress.find(({ from: [peer] }: Json) => peer.podSelector.matchLabels['app.kubernetes.io/instance'] === 'shop-app');
      expect(from.ports).toEqual([{ port: sentinels.includes(name as never) ? 26_379 : 6379, protocol: 'TCP' }]);
    }
  });

  test('shares one network with who may connect, which its exporters are not in', () => {
    const shared = mode === 'standalone' ? 'shop-app_shop-redis' : 'shop-app_shop-redis-servers';
    for (const { services } of [view.C, view.S]) {
      expect(networksOf(services, 'shop-app')).toEqual([shared]);
      for (const name of others) expect(networksOf(services, name)).toContain(shared);
      for (const name of exporters) expect(networksOf(services, name)).not.toContain(shared);
    }
    const networks = (name: string) => view.D.get(name).containers[0].args.networksAdvanced.map(({ name: network }: Json) => network);
    expect(networks('shop-app')).toEqual([shared]);
    for (const name of others) expect(networks(name)).toContain(shared);
    expect(view.C.networks[shared].internal).toBe(true);
  });

  test('is waited for by who may connect', () => {
    expect(waitsOnCompose(view, 'shop-app')).toEqual([...others].sort());
    expect(waitsOnSwarm(view, 'shop-app')).toEqual([...others].sort());
    expect(waitsOnKubernetes(view, 'shop-app')).toEqual([...others].sort());
    for (const name of exporters) expect(waitsOnCompose(view, name)).toEqual([]);
  });
});

test('who may connect gets what its mode needs, and the password of an application alone', () => {
  const file = '/run/secrets/shop-redis-passwords/default-password';
  const of = (mode: Mode) => all[mode].C.services['shop-app'].environment;
  expect(of('standalone')).toEqual({ REDIS_HOST: 'shop-redis', REDIS_PORT: '6379', REDIS_PASSWORD_FILE: file });
  expect(of('replicated')).toEqual({
    REDIS_SENTINELS: 'shop-redis-sentinel1:26379,shop-redis-sentinel2:26379,shop-redis-sentinel3:26379',
    REDIS_SENTINEL_PRIMARY: 'primary',
    REDIS_PASSWORD_FILE: file,
  });
  expect(of('cluster')).toEqual({
    REDIS_NODES: MODES.cluster.servers.map((name) => `${name}:6379`).join(','),
    REDIS_PASSWORD_FILE: file,
  });
  const renamed = views({ variables: 'CACHE' }).C.services['shop-app'].environment;
  expect(Object.keys(renamed).sort()).toEqual(['CACHE_HOST', 'CACHE_PASSWORD_FILE', 'CACHE_PORT']);
});

describe('several servers', () => {
  const { cluster, replicated } = all;

  test('meet in a segment of their own, on the ports of the cluster as well', () => {
    for (const [view, names] of [
      [cluster, MODES.cluster.servers],
      [replicated, [...MODES.replicated.servers, ...MODES.replicated.sentinels]],
    ] as const) {
      expect(view.segments()).toEqual(['shop-redis-servers']);
      expect(view.C.networks['shop-redis-servers']).toMatchObject({ internal: true });
      for (const name of names) {
        expect(networksOf(view.S.services, name)).toContain('shop-redis-servers');
        const member = { podSelector: { matchLabels: { 'segment.ironhull.io/shop-redis-servers': 'member' } } };
        expect(view.kind('NetworkPolicy', name).spec.ingress).toContainEqual({ from: [member] });
      }
    }
    expect(all.standalone.segments()).toEqual([]);
    expect(networksOf(all.standalone.C.services, 'shop-redis')).not.toContain('shop-redis-servers');
  });

  test('of a cluster: the last waits for the others, and is ready when the cluster is', () => {
    const { servers } = MODES.cluster;
    const last = servers[5] as string;
    for (const name of servers.slice(0, -1)) {
      expect(waitsOnCompose(cluster, name)).toEqual([]);
      expect(waitsOnKubernetes(cluster, name)).toEqual([]);
      expect(waitsOnSwarm(cluster, name)).toEqual([]);
      expect(cluster.C.services[name].environment).toMatchObject({ WAITS: 'no', SHARDS: '3' });
    }
    for (const waits of [waitsOnCompose, waitsOnKubernetes, waitsOnSwarm]) expect(waits(cluster, last)).toEqual(servers.slice(0, -1));
    expect(cluster.C.services[last].environment).toMatchObject({ WAITS: 'cluster', NODES: servers.join(' ') });
  });

  test('with copies: servers ask the Sentinels, of which the last is ready when a copy is', () => {
    const { servers, sentinels } = MODES.replicated;
    const waits = sentinels.map((name) => replicated.C.services[name].environment.WAITS);
    expect(waits).toEqual(['no', 'no', 'copies']);
    // they know all of them by name: the one that would tell them of the others may be lost
    const all = { FIRST: 'shop-redis-node1', QUORUM: '2', NODES: servers.join(' '), SENTINELS: sentinels.join(' ') };
    for (const name of sentinels) expect(replicated.C.services[name].environment).toMatchObject(all);
    for (const name of servers)
      expect(replicated.C.services[name].environment).toMatchObject({ SENTINELS: sentinels.join(' '), QUORUM: '2', NODE: name });
  });

  test('find each other before they are ready', () => {
    expect(cluster.kind('Service', 'shop-redis-node1-peers').spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
  });

  test('are as many as it says', () => {
    const names = (props: Partial<RedisProps>) =>
      views(props)
        .runners()
        .filter((name) => /node|sentinel/.test(name)).length;
    expect(names({ mode: 'cluster', shards: 4, copies: 0 })).toBe(4);
    expect(names({ mode: 'cluster', copies: 2 })).toBe(9);
    expect(names({ mode: 'replicated', copies: 1 })).toBe(2 + 3);
  });
});

describe('an edge that names ports', () => {
  const told = (mode: Mode, ...ports: string[]) => {
    const scope = Testing.root();
    const { redis } = new Shop(scope, { mode });
    new HardenedService(scope, 'Other', { image: 'shop/app:1.0.0' }).network.allowTo(redis, ...ports);
    return Testing.problems(scope, docker);
  };

  test('names those of servers and of Sentinels, since nobody finds a server without them', () => {
    for (const mode of ['standalone', 'cluster'] as const) expect(told(mode, 'redis')).toEqual([]);
    expect(told('replicated', 'redis', 'sentinel')).toEqual([]);
    expect(told('replicated', 'redis')).toEqual([
      'test/Other: an edge names ports, and none of test/shop/Redis/Sentinel1, which is one thing with the others, got "redis"; ' +
        'leave the names out, or add one: use one of sentinel',
    ]);
  });
});

describe('exporters', () => {
  test('ask each its own server, as the user that may look and nothing else', () => {
    for (const { exporters, servers, view } of EACH)
      exporters.forEach((name, index) => {
        expect(view.C.services[name].environment).toEqual({
          REDIS_ADDR: `redis://${servers[index]}:6379`,
          REDIS_USER: 'monitoring',
          REDIS_EXPORTER_CONFIG_COMMAND: '-',
          PASSWORD_FILE: '/run/secrets/shop-redis-passwords/monitoring-password',
        });
        expect(view.C.services[name].labels).toMatchObject({ 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9121' });
      });
  });

  test('are left out where nobody asks, and another image is another image', () => {
    expect(views({ exporter: false }).runners().sort()).toEqual(['shop-app', 'shop-redis']);
    expect(views({ exporter: 'acme/exporter:2.0.0' }).C.services['shop-redis-exporter'].image).toBe('acme/exporter:2.0.0');
  });
});

test('without persistence there is no volume', () => {
  const view = views({}, Environments.test);
  expect(view.C.volumes ?? {}).toEqual({});
  expect(view.kind('StatefulSet', 'shop-redis').spec.volumeClaimTemplates ?? []).toEqual([]);
  expect(view.C.services['shop-redis'].tmpfs.join()).toContain('/data:');
});
