import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { points } from './support/faults';

const LIB = resolve(process.env.PG_BACKUP_RUNNER ?? resolve(__dirname, '../../../images/postgres-backup'), 'lib');
const DAY = 86_400;

interface Backup {
  readonly id: string;
  readonly kind: 'scheduled' | 'manual' | 'safety';
  readonly epoch: number;
  readonly proven?: boolean;
  readonly refuted?: boolean;
}
interface Policy {
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  readonly yearly: number;
  readonly minVerified: number;
  readonly safetyDays: number;
  readonly maxDeletes: number;
  readonly gcDays: number;
}
interface History {
  readonly now: number;
  readonly policy: Policy;
  readonly backups: readonly Backup[];
  readonly attempts: readonly { readonly id: string; readonly epoch: number }[];
}
interface Plan {
  readonly delete: readonly string[];
  readonly gc: readonly string[];
  readonly refused: string | null;
}

/** The plans of the runner's own program, for many histories at once. */
function plans(histories: readonly History[], zone = 'UTC'): Plan[] {
  const input = histories.map((history) => JSON.stringify(history)).join('\n');
  const output = execFileSync('jq', ['-L', LIB, '-c', 'include "retention"; plan'], {
    input,
    maxBuffer: 2 ** 28,
    env: { ...process.env, TZ: zone },
  });
  return output
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Plan);
}

/** Random numbers that are the same on each run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function history(roll: (below: number) => number): History {
  const start = 1_700_000_000 + roll(400) * DAY;
  const [nights, unreliable, step] = [roll(70), roll(100), [DAY, DAY, DAY, 7 * DAY, 3600][roll(5)] ?? DAY];
  const backups: Backup[] = [];
  for (let night = 0; night < nights; night++) {
    if (roll(100) < unreliable / 2) continue;
    for (let copies = roll(6) === 0 ? 2 : 1; copies > 0; copies--) {
      const kind = (['scheduled', 'scheduled', 'scheduled', 'scheduled', 'manual', 'safety'] as const)[roll(6)] ?? 'scheduled';
      const drill = roll(10);
      const epoch = start + night * step + roll(step - 1800);
      backups.push({ id: `b${night}-${copies}`, kind, epoch, proven: drill < 3, refuted: drill === 9 });
    }
  }
  const attempts = Array.from({ length: roll(4) }, (_, n) => ({ id: `a${n}`, epoch: start + roll(nights + 1) * step }));
  const policy = {
    ...{ daily: roll(31), weekly: roll(9), monthly: roll(13), yearly: roll(3), minVerified: 1 + roll(9) },
    ...{ safetyDays: roll(10), maxDeletes: 1 + roll(5) * roll(40), gcDays: 1 + roll(9) },
  };
  return { now: start + nights * step + roll(3) * 200 * DAY, policy, backups, attempts };
}

const day = (epoch: number) => new Date(epoch * 1000).toISOString().slice(0, 10);
const month = (epoch: number) => new Date(epoch * 1000).toISOString().slice(0, 7);

/** The newest periods that have a regular backup. */
function periods(backups: readonly Backup[], period: (epoch: number) => string, count: number): string[] {
  const all = new Set(backups.filter(({ kind }) => kind !== 'safety').map(({ epoch }) => period(epoch)));
  return [...all].sort().reverse().slice(0, count);
}

/** What a plan must never do, said without the words of the plan. */
function broken({ policy, backups, attempts, now }: History, plan: Plan): string | undefined {
  const gone = new Set(plan.delete);
  const left = backups.filter(({ id }) => !gone.has(id));
  const good = (some: readonly Backup[]) => some.filter(({ refuted }) => !refuted);
  const newestFirst = [...backups].sort((a, b) => b.epoch - a.epoch || (a.id < b.id ? 1 : -1));
  const newest = newestFirst[0]?.epoch ?? 0;
  if (plan.delete.length > policy.maxDeletes || plan.gc.length > policy.maxDeletes) return 'too many are deleted';
  if (plan.delete.some((id) => !backups.some((one) => one.id === id))) return 'something else is deleted';
  if (plan.gc.some((id) => !attempts.some((one) => one.id === id))) return 'something else is collected';
  if (good(left).length < Math.min(policy.minVerified, good(backups).length)) return 'too few are left';
  // with fewer of them nothing goes at all
  const since = good(newestFirst)[policy.minVerified - 1]?.epoch ?? 0;
  if (policy.minVerified > 0 && newestFirst.some(({ id, epoch }) => epoch >= since && gone.has(id)))
    return 'one goes before there are so many newer ones that are good';
  const kept = (period: (epoch: number) => string, count: number) =>
    periods(backups, period, count).every((one) => left.some((b) => b.kind !== 'safety' && period(b.epoch) === one));
  if (!kept(day, policy.daily)) return 'a day is lost';
  if (!kept(month, policy.monthly)) return 'a month is lost';
  if (!kept((epoch) => day(epoch).slice(0, 4), policy.yearly)) return 'a year is lost';
  const proven = newestFirst.find((one) => one.proven);
  if (proven && gone.has(proven.id)) return 'the newest proof is lost';
  if (backups.some((b) => b.kind === 'safety' && gone.has(b.id) && b.epoch > Math.min(newest, now) - policy.safetyDays * DAY))
    return 'a young safety backup is lost';
  const order = plan.delete.map((id) => backups.find((b) => b.id === id)?.epoch ?? 0);
  if (order.some((epoch, index) => index > 0 && epoch < (order[index - 1] ?? 0))) return 'not the oldest first';
  return undefined;
}

const HISTORIES = (() => {
  const roll = random(7);
  return Array.from({ length: 10_000 }, () => history(roll));
})();

test('F35: 10,000 random histories: no plan loses what must be kept', () => {
  const all = plans(HISTORIES);
  const bad = HISTORIES.map((one, index) => ({ index, why: broken(one, all[index] as Plan) })).filter(({ why }) => why);
  expect(bad.slice(0, 3)).toEqual([]);
  expect(all.reduce((sum, plan) => sum + plan.delete.length, 0)).toBeGreaterThan(10_000);
});

test('F35: a plan that is carried out leaves nothing for the next, and never more than the policy keeps', () => {
  const whole = HISTORIES.slice(0, points(1000, 10_000)).map((one) => ({ ...one, policy: { ...one.policy, maxDeletes: 1000 } }));
  const first = plans(whole);
  const after = whole.map((one, index) => ({ ...one, backups: one.backups.filter(({ id }) => !first[index]?.delete.includes(id)) }));
  const second = plans(after);
  expect(second.filter((plan) => plan.delete.length > 0)).toEqual([]);
  for (const [index, { policy, backups }] of after.entries()) {
    if (first[index]?.refused) continue;
    const good = backups.filter(({ refuted }) => !refuted).sort((a, b) => b.epoch - a.epoch);
    const since = good[policy.minVerified - 1]?.epoch ?? Number.POSITIVE_INFINITY;
    const doubtful = backups.filter(({ refuted, epoch }) => refuted && epoch >= since).length;
    const most = policy.daily + policy.weekly + policy.monthly + policy.yearly + policy.minVerified + doubtful + 1;
    expect(backups.filter(({ kind }) => kind !== 'safety').length).toBeLessThanOrEqual(most);
  }
});

test('F32, F33: a clock that is ahead changes no plan, and one that is behind deletes nothing', () => {
  const some = HISTORIES.slice(0, points(300, 10_000));
  const usual = plans(some);
  expect(plans(some.map((one) => ({ ...one, now: one.now + 400 * DAY })))).toEqual(usual);
  const behind = plans(some.map((one) => ({ ...one, now: Math.min(...one.backups.map(({ epoch }) => epoch), one.now) - 40 * DAY })));
  expect(behind.flatMap((plan) => [...plan.delete, ...plan.gc])).toEqual([]);
});

test('F34: 45 nights without a backup delete nothing', () => {
  const start = 1_760_000_000;
  const backups = Array.from({ length: 10 }, (_, n): Backup => ({ id: `b${n}`, kind: 'scheduled', epoch: start + n * DAY }));
  const attempts = Array.from({ length: 45 }, (_, n) => ({ id: `a${n}`, epoch: start + (10 + n) * DAY }));
  const policy = { daily: 30, weekly: 8, monthly: 12, yearly: 0, minVerified: 7, safetyDays: 7, maxDeletes: 3, gcDays: 7 };
  const [plan] = plans([{ now: start + 60 * DAY, policy, backups, attempts }]);
  expect(plan).toEqual({ delete: [], gc: [], refused: null });
});

test('backups that drills have refuted do not count, and all of them refuted delete nothing', () => {
  const start = 1_760_000_000;
  const backups = Array.from(
    { length: 100 },
    (_, n): Backup => ({ id: `b${n}`, kind: 'scheduled', epoch: start + n * DAY, refuted: true }),
  );
  const policy = { daily: 3, weekly: 0, monthly: 0, yearly: 0, minVerified: 2, safetyDays: 7, maxDeletes: 3, gcDays: 7 };
  expect(plans([{ now: start + 100 * DAY, policy, backups, attempts: [] }])).toEqual([{ delete: [], gc: [], refused: 'too-few-verified' }]);
});

test('F36: a day is a day of UTC, where the clock is put forward and back and in a leap year', () => {
  const policy = { daily: 400, weekly: 0, monthly: 0, yearly: 0, minVerified: 1, safetyDays: 7, maxDeletes: 1000, gcDays: 7 };
  const first = Date.UTC(2028, 0, 1) / 1000;
  // three a day for a year: shortly after and before midnight in Berlin, New York or Lord Howe, they fall on other local days
  const backups = Array.from({ length: 366 }, (_, n) => [0.5, 2.5, 23.5].map((hour) => ({ epoch: first + n * DAY + hour * 3600 })))
    .flat()
    .map(({ epoch }, n): Backup => ({ id: `b${n}`, kind: 'scheduled', epoch }));
  const one = { now: first + 366 * DAY, policy, backups, attempts: [] };
  const [plan] = plans([one]);
  const left = backups.filter(({ id }) => !plan?.delete.includes(id));
  // one of each day, and the newest, which always stays
  expect(left.map(({ epoch }) => day(epoch))).toEqual([
    ...Array.from({ length: 366 }, (_, n) => day(first + n * DAY)),
    day(first + 365 * DAY),
  ]);
  for (const zone of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe']) expect(plans([one], zone)).toEqual([plan]);
});
