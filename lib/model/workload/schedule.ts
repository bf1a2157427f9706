import { scheduleMistake } from '../values/cron';
import type { Duration } from '../values/quantities';
import type { Reading } from './reading';

/** When a task runs. */
export interface ScheduleProps {
  /**
   * Minute, hour, day of the month, month and day of the week: `30 3 * * *`.
   * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
   */
  readonly cron: string;
  /** Name of the IANA time zone database. @default 'Etc/UTC' */
  readonly timeZone?: string;
  /** How late a run may still start. @default '1h' */
  readonly deadline?: Duration;
  /** Whether it does not run for now. @default false */
  readonly suspend?: boolean;
  /**
   * What runs instead of the command on an engine without a scheduler: a process of the image that stays up, runs the
   * task by the schedule, and reads the time zone in `TZ`. @default - none: such engines refuse the task
   */
  readonly resident?: readonly string[];
}

/** When a task runs. Times in milliseconds. */
export interface ScheduleSpec {
  /** Five fields. */
  readonly cron: string;
  /** Name of the IANA time zone database. */
  readonly timeZone: string;
  /** How late a run may still start. */
  readonly deadline: number;
  /** Whether it does not run for now. */
  readonly suspend: boolean;
  /** What stays up and runs the task where the engine has no scheduler. */
  readonly resident?: readonly string[];
}

const EXAMPLE = "{ cron: '30 3 * * *' }";

/** Turns what a user said of a schedule into what is true of it; `undefined` if nothing was said. */
export function resolveSchedule(said: ScheduleProps | undefined, read: Reading): ScheduleSpec | undefined {
  const props = read.tryObject('schedule', said, EXAMPLE);
  if (!props) return undefined;
  const { cron, timeZone = 'Etc/UTC' }: { readonly cron: unknown; readonly timeZone?: unknown } = props;
  if (typeof cron !== 'string') read.problem('schedule.cron', 'must be text', cron, `write it as ${EXAMPLE}`);
  else if (typeof timeZone !== 'string') read.problem('schedule.timeZone', 'must be text', timeZone, "use 'Etc/UTC'");
  else {
    const mistake = scheduleMistake(cron, timeZone);
    if (mistake) read.problem(`schedule.${mistake.where}`, mistake.what, mistake.where === 'cron' ? cron : timeZone, mistake.fix);
  }
  const resident = read.textList('schedule.resident', props.resident);
  if (Array.isArray(props.resident) && props.resident.length === 0)
    read.problem('schedule.resident', 'must name a program', props.resident, "write it as ['/app', 'schedule'], or leave it out");
  return {
    cron: String(cron),
    timeZone: String(timeZone),
    // its controller looks every ten seconds, and would miss every run
    deadline: read.duration('schedule.deadline', props.deadline, 3_600_000, { min: 10_000, wholeSeconds: true }),
    suspend: read.flag('schedule.suspend', props.suspend, false),
    ...(resident.length > 0 && { resident }),
  };
}
