/** XORB as its suites know it: what each environment says, who reads which secrets, and a deployment by Compose. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Xorb } from '../../../apps/xorb/xorb';
import { Environments } from '../../../lib';
import type { Inspected } from '../support/docker';
import { must, run } from '../support/run';
import { Project } from './compose';

/** Those of every environment; where backups are made, there is more. */
export const SERVICES = ['database', 'redis', 'api', 'worker', 'database-exporter'] as const;
/** What there is besides in staging and production. */
export const RUNNERS = ['database-backup', 'database-prune', 'database-drill', 'database-backup-status'] as const;
export type Name = (typeof SERVICES)[number] | (typeof RUNNERS)[number];
/** The containers of each service, first to last. */
export type Ids = ReadonlyMap<Name, readonly string[]>;

/** Which secrets each process has as files. */
export const READS: Readonly<Record<Name, readonly string[]>> = {
  database: ['postgres_superuser_password', 'postgres_password', 'postgres_backup_password', 'postgres_monitoring_password'],
  'database-exporter': ['postgres_monitoring_password'],
  'database-backup': ['backup_writer_id', 'backup_writer_secret', 'postgres_backup_password'],
  'database-prune': ['backup_pruner_id', 'backup_pruner_secret'],
  'database-drill': ['backup_restorer_id', 'backup_restorer_secret', 'backup_age_identity'],
  'database-backup-status': ['backup_restorer_id', 'backup_restorer_secret'],
  redis: [],
  api: ['jwt_secret', 'postgres_password'],
  worker: ['postgres_password'],
};

/** How each environment configures XORB, and how many replicas there are. */
export const TABLE = {
  development: { api: 1, worker: 1, WORKERS: '1', TIMEOUT: '300', DEBUG: 'true', LOG_LEVEL: 'DEBUG', WORKER_CONCURRENCY: '2' },
  test: { api: 1, worker: 1, WORKERS: '1', TIMEOUT: '30', DEBUG: 'false', LOG_LEVEL: 'WARNING', WORKER_CONCURRENCY: '2' },
  staging: { api: 2, worker: 2, WORKERS: '4', TIMEOUT: '60', DEBUG: 'false', LOG_LEVEL: 'INFO', WORKER_CONCURRENCY: '4' },
  production: { api: 3, worker: 4, WORKERS: '8', TIMEOUT: '60', DEBUG: 'false', LOG_LEVEL: 'INFO', WORKER_CONCURRENCY: '8' },
} as const;
export type EnvironmentName = keyof typeof TABLE;

/** Every variable that the processes of api and worker have in an environment. */
export function variablesIn(name: EnvironmentName) {
  const { DEBUG, LOG_LEVEL, WORKERS, TIMEOUT, WORKER_CONCURRENCY } = TABLE[name];
  const common = {
    XORB_ENV: name,
    DEBUG,
    LOG_LEVEL,
    DATABASE_HOST: 'xorb-database',
    DATABASE_PORT: '5432',
    DATABASE_NAME: 'xorb',
    DATABASE_USER: 'xorb',
    DATABASE_SSLMODE: 'require',
    DATABASE_PASSWORD_FILE: '/run/secrets/xorb-secrets/postgres_password',
    REDIS_URL: 'redis://xorb-redis:6379/0',
  };
  return {
    api: { ...common, WORKERS, TIMEOUT, JWT_SECRET_FILE: '/run/secrets/xorb-secrets/jwt_secret' },
    worker: { ...common, WORKER_CONCURRENCY, WORKER_MAX_MEMORY: '512m' },
  };
}

/** XORB in one environment by its Compose file. */
export class Deployed {
  readonly project: Project;
  containers: readonly Inspected[] = [];

  constructor(private readonly environment: EnvironmentName) {
    this.project = new Project(`ihx${environment.slice(0, 1)}${process.pid}`);
  }

  /** Writes the file and the secrets, and brings it up. */
  async start(secrets: Readonly<Record<string, string>>): Promise<void> {
    this.project.writeSecrets('xorb-secrets', secrets);
    this.project.write(Environments[this.environment], (root) => new Xorb(root));
    await this.up();
  }

  /** Brings it to what the files say. */
  async up(): Promise<void> {
    const { code, stderr } = await this.project.run('up', '--detach', '--wait');
    if (code !== 0 || /warn|ignor/i.test(stderr)) throw new Error(`up said (${code}): ${stderr}`);
    this.containers = (await this.project.containers()).sort((a, b) => a.Name.localeCompare(b.Name));
  }

  /** The replicas of a service. */
  of(service: Name): Inspected[] {
    return this.containers.filter(({ Config }) => Config.Labels['com.docker.compose.service'] === `xorb-${service}`);
  }

  /** Which services there are. */
  get services(): readonly Name[] {
    return this.environment === 'staging' || this.environment === 'production' ? [...SERVICES, ...RUNNERS] : SERVICES;
  }

  /** Who is there now. */
  get ids(): Ids {
    const ids = (service: Name) => this.of(service).map(({ Id }) => Id as string);
    return new Map(this.services.map((service) => [service, ids(service)] as const));
  }

  /** How many of the containers of before are gone, for each service of which any are. */
  rolled(before: Ids): Partial<Record<Name, number>> {
    const gone = this.services.map(
      (service) => [service, (before.get(service) ?? []).filter((id) => !this.ids.get(service)?.includes(id)).length] as const,
    );
    return Object.fromEntries(gone.filter(([, count]) => count > 0));
  }

  /** Says which versions the values have, as the head of the file asks for. */
  setVersions(versions: Readonly<Record<string, string>>): void {
    const lines = Object.entries(versions).map(([key, version]) => `XORB_SECRETS_${key.toUpperCase()}_VERSION=${version}\n`);
    writeFileSync(join(this.project.folder, '.env'), lines.join(''));
  }

  /** What the database answers to a superuser. */
  async superuser(sql: string): Promise<string> {
    const psql = ['psql', '-XqAt', '-h', '/var/run/postgresql', '-U', 'postgres', '-d', 'xorb', '-c', sql];
    return (await must('docker', ['exec', this.of('database')[0]?.Id, ...psql])).trim();
  }

  /** What the database says to a password, over its network. */
  async login(password: string): Promise<string> {
    const text = `host=xorb-database user=xorb dbname=xorb password=${password}`;
    const { stdout, stderr } = await run('docker', ['exec', this.of('database')[0]?.Id, 'psql', text, '-tAc', "select 'welcome'"]);
    return /password authentication failed/.test(stderr) ? 'refused' : (stdout + stderr).trim();
  }
}
