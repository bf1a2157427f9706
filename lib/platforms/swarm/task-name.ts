import { createHash } from 'node:crypto';
import type { TaskSpec } from '../../model/workload/spec';
import type { SwarmNatives } from './natives';

/** The port on which a task answers once it is done: its network namespace is its own. */
export const GATE_PORT = 7070;

/**
 * The name of the service of a task: another content is another service, so that no roll-back waits for the wrong one. On a
 * schedule there is one, which changes.
 */
export function taskServiceName(name: string, { service }: SwarmNatives['task'], { schedule }: Pick<TaskSpec, 'schedule'> = {}): string {
  if (schedule) return name;
  const text = JSON.stringify(service, (_key, value: unknown) => (isLate(value) ? 'known later' : value));
  return `${name}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

/** An Output has no text of its own yet. */
function isLate(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'apply' in value;
}
