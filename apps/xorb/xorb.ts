import { Construct } from 'constructs';
import {
  acknowledge,
  Environment,
  ExistingSecret,
  HardenedService,
  type HardenedServiceProps,
  PersistentVolume,
  PostgresWithBackup,
  type Secret,
  VaultSecret,
} from '../../lib';
import { backupsOf } from '../backups';
import { ACCEPTED } from './accepted';
import { apiHealth, ownImage, passwordKeys, settings, standing, vaultValues } from './settings';

/**
 * XORB: an API and its background workers, Postgres with pgvector and Redis. The orchestrator and its Temporal server are
 * still to come.
 *
 *     api ────▶ database, redis
 *     worker ─▶ database, redis
 */
export class Xorb extends Construct {
  readonly api: HardenedService;
  readonly worker: HardenedService;
  readonly database: PostgresWithBackup;
  readonly redis: HardenedService;
  private readonly env = Environment.of(this);
  private readonly secrets: Secret;

  constructor(scope: Construct, id = 'xorb') {
    super(scope, id);
    acknowledge(this, ACCEPTED);
    this.secrets = this.makeSecrets();
    this.database = this.makeDatabase();
    this.redis = this.makeRedis();
    const { common, api, worker } = settings(this.env);
    this.api = this.make('Api', {
      command: ['gunicorn', 'xorb.api:app'],
      ...api.size,
      ports: { http: 8000 },
      health: apiHealth,
      env: { ...common, ...api.env, JWT_SECRET_FILE: this.secrets.file('jwt_secret') },
    });
    this.worker = this.make('Worker', { command: ['python', '-m', 'xorb.worker'], ...worker.size, env: { ...common, ...worker.env } });
    for (const service of [this.api, this.worker]) {
      service.network.allowTo(this.database);
      service.network.allowTo(this.redis);
    }
    if (this.env.pick({ development: true, otherwise: false })) this.api.publish({ port: 'http' });
  }

  /** In Vault where it is for real; in files where people develop and test. */
  private makeSecrets(): Secret {
    const vault = () => new VaultSecret(this, 'Secrets', { name: 'xorb-secrets', role: 'xorb', values: vaultValues });
    const files = () => new ExistingSecret(this, 'Secrets', { existing: 'xorb-secrets' });
    return this.env.pick<() => Secret>({ development: files, test: files, otherwise: vault })();
  }

  /** One of the services that are XORB's own: user xorb, and an init process that reaps and forwards signals. */
  private make(id: 'Api' | 'Worker', props: Omit<HardenedServiceProps, 'image'>): HardenedService {
    return new HardenedService(this, id, { image: ownImage(id), user: '1000:1000', init: true, ...props });
  }

  private makeDatabase(): PostgresWithBackup {
    return new PostgresWithBackup(this, 'Database', {
      version: 16,
      vector: true,
      size: '20Gi',
      databases: { xorb: {} },
      passwords: { secret: this.secrets, keys: passwordKeys },
      ...backupsOf(this, 'xorb-backups', (key) => this.secrets.file(key.replaceAll('-', '_'))),
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
    });
    redis.network.offer({ REDIS_URL: `redis://${redis.endpoint('redis')}/0` });
    return redis;
  }
}
