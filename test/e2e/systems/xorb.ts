/** XORB as its suites know it: what each environment says, who reads which secrets, and a deployment by Compose. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Xorb } from '../../../apps/xorb/xorb';
import { Environments } from '../../../lib';
import type { Inspected } from '../support/docker';
import { must, run, until } from '../support/run';
import { Project } from './compose';

/** How each environment configures XORB, and how many replicas there are. */
export const TABLE = {
  development: { api: 1, orchestrator: 1, worker: 1, WORKERS: '1', TIMEOUT: '300', DEBUG: 'true', LOG_LEVEL: 'DEBUG', concurrency: '2' },
  test: { api: 1, orchestrator: 1, worker: 1, WORKERS: '1', TIMEOUT: '30', DEBUG: 'false', LOG_LEVEL: 'WARNING', concurrency: '2' },
  staging: { api: 2, orchestrator: 1, worker: 2, WORKERS: '4', TIMEOUT: '60', DEBUG: 'false', LOG_LEVEL: 'INFO', concurrency: '4' },
  production: { api: 3, orchestrator: 2, worker: 4, WORKERS: '8', TIMEOUT: '60', DEBUG: 'false', LOG_LEVEL: 'INFO', concurrency: '8' },
} as const;
export type EnvironmentName = keyof typeof TABLE;
/** The containers of each service, first to last. */
export type Ids = ReadonlyMap<string, readonly string[]>;

/** XORB's own services. */
export const OWN = ['api', 'orchestrator', 'worker'] as const;
/** What is done once, and then is over. */
export const TASKS = ['temporal-schema', 'temporal-namespaces'] as const;
/** What makes backups of a database and looks after them. */
const RUNNERS = ['backup', 'prune', 'drill', 'backup-status'] as const;
/** The nodes of Redis' cluster. */
export const NODES = [1, 2, 3, 4, 5, 6] as const;

/** Every service of an environment. */
export function servicesOf(name: EnvironmentName): string[] {
  const redis =
    name === 'production' ? NODES.flatMap((node) => [`redis-node${node}`, `redis-exporter${node}`]) : ['redis', 'redis-exporter'];
  const runners = ['staging', 'production'].includes(name) ? RUNNERS : [];
  const databases = ['database', 'temporal-database'].flatMap((one) => [one, ...['exporter', ...runners].map((more) => `${one}-${more}`)]);
  return [...databases, ...redis, 'temporal', 'temporal-ui', ...TASKS, ...OWN];
}

/** How many of a service there are. */
export function replicasOf(name: EnvironmentName, service: string): number {
  return OWN.some((own) => own === service) ? TABLE[name][service as (typeof OWN)[number]] : 1;
}

/** Which secrets each process has as files. */
export function readsOf(service: string): readonly string[] {
  if (service.startsWith('redis-exporter')) return ['redis_monitoring_password'];
  if (service.startsWith('redis')) return ['redis_admin_password', 'redis_monitoring_password', 'redis_password'];
  const [, users, , part] = /^(temporal-)?(database)(?:-(.+))?$/.exec(service)?.map((_, at, all) => all[at] ?? '') ?? [];
  if (part !== undefined) return databaseReads(users === '' ? 'postgres' : 'temporal', part);
  return { ...APPLICATION, temporal: ['temporal_password'], 'temporal-schema': ['temporal_password'] }[service] ?? [];
}

const APPLICATION: Readonly<Record<string, readonly string[]>> = {
  api: ['jwt_secret', 'postgres_password', 'redis_password'],
  orchestrator: ['postgres_password', 'redis_password'],
  worker: ['postgres_password', 'redis_password'],
};

function databaseReads(prefix: string, part: string): readonly string[] {
  const password = (user: string) => `${prefix}_${user}password`;
  const key = (user: string) => [`backup_${user}_id`, `backup_${user}_secret`];
  return (
    {
      '': [password('superuser_'), password(''), password('backup_'), password('monitoring_')],
      exporter: [password('monitoring_')],
      backup: [...key('writer'), password('backup_')],
      prune: key('pruner'),
      drill: [...key('restorer'), 'backup_age_identity'],
      'backup-status': key('restorer'),
    }[part] ?? []
  );
}

/** Every variable that the processes of XORB's own services have in an environment. */
export function variablesIn(name: EnvironmentName) {
  const { DEBUG, LOG_LEVEL, WORKERS, TIMEOUT, concurrency } = TABLE[name];
  const redis =
    name === 'production'
      ? { REDIS_NODES: NODES.map((node) => `xorb-redis-node${node}:6379`).join(',') }
      : { REDIS_HOST: 'xorb-redis', REDIS_PORT: '6379' };
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
    ...redis,
    REDIS_PASSWORD_FILE: '/run/secrets/xorb-secrets/redis_password',
  };
  const temporal = { TEMPORAL_HOST: 'xorb-temporal:7233', TEMPORAL_ADDRESS: 'xorb-temporal:7233', TEMPORAL_NAMESPACE: 'xorb' };
  return {
    api: { ...common, WORKERS, TIMEOUT, JWT_SECRET_FILE: '/run/secrets/xorb-secrets/jwt_secret' },
    orchestrator: { ...common, ...temporal },
    worker: {
      ...common,
      ...temporal,
      WORKER_CONCURRENCY: concurrency,
      WORKER_DRAIN_SECONDS: '60',
      WORKER_HEARTBEAT_FILE: '/tmp/heartbeat',
      WORKER_MAX_MEMORY: '512m',
      WORKER_QUEUE: 'xorb',
    },
  };
}

/** The images that stand in for its own and for those of others. */
export const IMAGES = [
  ...OWN.map((name) => `xorb/${name}:1.0.0`),
  'pgvector/pgvector:pg16',
  'postgres:16-bookworm',
  'redis:7.4-bookworm',
  'oliver006/redis_exporter:v1.74.0-alpine',
  'quay.io/prometheuscommunity/postgres-exporter:v0.17.1',
  'ironhull/postgres-backup:16-vector',
  'ironhull/postgres-backup:16',
  'temporalio/server:1.31.2',
  'temporalio/admin-tools:1.31.2',
  'temporalio/ui:2.49.1',
];

/** What Redis answers in one of its containers, to one of its users. */
export async function redisCli(container: Inspected, user: 'admin' | 'default', ...command: string[]): Promise<string> {
  const file = `/run/secrets/xorb-secrets/redis_${user === 'default' ? '' : 'admin_'}password`;
  const script = `export REDISCLI_AUTH="$(cat ${file})"; exec redis-cli --user ${user} --no-auth-warning "$@"`;
  return (await must('docker', ['exec', container.Id, 'sh', '-c', script, 'sh', ...command])).trim();
}

/** Waits until the cluster of Redis is whole, as one of its nodes sees it. */
export async function clusterIsWhole(node: Inspected): Promise<void> {
  const lines = ['cluster_state:ok', 'cluster_slots_ok:16384', 'cluster_known_nodes:6', 'cluster_size:3'];
  await until(
    'the cluster is whole',
    () => redisCli(node, 'admin', 'cluster', 'info'),
    (info) => lines.every((line) => info.includes(line)),
    240_000,
  );
}

/** Waits until the cluster of Redis answers a command with this: a node that was started serves nothing for a moment. */
export async function saysInTime(node: Inspected, answer: string, ...command: string[]): Promise<void> {
  await until(
    command.join(' '),
    () => redisCli(node, 'default', '-c', ...command),
    (said) => said === answer,
    60_000,
  );
}

/** What a database server answers to a superuser. */
export async function superuser(container: Inspected, database: string, sql: string): Promise<string> {
  const psql = ['psql', '-XqAt', '-h', '/var/run/postgresql', '-U', 'postgres', '-d', database, '-c', sql];
  return (await must('docker', ['exec', container.Id, ...psql])).trim();
}

/** XORB in one environment by its Compose file. */
export class Deployed {
  readonly project: Project;
  containers: readonly Inspected[] = [];
  /** Which services there are. */
  readonly services: readonly string[];

  constructor(readonly environment: EnvironmentName) {
    this.project = new Project(`ihx${environment.slice(0, 1)}${process.pid}`);
    this.services = servicesOf(environment);
  }

  /** Writes the file and the secrets, and brings it up. */
  async start(secrets: Readonly<Record<string, string>>): Promise<void> {
    this.project.writeSecrets('xorb-secrets', secrets);
    this.project.write(Environments[this.environment], (root) => new Xorb(root));
    await this.addressNetworks();
    await this.up();
  }

  /** Gives each network a few addresses of its own: an engine has enough of its own for about thirty, and this one has other suites. */
  private async addressNetworks(): Promise<void> {
    const file = JSON.parse(await this.project.must('config', '--format', 'json')) as { networks: Record<string, object> };
    // 32 addresses each in 198.18.0.0/15, which is for tests
    const first = 64 * ((process.pid % 16) * 4 + Object.keys(TABLE).indexOf(this.environment));
    const networks = Object.keys(file.networks).map((name, at) => {
      const address = (first + at) * 32;
      const subnet = `198.${18 + (address >> 16)}.${(address >> 8) & 255}.${address & 255}/27`;
      return [name, { ipam: { config: [{ subnet }] } }] as const;
    });
    writeFileSync(this.networks, JSON.stringify({ networks: Object.fromEntries(networks) }));
  }

  private get networks(): string {
    return join(this.project.folder, 'networks.json');
  }

  /** Brings it to what the files say. */
  async up(): Promise<void> {
    const { code, stderr } = await this.project.run('--file', this.networks, 'up', '--detach', '--wait');
    if (code !== 0 || /warn|ignor/i.test(stderr)) throw new Error(`up said (${code}): ${stderr}`);
    this.containers = (await this.project.containers()).sort((a, b) => a.Name.localeCompare(b.Name));
  }

  /** The replicas of a service. */
  of(service: string): Inspected[] {
    return this.containers.filter(({ Config }) => Config.Labels['com.docker.compose.service'] === `xorb-${service}`);
  }

  /** The first replica of a service. */
  one(service: string): Inspected {
    return this.of(service)[0] as Inspected;
  }

  /** Who is there now. */
  get ids(): Ids {
    const ids = (service: string) => this.of(service).map(({ Id }) => Id as string);
    return new Map(this.services.map((service) => [service, ids(service)] as const));
  }

  /** How many of the containers of before are gone, for each service of which any are. */
  rolled(before: Ids): Readonly<Record<string, number>> {
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

  /** What the database says to a password, over its network. */
  async login(password: string): Promise<string> {
    const text = `host=xorb-database user=xorb dbname=xorb password=${password}`;
    const { stdout, stderr } = await run('docker', ['exec', this.one('database').Id, 'psql', text, '-tAc', "select 'welcome'"]);
    return /password authentication failed/.test(stderr) ? 'refused' : (stdout + stderr).trim();
  }
}
