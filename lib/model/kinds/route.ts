import { isIP } from 'node:net';
import type { Part, Resolution } from '../part';
import { usePort } from '../problems';
import { isCidr } from '../values/address';

/** What a user may say of a published entrance. */
export interface RouteProps {
  /** The name of the workload's port that is published. */
  readonly port: string;
  /** The port outside. @default - the port inside */
  readonly listen?: number;
  /**
   * Address of the host to bind to. Only single-host engines can do that.
   * @default - loopback on a single-host engine, every node on Swarm, a load balancer's address on Kubernetes
   */
  readonly address?: string;
  /** Networks in CIDR notation from which a load balancer lets clients in (Kubernetes). @default - every address */
  readonly allowedSources?: readonly string[];
}

/** What is true of a published entrance. */
export interface RouteSpec {
  /** The workload behind it. */
  readonly to: Part<'workload'>;
  /** The name of its port. */
  readonly port: string;
  /** The port outside; the port inside if absent. */
  readonly listen?: number;
  /** Address of the host to bind to. */
  readonly address?: string;
  /** Networks from which a load balancer lets clients in. */
  readonly allowedSources: readonly string[];
}

/** Fills in everything that a user left out of a published entrance. */
export function resolveRoute(to: Part<'workload'>, props: RouteProps, r: Resolution): RouteSpec {
  const { ports } = to.resolve().spec;
  if (!ports.some((port) => port.name === props.port))
    r.problem('port', 'the workload has no port of that name', props.port, usePort(ports));
  if (props.listen !== undefined && !(Number.isInteger(props.listen) && props.listen >= 1 && props.listen <= 65535)) {
    r.problem('listen', 'a port must be a whole number from 1 to 65535', props.listen, 'choose a free port, 1024 or higher');
  }
  if (props.address !== undefined) {
    r.feature('route.address');
    if (isIP(props.address) === 0)
      r.problem('address', 'the address must be an IP address of the host', props.address, "use '127.0.0.1' or '0.0.0.0'");
  }
  const sources = props.allowedSources ?? [];
  if (sources.length > 0) r.feature('route.sources');
  for (const source of sources) {
    if (!isCidr(source)) r.problem('allowedSources', 'a source must be a network in CIDR notation', source, "write it as '203.0.113.0/24'");
  }
  return {
    to,
    port: props.port,
    ...(props.listen !== undefined && { listen: props.listen }),
    ...(props.address !== undefined && { address: props.address }),
    allowedSources: [...sources],
  };
}
