import { Construct } from 'constructs';
import {
  acknowledge,
  Environment,
  ExistingSecret,
  HardenedService,
  type HardenedServiceProps,
  MonitoredWorker,
  PostgresWithBackup,
  Queues,
  Redis,
  type Secret,
  Temporal,
  VaultSecret,
} from '../../lib';
import { backupsOf } from '../backups';
import { ACCEPTED } from './accepted';
import { apiHealth, FLOWS, ownImage, passwordKeys, settings, vaultValues } from './settings';

/**
 * XORB: an API, an orchestrator of workflows and the workers that do their tasks, Postgres with pgvector, Redis, and Temporal with a
 * database of its own.
 *
 *     api ──────────▶ database, redis
 *     orchestrator ─▶ database, redis, temporal
 *     worker ───────▶ database, redis, temporal (task queue xorb)
 */
export class Xorb extends Construct {
  readonly api: HardenedService;
  readonly orchestrator: HardenedService;
  readonly worker: MonitoredWorker;
  readonly database: PostgresWithBackup;
  readonly redis: Redis;
  readonly temporal: Temporal;
  private readonly env = Environment.of(this);
  private readonly secrets: Secret;

  constructor(scope: Construct, id = 'xorb') {
    super(scope, id);
    acknowledge(this, ACCEPTED);
    this.secrets = this.makeSecrets();
    this.database = this.makeDatabase();
    this.redis = this.makeRedis();
    this.temporal = this.makeTemporal();
    const { common, api, orchestrator, worker } = settings(this.env);
    this.api = this.make('Api', {
      command: ['gunicorn', 'xorb.api:app'],
      ...api.size,
      ports: { http: 8000 },
      health: apiHealth,
      env: { ...common, ...api.env, JWT_SECRET_FILE: this.secrets.file('jwt_secret') },
    });
    this.orchestrator = this.make('Orchestrator', {
      command: ['python', '-m', 'xorb.orchestrator'],
      ...orchestrator.size,
      env: { ...common, TEMPORAL_NAMESPACE: FLOWS.namespace },
    });
    this.orchestrator.network.allowTo(this.temporal, 'grpc');
    this.worker = new MonitoredWorker(this, 'Worker', {
      ...own('Worker'),
      command: ['python', '-m', 'xorb.worker'],
      ...worker.size,
      queue: Queues.temporal(this.temporal, FLOWS),
      concurrency: worker.concurrency,
      env: { ...common, ...worker.env },
    });
    for (const service of [this.api, this.orchestrator, this.worker]) {
      service.network.allowTo(this.database);
      service.network.allowTo(this.redis);
    }
    for (const service of [this.orchestrator, this.worker]) service.startAfter(this.temporal.namespaces);
    if (this.env.pick({ development: true, otherwise: false })) this.api.publish({ port: 'http' });
  }

  /** In Vault where it is for real; in files where people develop and test. */
  private makeSecrets(): Secret {
    const vault = () => new VaultSecret(this, 'Secrets', { name: 'xorb-secrets', role: 'xorb', values: vaultValues });
    const files = () => new ExistingSecret(this, 'Secrets', { existing: 'xorb-secrets' });
    return this.env.pick<() => Secret>({ development: files, test: files, otherwise: vault })();
  }

  private make(id: 'Api' | 'Orchestrator', props: Omit<HardenedServiceProps, 'image'>): HardenedService {
    return new HardenedService(this, id, { ...own(id), ...props });
  }

  private makeDatabase(): PostgresWithBackup {
    return new PostgresWithBackup(this, 'Database', {
      version: 16,
      vector: true,
      size: '20Gi',
      databases: { xorb: {} },
      ...this.passwords('database'),
      ...this.backups(),
    });
  }

  /** One server that loses nothing, and a cluster where it is for real. */
  private makeRedis(): Redis {
    return new Redis(this, 'Redis', {
      mode: this.env.pick({ production: 'cluster', otherwise: 'standalone' }),
      persistence: 'aof',
      size: '5Gi',
      ...this.passwords('redis'),
    });
  }

  private makeTemporal(): Temporal {
    return new Temporal(this, 'Temporal', {
      namespaces: { [FLOWS.namespace]: { retention: '168h', description: 'workflows of XORB' } },
      database: { size: '10Gi', ...this.passwords('temporal'), ...this.backups() },
    });
  }

  private passwords<S extends keyof typeof passwordKeys>(server: S) {
    return { passwords: { secret: this.secrets, keys: passwordKeys[server] } };
  }

  private backups() {
    return backupsOf(this, 'xorb-backups', (key) => this.secrets.file(key.replaceAll('-', '_')));
  }
}

/** What services have that are XORB's own: user xorb, and an init process that reaps and forwards signals. */
function own(id: string) {
  return { image: ownImage(id), user: '1000:1000', init: true } as const;
}
