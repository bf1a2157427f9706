import type { IConstruct } from 'constructs';
import { Environment } from '../../lib/model/environment';
import { report } from '../../lib/model/problems';
import { scheduleMistake } from '../../lib/model/values/cron';
import { tryDuration, trySize } from '../../lib/model/values/quantities';
import { isObject } from '../../lib/model/workload/reading';
import { checkByLabels } from '../operator-object/placement';
import { type Say, sayAt } from '../postgres/check';
import type { PostgresProps } from '../postgres/props';
import { BACKUP_ROLE } from '../postgres/roles';
import { FIXED, RESTORE_ROLE, sharedOf } from './cloudnative-pg-spec';
import type { CloudNativePgProps, PhysicalBackupProps, PoolerProps } from './engine';
import type { BackupProps, PostgresWithBackupProps } from './props';

const NONE = 'is none of a Cluster of CloudNativePG';
/** What a server of one node has, and the operator decides or makes otherwise. */
const OTHERWISE: Readonly<Record<string, string>> = {
  passwords: 'give engine.passwords: the operator wants a secret of each role',
  user: 'leave it out: the operator decides',
  networks: 'leave it out: edges decide who connects',
  logging: 'leave it out: the node keeps the logs of its pods',
  exporter: 'leave it out: each instance tells of itself, see engine.metricsFrom',
};
const KEYS = { certificate: 'tls.crt', privateKey: 'tls.key', authority: 'ca.crt' } as const;
const RESERVED = [RESTORE_ROLE, 'streaming_replica', 'cnpg_pooler_pgbouncer'];

/** Backups without what a server of one node archives by itself. */
export function withoutPitr(scope: IConstruct, said: PostgresWithBackupProps['backup']): PostgresWithBackupProps['backup'] {
  if (!isObject(said) || 'enabled' in said) return said;
  const { pitr } = said as BackupProps;
  if (pitr) report(scope, 'backup.pitr', NONE, undefined, 'use engine.physical');
  return { ...(said as BackupProps), pitr: false };
}

/** Reports what is wrong with a Cluster of CloudNativePG, beside what is wrong with any server. */
export function checkCloudNativePg(
  scope: IConstruct,
  name: string,
  engine: CloudNativePgProps,
  server: Partial<PostgresProps>,
  backup: Omit<BackupProps, 'pitr'> | undefined,
): void {
  const say = sayAt(scope);
  if (engine.kind !== 'cloudnative-pg')
    say('engine.kind', "must be 'cloudnative-pg'", engine.kind, 'leave engine out for a server of one node');
  if (name.length > 50) say('name', 'a Cluster has a name of at most 50 characters', name, 'give it a shorter name');
  checkCounts(engine, say);
  // elsewhere it is an error of any server
  const test = Environment.of(scope).pick({ test: true, otherwise: false });
  checkServer(test ? server : { ...server, durable: true }, say);
  checkRoles(engine, server, say);
  if (engine.physical !== undefined && engine.physical !== false) checkPhysical(engine.physical, backup, say);
}

const whole = (value: unknown, least: number, most: number) =>
  value === undefined || (Number.isInteger(value) && (value as number) >= least && (value as number) <= most);

function checkCounts({ instances, synchronous, pooler }: CloudNativePgProps, say: Say): void {
  if (!whole(instances, 1, 9)) say('engine.instances', 'must be a whole number from 1 to 9', instances, 'use 3');
  if (synchronous === true && instances === 1)
    say('engine.synchronous', 'nobody is there to wait for', true, 'use 3 instances, or leave it out');
  if (pooler === undefined || typeof pooler === 'boolean') return;
  if (!isObject(pooler)) {
    say('engine.pooler', 'must be true, false or an object', pooler, 'use true');
    return;
  }
  const { mode, ...counts } = pooler as PoolerProps;
  if (mode !== undefined && mode !== 'session' && mode !== 'transaction')
    say('engine.pooler.mode', "must be 'session' or 'transaction'", mode, "use 'session'");
  const limits = { instances: 9, maxClients: 100_000, poolSize: 1000 } as const;
  for (const [key, most] of Object.entries(limits)) {
    const value = counts[key as keyof typeof limits];
    if (!whole(value, 1, most)) say(`engine.pooler.${key}`, `must be a whole number from 1 to ${most}`, value, 'leave it out');
  }
}

function checkServer(server: Partial<PostgresProps>, say: Say): void {
  for (const [key, fix] of Object.entries(OTHERWISE)) {
    const value = server[key as keyof PostgresProps];
    if (value === undefined || (key === 'exporter' && value === false)) continue;
    say(key, NONE, isObject(value) ? undefined : value, fix);
  }
  if (server.durable === false) say('durable', 'a Cluster of CloudNativePG always keeps what was committed', false, 'leave it out');
  checkByLabels(server.placement, NONE, say);
  const databases = Object.keys(server.databases ?? {});
  if (databases.length > 1)
    say('databases', 'CloudNativePG makes one database of a Cluster', databases, 'make a PostgresWithBackup of each');
  for (const [key, value] of Object.entries(server.settings ?? {}))
    if (FIXED.has(key) && key !== 'shared_preload_libraries')
      say(`settings.${key}`, 'is what CloudNativePG sets itself', value, 'leave it out');
  for (const [key, name] of Object.entries(KEYS)) {
    const value = server.tls?.[key as keyof typeof KEYS];
    if (value !== undefined && value !== name) say(`tls.${key}`, `CloudNativePG reads the key '${name}'`, value, `use '${name}'`);
  }
  const { limit = '1Gi', reservation } = server.resources?.memory ?? {};
  if (reservation !== undefined && (trySize(reservation) ?? 2 ** 40) < sharedOf(limit))
    say(
      'resources.memory.reservation',
      `must be at least a quarter of the limit of ${limit}, the shared buffers`,
      reservation,
      'give it more',
    );
}

function checkRoles({ passwords }: CloudNativePgProps, { databases, roles }: Partial<PostgresProps>, say: Say): void {
  const owners = Object.entries(databases ?? {}).map(([name, one]) => one?.owner ?? name);
  for (const name of [...owners, ...Object.keys(roles ?? {})])
    if (RESERVED.includes(name)) say('roles', 'is a role that the Cluster has for itself', name, 'choose another name');
  if (passwords === undefined) return;
  const login = [
    BACKUP_ROLE,
    RESTORE_ROLE,
    ...owners,
    ...Object.entries(roles ?? {}).flatMap(([name, one]) => (one?.login === false ? [] : [name])),
  ];
  for (const name of Object.keys(passwords))
    if (!login.includes(name))
      say('engine.passwords', 'no role of that name logs in', name, `use ${[...new Set(login)].sort().join(', ')}`);
}

function checkPhysical(physical: PhysicalBackupProps, backup: Omit<BackupProps, 'pitr'> | undefined, say: Say): void {
  const { cron, window, archiveTimeout, destination, key } = physical;
  if (!backup) say('engine.physical', 'needs a destination, and there are no backups', undefined, 'give backup its destinations');
  const mistake = cron === undefined ? undefined : scheduleMistake(String(cron), 'Etc/UTC');
  if (mistake) say('engine.physical.cron', mistake.what, cron, mistake.fix);
  if (window !== undefined && !/^[1-9][0-9]*[dwm]$/.test(String(window)))
    say('engine.physical.window', 'must be a number of days, weeks or months', window, "write it as '30d'");
  else if (window !== undefined && key === undefined)
    say('engine.physical.window', 'the writer of backups needs no right to delete', window, 'give engine.physical.key, which has it');
  const timeout = archiveTimeout === undefined ? 60_000 : tryDuration(archiveTimeout);
  if (timeout === undefined || timeout < 1000 || timeout > 3_600_000 || timeout % 1000 !== 0)
    say('engine.physical.archiveTimeout', 'must be whole seconds, up to an hour', archiveTimeout, "write it as '60s'");
  const known = Object.keys(backup?.destinations ?? {});
  if (destination !== undefined && backup && !known.includes(destination))
    say('engine.physical.destination', 'is no destination of the backups', destination, `use ${known.join(', ')}`);
}
