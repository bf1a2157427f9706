import fc from 'fast-check';
import { HardenedService, HardenedTask, type ScheduleProps, type TaskSpec } from '../../lib';
import { scheduleMistake } from '../../lib/model/values/cron';
import { Testing } from '../../lib/testing';

const specOf = (schedule: ScheduleProps): TaskSpec =>
  new HardenedTask(Testing.root(), 'Backup', { image: 'team/app:1', schedule }).part.resolve().spec;
const featuresOf = (schedule?: ScheduleProps) => {
  const task = new HardenedTask(Testing.root(), 'Backup', { image: 'team/app:1', ...(schedule && { schedule }) });
  return [...task.part.resolve().features].filter((feature) => feature.startsWith('task'));
};

test('what is not said has a default', () => {
  expect(specOf({ cron: '30 3 * * *' }).schedule).toEqual({ cron: '30 3 * * *', timeZone: 'Etc/UTC', deadline: 3_600_000, suspend: false });
});

test('what is said is kept', () => {
  const said = { cron: '0 3 * * MON-FRI', timeZone: 'Asia/Tokyo', deadline: '90s', suspend: true, resident: ['/app', 'schedule'] } as const;
  expect(specOf(said).schedule).toEqual({ ...said, deadline: 90_000 });
});

test('a task asks to run once, by a scheduler, or by a process of its own', () => {
  expect(featuresOf()).toEqual(['task']);
  expect(featuresOf({ cron: '0 3 * * *' })).toEqual(['task.schedule']);
  expect(featuresOf({ cron: '0 3 * * *', resident: ['/app'] })).toEqual(['task.resident']);
});

test('it may wait for what it connects to, and for a task that ends', () => {
  const root = Testing.root();
  const database = new HardenedService(root, 'Database', { image: 'team/db:1', ports: { sql: 5432 } });
  const migrate = new HardenedTask(root, 'Migrate', { image: 'team/app:1' });
  const backup = new HardenedTask(root, 'Backup', { image: 'team/app:1', schedule: { cron: '0 3 * * *' } });
  backup.network.allowTo(database);
  backup.startAfter(migrate);
  expect(backup.part.resolve().problems).toEqual([]);
  expect([...backup.part.resolve().features]).toEqual(expect.arrayContaining(['start.ready', 'start.completed']));
});

describe('a cron expression is taken only where the schedulers agree on it', () => {
  // Kubernetes' and supercronic's were asked for the next times of thousands of these, and of those that are taken gave the same
  test.each([
    ['0 0 * * FRI-SUN', 'day of the week'],
    ['0 0 * * 0-0', 'day of the week'],
    ['0 0 * * */7', 'day of the week'],
    ['0 0 5,* * MON', 'day of the month'],
    ['0 0 0-5 * *', 'day of the month'],
    ['*/60 0 * * *', 'minute'],
    ['*/0 0 * * *', 'minute'],
    ['1- 0 * * *', 'minute'],
    ['5/15 0 * * *', 'minute'],
    ['*/2/2 0 * * *', 'minute'],
    ['0  * * *', 'hour'],
    ['0 22-2 * * *', 'hour'],
    ['0 0 * NOV-FEB *', 'month'],
    ['0 0 * MON *', 'month'],
  ])('%s: the %s', (cron, field) => {
    expect(scheduleMistake(cron, 'Etc/UTC')?.what).toBe(`the ${field} is none that every scheduler knows`);
  });

  test.each(['0 0 29 2 *', '*/15 1-5,23 1-31/2 jan-mar,DEC *', '00 07 * * mon-fri', '0 0 13 * FRI', '59 23 31 12 0-6/2'])('%s', (cron) => {
    expect(scheduleMistake(cron, 'Etc/UTC')).toBeUndefined();
  });
});

describe('a schedule in a time zone with two clocks', () => {
  test.each([
    ['every hour, whatever it is called', '0 * * * *', 'Europe/Berlin'],
    ['on a day on which no clock is changed', '30 2 * * MON', 'Europe/Berlin'],
    ['in another hour', '30 3 * * *', 'Europe/Berlin'],
    ['in a zone that has given it up', '0 0 * * *', 'America/Sao_Paulo'],
    ['under an older name of the zone', '0 0 * * *', 'Asia/Kolkata'],
  ])('is right %s', (_when, cron, timeZone) => {
    expect(scheduleMistake(cron, timeZone)).toBeUndefined();
  });

  test.each([
    ['0 */2 * * *', 'Europe/Berlin', 'would not run on 2026-03-29, when Europe/Berlin has no 02:00'],
    ['15 * * * *', 'Australia/Lord_Howe', 'would not run on 2026-10-04, when Australia/Lord_Howe has no 02:15'],
    ['0 0 * * *', 'Africa/Cairo', 'would not run on 2026-04-24, when Africa/Cairo has no 00:00'],
    ['0 2 * * *', 'Africa/Casablanca', 'would run twice on 2026-02-15, when Africa/Casablanca has 02:00 twice'],
    ['45 1 * * SUN', 'Europe/London', 'would not run on 2026-03-29, when Europe/London has no 01:45'],
  ])('%s in %s', (cron, timeZone, what) => {
    expect(scheduleMistake(cron, timeZone)?.what).toBe(what);
  });

  test('is refused in exactly the hours that a clock of the year has not, or has twice', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Sydney', 'Pacific/Auckland', 'Asia/Tokyo', 'Etc/UTC'];
    const minutes = fc.integer({ min: 0, max: 59 });
    fc.assert(
      fc.property(fc.constantFrom(...zones), minutes, fc.integer({ min: 0, max: 23 }), (zone, minute, hour) => {
        const refused = scheduleMistake(`${minute} ${hour} * * *`, zone) !== undefined;
        expect(refused).toBe(!isOnceADay(zone, hour, minute));
      }),
      { numRuns: 60 },
    );
  });
});

/** Whether the clocks of a zone show a time once on each day of 2026 and 2027, seen by going through all half hours. */
const shown = new Map<string, Map<string, number>>();
function isOnceADay(zone: string, hour: number, minute: number): boolean {
  const half = minute < 30 ? 0 : 30;
  if (!shown.has(zone)) {
    const times = new Map<string, number>();
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
    for (let at = Date.UTC(2025, 11, 31); at < Date.UTC(2028, 0, 2); at += 1_800_000) {
      const text = format.format(at);
      times.set(text, (times.get(text) ?? 0) + 1);
    }
    shown.set(zone, times);
  }
  const two = (value: number) => String(value).padStart(2, '0');
  for (let day = Date.UTC(2026, 0, 1); day < Date.UTC(2028, 0, 1); day += 86_400_000) {
    const date = new Date(day).toISOString().slice(0, 10);
    if (shown.get(zone)?.get(`${date} ${two(hour)}:${two(half)}`) !== 1) return false;
  }
  return true;
}
