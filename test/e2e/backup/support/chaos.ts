import { type Bench, report } from './faults';
import type { RunOptions } from './lab';
import { type Ended, family, killFamily, type Running, sleep } from './process';
import { hostileProxy, type Mischief } from './proxy';
import type { Toxiproxy } from './toxiproxy';

/** Random numbers below a bound, the same for the same seed. */
export type Dice = (below: number) => number;

export function dice(seed: number): Dice {
  let state = seed >>> 0;
  return (below) => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** What a fault needs: the bench, a bad link, the dice, and how long the last whole run of a verb took (ms). */
export interface Ground extends Bench {
  readonly toxiproxy: Toxiproxy;
  readonly roll: Dice;
  readonly lengths: Map<string, number>;
}

export type Chaos = (ground: Ground) => Promise<Ended>;

/** Few backups stay, so that a long soak stays fast: the newest five. */
export const POLICY = {
  BACKUP_KEEP_DAILY: '1',
  BACKUP_KEEP_WEEKLY: '0',
  BACKUP_KEEP_MONTHLY: '0',
  BACKUP_MIN_VERIFIED: '5',
  BACKUP_SAFETY_DAYS: '0',
  BACKUP_GC_DAYS: '0',
};

const TOOLS = ['rclone', 'age', 'pg_dump', 'pg_dumpall', 'pg_restore', 'psql', 'jq', 'sha256sum', 'mv', 'flock', 'mkfifo'];

const start = ({ lab }: Ground, args: readonly string[], options: RunOptions = {}): Running =>
  lab.spawn(args, { ...options, env: { ...POLICY, ...options.env } });

/** A run that nothing happens to: it tells how long others take. */
export async function whole(ground: Ground, ...args: readonly string[]): Promise<Ended> {
  const began = Date.now();
  const ended = await start(ground, args).ended;
  if (ended.code === 0) ground.lengths.set(args[0] ?? '', Date.now() - began);
  return ended;
}

async function meanwhile(ground: Ground, args: readonly string[], act: (running: Running) => unknown): Promise<Ended> {
  const running = start(ground, args);
  let over = false;
  const ended = running.ended.then((end) => {
    over = true;
    return end;
  });
  await sleep(ground.roll(Math.round((ground.lengths.get(args[0] ?? '') ?? 1000) * 1.1)));
  if (!over) await act(running);
  return ended;
}

function signalOne({ roll }: Ground, running: Running): void {
  const below = family(running.pid).slice(1);
  try {
    process.kill(below[roll(below.length)] ?? running.pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}

/** The n-th request that fits is met with mischief. */
async function behind(ground: Ground, what: ReturnType<Mischief>, fits: (method: string) => boolean): Promise<Ended> {
  let count = ground.roll(10);
  const proxy = await hostileProxy(ground.lab, ({ method }) => (fits(method ?? '') && count-- === 0 ? what : 'pass'));
  const ended = await start(ground, ['backup'], { env: { BACKUP_DEST_MAIN_ENDPOINT: `https://localhost:${proxy.port}` } }).ended;
  proxy.close();
  return ended;
}

async function onBadLink(ground: Ground, toxic: Parameters<Toxiproxy['bad']>[0]): Promise<Ended> {
  const env = { BACKUP_DEST_MAIN_ENDPOINT: `https://localhost:${ground.toxiproxy.port}`, BACKUP_TIMEOUT: '3' };
  return ground.toxiproxy.bad(toxic, () => start(ground, ['backup'], { env }).ended);
}

/** Faults by name, for a soak to draw from. */
export const CHAOS: Readonly<Record<string, Chaos>> = {
  none: (ground) => whole(ground, 'backup'),
  'the runner and all below it are killed': (ground) => meanwhile(ground, ['backup'], ({ pid }) => killFamily(pid)),
  'the runner is terminated': (ground) => meanwhile(ground, ['backup'], ({ pid }) => void process.kill(pid, 'SIGTERM')),
  'one process of the run is killed': (ground) => meanwhile(ground, ['backup'], (running) => signalOne(ground, running)),
  'a connection to the database is ended': (ground) =>
    meanwhile(ground, ['backup'], () =>
      ground.lab.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pg-backup' ORDER BY random() LIMIT 1",
        'postgres',
      ),
    ),
  'the database crashes': async (ground) => {
    const ended = await meanwhile(ground, ['backup'], () => ground.lab.postgres('crash'));
    await ground.lab.postgres('start').catch(() => {}); // it runs already if the run was over first
    return ended;
  },
  'a tool fails': async (ground) => {
    const tool = TOOLS[ground.roll(TOOLS.length)] ?? 'rclone';
    const count = `${ground.lab.tmp}/../count-${ground.roll(2 ** 30)}`;
    const shim = `echo >>${count}; [[ $(wc -l <${count}) != ${1 + ground.roll(6)} ]] || exit ${1 + ground.roll(3)}; exec "$REAL" "$@"`;
    return start(ground, ['backup'], { shims: { [tool]: shim } }).ended;
  },
  'the link is cut': (ground) => onBadLink(ground, { type: 'limit_data', attributes: { bytes: 500 + ground.roll(120_000) } }),
  'the link resets': (ground) => onBadLink(ground, { type: 'reset_peer', toxicity: 0.3, attributes: { timeout: ground.roll(50) } }),
  'the destination keeps other bytes': (ground) => behind(ground, 'damage', (method) => method === 'PUT'),
  'the destination gives other bytes': (ground) => behind(ground, 'corrupt-answer', (method) => method === 'GET'),
  'an answer is lost': (ground) => behind(ground, 'lose-answer', () => true),
  'a request is refused': (ground) => behind(ground, 'refuse', () => true),
  'two runs at once': async (ground) => {
    const [first, second] = [start(ground, ['backup']), start(ground, ['backup'])];
    const codes = [(await first.ended).code, (await second.ended).code];
    const ended = (await first.ended).code === 0 ? await first.ended : await second.ended;
    if (codes.filter((code) => code === 75).length > 1) throw new Error('two runs at once, and neither did it');
    return ended;
  },
  'a restore is killed': (ground) => meanwhile(ground, ['restore'], ({ pid }) => killFamily(pid)),
  'a restore loses a process': (ground) => meanwhile(ground, ['restore'], (running) => signalOne(ground, running)),
  'a drill loses a process': (ground) => meanwhile(ground, ['drill'], (running) => signalOne(ground, running)),
  'prune is killed': (ground) => meanwhile(ground, ['prune', '--database', 'shop'], ({ pid }) => killFamily(pid)),
  'a drill': (ground) => whole(ground, 'drill', 'random'),
  'a restore': (ground) => whole(ground, 'restore'),
};

/** Runs one fault, and checks what must hold after it; the code of the run. */
export async function chaos(ground: Ground, name: string): Promise<number> {
  const { lab, ledger, roll } = ground;
  await lab.sql(
    `UPDATE orders SET price = ${roll(1000)} WHERE id % 10 = ${roll(10)}; INSERT INTO people SELECT max(id) + 1, 'n' || max(id) FROM people`,
  );
  const live = await ledger.saw();
  const ended = await (CHAOS[name] as Chaos)(ground);
  // what is gone has been pruned as planned: at least five are left, all of them newer
  const after = await ledger.checked((gone, left) => left.filter(({ id }) => id > gone).length >= 5);
  const now = await ledger.content('shop');
  if (now !== live && !ledger.has('shop', now)) throw new Error('the live database is neither what it was nor what a backup has');
  const { op, id } = report(ended) as { op?: string; id: string };
  if (ended.code === 0 && op === 'backup' && !after.some((one) => one.id === id))
    throw new Error(`said success, and backup ${id} is not there`);
  if (!name.includes('restore')) return ended.code;
  await lab.sql(
    "SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database WHERE datname ~ '^shop_(old_|r)[0-9]' AND (NOT datallowconn OR datname ~ 'shop_r') \\gexec",
    'postgres',
  );
  return ended.code;
}
