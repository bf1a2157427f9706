import { type BadInput, service, task } from './case';

const FORM = "write it as '30 3 * * *': minute, hour, day of the month, month, day of the week (Sunday is 0)";
const OTHER_HOUR = "choose another hour, or the time zone 'Etc/UTC'";
const ZONE = "use a name of the IANA time zone database, such as 'Etc/UTC' or 'Europe/Berlin'";

/** A case of a task with a wrong schedule. */
function schedule(mistake: string, wrong: unknown, message: string): BadInput {
  return { mistake, build: (scope) => task(scope, { schedule: wrong }, 'Backup'), message: `app/#/Backup: schedule${message}` };
}

/** A case of a task with a wrong cron expression. */
function cron(mistake: string, text: string, what: string, fix = FORM, timeZone?: string): BadInput {
  const wrong = { cron: text, ...(timeZone !== undefined && { timeZone }) };
  return schedule(mistake, wrong, `.cron: ${what}, got "${text}"; ${fix}`);
}

/** Tasks on a schedule. */
export const SCHEDULES: readonly BadInput[] = [
  schedule('a schedule as text', '30 3 * * *', `: must be an object, got "30 3 * * *"; write it as { cron: '30 3 * * *' }`),
  schedule('a schedule without a time', {}, ".cron: must be text; write it as { cron: '30 3 * * *' }"),
  cron('a word instead of a cron expression', '@daily', 'must be five fields with one space between them'),
  cron('a cron expression with seconds', '0 30 3 * * *', 'must be five fields with one space between them'),
  cron('an hour that no day has', '0 25 * * *', 'the hour is none that every scheduler knows'),
  cron('a day of the month that is zero', '0 3 0 * *', 'the day of the month is none that every scheduler knows'),
  cron('the last day of a month', '0 3 L * *', 'the day of the month is none that every scheduler knows'),
  cron('a month that is none', '0 3 1 FOO *', 'the month is none that every scheduler knows'),
  cron('Sunday as seven, which Kubernetes refuses', '0 3 * * 7', 'the day of the week is none that every scheduler knows'),
  cron('a step from a number', '5/15 * * * *', 'the minute is none that every scheduler knows'),
  cron(
    'every second day and a day of the week',
    '0 3 */2 * MON',
    'means different things to schedulers',
    'leave * alone for the day of the month or that of the week',
  ),
  cron('the 30th of February', '0 3 30 2 *', 'never comes true', 'choose a day that the month has, such as 28'),
  cron(
    'an hour that is skipped',
    '30 2 * * *',
    'would not run on 2026-03-29, when Europe/Berlin has no 02:30',
    OTHER_HOUR,
    'Europe/Berlin',
  ),
  cron(
    'an hour that comes twice',
    '0 1 * * *',
    'would run twice on 2026-11-01, when America/New_York has 01:00 twice',
    OTHER_HOUR,
    'America/New_York',
  ),
  schedule(
    'a time zone that does not exist',
    { cron: '0 3 * * *', timeZone: 'Mars/Base' },
    `.timeZone: is no time zone, got "Mars/Base"; ${ZONE}`,
  ),
  schedule(
    'a time zone in small letters',
    { cron: '0 3 * * *', timeZone: 'europe/berlin' },
    `.timeZone: is no time zone, got "europe/berlin"; ${ZONE}`,
  ),
  schedule('a time zone as a number', { cron: '0 3 * * *', timeZone: 2 }, `.timeZone: must be text, got 2; use 'Etc/UTC'`),
  schedule(
    'a deadline that Kubernetes would always miss',
    { cron: '0 3 * * *', deadline: '5s' },
    '.deadline: must be at least 10s, got "5s"; give it more time',
  ),
  schedule(
    'a resident as text',
    { cron: '0 3 * * *', resident: '/app schedule' },
    `.resident: must be a list of texts, got "/app schedule"; write it as ['/app', 'schedule']`,
  ),
  schedule(
    'a resident of nothing',
    { cron: '0 3 * * *', resident: [] },
    ".resident: must name a program, got []; write it as ['/app', 'schedule'], or leave it out",
  ),
  schedule(
    'a suspension as text',
    { cron: '0 3 * * *', suspend: 'no' },
    '.suspend: must be true or false, got "no"; use false, without quotes',
  ),
  {
    mistake: 'a service after a task that is never done',
    build: (scope) => service(scope).startAfter(task(scope, { schedule: { cron: '0 3 * * *' } }, 'Backup')),
    message:
      'app/#/Web: startAfter: waits for app/#/Backup, which runs on a schedule and so is never done; leave it out, or wait for a task without a schedule',
  },
];
