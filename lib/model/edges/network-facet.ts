import { Part } from '../part';
import { report } from '../problems';
import type { EnvValue } from '../workload/props';
import { isObject } from '../workload/reading';
import { type Connection, connect, connectIn, connectOut, type Joined, offer } from './edges';
import { type ExternalPeer, isPeer } from './peers';

/** Something with the network of a service or a task. */
export interface Connectable {
  /** The network facet. */
  readonly network: ServiceNetwork;
}

/** What may be said of a connection. */
export interface ConnectionProps {
  /** Names of the other's ports that may be connected to. @default - all of its ports */
  readonly ports?: readonly string[];
  /**
   * What the variables that the other offers are called here: `{ DATABASE_URL: 'ORDERS_DATABASE_URL' }`; `false` takes none.
   * @default - as the other calls them
   */
  readonly env?: false | Readonly<Record<string, string>>;
  /** `none` starts without waiting for the other. @default 'ready' */
  readonly gate?: 'ready' | 'none';
}

const NO_PORTS = 'a task has no ports to connect to';

/**
 * Which connections a service or task may make and take. What no edge allows is refused, where the platform can. An edge
 * also decides what starts after what, and which variables are handed over.
 */
export class ServiceNetwork {
  /**
   * The network of several services that are one thing, such as the nodes of a cluster: whoever may connect to it may connect
   * to each of them. What it offers is offered by the first. An edge that names ports names one of each.
   */
  static together(first: Connectable, ...more: readonly Connectable[]): ServiceNetwork {
    return new ServiceNetwork(first.network.part, [
      ...first.network.more,
      ...more.flatMap(({ network }) => [network.part, ...network.more]),
    ]);
  }

  /** @internal */
  constructor(
    private readonly part: Joined,
    private readonly more: readonly Joined[] = [],
  ) {}

  /**
   * Lets this service connect to another, on the other's ports of these names or on all. It starts when the other is
   * ready, and gets the variables that the other offers.
   */
  allowTo(other: Connectable | ExternalPeer, ...ports: string[]): void;
  /** As above, with more said of the connection: ports, names of variables, and whether it waits. */
  allowTo(other: Connectable, connection: ConnectionProps): void;
  allowTo(other: Connectable | ExternalPeer, ...said: string[] | [ConnectionProps]): void {
    const to = partOf(other);
    if (to?.kind === 'task') report(this.part, 'network.allowTo', NO_PORTS, undefined, 'use startAfter to wait for it');
    else if (to) for (const own of this.parts) joinAll(own, partsOf(other), this.connection('allowTo', said));
    else if (this.isPeer(other, 'allowTo')) {
      const fix = 'give numbers to the peer, as in Peers.cidr(network, 5432)';
      if (said.length > 0) report(this.part, 'network.allowTo', 'a peer outside has no named ports', said, fix);
      for (const own of this.parts) connectOut(own, other);
    }
  }

  /** Lets another connect to this service, on this service's ports of these names or on all; the other starts after it. */
  allowFrom(other: Connectable | ExternalPeer, ...ports: string[]): void;
  /** As above, with more said of the connection: ports, names of variables, and whether the other waits. */
  allowFrom(other: Connectable, connection: ConnectionProps): void;
  allowFrom(other: Connectable | ExternalPeer, ...said: string[] | [ConnectionProps]): void {
    const from = partOf(other);
    const connection = this.connection('allowFrom', said);
    if (this.part.kind === 'task') report(this.part, 'network.allowFrom', NO_PORTS, undefined, 'call startAfter of what waits for it');
    else if (from) for (const one of partsOf(other)) joinAll(one, this.parts, connection);
    else if (this.isPeer(other, 'allowFrom')) {
      const fix = 'use Peers.cidr with the addresses, or Peers.internet';
      if (other.dnsName !== undefined)
        report(this.part, 'network.allowFrom', 'nobody can tell by a DNS name who connects', other.dnsName, fix);
      else for (const own of this.parts) connectIn(own, other, connection.ports ?? [], amongOf(this.parts));
    }
  }

  /**
   * Says which variables every service gets that an edge lets connect to this one: addresses as text, secret values by
   * reference. A service's own variable of the same name counts more, a later offer of a name replaces an earlier one, and
   * sidecars get none.
   *
   * @example database.network.offer({ DATABASE_HOST: database.endpoint('postgres'), DATABASE_PASSWORD_FILE: secrets.file('password') });
   */
  offer(variables: Readonly<Record<string, EnvValue>>): void {
    if (isObject(variables)) offer(this.part, variables);
    else report(this.part, 'network.offer', 'must be variables by name', variables, "write it as { DATABASE_HOST: 'database:5432' }");
  }

  private get parts(): readonly Joined[] {
    return [this.part, ...this.more];
  }

  private connection(method: string, said: readonly unknown[]): Connection {
    const [first] = said;
    if (said.length === 0 || said.every((one) => typeof one === 'string')) return { ports: said as string[] };
    if (said.length > 1 || typeof first !== 'object' || first === null) {
      report(this.part, `network.${method}`, 'needs names of ports or one object', said, "write it as ('http') or ({ ports: ['http'] })");
      return {};
    }
    const { ports, env, gate } = first as ConnectionProps;
    if (gate !== undefined && gate !== 'ready' && gate !== 'none')
      report(this.part, `network.${method}.gate`, "must be 'ready' or 'none'", gate, "use 'ready'");
    const isPorts = ports === undefined || (Array.isArray(ports) && ports.every((one) => typeof one === 'string'));
    if (!isPorts) report(this.part, `network.${method}.ports`, 'must be a list of texts', ports, "write it as ['http']");
    const isNames = env === undefined || env === false || (isObject(env) && Object.values(env).every((one) => typeof one === 'string'));
    if (!isNames)
      report(this.part, `network.${method}.env`, 'must be false or names by names', env, "write it as { DATABASE_URL: 'ORDERS_URL' }");
    return {
      ...(isPorts && ports && { ports }),
      ...(isNames && env !== undefined && { env: env === false ? env : { ...env } }),
      ...(gate === 'none' && { gate }),
    };
  }

  private isPeer(other: unknown, method: string): other is ExternalPeer {
    if (isPeer(other)) return true;
    const value = typeof other === 'object' && other !== null ? 'an object' : other;
    report(this.part, `network.${method}`, 'needs a service or a peer outside', value, 'pass a service, or one of Peers');
    return false;
  }

  /** The part behind a network facet. @internal */
  static partOf(other: unknown): Joined | undefined {
    return partOf(other);
  }
}

function partOf(other: unknown): Joined | undefined {
  // not instanceof: there may be another copy of this package
  const part = (other as { network?: { part?: unknown } } | undefined)?.network?.part;
  return Part.isPart(part) ? (part as unknown as Joined) : undefined;
}

/** All parts behind a network facet: several where it is one of several services together. */
function partsOf(other: unknown): readonly Joined[] {
  const first = partOf(other);
  const more = (other as { network?: { more?: readonly Joined[] } }).network?.more ?? [];
  return first ? [first, ...more] : [];
}

/** Lets one connect to several that are one thing: the first of them hands over what all of them offer. */
function joinAll(from: Joined, all: readonly Joined[], said: Connection): void {
  const among = amongOf(all);
  const [first, ...more] = all;
  if (first) connect(from, first, { ...said, ...(among && { among }) });
  for (const to of more) connect(from, to, { ...said, env: false, ...(among && { among }) });
}

function amongOf(all: readonly Joined[]): readonly Joined[] | undefined {
  return all.length > 1 ? all : undefined;
}

/** Lets a service or task start only after tasks have ended without an error. */
export function waitForTasks(part: Joined, tasks: readonly unknown[]): void {
  for (const task of tasks) {
    const to = partOf(task);
    if (to?.kind === 'task') connect(part, to, { gate: 'completed', env: false });
    else report(part, 'startAfter', 'needs a task', to ? 'a service' : task, 'pass a HardenedTask; an edge to a service waits for it');
  }
}
