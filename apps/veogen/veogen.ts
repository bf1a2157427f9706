import { Construct } from 'constructs';
import {
  acknowledge,
  Environment,
  ExistingSecret,
  HardenedService,
  NetworkSegment,
  Peers,
  PersistentVolume,
  PostgresWithBackup,
} from '../../lib';
import { backupsOf } from '../backups';
import { ACCEPTED } from './accepted';
import { autoscaling, kernelParameters, network, passwordKeys, prometheus, pythonRuntime, serviceHealth } from './settings';

/**
 * VeoGen: a FastAPI backend that makes videos and music, its web front end, a worker, Postgres and Redis.
 *
 *     frontend ──▶ backend ──▶ postgres, redis, the Google API
 *     worker ──────────────▶ postgres, redis, the Google API
 */
export class VeoGen extends Construct {
  readonly backend: HardenedService;
  readonly frontend: HardenedService;
  readonly worker: HardenedService;
  readonly postgres: PostgresWithBackup;
  readonly redis: HardenedService;
  /** What the user uploads, and what is made of it. */
  readonly uploads: PersistentVolume;
  readonly outputs: PersistentVolume;
  private readonly env = Environment.of(this);
  private readonly segment: NetworkSegment;
  private readonly secrets: ExistingSecret;

  constructor(scope: Construct, id = 'veogen') {
    super(scope, id);
    acknowledge(this, ACCEPTED);
    this.segment = new NetworkSegment(this, 'Network', network(this.env));
    this.secrets = new ExistingSecret(this, 'Secrets', { existing: 'veogen-secrets' });
    // several replicas write to these at once, on different nodes
    const shared = this.env.pick({ production: true, staging: true, otherwise: false });
    this.uploads = new PersistentVolume(this, 'Uploads', { size: '10Gi', shared });
    this.outputs = new PersistentVolume(this, 'Outputs', { size: '50Gi', shared });

    this.postgres = this.makePostgres();
    this.redis = this.makeRedis();
    this.backend = this.makeBackend();
    this.frontend = this.makeFrontend();
    this.worker = this.makeWorker();

    this.frontend.network.allowTo(this.backend, 'http');
    for (const service of [this.backend, this.worker]) {
      service.network.allowTo(this.postgres);
      service.network.allowTo(this.redis);
      service.network.allowTo(Peers.internet(443));
    }
    if (this.env.pick({ development: true, otherwise: false })) this.backend.publish({ port: 'http' });
  }

  private makeBackend(): HardenedService {
    const backend = new HardenedService(this, 'Backend', {
      image: 'veogen/backend:1.0.0',
      user: '1001:1001',
      capabilities: ['NET_BIND_SERVICE'],
      writable: [
        { path: '/tmp', size: '100Mi' },
        { path: '/app/temp', size: '1Gi' },
        { path: '/app/logs', size: '256Mi' },
      ],
      mounts: [
        { volume: this.uploads, path: '/app/uploads' },
        { volume: this.outputs, path: '/app/outputs' },
      ],
      resources: { cpu: { limit: 2, reservation: 1 }, memory: { limit: '4Gi', reservation: '2Gi' } },
      pids: 100,
      ports: { http: 8000, metrics: 8001 },
      metrics: { port: 'metrics', from: prometheus },
      env: { ...pythonRuntime, ...this.credentials() },
      health: serviceHealth,
      sysctls: kernelParameters,
      ulimits: { nofile: 65535, nproc: 65535 },
      logging: { options: { 'max-size': '50m', 'max-file': '5', tag: 'backend-{{.ID}}' } },
      networks: [{ network: this.segment, ...this.env.pick({ development: { address: '172.20.0.10' }, otherwise: {} }) }],
      rollout: { order: 'start-first', parallelism: 1, delay: '10s', failureAction: 'rollback' },
      rollback: { parallelism: 1, delay: '5s', failureAction: 'pause' },
      restart: { condition: 'on-failure', delay: '5s', maxAttempts: 3 },
      ...this.env.pick({
        production: { scaling: autoscaling, placement: { role: 'worker', spreadOver: ['zone', 'host'] } },
        otherwise: {},
      }),
    });
    backend.addSidecar('monitoring', {
      image: 'prom/node-exporter:v1.8.2',
      user: '65534:65534',
      args: ['--path.procfs=/proc', '--collector.processes', '--web.listen-address=:9100'],
      shareProcesses: true,
      writable: [],
      ports: { exporter: 9100 },
      resources: { cpu: { limit: '100m', reservation: '10m' }, memory: { limit: '64Mi' } },
    });
    return backend;
  }

  private makeFrontend(): HardenedService {
    return new HardenedService(this, 'Frontend', {
      image: 'veogen/frontend:1.0.0',
      ports: { http: 3000 },
      env: { BACKEND_URL: `http://${this.backend.endpoint('http')}` },
      health: { http: { port: 'http', path: '/' } },
      networks: [{ network: this.segment }],
    });
  }

  private makeWorker(): HardenedService {
    return new HardenedService(this, 'Worker', {
      image: 'veogen/worker:1.0.0',
      env: { ...pythonRuntime, ...this.credentials() },
      writable: ['/tmp', { path: '/app/temp', size: '1Gi' }],
      resources: { cpu: { limit: 2, reservation: '500m' }, memory: { limit: '2Gi', reservation: '1Gi' } },
      pids: 100,
      networks: [{ network: this.segment }],
    });
  }

  private makePostgres(): PostgresWithBackup {
    const postgres = new PostgresWithBackup(this, 'Postgres', {
      version: 15,
      size: '20Gi',
      databases: { veogen: {} },
      passwords: { secret: this.secrets, keys: passwordKeys },
      resources: { cpu: { limit: 1, reservation: '500m' }, memory: { limit: '2Gi', reservation: '1Gi' } },
      networks: [{ network: this.segment }],
      ...this.env.pick({ production: { placement: { labels: { database: 'true' } } }, otherwise: {} }),
      ...backupsOf(this, 'veogen-backups', (key) => this.secrets.file(key)),
    });
    for (const one of [postgres.database.exporter, postgres.status]) one?.network.allowFrom(prometheus, 'metrics');
    return postgres;
  }

  private makeRedis(): HardenedService {
    return new HardenedService(this, 'Redis', {
      image: 'redis:7.4-bookworm',
      replicas: 1,
      // a cache: in practice never saved; an empty value, which says so, is nothing that every engine can be given
      args: [
        'redis-server',
        '--save',
        '86400 1000000000',
        '--appendonly',
        'no',
        '--maxmemory',
        '192mb',
        '--maxmemory-policy',
        'allkeys-lru',
        // else it would save when told to stop, and go on running where it cannot: on a Swarm /data belongs to root
        '--shutdown-on-sigterm',
        'nosave',
      ],
      ports: { redis: 6379 },
      writable: [{ path: '/data', size: '16Mi' }],
      health: { tcp: { port: 'redis' } },
      acknowledge: { replicas: 'a cache that is lost with its only replica fills again' },
      shutdown: { drain: '0s' },
      networks: [{ network: this.segment }],
    });
  }

  private credentials() {
    return {
      DATABASE_URL: this.secrets.key('database-url'),
      REDIS_URL: this.secrets.key('redis-url'),
      GOOGLE_API_KEY: this.secrets.key('google-api-key'),
    };
  }
}
