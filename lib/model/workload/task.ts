import type { Resolution } from '../part';
import { resolveGroup } from './group';
import type { GroupProps, TaskProps } from './props';
import { Reading } from './reading';
import { resolveSchedule } from './schedule';
import type { TaskSpec } from './spec';

/** Turns what a user said of a task into what is true of it. */
export function resolveTask(name: string, props: TaskProps, r: Resolution): TaskSpec {
  const read = new Reading(r);
  const schedule = resolveSchedule(props.schedule, read);
  r.feature(schedule ? (schedule.resident ? 'task.resident' : 'task.schedule') : 'task');
  const { ports, health, sidecars, ...group } = props as GroupProps & TaskProps;
  for (const [what, value] of Object.entries({ ports, health, sidecars })) {
    if (value !== undefined) r.problem(what, 'is nothing that a task has', undefined, 'leave it out, or make it a service');
  }
  const spec = resolveGroup(name, group, { replicas: 1 }, read);
  return {
    ...spec,
    // there is one of it: nothing to spread, unless somebody says so
    placement: { ...spec.placement, spreadOver: props.placement?.spreadOver ? spec.placement.spreadOver : [] },
    attempts: read.integer('attempts', props.attempts, 3, 1, 100),
    timeout: read.duration('timeout', props.timeout, 600_000, { min: 1000, wholeSeconds: true }),
    ...(schedule && { schedule }),
  };
}
