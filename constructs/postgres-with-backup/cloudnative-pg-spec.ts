import type { ObjectValue } from '../../lib/model/kinds/object';
import { trySize } from '../../lib/model/values/quantities';
import type { ResourcesProps } from '../../lib/model/workload/props';
import type { PostgresProps } from '../postgres/props';
import { databasesOf, type KnownRole } from '../postgres/roles';
import type { Setting } from '../postgres/settings';
import { identifier, literal } from '../postgres/setup';
import type { CloudNativePgProps, PhysicalBackupProps, PoolerProps } from './engine';
import type { BackupProps, S3DestinationProps } from './props';

/** The plugin's name. The backups that the operator makes itself are deprecated. */
export const PLUGIN = 'barman-cloud.cloudnative-pg.io';
/** The role that restores: the superuser of its own has no password. */
export const RESTORE_ROLE = 'restore';

/**
 * What the operator sets itself, and refuses of anybody else.
 *
 * @see https://github.com/cloudnative-pg/cloudnative-pg/blob/v1.28.1/pkg/postgres/configuration.go FixedConfigurationParameters
 */
export const FIXED: ReadonlySet<string> = new Set(
  `allow_system_table_mods archive_cleanup_command archive_command archive_mode bonjour bonjour_name cluster_name config_file
  data_directory data_sync_retry event_source external_pid_file hba_file hot_standby ident_file jit_provider listen_addresses
  log_destination log_directory log_file_mode log_filename log_rotation_age log_rotation_size log_truncate_on_rotation
  logging_collector pg_failover_slots.primary_dsn pg_failover_slots.standby_slot_names port primary_conninfo primary_slot_name
  promote_trigger_file recovery_end_command recovery_min_apply_delay recovery_target recovery_target_action
  recovery_target_inclusive recovery_target_lsn recovery_target_name recovery_target_time recovery_target_timeline
  recovery_target_xid restart_after_crash restore_command shared_preload_libraries ssl ssl_ca_file ssl_cert_file ssl_crl_file
  ssl_dh_params_file ssl_ecdh_curve ssl_key_file ssl_passphrase_command ssl_passphrase_command_supports_reload
  ssl_prefer_server_ciphers stats_temp_directory synchronized_standby_slots synchronous_standby_names syslog_facility syslog_ident
  syslog_sequence_numbers syslog_split_messages temp_tablespaces unix_socket_directories unix_socket_group
  unix_socket_permissions`.split(/\s+/),
);
/** What it sets better than a server of one node: TLS 1.3 alone. */
const BETTER = ['ssl_min_protocol_version'];

/** The six fields of CloudNativePG, which begin with seconds, for five that were checked. */
export function sixFields(cron: string): string {
  return `0 ${cron}`;
}

/** Parameters as the operator takes them: those that it leaves to others, as text. */
export function parametersOf(defaults: Readonly<Record<string, Setting>>, said: PostgresProps['settings']): Record<string, string> {
  const ours = Object.entries(defaults).filter(([name]) => !FIXED.has(name) && !BETTER.includes(name));
  const theirs = Object.entries(said ?? {}).filter(([name]) => !FIXED.has(name));
  const all = [...new Map([...ours, ...theirs])].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(all.map(([name, value]) => [name, typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value)]));
}

/** Libraries beside pg_stat_statements, which the operator loads because there are parameters of it. */
export function librariesOf({ settings }: Pick<PostgresProps, 'settings'>): string[] {
  const said = String(settings?.shared_preload_libraries ?? '').split(',');
  return said.map((one) => one.trim()).filter((one) => one !== '' && one !== 'pg_stat_statements');
}

/** What a container may have. */
export function resourcesOf({ cpu, memory }: ResourcesProps): {
  limits: Record<string, ObjectValue>;
  requests: Record<string, ObjectValue>;
} {
  const both = (which: 'limit' | 'reservation') => ({
    ...(cpu?.[which] !== undefined && { cpu: String(cpu[which]) }),
    ...(memory?.[which] !== undefined && { memory: memory[which] as string }),
  });
  return { limits: both('limit'), requests: both('reservation') };
}

/** A role as the operator keeps it; its owner is made with the database. */
export function managedRole(role: KnownRole, passwordSecret: ObjectValue | undefined): Record<string, ObjectValue> {
  return {
    name: role.name,
    ensure: 'present',
    login: role.login,
    superuser: role.name === RESTORE_ROLE,
    bypassrls: role.options?.includes('BYPASSRLS') ?? false,
    inherit: true,
    ...(role.memberOf && role.memberOf.length > 0 && { inRoles: [...role.memberOf] }),
    ...(role.login && passwordSecret !== undefined ? { passwordSecret } : { disablePassword: true }),
  };
}

/** What superusers run once, when the Cluster is made. */
export function bootstrapSql(
  props: PostgresProps,
  roles: readonly KnownRole[],
): { postInitSQL?: string[]; postInitApplicationSQL?: string[] } {
  // the operator manages what a role may do, and not the parameters of its sessions
  const sessions = roles.flatMap(({ name, settings }) => {
    const lines = Object.entries(settings ?? {}).map(([key, value]) => `ALTER ROLE ${identifier(name)} SET ${key} = ${literal(value)}`);
    return lines.length === 0 ? [] : [`CREATE ROLE ${identifier(name)} NOLOGIN`, ...lines];
  });
  const application = databasesOf(props).flatMap(({ owner, extensions, init }) => [
    ...['pg_stat_statements', ...extensions].map((one) => `CREATE EXTENSION IF NOT EXISTS ${identifier(one)}`),
    ...(init === undefined
      ? []
      : [`BEGIN;\nSET SESSION AUTHORIZATION ${identifier(owner)};\n${init.trimEnd()}\nRESET SESSION AUTHORIZATION;\nCOMMIT;`]),
  ]);
  return {
    ...(sessions.length > 0 && { postInitSQL: sessions }),
    ...(application.length > 0 && { postInitApplicationSQL: application }),
  };
}

/** Where physical backups go, and who may write there. */
export function objectStoreSpec(
  name: string,
  { prefix = name, ...destination }: S3DestinationProps,
  { key = destination.writer, window }: PhysicalBackupProps,
  encryption: BackupProps['encryption'],
): Record<string, ObjectValue> {
  const encrypted: Record<string, ObjectValue> =
    encryption === undefined || encryption.kind === 'none' ? {} : { encryption: encryption.kind === 'sse-kms' ? 'aws:kms' : 'AES256' };
  return {
    configuration: {
      // beside <prefix>/, whose folders are databases to the runner
      destinationPath: `s3://${destination.bucket}/${prefix}-physical`,
      ...(destination.endpoint !== undefined && { endpointURL: destination.endpoint }),
      ...(destination.ca && { endpointCA: destination.ca }),
      s3Credentials: { accessKeyId: key.id, secretAccessKey: key.secret },
      wal: { compression: 'gzip', maxParallel: 4, ...encrypted },
      data: { compression: 'gzip', immediateCheckpoint: true, ...encrypted },
    },
    ...(window !== undefined && { retentionPolicy: window }),
    instanceSidecarConfiguration: {
      env: [
        { name: 'AWS_DEFAULT_REGION', value: destination.region ?? 'us-east-1' },
        // services other than Amazon's know none of the newer checksums
        { name: 'AWS_REQUEST_CHECKSUM_CALCULATION', value: 'when_required' },
        { name: 'AWS_RESPONSE_CHECKSUM_VALIDATION', value: 'when_required' },
      ],
      resources: { limits: { cpu: '1', memory: '512Mi' }, requests: { cpu: '50m', memory: '128Mi' } },
    },
  };
}

/** PgBouncer in front of the primary. */
export function poolerSpec(cluster: string, said: PoolerProps): Record<string, ObjectValue> {
  const usual = { cpu: { limit: '500m', reservation: '50m' }, memory: { limit: '128Mi', reservation: '64Mi' } } as const;
  return {
    cluster: { name: cluster },
    instances: said.instances ?? 2,
    type: 'rw',
    pgbouncer: {
      poolMode: said.mode ?? 'session',
      parameters: {
        client_tls_sslmode: 'require',
        default_pool_size: String(said.poolSize ?? 20),
        max_client_conn: String(said.maxClients ?? 1000),
      },
    },
    template: { spec: { containers: [{ name: 'pgbouncer', resources: resourcesOf(said.resources ?? usual) }] } },
  };
}

/** Instances by the engine's props; those that are none were reported. */
export function instancesOf({ instances }: CloudNativePgProps, otherwise: number): number {
  return Number.isInteger(instances) ? (instances as number) : otherwise;
}

/** Bytes that shared buffers take of the memory limit. */
export function sharedOf(limit: string): number {
  return (trySize(limit) ?? 0) / 4;
}
