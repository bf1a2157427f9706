import { Construct } from 'constructs';
import {
  acknowledge,
  Celery,
  Environment,
  ExistingSecret,
  GeneratedSecret,
  HardenedService,
  HardenedTask,
  Peers,
  PostgresWithBackup,
  QuestDb,
  Redis,
  type Secret,
} from '../../lib';
import { backupsOf } from '../backups';
import { ACCEPTED } from './accepted';
import { chromium, DJANGO, djangoEnv, imageOf, passwordKeys, webHealth } from './settings';

/** What a release of the site decides. */
export interface AaronSpindlerProps {
  /** The tag of its own images. @default '1.0.0' */
  readonly version?: string;
}

/**
 * aaronspindler.com: a Django site with background and periodic jobs, Postgres, Redis for sessions, cache and jobs, and QuestDB for
 * prices of funds.
 *
 *     web ────────────▶ database, redis, series        migrate ──▶ database
 *     celery worker ──▶ database, redis, series, internet      (web, worker and beat start after it)
 *     celery beat ────▶ database, redis
 *     flower ─────────▶ redis
 *
 * Where the site is tested there is nothing but its servers, thrown away afterwards, and the tests: their exit code is the result.
 */
export class AaronSpindler extends Construct {
  readonly database: PostgresWithBackup;
  readonly redis: Redis;
  readonly series: QuestDb;
  readonly migrate?: HardenedTask;
  readonly web?: HardenedService;
  readonly celery?: Celery;
  /** The tests, in their environment alone. */
  readonly tests?: HardenedTask;
  private readonly env = Environment.of(this);
  private readonly secrets: Secret;
  private readonly version: string;

  constructor(scope: Construct, id = 'aaronspindler', { version = '1.0.0' }: AaronSpindlerProps = {}) {
    super(scope, id);
    this.version = version;
    acknowledge(this, ACCEPTED);
    this.secrets = this.makeSecrets();
    this.database = this.makeDatabase();
    this.redis = new Redis(this, 'Redis', { size: '5Gi', ...this.passwords('redis'), ...this.watched() });
    this.series = new QuestDb(this, 'Series', {
      size: this.env.pick({ production: '50Gi', otherwise: '5Gi' }),
      settings: { 'cairo.sql.copy.buffer.size': '4M' },
      ...this.passwords('series'),
    });
    if (this.env.pick({ test: true, otherwise: false })) {
      this.tests = this.task('Tests', ['manage.py', 'test'], { CI: true });
      for (const server of [this.database, this.redis, this.series]) this.tests.network.allowTo(server);
      return;
    }
    this.migrate = this.task('Migrate', ['manage.py', 'migrate', '--noinput']);
    this.migrate.network.allowTo(this.database);
    this.web = this.makeWeb();
    this.web.startAfter(this.migrate);
    for (const server of [this.database, this.redis, this.series]) this.web.network.allowTo(server);
    this.celery = this.makeCelery();
    this.celery.startAfter(this.migrate);
    this.celery.allowTo(this.database);
    this.celery.worker.network.allowTo(this.series);
    // pages that it makes screenshots of, and prices
    this.celery.worker.network.allowTo(Peers.internet(443));
    if (this.env.pick({ development: true, otherwise: false })) this.web.publish({ port: 'http' });
  }

  /** Somebody made it; what tests need lasts no longer than they do. */
  private makeSecrets(): Secret {
    const existing = () => new ExistingSecret(this, 'Secrets', { existing: 'aaronspindler-secrets' });
    const generated = () => new GeneratedSecret(this, 'Secrets', { values: { 'django-secret-key': { length: 50 } } });
    return this.env.pick<() => Secret>({ test: generated, otherwise: existing })();
  }

  /** Where the passwords of a server stand; each makes its own for tests. */
  private passwords<S extends keyof typeof passwordKeys>(server: S) {
    const given = { passwords: { secret: this.secrets, keys: passwordKeys[server] } };
    return this.env.pick<Partial<typeof given>>({ test: {}, otherwise: given });
  }

  /** Nobody watches servers that are thrown away. */
  private watched(): { readonly exporter?: false } {
    return this.env.pick<{ readonly exporter?: false }>({ test: { exporter: false }, otherwise: {} });
  }

  private makeDatabase(): PostgresWithBackup {
    return new PostgresWithBackup(this, 'Database', {
      version: 16,
      size: '20Gi',
      databases: { site: {} },
      settings: { max_connections: 200 },
      ...this.passwords('database'),
      ...this.watched(),
      ...backupsOf(this, 'aaronspindler-backups', (key) => this.secrets.file(key)),
    });
  }

  /** Something that Django does once. */
  private task(id: string, command: readonly string[], env: Readonly<Record<string, boolean>> = {}): HardenedTask {
    return new HardenedTask(this, id, {
      image: imageOf('web', this.version),
      user: DJANGO,
      command: ['python', ...command],
      env: { ...djangoEnv(this.env, this.secrets), ...env },
      resources: { cpu: { limit: 2, reservation: '500m' }, memory: { limit: '1Gi', reservation: '512Mi' } },
      // tests that fail do not pass the second time
      attempts: this.env.pick({ test: 1, otherwise: 3 }),
      timeout: '30m',
    });
  }

  private makeWeb(): HardenedService {
    return new HardenedService(this, 'Web', {
      image: imageOf('web', this.version),
      user: DJANGO,
      command: ['gunicorn', 'config.wsgi:application'],
      args: ['--bind', '0.0.0.0:8000', '--worker-tmp-dir', '/tmp'],
      ports: { http: 8000 },
      env: djangoEnv(this.env, this.secrets),
      writable: chromium,
      resources: { cpu: { limit: 2, reservation: 1 }, memory: { limit: '2Gi', reservation: '1Gi' } },
      health: webHealth,
    });
  }

  private makeCelery(): Celery {
    const basicAuth = { user: 'admin', password: this.secrets.file('flower-password') };
    return new Celery(this, 'Celery', {
      image: imageOf('celery', this.version),
      app: 'config.celery_app',
      broker: this.redis,
      results: 1,
      user: DJANGO,
      env: djangoEnv(this.env, this.secrets),
      worker: { pool: 'gevent', concurrency: 200, writable: chromium, drain: '2m' },
      beat: {
        image: imageOf('celerybeat', this.version),
        scheduler: 'django_celery_beat.schedulers:DatabaseScheduler',
        resources: { cpu: { limit: '200m', reservation: '20m' }, memory: { limit: '256Mi', reservation: '128Mi' } },
      },
      flower: { image: imageOf('flower', this.version), ...this.env.pick<object>({ development: {}, otherwise: { basicAuth } }) },
    });
  }
}
