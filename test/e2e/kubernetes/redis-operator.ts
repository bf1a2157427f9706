import { App } from 'cdk8s';
import { Environments, ExistingSecret, HardenedService, HardenedTask, Peers, Redis, type RedisProps } from '../../../lib';
import { IronhullChart } from '../../../lib/platforms/kubernetes';

const DIGEST = `sha256:${'0'.repeat(64)}`;

/** A shop in production whose three Redis are objects of the redis-operator, with everything that can be asked for. */
export function operatedShop(namespace: string): string {
  const app = new App();
  const chart = new IronhullChart(app, 'shop', { environment: Environments.production, namespace });
  const certificate = new ExistingSecret(chart, 'Certificate', { existing: 'redis-tls' });
  const login = new ExistingSecret(chart, 'Login', { existing: 'redis-login' });
  const usual = {
    image: `redis:7.4-bookworm@${DIGEST}`,
    exporter: `oliver006/redis_exporter:v1.74.0-alpine@${DIGEST}`,
    size: '5Gi',
    placement: { labels: { disk: 'fast' } },
    engine: { kind: 'redis-operator', metricsFrom: Peers.pods({ app: 'prometheus' }, { 'kubernetes.io/metadata.name': 'monitoring' }) },
  } as const satisfies RedisProps;
  const cache = new Redis(chart, 'Cache', {
    ...usual,
    variables: 'CACHE',
    persistence: 'none',
    eviction: 'allkeys-lru',
    passwords: { secret: login, keys: { default: 'password' } },
    tls: { secret: certificate },
  });
  const queue = new Redis(chart, 'Queue', {
    ...usual,
    variables: 'QUEUE',
    mode: 'replicated',
    storageClass: 'fast',
    persistence: 'snapshot',
  });
  const keys = new Redis(chart, 'Keys', {
    ...usual,
    variables: 'KEYS',
    mode: 'cluster',
    shards: 4,
    copies: 2,
    resources: { cpu: { limit: 1, reservation: '250m' }, memory: { limit: '2Gi' } },
    settings: { 'slowlog-log-slower-than': 5000 },
    tls: { secret: certificate, authority: 'authority.crt' },
  });
  // nobody makes the Secrets, so no pod is wanted either
  const image = `registry.example/team/app:1.2.3@${DIGEST}`;
  const api = new HardenedService(chart, 'Api', { image, replicas: 0 });
  for (const redis of [cache, queue, keys]) api.network.allowTo(redis);
  const fill = new HardenedTask(chart, 'Fill', { image, command: ['/app', 'fill'] });
  fill.network.allowTo(cache);
  return app.synthYaml();
}
