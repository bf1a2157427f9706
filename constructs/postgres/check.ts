import type { IConstruct } from 'constructs';
import { Environment } from '../../lib/model/environment';
import { report } from '../../lib/model/problems';
import { trySize } from '../../lib/model/values/quantities';
import { isObject } from '../../lib/model/workload/reading';
import type { DatabaseProps, PostgresProps, PostgresVersion, RoleProps } from './props';
import { BACKUP_ROLE, MONITORING_ROLE } from './roles';

const VERSIONS: readonly PostgresVersion[] = [15, 16, 17, 18];
const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/;
const OURS: ReadonlySet<string> = new Set([BACKUP_ROLE, MONITORING_ROLE, 'postgres']);
const RISKY = ['fsync', 'full_page_writes'];

/** Reports what is wrong with a property of a construct. */
export type Say = (where: string, what: string, value: unknown, fix: string) => void;

/** What reports at a construct. */
export function sayAt(scope: IConstruct): Say {
  return (where, what, value, fix) => report(scope, where, what, value, fix);
}

/** Reports everything that is wrong, and answers with props that can be worked on. */
export function checkPostgres(scope: IConstruct, props: Partial<PostgresProps>): PostgresProps {
  const say = sayAt(scope);
  const { version } = props;
  if (!VERSIONS.includes(version as PostgresVersion))
    say('version', 'is no supported major version of PostgreSQL', version, `use one of ${VERSIONS.join(', ')}`);
  if ((trySize(props.size) ?? 0) < 2 ** 29)
    say('size', 'a database needs a volume of at least 512Mi in binary units', props.size, "write it as '20Gi'");
  const limit = props.resources?.memory?.limit;
  if (limit !== undefined && (trySize(limit) ?? 2 ** 40) < 2 ** 28)
    say('resources.memory.limit', 'a database needs at least 256Mi of memory', limit, "write it as '1Gi'");
  const databases = checkDatabases(props.databases, say);
  const roles = checkRoles(props.roles, databases, say);
  checkDurability(scope, props, say);
  return {
    ...props,
    version: VERSIONS.includes(version as PostgresVersion) ? (version as PostgresVersion) : 16,
    size: props.size ?? '1Gi',
    databases,
    roles,
  };
}

function checkName(where: string, name: string, say: Say): boolean {
  const ok = NAME.test(name) && !name.startsWith('pg_');
  if (!ok)
    say(where, 'must be 1 to 63 letters, digits, dashes and underscores, and not start with pg_', name, "choose a name such as 'orders'");
  return ok;
}

function checkDatabases(said: unknown, say: Say): Record<string, DatabaseProps> {
  if (!isObject(said) || Object.keys(said).length === 0) {
    say('databases', 'a server needs at least one database', said, 'write it as { orders: {} }');
    return {};
  }
  const right = Object.entries(said as Record<string, DatabaseProps>).filter(([name, props]) => {
    if (!isObject(props)) say(`databases.${name}`, 'must be an object', props, 'write it as {}');
    else if (['postgres', 'template0', 'template1'].includes(name))
      say('databases', "is the server's own database", name, 'choose another name');
    else if (OURS.has(props.owner ?? name))
      say(`databases.${name}.owner`, 'is a role that the server has for itself', props.owner ?? name, 'choose another owner');
    else return checkName('databases', name, say) && checkName(`databases.${name}.owner`, props.owner ?? name, say);
    return false;
  });
  return Object.fromEntries(right);
}

function checkRoles(said: PostgresProps['roles'], databases: Readonly<Record<string, DatabaseProps>>, say: Say): Record<string, RoleProps> {
  const owners = new Set(Object.entries(databases).map(([name, { owner }]) => owner ?? name));
  const right = Object.entries(said ?? {}).filter(([name, role]) => {
    if (!isObject(role)) say(`roles.${name}`, 'must be an object', role, "write it as { access: 'read' }");
    else if (OURS.has(name) || owners.has(name)) say('roles', 'a role of that name is there already', name, 'choose another name');
    else {
      const known = Object.keys(databases);
      for (const one of role.databases ?? [])
        if (!known.includes(one)) say(`roles.${name}.databases`, 'is no database of this server', one, `use ${known.join(', ')}`);
      if (role.access !== undefined && !['read', 'write', 'none'].includes(role.access))
        say(`roles.${name}.access`, "must be 'read', 'write' or 'none'", role.access, "use 'read'");
      else return checkName('roles', name, say);
    }
    return false;
  });
  return Object.fromEntries(right);
}

/** A server that loses what it committed is for tests alone. */
function checkDurability(scope: IConstruct, props: Partial<PostgresProps>, say: Say): void {
  const test = Environment.of(scope).pick({ test: true, otherwise: false });
  if (test) return;
  const fix = "leave it out, or use the environment 'test'";
  if (props.durable === false) say('durable', 'loses what was committed when the power fails', false, fix);
  for (const name of RISKY) {
    const value = props.settings?.[name];
    if (value === false || value === 'off') say(`settings.${name}`, 'loses or breaks data when the power fails', value, fix);
  }
  const ssl = props.settings?.ssl;
  if (ssl === false || ssl === 'off') say('settings.ssl', 'sends passwords and data over the network in clear', ssl, 'leave it out');
}
