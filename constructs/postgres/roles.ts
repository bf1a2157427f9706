import type { PostgresProps } from './props';
import type { Database, Role } from './setup';

/** The role that backups are made with: it reads everything and changes nothing. */
export const BACKUP_ROLE = 'backup';
/** The role of the exporter. */
export const MONITORING_ROLE = 'monitoring';

/** A role, and whether it logs in with a password. */
export type KnownRole = Omit<Role, 'passwordFile'> & { readonly login: boolean };

const ACCESS = { read: ['pg_read_all_data'], write: ['pg_read_all_data', 'pg_write_all_data'], none: [] } as const;

/** All roles beside the superuser, sorted: owners, the user's, and those for backups and monitoring. */
export function rolesOf(props: Pick<PostgresProps, 'databases' | 'roles'>): KnownRole[] {
  const roles = new Map<string, KnownRole>();
  for (const { name, owner } of databasesOf(props)) {
    const databases = [...(roles.get(owner)?.databases ?? []), name];
    roles.set(owner, { name: owner, login: true, databases });
  }
  for (const [name, { access = 'none', databases, login = true }] of Object.entries(props.roles ?? {})) {
    roles.set(name, { name, login, memberOf: ACCESS[access], ...(databases && { databases }) });
  }
  roles.set(BACKUP_ROLE, {
    name: BACKUP_ROLE,
    login: true,
    memberOf: ['pg_read_all_data'],
    // rows that policies hide belong in a backup
    options: ['BYPASSRLS'],
    settings: {
      default_transaction_read_only: 'on',
      idle_in_transaction_session_timeout: '0',
      statement_timeout: '0',
      // large objects have no role that may read them all
      lo_compat_privileges: 'on',
    },
  });
  roles.set(MONITORING_ROLE, { name: MONITORING_ROLE, login: true, memberOf: ['pg_monitor'] });
  return [...roles.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** All databases, sorted. */
export function databasesOf({ databases, vector }: Pick<PostgresProps, 'databases' | 'vector'>): Database[] {
  return Object.entries(databases)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { owner, extensions, init }]) => ({
      name,
      owner: owner ?? name,
      extensions: [...(vector ? ['vector'] : []), ...(extensions ?? [])],
      ...(init !== undefined && { init }),
    }));
}
