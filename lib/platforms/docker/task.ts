import type { Part } from '../../model/part';
import type { TaskSpec } from '../../model/workload/spec';
import { isLeftOut, residentOf } from '../../platform/cells/resident';
import type { At } from '../../platform/platform';
import { awaited, commitContainer } from './commit';
import { attachments, containerArgs, labelsOf } from './container';
import { isReference } from './env';
import type { DockerContainer, DockerNatives, DockerOut } from './natives';
import { runTask } from './run';
import { checkGates, container, sysctls } from './workload';

type TaskAt = At<DockerNatives, 'task'>;

/** What runs a task once, and what somebody starts by hand: it is made and not started. */
const ONCE = { restart: 'no', start: false, mustRun: false };
/** What stays up, and runs a task by its schedule. */
const ALWAYS = { restart: 'unless-stopped', mustRun: true };

/** Drafts the container of a task, or what keeps its schedule: of one that is suspended, a container that does not run. */
export function draftTask(task: TaskSpec, at: TaskAt): DockerNatives['task'] {
  checkGates(at);
  const resident = residentOf(task);
  const spec = resident?.spec ?? task;
  const own = sysctls(spec, at);
  const args: DockerContainer['args'] = {
    ...containerArgs(spec.main, spec, at),
    networksAdvanced: attachments(at),
    ...(Object.keys(own).length > 0 && { sysctls: own }),
    ...(resident?.replicas === 1 ? ALWAYS : ONCE),
    labels: labelsOf(spec, {}, { 'ironhull.task': at.name, 'ironhull.container': spec.main.name }, at),
  };
  return { containers: isLeftOut(task) ? [] : [container(at.name, 'main', spec.main, args, at)] };
}

/** Hands the container of a task over, and what runs it. */
export function commitTask(native: DockerNatives['task'], spec: TaskSpec, at: TaskAt, out: DockerOut): void {
  const earlier = awaited(at, out);
  const runs = native.containers.map((one) => {
    const { container, limits } = commitContainer(one, undefined, { dependsOn: earlier }, at, out);
    // nobody waits for what is never done
    if (spec.schedule) return container;
    const run = {
      task: one.name,
      container: container.id,
      attempts: spec.attempts,
      timeout: Math.ceil(spec.timeout / 1000),
      grace: Math.ceil(spec.shutdown.grace / 1000),
      ...secretPlaces(one),
    };
    return runTask(run, [...earlier, container, ...limits], out);
  });
  out.ready.set(at.part as Part, runs);
}

/** Where a container has secret values. */
function secretPlaces({ secretEnvs, templates, folders }: DockerContainer): { variables: string[]; files: string[] } {
  const composed = Object.entries(templates).flatMap(([name, parts]) => (parts.some(isReference) ? [name] : []));
  const files = folders.flatMap((folder) => folder.files.flatMap((file) => ('secret' in file ? [file.path] : [])));
  return { variables: [...Object.keys(secretEnvs), ...composed].sort(), files: files.sort() };
}
