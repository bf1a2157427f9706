import { Construct } from 'constructs';
import {
  acknowledge,
  ConfigFiles,
  Environment,
  ExistingSecret,
  HardenedService,
  type HardenedServiceProps,
  PersistentVolume,
  Postgres,
} from '../../lib';
import { ACCEPTED } from './accepted';
import { makeMonitoring } from './monitoring';
import { Segments } from './segments';
import { gatewayConfig, gunicorn, own, passwordKeys, standing, streamlit } from './settings';

/**
 * GraphMemory-IDE: an API, a dashboard and an analytics service behind one gateway, in four isolated networks.
 *
 *     frontend    gateway ─▶ dashboard
 *     backend     gateway, dashboard ─▶ api ─▶ analytics
 *     database    api, analytics ─▶ database, redis
 *     monitoring  grafana ─▶ prometheus ─▶ api, analytics
 */
export class GraphMemory extends Construct {
  readonly gateway: HardenedService;
  readonly api: HardenedService;
  readonly dashboard: HardenedService;
  readonly analytics: HardenedService;
  readonly database: Postgres;
  readonly redis: HardenedService;
  readonly prometheus: HardenedService;
  readonly grafana: HardenedService;
  private readonly env = Environment.of(this);
  private readonly segments: Segments;
  private readonly secrets: ExistingSecret;

  constructor(scope: Construct, id = 'graphmemory') {
    super(scope, id);
    acknowledge(this, ACCEPTED);
    this.segments = new Segments(this);
    this.secrets = new ExistingSecret(this, 'Secrets', { existing: 'graphmemory-secrets' });
    this.database = this.makeDatabase();
    this.redis = this.makeRedis();
    this.analytics = this.makeAnalytics();
    this.api = this.makeApi();
    this.dashboard = this.makeDashboard();
    this.gateway = this.makeGateway();

    for (const service of [this.api, this.analytics]) service.network.allowTo(this.redis);
    this.api.network.allowTo(this.database);
    this.api.network.allowTo(this.analytics);
    this.dashboard.network.allowTo(this.api);
    for (const service of [this.api, this.dashboard, this.analytics]) this.gateway.network.allowTo(service, 'http');
    this.gateway.publish({ port: 'http', listen: this.env.pick({ development: 8080, otherwise: 80 }) });
    ({ prometheus: this.prometheus, grafana: this.grafana } = makeMonitoring(this, {
      networks: this.segments.of('monitoring'),
      secrets: this.secrets,
      targets: [this.api, this.analytics],
    }));
  }

  private makeApi(): HardenedService {
    const api = this.make('Api', 'api', 10001, {
      command: ['gunicorn', 'server.main:app'],
      ports: { http: 8000 },
      env: { ...gunicorn(8000), JWT_SECRET_FILE: this.secrets.file('jwt-secret') },
      networks: this.segments.of('backend', 'database', 'monitoring'),
    });
    api.network.offer({ API_URL: `http://${api.endpoint('http')}` });
    return api;
  }

  private makeDashboard(): HardenedService {
    return this.make('Dashboard', 'streamlit', 10002, {
      command: ['streamlit', 'run', 'app.py'],
      ports: { http: 8501 },
      env: streamlit,
      health: { http: { port: 'http', path: '/_stcore/health' }, startPeriod: '60s' },
      writable: ['/tmp', { path: '/app/.streamlit', size: '16Mi' }],
      networks: this.segments.of('frontend', 'backend'),
    });
  }

  private makeAnalytics(): HardenedService {
    const volume = (id: string, size: '10Gi' | '1Gi') => new PersistentVolume(this, id, { size });
    const analytics = this.make('Analytics', 'analytics', 10003, {
      ...standing,
      command: ['gunicorn', 'analytics.main:app'],
      ports: { http: 8002 },
      env: gunicorn(8002),
      mounts: [
        { volume: volume('AnalyticsKuzu', '10Gi'), path: '/app/kuzu' },
        { volume: volume('AnalyticsSqlite', '1Gi'), path: '/app/sqlite' },
      ],
      networks: this.segments.of('backend', 'database', 'monitoring'),
    });
    analytics.network.offer({ ANALYTICS_URL: `http://${analytics.endpoint('http')}` });
    return analytics;
  }

  /** One of the services that are GraphMemory's own. */
  private make(id: string, image: string, user: number, props: Omit<HardenedServiceProps, 'image'>): HardenedService {
    return new HardenedService(this, id, { image: `graphmemory/${image}:1.0.0`, user: `${user}:${user}`, ...own, ...props });
  }

  /** Its document shows no backups, and nothing of the monitoring in the database's network, hence no exporter. */
  private makeDatabase(): Postgres {
    return new Postgres(this, 'Database', {
      version: 16,
      user: '10004:10004',
      size: '20Gi',
      databases: { graphmemory: {} },
      passwords: { secret: this.secrets, keys: passwordKeys },
      exporter: false,
      networks: this.segments.of('database'),
    });
  }

  private makeRedis(): HardenedService {
    const redis = new HardenedService(this, 'Redis', {
      image: 'redis:7.4-bookworm',
      // who owns the folder of the data in the image: a volume of Docker takes its owner from there
      user: '999:999',
      ...standing,
      command: ['redis-server'],
      args: ['--appendonly', 'yes', '--dir', '/data'],
      ports: { redis: 6379 },
      writable: [],
      mounts: [{ volume: new PersistentVolume(this, 'RedisData', { size: '5Gi' }), path: '/data' }],
      health: { tcp: { port: 'redis' } },
      acknowledge: { 'low-user-id': 'the image of Redis is built for user 999; nodes have no such user' },
      networks: this.segments.of('database'),
    });
    redis.network.offer({ REDIS_URL: `redis://${redis.endpoint('redis')}/0` });
    return redis;
  }

  private makeGateway(): HardenedService {
    const config = new ConfigFiles(this, 'GatewayConfig', {
      files: { 'graphmemory.conf': gatewayConfig(this.api, this.dashboard, this.analytics) },
    });
    return new HardenedService(this, 'Gateway', {
      image: 'nginxinc/nginx-unprivileged:1.27-bookworm',
      user: '10101:10101',
      replicas: 1,
      command: ['nginx'],
      args: ['-g', 'daemon off;'],
      ports: { http: 8080 },
      files: { '/etc/nginx/conf.d/default.conf': config.file('graphmemory.conf') },
      writable: ['/tmp'],
      health: { http: { port: 'http', path: '/gateway-health' } },
      networks: this.segments.of('frontend', 'backend'),
      acknowledge: { replicas: 'one host has one port 80; where there are more, a balancer stands in front' },
    });
  }
}
