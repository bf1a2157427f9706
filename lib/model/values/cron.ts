import { Cron } from 'croner';

/** What is wrong with a schedule, and the way out. */
export interface ScheduleMistake {
  /** Which property. */
  readonly where: 'cron' | 'timeZone';
  /** What is wrong, without the value. */
  readonly what: string;
  /** What to do about it. */
  readonly fix: string;
}

/** A field of a cron expression: what it counts, from where to where, and the names of its numbers. */
interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly words?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const FIELDS: readonly Field[] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of the month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, words: MONTHS },
  { name: 'day of the week', least: 0, most: 6, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];
const FORM = `write it as '30 3 * * *': ${FIELDS.map(({ name }) => name).join(', ')} (Sunday is 0)`;
/** Rules are looked at for two years from here on, whatever the date: the same program gives the same output. */
const FROM = Date.UTC(2026, 0, 1);
const TO = Date.UTC(2028, 0, 1);
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/**
 * What is wrong with a cron expression in a time zone: that it is none, that it never comes true, or that it falls into an
 * hour that a change of the clock skips or doubles.
 */
export function scheduleMistake(cron: string, timeZone: string): ScheduleMistake | undefined {
  const form = formMistake(cron);
  if (form !== undefined) return { where: 'cron', what: form, fix: FORM };
  if (isAmbiguous(cron))
    return {
      where: 'cron',
      what: 'means different things to schedulers',
      fix: 'leave * alone for the day of the month or that of the week',
    };
  const clock = wallClock(cron);
  if (firstFrom(clock, FROM) === undefined)
    return { where: 'cron', what: 'never comes true', fix: 'choose a day that the month has, such as 28' };
  if (!isTimeZone(timeZone)) {
    const fix = "use a name of the IANA time zone database, such as 'Etc/UTC' or 'Europe/Berlin'";
    return { where: 'timeZone', what: 'is no time zone', fix };
  }
  const clash = changeMistake(cron, clock, timeZone);
  return clash === undefined ? undefined : { where: 'cron', what: clash, fix: "choose another hour, or the time zone 'Etc/UTC'" };
}

/**
 * Only what Kubernetes' scheduler, supercronic's and croner read alike: no seconds, no @daily, no L, W, #, ? or 5/15, no star in a
 * list, no range of one or backwards, no step beyond the field.
 */
function formMistake(cron: string): string | undefined {
  const fields = cron.split(' ');
  if (fields.length !== FIELDS.length) return 'must be five fields with one space between them';
  const wrong = FIELDS.find((field, i) => !isField(field, fields[i] as string));
  return wrong && `the ${wrong.name} is none that every scheduler knows`;
}

function isField(field: Field, text: string): boolean {
  const { least, most, words = [] } = field;
  const isStep = (step: string | undefined) => step === undefined || (/^\d{1,2}$/.test(step) && Number(step) >= 1 && Number(step) <= most);
  const [all, ofAll, ...rest] = text.split('/');
  if (all === '*') return isStep(ofAll) && rest.length === 0;
  const number = (value: string | undefined) => {
    if (value !== undefined && /^\d{1,2}$/.test(value)) return Number(value);
    const index = words.indexOf(String(value).toLowerCase());
    return index < 0 ? Number.NaN : index + least;
  };
  return text.split(',').every((item) => {
    const [, from, to, step] = /^(\w+)(?:-(\w+)(?:\/(\d+))?)?$/.exec(item) ?? [];
    const [first, last] = [number(from), number(to)];
    // NaN is in no order
    return first >= least && first <= most && (to === undefined || (last > first && last <= most)) && isStep(step);
  });
}

/** Of two kinds of days one is enough, but to some schedulers both are needed where one begins with a star. */
function isAmbiguous(cron: string): boolean {
  const [, , day = '*', , weekday = '*'] = cron.split(' ');
  return day !== '*' && weekday !== '*' && (day.startsWith('*') || weekday.startsWith('*'));
}

/** A clock that nobody changes. */
function wallClock(cron: string): Cron {
  return new Cron(cron, { mode: '5-part', timezone: 'UTC', paused: true });
}

/** The first time at or after another at which it comes true. */
function firstFrom(clock: Cron, from: number): number | undefined {
  return clock.nextRun(new Date(from - 1000))?.getTime();
}

function isTimeZone(name: string): boolean {
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
    // a file system may look it up, so capitals count; another name of a zone cannot be compared
    return /^[A-Z]/.test(name) && (known === name || known.toLowerCase() !== name.toLowerCase());
  } catch {
    return false;
  }
}

/** A change of the clock: from which to which time of the wall, and whether these minutes are skipped or come twice. */
interface Change {
  readonly from: number;
  readonly to: number;
  readonly skipped: boolean;
}

function changeMistake(cron: string, clock: Cron, timeZone: string): string | undefined {
  for (const { from, to, skipped } of changesOf(timeZone)) {
    // what runs in every hour loses and doubles nothing where whole hours go or come
    if (cron.split(' ')[1] === '*' && (to - from) % (60 * MINUTE) === 0) continue;
    const hit = firstFrom(clock, from);
    if (hit === undefined || hit >= to) continue;
    const [date, time] = new Date(hit).toISOString().slice(0, 16).split('T');
    return skipped
      ? `would not run on ${date}, when ${timeZone} has no ${time}`
      : `would run twice on ${date}, when ${timeZone} has ${time} twice`;
  }
  return undefined;
}

const changes = new Map<string, readonly Change[]>();

function changesOf(timeZone: string): readonly Change[] {
  const known = changes.get(timeZone);
  if (known) return known;
  const offset = offsetIn(timeZone);
  const found: Change[] = [];
  for (let start = FROM; start < TO; start += DAY) {
    const [before, after] = [offset(start), offset(start + DAY)];
    if (before === after) continue;
    let [low, high] = [start, start + DAY];
    while (high - low > MINUTE) {
      const middle = low + Math.floor((high - low) / 2 / MINUTE) * MINUTE;
      if (offset(middle) === before) low = middle;
      else high = middle;
    }
    found.push({ from: high + Math.min(before, after), to: high + Math.max(before, after), skipped: after > before });
  }
  changes.set(timeZone, found);
  return found;
}

/** Milliseconds that a zone is ahead of UTC at a time. */
function offsetIn(timeZone: string): (at: number) => number {
  const numeric = '2-digit';
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric' },
    ...{ month: numeric, day: numeric, hour: numeric, minute: numeric },
  });
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)])) as Record<string, number>;
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute) - at;
  };
}

/** The longest time between two runs of any of these in seconds, of a clock that nobody changes; a day where none is an expression. */
export function longestPause(...crons: readonly string[]): number {
  const clocks = crons.filter((cron) => formMistake(cron) === undefined).map(wallClock);
  const nextFrom = (time: number): number | undefined => {
    const all = clocks.map((clock) => firstFrom(clock, time)).filter((one) => one !== undefined);
    return all.length === 0 ? undefined : Math.min(...all);
  };
  let longest = 0;
  let at = nextFrom(FROM);
  // a year's weeks, days or so many minutes say enough
  for (let i = 0; i < 400 && at !== undefined && at < TO; i++) {
    const next = nextFrom(at + MINUTE);
    if (next === undefined) break;
    longest = Math.max(longest, next - at);
    at = next;
  }
  return longest === 0 ? 86_400 : longest / 1000;
}
