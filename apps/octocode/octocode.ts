import { Construct } from 'constructs';
import {
  acknowledge,
  type BackupProps,
  ConfigFiles,
  Environment,
  ExistingSecret,
  HardenedService,
  HardenedTask,
  MonitoredWorker,
  Peers,
  PostgresWithBackup,
  Queues,
  Redis,
} from '../../lib';
import { backupsOf } from '../backups';
import { ACCEPTED } from './accepted';
import { gatewayConfig, JOBS, passwordKeys, redisPasswordKeys, webHealth } from './settings';

/** What a release of OctoCode decides. */
export interface OctoCodeProps {
  /** The tag of its own image. @default '1.0.0' */
  readonly version?: string;
  /** What differs of its backups, such as when they are made. @default - daily at 02:00 UTC, to the bucket octocode-backups */
  readonly backup?: Partial<BackupProps>;
}

/**
 * OctoCode: a Next.js application with a socket server, its background worker, Postgres and Redis.
 *
 *     gateway ──▶ app ──▶ database, redis, GitHub          migrate ──▶ database
 *                worker ─▶ database, redis, GitHub          (app and worker start after it)
 *
 * The edges are the segments: what none of them joins cannot meet, and only the gateway is published.
 */
export class OctoCode extends Construct {
  readonly app: HardenedService;
  readonly worker: MonitoredWorker;
  readonly database: PostgresWithBackup;
  readonly redis: Redis;
  readonly migrate: HardenedTask;
  /** In front of the app where people do not develop. */
  readonly gateway?: HardenedService;
  private readonly env = Environment.of(this);
  private readonly secrets: ExistingSecret;
  private readonly image: string;

  constructor(scope: Construct, id = 'octocode', { version = '1.0.0', backup = {} }: OctoCodeProps = {}) {
    super(scope, id);
    this.image = `octocode/app:${version}`;
    acknowledge(this, ACCEPTED);
    this.secrets = new ExistingSecret(this, 'Secrets', { existing: 'octocode-secrets' });
    this.database = this.makeDatabase(backup);
    this.redis = this.makeRedis();
    this.migrate = new HardenedTask(this, 'Migrate', {
      image: this.image,
      user: '1001:1001',
      command: ['node', 'scripts/migrate.js'],
      timeout: '15m',
    });
    this.migrate.network.allowTo(this.database);
    this.app = this.makeApp();
    this.worker = this.makeWorker();
    for (const service of [this.app, this.worker]) {
      service.startAfter(this.migrate);
      service.network.allowTo(this.database);
      service.network.allowTo(this.redis);
      service.network.allowTo(Peers.dnsName('api.github.com', 443));
    }
    if (this.env.pick({ development: false, otherwise: true })) this.gateway = this.makeGateway();
    else for (const port of ['http', 'socket', 'debug']) this.app.publish({ port });
  }

  private makeDatabase(backup: Partial<BackupProps>): PostgresWithBackup {
    const file = (key: string) => this.secrets.file(key);
    const database = new PostgresWithBackup(this, 'Database', {
      version: 16,
      size: '20Gi',
      databases: { octocode: {} },
      passwords: { secret: this.secrets, keys: passwordKeys },
      ...backupsOf(this, 'octocode-backups', file, { webhook: { url: file('backup-webhook') }, ...backup }),
    });
    for (const program of [database.backup, database.prune, database.drill, database.restore]) {
      program?.network.allowTo(Peers.dnsName('hooks.slack.com', 443));
    }
    return database;
  }

  private makeRedis(): Redis {
    return new Redis(this, 'Redis', { size: '5Gi', passwords: { secret: this.secrets, keys: redisPasswordKeys } });
  }

  private makeApp(): HardenedService {
    return new HardenedService(this, 'App', {
      image: this.image,
      user: '1001:1001',
      command: ['node', 'server.js'],
      ports: { http: 3000, socket: 3001, ...this.env.pick({ development: { debug: 9229 }, otherwise: {} }) },
      env: {
        NODE_ENV: this.env.pick({ development: 'development', otherwise: 'production' }),
        SESSION_SECRET_FILE: this.secrets.file('session-secret'),
        GITHUB_TOKEN_FILE: this.secrets.file('github-token'),
      },
      writable: ['/tmp', { path: '/app/.next/cache', size: '128Mi' }],
      resources: { cpu: { limit: 1, reservation: '250m' }, memory: { limit: '1Gi', reservation: '512Mi' } },
      health: webHealth,
    });
  }

  private makeWorker(): MonitoredWorker {
    return new MonitoredWorker(this, 'Worker', {
      image: this.image,
      user: '1001:1001',
      command: ['node', 'worker.js'],
      queue: Queues.redisList(this.redis, JOBS),
      replicas: this.env.pick({ production: 2, otherwise: 1 }),
      env: { GITHUB_TOKEN_FILE: this.secrets.file('github-token') },
      resources: { cpu: { limit: 1, reservation: '250m' }, memory: { limit: '1Gi', reservation: '512Mi' } },
    });
  }

  private makeGateway(): HardenedService {
    const config = new ConfigFiles(this, 'GatewayConfig', { files: { 'octocode.conf': gatewayConfig(this.app) } });
    const gateway = new HardenedService(this, 'Gateway', {
      image: 'nginxinc/nginx-unprivileged:1.27-bookworm',
      user: '10101:10101',
      replicas: 1,
      command: ['nginx'],
      args: ['-g', 'daemon off;'],
      ports: { http: 8080 },
      files: { '/etc/nginx/conf.d/default.conf': config.file('octocode.conf') },
      writable: ['/tmp'],
      health: { http: { port: 'http', path: '/gateway-health' } },
      acknowledge: { replicas: 'one host has one port 80; where there are more, a balancer stands in front' },
    });
    gateway.network.allowTo(this.app, 'http', 'socket');
    gateway.publish({ port: 'http', listen: 80 });
    return gateway;
  }
}
