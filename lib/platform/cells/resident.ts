import type { Part } from '../../model/part';
import type { TaskSpec } from '../../model/workload/spec';
import type { Drafted, Natives } from '../platform';

/** What stands for a task on a schedule where the engine has no scheduler. */
export interface Resident {
  /** As the task, with what stays up as its command and the time zone in its environment. */
  readonly spec: TaskSpec;
  /** How many of it: none while it is suspended, or where the task was left out. */
  readonly replicas: 0 | 1;
}

/** What stands for a task on a schedule; `undefined` for one without. Each edit by a user comes later. */
export function residentOf(spec: TaskSpec): Resident | undefined {
  const { main, schedule } = spec;
  if (!schedule) return undefined;
  // what was acknowledged is left out, and drafted all the same: its edits find what they are for
  if (!schedule.resident) return { spec, replicas: 0 };
  const { args: _, ...container } = main;
  const env = main.env.some(({ name }) => name === 'TZ') ? main.env : [...main.env, { name: 'TZ', value: schedule.timeZone }];
  const sorted = [...env].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    spec: { ...spec, main: { ...container, command: schedule.resident, env: sorted } },
    replicas: schedule.suspend ? 0 : 1,
  };
}

/** Whether a task is left out: nothing in its image keeps its schedule, and that was acknowledged. */
export function isLeftOut({ schedule }: TaskSpec): boolean {
  return schedule !== undefined && schedule.resident === undefined;
}

/** Whether a part is a task that ends, and does not run on a schedule. */
export function isEndingTask(part: Part): boolean {
  return part.kind === 'task' && (part as Part<'task'>).resolve().spec.schedule === undefined;
}

/** The names of the tasks that end. */
export function endingTasks<N extends Natives>(drafted: readonly Drafted<N>[]): string[] {
  return drafted.flatMap(({ part, at }) => (isEndingTask(part) ? [at.name] : []));
}
