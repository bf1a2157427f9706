import type { Runner } from '../../model/edges/edges';
import type { Part } from '../../model/part';
import { below, displayPath, type Problem } from '../../model/problems';
import { ownVolumes } from '../../model/workload/replicas';

/** Whose replicas have a volume of their own. */
export interface OwnVolumes {
  /** The workload, by the volume. */
  readonly owners: ReadonlyMap<Part, Part<'workload'>>;
  /** Volumes of which that cannot be said, or not here. */
  readonly wrong: ReadonlySet<Part>;
  /** Why not. */
  readonly problems: readonly Problem[];
}

/** Looks for the one workload of stable identity that mounts each volume `perReplica`. Linear. */
export function planOwnVolumes(parts: readonly Part[]): OwnVolumes {
  const owners = new Map<Part, Part<'workload'>>();
  const wrong = new Set<Part>();
  const problems: Problem[] = [];
  const users = new Map<Part, Runner[]>();
  for (const part of parts) if (isPerReplica(part)) users.set(part, []);
  for (const part of parts) {
    if (part.kind !== 'workload' && part.kind !== 'task') continue;
    for (const volume of ownVolumes((part as unknown as Runner).resolve().spec) as Part[]) {
      const list = users.get(volume);
      if (list) list.push(part as unknown as Runner);
      else {
        const what = `mounts a volume of each replica, ${displayPath(volume)}, which is not part of this stack`;
        problems.push({ path: displayPath(part), what, fix: 'put both into one stack' });
      }
    }
  }
  for (const [volume, list] of users) {
    const found = problemOf(list);
    if (found) {
      problems.push({ path: below(displayPath(volume), 'perReplica'), ...found });
      wrong.add(volume);
    } else owners.set(volume, list[0] as unknown as Part<'workload'>);
  }
  return { owners, wrong, problems };
}

function problemOf(users: readonly Runner[]): Omit<Problem, 'path'> | undefined {
  const [first, second] = users;
  if (!first) {
    const fix = "mount it in a service whose identity is 'stable', or leave perReplica out";
    return { what: 'nothing mounts it, so there is no replica that could have it', fix };
  }
  if (second) {
    const what = `the replicas of one service alone can have it, and ${displayPath(first)} and ${displayPath(second)} mount it`;
    return { what, fix: 'give each a volume, or leave perReplica out' };
  }
  if (first.kind === 'workload' && (first as Part<'workload'>).resolve().spec.identity === 'stable') return undefined;
  const kind = first.kind === 'task' ? 'is a task' : 'does not keep the identity of its replicas';
  const fix = first.kind === 'task' ? 'leave perReplica out' : "set its identity to 'stable', or leave perReplica out";
  return { what: `${displayPath(first)} mounts it and ${kind}`, fix };
}

function isPerReplica(part: Part): boolean {
  return part.kind === 'volume' && (part as Part<'volume'>).resolve().spec.perReplica;
}
