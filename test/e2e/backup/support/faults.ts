import { Lab, type RunOptions } from './lab';
import { Ledger, SHOP } from './ledger';
import { commandLine, type Ended, family, type Running, sleep } from './process';

/** A lab with a shop in it, and the books on it. */
export interface Bench {
  readonly lab: Lab;
  readonly ledger: Ledger;
}

export async function bench(): Promise<Bench> {
  const lab = await Lab.start();
  const ledger = new Ledger(lab);
  await lab.sql('CREATE DATABASE shop', 'postgres');
  await lab.sql(SHOP);
  await ledger.saw();
  return { lab, ledger };
}

/** In how many places a fault strikes: few, or with `FAULTS=full` all of them. */
export const points = <T>(few: T, all: T): T => (process.env.FAULTS === 'full' ? all : few);
/** Milliseconds for a test with so many of them, on a busy machine. */
export const patience = (few: number, all: number): number => 60_000 + points(few, all) * 60_000;

/** The last line that a run wrote to standard output, which is its report. */
export interface Report {
  readonly outcome: string;
  readonly id: string;
  readonly rc: number;
  readonly warnings?: readonly string[];
  readonly kept?: string;
  readonly deleted?: number;
}

export function report(ended: Ended): Report {
  return JSON.parse(ended.stdout.trim().split('\n').at(-1) || '{}') as Report;
}

/** What its events said, for a message. */
export function messages(ended: Ended): string {
  return ended.stderr
    .split('\n')
    .map((line) => (line.startsWith('{') ? (JSON.parse(line) as { message: string }).message : line))
    .filter((line) => line)
    .join('; ');
}

/**
 * One fault: a run in which something goes wrong. Checks its code, how many backups it has committed, that the runner's report
 * says the same, the invariant, and that no plain text is left.
 */
export async function fault(
  { lab, ledger }: Bench,
  expected: { readonly code: number | readonly number[]; readonly commits: number; readonly says?: RegExp; readonly database?: string },
  inject: (lab: Lab) => Promise<Ended>,
): Promise<Ended> {
  const of = (one: { db: string }) => !expected.database || one.db === expected.database;
  const before = ledger.committed(expected.database);
  const ended = await inject(lab);
  const total = (await ledger.checked()).filter(of).length;
  const codes = typeof expected.code === 'number' ? [expected.code] : expected.code;
  const told = `it said: ${messages(ended)}`;
  if (!codes.includes(ended.code)) throw new Error(`ended with ${ended.code} and not ${codes.join(' or ')}; ${told}`);
  if (total - before !== expected.commits)
    throw new Error(`committed ${total - before} and not ${expected.commits} (${total} in all); ${told}`);
  if (expected.says && !expected.says.test(messages(ended))) throw new Error(`does not say ${expected.says}; ${told}`);
  if ((ended.code === 0) !== (report(ended).outcome === 'success'))
    throw new Error(`the report does not fit code ${ended.code}: ${ended.stdout}`);
  return ended;
}

/** Waits until a process of the run has a command line like this; its pid. */
export async function caught(running: Running, like: RegExp): Promise<number> {
  for (let tries = 0; tries < 10_000; tries++) {
    for (const pid of family(running.pid)) if (like.test(commandLine(pid))) return pid;
    await sleep(10);
  }
  throw new Error(`no process like ${like} was seen`);
}

/** A session that holds an exclusive lock on a table until it is told to let go. */
export async function holdLock(lab: Lab, table = 'people', seconds = 60): Promise<() => Promise<void>> {
  const held = lab.sql(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(${seconds});`).catch(() => '');
  const holders = `FROM pg_stat_activity WHERE query LIKE '%pg_sleep(${seconds})%' AND pid <> pg_backend_pid()`;
  while ((await lab.sql(`SELECT count(*) ${holders}`, 'postgres')) === '0') await sleep(20);
  return async () => {
    await lab.sql(`SELECT pg_terminate_backend(pid) ${holders}`, 'postgres');
    await held;
  };
}

/** Starts a backup, and waits until its pg_dump waits for a lock: then everything before the dump has happened. */
export async function atTheDump(
  lab: Lab,
  options: RunOptions = {},
): Promise<{ running: Running; pid: number; release: () => Promise<void> }> {
  const release = await holdLock(lab, 'people', 240);
  // it waits until it is told to go on, however long a busy machine takes for what happens meanwhile
  const running = lab.spawn(['backup'], { ...options, env: { BACKUP_LOCK_WAIT: '200', ...options.env } });
  const pid = await caught(running, /^(\S*\/)?pg_dump -Fc/);
  while (
    (await lab.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'LOCK TABLE%'", 'postgres')) === '0'
  )
    await sleep(10);
  return { running, pid, release };
}
