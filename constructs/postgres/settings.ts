import type { Environment } from '../../lib/model/environment';
import { type Size, tryCpu, trySize } from '../../lib/model/values/quantities';
import type { ResourcesProps } from '../../lib/model/workload/props';

/** A value of a parameter of PostgreSQL. */
export type Setting = string | number | boolean;

const MI = 2 ** 20;
const kB = (bytes: number) => `${Math.floor(bytes / 1024)}kB`;

/** What the parameters depend on. */
export interface Sizes {
  /** Memory limit of the container in bytes. */
  readonly memory: number;
  /** Processor limit in thousandths of a core. */
  readonly cpu: number;
  /** Capacity of the volume in bytes. */
  readonly storage: number;
}

/** What a server has of which nothing is said. */
export const RESOURCES = { cpu: { limit: 1, reservation: '250m' }, memory: { limit: '1Gi', reservation: '512Mi' } } as const;

/** How large a server is; what is no quantity is reported elsewhere. */
export function sizesOf({ resources, size }: { readonly resources?: ResourcesProps; readonly size: Size }): Sizes {
  return {
    memory: trySize(resources?.memory?.limit ?? RESOURCES.memory.limit) ?? 2 ** 30,
    cpu: tryCpu(resources?.cpu?.limit ?? RESOURCES.cpu.limit) ?? 1000,
    storage: trySize(size) ?? 2 ** 30,
  };
}

/**
 * The parameters of the server: from its size, and from what the environment is for.
 *
 * @see https://www.postgresql.org/docs/current/runtime-config.html
 */
export function settingsOf(sizes: Sizes, environment: Environment): Record<string, Setting> {
  const connections = 100;
  const workers = Math.max(2, Math.ceil(sizes.cpu / 1000));
  // most of the volume stays free for data, also while a checkpoint is late
  const wal = Math.min(Math.max(Math.floor(sizes.storage / 10), 128 * MI), 8192 * MI);
  return {
    listen_addresses: '*',
    unix_socket_directories: '/var/run/postgresql',
    max_connections: connections,
    // memory: a quarter for pages; the engine's page cache counts as ours up to the limit
    shared_buffers: kB(sizes.memory / 4),
    effective_cache_size: kB((sizes.memory * 5) / 8),
    maintenance_work_mem: kB(Math.min(sizes.memory / 16, 2048 * MI)),
    work_mem: kB(Math.max(sizes.memory / 4 / connections, 1 * MI)),
    huge_pages: 'off',
    random_page_cost: 1.1,
    effective_io_concurrency: 200,
    max_worker_processes: Math.max(8, workers),
    max_parallel_workers: workers,
    max_parallel_workers_per_gather: Math.min(workers, 4),
    // write-ahead log
    max_wal_size: kB(wal),
    min_wal_size: kB(Math.max(wal / 8, 80 * MI)),
    checkpoint_timeout: '15min',
    checkpoint_completion_target: 0.9,
    wal_compression: true,
    // who may come in, and how
    password_encryption: 'scram-sha-256',
    ssl: true,
    ssl_cert_file: '/var/run/postgresql/server.crt',
    ssl_key_file: '/var/run/postgresql/server.key',
    ssl_min_protocol_version: 'TLSv1.2',
    // nobody holds locks and old rows for ever
    idle_in_transaction_session_timeout: '10min',
    lock_timeout: 0,
    // what is written down
    shared_preload_libraries: 'pg_stat_statements',
    'pg_stat_statements.track': 'all',
    // statements that set a password are among these
    'pg_stat_statements.track_utility': false,
    log_destination: 'stderr',
    logging_collector: false,
    log_line_prefix: '%m [%p] %q%u@%d ',
    log_timezone: 'UTC',
    timezone: 'UTC',
    log_connections: true,
    log_disconnections: true,
    log_lock_waits: true,
    log_checkpoints: true,
    log_temp_files: 0,
    log_autovacuum_min_duration: '1min',
    ...environment.pick<Record<string, Setting>>({
      development: { log_statement: 'all', log_min_duration_statement: 0 },
      otherwise: { log_statement: 'ddl', log_min_duration_statement: '1s' },
    }),
  };
}

/** What a database that is thrown away does without: a power cut loses it. */
export const THROW_AWAY: Readonly<Record<string, Setting>> = { fsync: false, synchronous_commit: false, full_page_writes: false };

/** A file of parameters, sorted. */
export function settingsFile(settings: Readonly<Record<string, Setting>>): string {
  const lines = Object.keys(settings)
    .sort()
    .map((name) => {
      const value = settings[name] as Setting;
      const text = typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
      return `${name} = '${text.replaceAll("'", "''")}'\n`;
    });
  return lines.join('');
}

/**
 * Who may connect: over the network with TLS and a password only; within the container, the server's own user.
 *
 * @see https://www.postgresql.org/docs/current/auth-pg-hba-conf.html
 */
export const HBA = `# over the network: with TLS and a password, or not at all
local     all  postgres       trust
local     all  all            scram-sha-256
hostssl   all  all       all  scram-sha-256
hostnossl all  all       all  reject
`;

/** Who may connect while roles and databases are set up. */
export const SETUP_HBA = 'local all postgres trust\n';
