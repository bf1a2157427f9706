import type { IConstruct } from 'constructs';
import { Composite } from '../../lib/model/composite';
import { askForEdges } from '../../lib/model/edges/asked';
import { connectIn } from '../../lib/model/edges/edges';
import { withHanded } from '../../lib/model/edges/handed';
import { ServiceNetwork, waitForTasks } from '../../lib/model/edges/network-facet';
import { isPeer } from '../../lib/model/edges/peers';
import { type Acknowledgements, acknowledge } from '../../lib/model/features';
import type { Kind } from '../../lib/model/kinds';
import { type RouteProps, resolveRoute } from '../../lib/model/kinds/route';
import { nameOf, pinName } from '../../lib/model/names';
import { Part, type Tunable } from '../../lib/model/part';
import { madeBy, report, usePort } from '../../lib/model/problems';
import { snapshot } from '../../lib/model/values/text';
import type { PortProps, SidecarProps, WorkloadProps } from '../../lib/model/workload/props';
import { resolveWorkload } from '../../lib/model/workload/resolve';
import type { HardenedTask } from '../hardened-task/hardened-task';

/** What a user may say of a hardened service. */
export interface HardenedServiceProps extends WorkloadProps {
  /** The resource's name on every platform. @default - made of the ids on the way here */
  readonly name?: string;
  /** Reasons for what a platform lacks or what takes security off. @default - none */
  readonly acknowledge?: Acknowledgements;
}

/**
 * A long-running service that is hardened from the start: no root, no capabilities, a read-only root file system, no
 * way to gain privileges, limits on everything, no token, no traffic that an edge does not allow.
 */
export class HardenedService extends Composite {
  /** The service as a part: what `tune` and other constructs refer to. */
  readonly part: Part<'workload'>;
  /** Who may talk to whom. */
  readonly network: ServiceNetwork;
  private readonly sidecars: [string, SidecarProps][] = [];
  private readonly ports: Record<string, number | PortProps>;

  constructor(scope: IConstruct, id: string, props: HardenedServiceProps) {
    super(scope, id);
    const { name, acknowledge: reasons, ...workload } = snapshot(props ?? {});
    if (name !== undefined) pinName(this, name);
    if (reasons) acknowledge(this, reasons);
    // whoever is no object here is reported when the system is rendered
    const named = [...Object.values(workload.sidecars ?? {}), workload].map((container) => container?.ports);
    this.ports = Object.assign({}, ...named.filter((ports) => typeof ports === 'object'));
    this.part = new Part(this, 'Default', 'workload', (r) => {
      askForEdges(this.part, r);
      const env = withHanded(this.part, workload.env, r);
      const props = env ? { ...workload, env } : workload;
      if (this.sidecars.length === 0) return resolveWorkload(nameOf(this), props, r);
      const sidecars: Record<string, SidecarProps> = { ...workload.sidecars };
      for (const [sidecar, its] of this.sidecars) {
        if (Object.hasOwn(sidecars, sidecar))
          r.problem(`sidecars.${sidecar}`, 'two sidecars have the same name', sidecar, 'choose another');
        sidecars[sidecar] = its;
      }
      return resolveWorkload(nameOf(this), { ...props, sidecars }, r);
    });
    this.network = new ServiceNetwork(this.part);
    const { port, from } = workload.metrics ?? {};
    if (port !== undefined && isPeer(from)) connectIn(this.part, from, [port]);
  }

  /** Adds a container beside each replica, in its network namespace. */
  addSidecar(name: string, props: SidecarProps): void {
    this.sidecars.push([name, snapshot(props)]);
    // the service's own names come first: a clash is reported when the system is rendered
    for (const [port, value] of Object.entries(props?.ports ?? {})) this.ports[port] ??= value;
  }

  /** Starts only after tasks have ended without an error, such as migrations; if one fails, the old version stays. */
  startAfter(...tasks: HardenedTask[]): void {
    waitForTasks(this.part, tasks);
  }

  /**
   * Where others in the stack reach a port, also one of a sidecar: `veogen-backend:8000`, the same on every platform. It
   * does not let anybody connect; an edge does that.
   */
  endpoint(port: string): string {
    const value = Object.hasOwn(this.ports, port) ? this.ports[port] : undefined;
    if (value === undefined) {
      const names = Object.keys(this.ports).map((name) => ({ name }));
      report(this, 'endpoint', 'the service has no port of that name', port, usePort(names));
    }
    return `${nameOf(this)}:${typeof value === 'object' ? value.port : (value ?? 0)}`;
  }

  /**
   * Publishes a port outside the stack: a port of the host, of every Swarm node, or of a load balancer on Kubernetes.
   *
   * @returns the entrance as a part
   */
  publish(props: RouteProps): Part<'route'> {
    const route = snapshot(props ?? {});
    const id = `Route-${route.port}-${route.listen ?? 'same'}${route.address === undefined ? '' : `-${route.address}`}`;
    const same = this.node.tryFindChild(id) as Part<'route'> | undefined;
    if (!same) return madeBy(new Part(this, id, 'route', (r) => resolveRoute(this.part, route, r)), `publish ${route.port}`);
    report(this, 'publish', 'the port is published twice in the same place', route.port, 'publish it once, or choose another listen');
    return same;
  }

  /** Edits the native object of one platform: the typed way to anything that is not foreseen here. */
  tune<N extends { readonly [K in Kind]: object }>(platform: Tunable<N>, edit: (native: N['workload']) => void): void {
    this.part.tune(platform, edit);
  }
}
