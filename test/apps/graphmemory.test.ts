/** Rows of GraphMemory's documents on what it is written as: K Kubernetes, D Docker, S Swarm, C Compose. Engines: test/e2e. */
import { GraphMemory } from '../../apps/graphmemory/graphmemory';
import { Environments } from '../../lib';
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
