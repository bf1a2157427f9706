import type { Problem } from '../../model/problems';
import type { GroupSpec } from '../../model/workload/spec';
import type { Plan } from '../../platform/platform';
import { looser } from '../../stack/loosened';
import type { DockerContainer, DockerNatives, DockerOut } from './natives';

/** Warns of edits that left a container less protected than its spec says; once for all replicas. */
export function loosened(planned: Plan<DockerNatives, DockerOut>): Problem[] {
  return planned.drafted.flatMap(({ part, native, at }) => {
    if (part.kind !== 'workload' && part.kind !== 'task') return [];
    const spec = part.resolve().spec as GroupSpec;
    const found = new Map<string, Problem>();
    for (const { role, args } of (native as DockerNatives['workload' | 'task']).containers) {
      const container = role === 'main' ? spec.main : spec.sidecars.find(({ name }) => name === role);
      if (!container) continue;
      const where = role === 'main' ? undefined : `sidecars.${role}`;
      for (const problem of looser(at.path, container, seen(args), where)) found.set(`${problem.path}\0${problem.what}`, problem);
    }
    return [...found.values()];
  });
}

function seen(args: DockerContainer['args']) {
  return {
    privileged: args.privileged,
    devices: args.devices,
    user: args.user,
    readOnly: args.readOnly,
    drops: args.capabilities?.drops,
    adds: args.capabilities?.adds,
    namespaces: [args.networkMode, args.pidMode, args.ipcMode, args.usernsMode],
    binds: args.volumes?.some(({ hostPath }) => hostPath !== undefined) || args.mounts?.some(({ type }) => type === 'bind'),
    memory: args.memory,
    securityOpts: args.securityOpts,
  };
}
