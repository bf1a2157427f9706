/** Rows of GraphMemory's documents on what it is written as: K Kubernetes, D Docker, S Swarm, C Compose. Engines: test/e2e. */
import { GraphMemory } from '../../apps/graphmemory/graphmemory';
import { Environments } from '../../lib';
import { configOf, envOf, podOf, TARGETS, type Target } from './database';
import { type Json, Views } from './views';

const views = new Views('graphmemory', (scope) => new GraphMemory(scope), Environments.production);
const { K, C, S, D } = views;

/** Who is in which of the four networks. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  frontend: ['dashboard', 'gateway'],
  backend: ['analytics', 'api', 'dashboard', 'gateway'],
  database: ['analytics', 'api', 'database', 'redis'],
  monitoring: ['analytics', 'api', 'grafana', 'prometheus'],
};

/** Who a service runs as, where it listens, and which volumes it has, by their path. */
function seen(target: Target, service: string): { user: string; port: number; volumes: Record<string, string> } {
  const name = `graphmemory-${service}`;
  if (target === 'K') {
    const { containers, volumes } = podOf(views, name);
    const claims: [string, string][] = volumes.flatMap((one: Json) =>
      containers[0].volumeMounts.flatMap(({ name, mountPath }: Json) =>
        name === one.name && one.persistentVolumeClaim ? [[mountPath, one.persistentVolumeClaim.claimName]] : [],
      ),
    );
    const { runAsUser, runAsGroup } = containers[0].securityContext;
    const [{ containerPort }] = containers[0].ports;
    expect(views.kind('Service', name).spec.ports).toMatchObject([{ port: containerPort }]);
    for (const [, claim] of claims) expect(views.kind('PersistentVolumeClaim', claim).spec.accessModes).toEqual(['ReadWriteOnce']);
    return { user: `${runAsUser}:${runAsGroup}`, port: containerPort, volumes: Object.fromEntries(claims) };
  }
  if (target === 'D') {
    const [{ args }] = D.get(name).containers;
    const volumes = args.volumes.filter((one: Json) => !one.readOnly).map((one: Json) => [one.containerPath, one.volumeName]);
    return { user: args.user, port: Number(args.healthcheck.tests[3]), volumes: Object.fromEntries(volumes) };
  }
  const document: Json = views[target];
  const { user, healthcheck, volumes = [] } = document.services[name];
  const named = volumes.filter((one: Json) => one.type === 'volume').map((one: Json) => [one.target, one.source]);
  for (const [, source] of named) expect(document.volumes).toHaveProperty(source);
  return { user, port: Number(healthcheck.test[3]), volumes: Object.fromEntries(named) };
}

describe('G1: API, dashboard and analytics', () => {
  test.each(TARGETS)('%s: each with its user, its port and the volumes of what it keeps', (target) => {
    expect(seen(target, 'api')).toEqual({ user: '10001:10001', port: 8000, volumes: {} });
    expect(seen(target, 'dashboard')).toEqual({ user: '10002:10002', port: 8501, volumes: {} });
    expect(seen(target, 'analytics')).toEqual({
      user: '10003:10003',
      port: 8002,
      volumes: { '/app/kuzu': 'graphmemory-analytics-kuzu', '/app/sqlite': 'graphmemory-analytics-sqlite' },
    });
    expect(seen(target, 'redis').volumes).toEqual({ '/data': 'graphmemory-redis-data' });
  });
  test.each(TARGETS)('%s: each is told where to listen, and analytics where Redis is', (target) => {
    const worker = '--worker-class=uvicorn.workers.UvicornWorker';
    expect(envOf(views, target, 'graphmemory-api').GUNICORN_CMD_ARGS).toBe(`--bind=0.0.0.0:8000 ${worker}`);
    expect(envOf(views, target, 'graphmemory-dashboard').STREAMLIT_SERVER_PORT).toBe('8501');
    expect(envOf(views, target, 'graphmemory-analytics')).toMatchObject({
      GUNICORN_CMD_ARGS: `--bind=0.0.0.0:8002 ${worker}`,
      REDIS_URL: 'redis://graphmemory-redis:6379/0',
    });
  });
  test.each(TARGETS)('%s: websockets lead through the gateway to the dashboard', (target) => {
    const config = Object.values(configOf(views, target, 'graphmemory-gateway')).join('\n');
    const location = /location \/ \{(.*?)\}/s.exec(config)?.[1];
    for (const line of [
      'proxy_pass http://graphmemory-dashboard:8501;',
      'proxy_http_version 1.1;',
      'proxy_set_header Upgrade $http_upgrade;',
      'proxy_set_header Connection upgrade;',
    ])
      expect(location).toContain(line);
    expect(envOf(views, target, 'graphmemory-dashboard')).toMatchObject({
      STREAMLIT_SERVER_ENABLE_WEBSOCKET_COMPRESSION: 'true',
      STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION: 'true',
    });
  });
});

describe('G2: four isolated networks', () => {
  const network = (name: string) => `graphmemory-network-${name}`;
  test('K: nothing connects that no edge allows, and nothing but the gateway is entered from outside', () => {
    const fromOutside = K.filter(
      (one) =>
        one.kind === 'NetworkPolicy' && one.spec.ingress?.some((rule: Json) => !rule.from || rule.from.some((peer: Json) => peer.ipBlock)),
    );
    expect(fromOutside.map((one) => one.metadata.name)).toEqual(['graphmemory-gateway']);
    expect(K.filter((one) => one.kind === 'NetworkPolicy').map((one) => one.metadata.name)).toEqual(
      expect.arrayContaining(['default-deny', ...views.runners()]),
    );
  });
  test('D', () => {
    const members = (name: string) =>
      [...D].flatMap(([workload, native]) =>
        native.containers?.[0]?.args.networksAdvanced?.some((one: Json) => one.name === network(name))
          ? [workload.replace('graphmemory-', '')]
          : [],
      );
    for (const [name, expected] of Object.entries(MEMBERS)) {
      expect(members(name).sort()).toEqual(expected);
      expect(D.get(network(name)).args.internal ?? false).toBe(name !== 'frontend');
    }
  });
  test.each([
    ['S', S],
    ['C', C],
  ])('%s', (_target, document: Json) => {
    const members = (name: string) =>
      Object.entries<Json>(document.services).flatMap(([service, one]) =>
        network(name) in one.networks ? [service.replace('graphmemory-', '')] : [],
      );
    for (const [name, expected] of Object.entries(MEMBERS)) {
      expect(members(name).sort()).toEqual(expected);
      expect(document.networks[network(name)].internal ?? false).toBe(name !== 'frontend');
    }
    expect(Object.keys(document.networks)).toHaveLength(4);
    expect(
      Object.entries<Json>(document.services)
        .filter(([, one]) => one.ports)
        .map(([name]) => name),
    ).toEqual(['graphmemory-gateway']);
  });
});

describe('G5: health, graceful shutdown, and a start in order', () => {
  const waitsFor = (name: string): Json => C.services[name].depends_on;
  test('K', () => {
    const pod = views.pod('graphmemory-api');
    const [api] = pod.containers;
    expect(api.startupProbe.httpGet).toEqual({ path: '/health', port: 'http' });
    expect(api.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' });
    expect(api.livenessProbe.httpGet).toEqual({ path: '/livez', port: 'http' });
    expect(pod.terminationGracePeriodSeconds).toBe(50);
    expect(api.lifecycle.preStop.sleep.seconds).toBe(5);
    const wait = pod.initContainers.find((one: Json) => one.name === 'wait');
    expect([...(wait.command ?? []), ...(wait.args ?? [])].join(' ')).toMatch(
      /prober wait (?=.*tcp graphmemory-database 5432)(?=.*tcp graphmemory-redis 6379)(?=.*tcp graphmemory-analytics 8002)/,
    );
  });
  test('D', () => {
    const [{ args }] = D.get('graphmemory-api').containers;
    expect(args).toMatchObject({ wait: true, stopTimeout: 45, destroyGraceSeconds: 45 });
    expect(args.healthcheck.tests).toEqual(expect.arrayContaining(['http', '8000', '/health']));
  });
  test('C', () => {
    expect(waitsFor('graphmemory-api')).toMatchObject({
      'graphmemory-database': { condition: 'service_healthy' },
      'graphmemory-redis': { condition: 'service_healthy' },
      'graphmemory-analytics': { condition: 'service_healthy' },
    });
    expect(waitsFor('graphmemory-dashboard')).toMatchObject({ 'graphmemory-api': { condition: 'service_healthy' } });
    expect(C.services['graphmemory-api'].stop_grace_period).toBe('45s');
  });
  test('S', () => {
    const { entrypoint, stop_grace_period, healthcheck } = S.services['graphmemory-api'];
    expect(entrypoint.join(' ')).toMatch(/^\/\.ironhull\/prober wait .*tcp graphmemory-database 5432.* -- gunicorn server\.main:app$/);
    expect(stop_grace_period).toBe('45s');
    expect(healthcheck.test).toEqual(expect.arrayContaining(['http', '8000', '/health']));
  });
});
