/** The statements that bring roles, databases and extensions to what the program says; they can be run again and again. */

/** A role of the cluster. */
export interface Role {
  readonly name: string;
  /** Where its password stands in the container; a role without one cannot log in. */
  readonly passwordFile?: string;
  /** Roles whose rights it has. */
  readonly memberOf?: readonly string[];
  /** Options beside LOGIN, such as BYPASSRLS. */
  readonly options?: readonly string[];
  /** Parameters of its sessions. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The databases that it may connect to; all if absent. */
  readonly databases?: readonly string[];
}

/** A database of the cluster. */
export interface Database {
  readonly name: string;
  readonly owner: string;
  readonly extensions: readonly string[];
  /** Statements that its owner runs once, when it is made. */
  readonly init?: string;
}

/** Rights that are taken back from who does not have them are no warning. */
const QUIET = 'SET client_min_messages = error;\nSET log_min_messages = error;';

/** What is taken back from a role that has less than it had. */
const GRANTED = ['pg_monitor', 'pg_read_all_data', 'pg_write_all_data'];

/** A name, quoted. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text, quoted. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** All statements, for psql. */
export function setupSql(roles: readonly Role[], databases: readonly Database[], superuserPasswordFile: string): string {
  const lines = [
    '-- Run at every start by a superuser on a socket that nobody else has.',
    '\\set ON_ERROR_STOP on',
    QUIET,
    password('postgres', superuserPasswordFile),
    ...roles.flatMap((role) => makeRole(role)),
    ...databases.flatMap((database) => makeDatabase(database, roles)),
    '\\connect postgres',
    'REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;',
    'CREATE EXTENSION IF NOT EXISTS pg_stat_statements;',
    ...roles.filter((role) => role.databases === undefined).map(({ name }) => `GRANT CONNECT ON DATABASE postgres TO ${identifier(name)};`),
  ];
  return `${lines.join('\n')}\n`;
}

/** psql reads the file: the password is in no statement of this text. */
function password(role: string, file: string): string {
  return `\\set password \`cat ${file}\`\nALTER ROLE ${identifier(role)} PASSWORD :'password';\n\\unset password`;
}

function makeRole(role: Role): string[] {
  const name = identifier(role.name);
  return [
    `\n-- ${role.name}`,
    `SELECT 'CREATE ROLE ${name.replaceAll("'", "''")}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${literal(role.name)}) \\gexec`,
    `ALTER ROLE ${name} ${['NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION', ...(role.options ?? ['NOBYPASSRLS'])].join(' ')} ${role.passwordFile === undefined ? 'NOLOGIN' : 'LOGIN'};`,
    ...(role.passwordFile === undefined ? [] : [password(role.name, role.passwordFile)]),
    ...GRANTED.filter((other) => !role.memberOf?.includes(other)).map((other) => `REVOKE ${other} FROM ${name};`),
    ...(role.memberOf ?? []).map((other) => `GRANT ${identifier(other)} TO ${name};`),
    `ALTER ROLE ${name} RESET ALL;`,
    ...Object.entries(role.settings ?? {}).map(([key, value]) => `ALTER ROLE ${name} SET ${key} = ${literal(value)};`),
  ];
}

function makeDatabase({ name, owner, extensions, init }: Database, roles: readonly Role[]): string[] {
  const quoted = identifier(name);
  const connects = (role: Role) => role.databases?.includes(name) ?? true;
  const [yes, no] = [roles.filter(connects), roles.filter((role) => !connects(role))];
  return [
    `\n-- database ${name}`,
    `SELECT NOT EXISTS (SELECT FROM pg_database WHERE datname = ${literal(name)}) AS new \\gset`,
    '\\if :new',
    `CREATE DATABASE ${quoted} OWNER ${identifier(owner)} TEMPLATE template0;`,
    ...(init === undefined ? [] : [`ALTER DATABASE ${quoted} SET ironhull.init = 'pending';`]),
    '\\endif',
    `ALTER DATABASE ${quoted} OWNER TO ${identifier(owner)};`,
    `REVOKE ALL ON DATABASE ${quoted} FROM PUBLIC;`,
    ...no.map((role) => `REVOKE ALL ON DATABASE ${quoted} FROM ${identifier(role.name)};`),
    ...yes.map((role) => `GRANT CONNECT, TEMPORARY ON DATABASE ${quoted} TO ${identifier(role.name)};`),
    `\\connect ${quoted}`,
    QUIET,
    'REVOKE CREATE ON SCHEMA public FROM PUBLIC;',
    `ALTER SCHEMA public OWNER TO ${identifier(owner)};`,
    ...['pg_stat_statements', ...extensions].map((extension) => `CREATE EXTENSION IF NOT EXISTS ${identifier(extension)};`),
    ...(init === undefined ? [] : initOnce(quoted, owner, init)),
  ];
}

/** In one transaction with the mark that it is done: an interrupted start does it again, and a later one does not. */
function initOnce(database: string, owner: string, init: string): string[] {
  return [
    "SELECT coalesce(current_setting('ironhull.init', true) = 'pending', false) AS pending \\gset",
    '\\if :pending',
    'BEGIN;',
    `SET SESSION AUTHORIZATION ${identifier(owner)};`,
    init.trimEnd(),
    'RESET SESSION AUTHORIZATION;',
    `ALTER DATABASE ${database} RESET ironhull.init;`,
    'COMMIT;',
    '\\endif',
  ];
}
