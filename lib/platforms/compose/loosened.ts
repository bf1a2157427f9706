import type { Problem } from '../../model/problems';
import type { ContainerSpec, GroupSpec } from '../../model/workload/spec';
import type { Plan } from '../../platform/platform';
import { looser } from '../../stack/loosened';
import type { ComposeDocument, ComposeNatives } from './natives';
import type { ComposeService } from './schema';

/** Warns of edits that left a service less protected than its spec says. */
export function loosened(planned: Plan<ComposeNatives, ComposeDocument>, swarm: boolean): Problem[] {
  return planned.drafted.flatMap(({ part, native, at }) => {
    if (part.kind !== 'workload' && part.kind !== 'task') return [];
    const spec = part.resolve().spec as GroupSpec;
    const { service, sidecars } = native as ComposeNatives['workload'];
    const beside = spec.sidecars.flatMap((one) => {
      const sidecar = sidecars[one.name];
      return sidecar ? looser(at.path, one, seen(one, sidecar, swarm), `sidecars.${one.name}`) : [];
    });
    return [...looser(at.path, spec.main, seen(spec.main, service, swarm)), ...beside];
  });
}

function seen(spec: ContainerSpec, service: ComposeService, swarm: boolean) {
  // what the schema does not name can be set all the same
  const { privileged, ipc, devices } = service as ComposeService & { privileged?: unknown; ipc?: unknown; devices?: unknown };
  return {
    privileged,
    devices,
    user: service.user,
    readOnly: service.read_only,
    drops: service.cap_drop,
    adds: service.cap_add,
    namespaces: [service.network_mode, service.pid, ipc],
    binds: service.volumes?.some(({ type }) => type === 'bind'),
    memory: service.deploy?.resources?.limits?.memory,
    // services of a Swarm have no such option
    securityOpts: swarm && !spec.allowPrivilegeEscalation ? ['no-new-privileges:true'] : service.security_opt,
  };
}
