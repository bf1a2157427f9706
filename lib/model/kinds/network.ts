import type { Resolution } from '../part';
import { isHostAddress, parseCidr } from '../values/address';

/** What a user may say of a network segment. */
export interface NetworkProps {
  /** Address range in CIDR notation, IPv4. @default - the engine chooses */
  readonly subnet?: string;
  /** Address of the gateway, within the subnet. @default - the engine chooses */
  readonly gateway?: string;
  /** Largest packet in bytes. @default - the engine's: 1500 */
  readonly mtu?: number;
  /** Whether the segment has no way out. @default false */
  readonly internal?: boolean;
  /**
   * Whether members may connect to each other without edges, on every port. Where a segment is a network of its own
   * (Docker, Swarm, Compose) they always can, which every render tells.
   * @default false
   */
  readonly open?: boolean;
  /** Whether containers that are not part of a stack may join a Swarm overlay. @default false */
  readonly attachable?: boolean;
  /**
   * Options of Docker's network driver.
   * @default - none
   * @see https://docs.docker.com/engine/network/drivers/bridge/#options
   */
  readonly driverOptions?: Readonly<Record<string, string>>;
}

/** What is true of a network segment. */
export interface NetworkSpec {
  /** Address range; the engine chooses if absent. */
  readonly subnet?: string;
  /** Address of the gateway. */
  readonly gateway?: string;
  /** Largest packet in bytes. */
  readonly mtu?: number;
  /** Whether the segment has no way out. */
  readonly internal: boolean;
  /** Whether members may connect to each other without edges. */
  readonly open: boolean;
  /** Whether strangers may join a Swarm overlay. */
  readonly attachable: boolean;
  /** Options of Docker's network driver. */
  readonly driverOptions: Readonly<Record<string, string>>;
}

/** Fills in everything that a user left out of a network segment. */
export function resolveNetwork(props: NetworkProps, r: Resolution): NetworkSpec {
  const range = props.subnet === undefined ? undefined : parseCidr(props.subnet);
  if (props.subnet !== undefined && !range) {
    r.problem('subnet', 'the subnet must be an IPv4 network in CIDR notation', props.subnet, "write it as '172.20.0.0/16'");
  }
  if (props.gateway !== undefined && !(range && isHostAddress(range, props.gateway))) {
    r.problem(
      'gateway',
      'the gateway must be an address within the subnet',
      props.gateway,
      props.subnet === undefined ? 'give the segment a subnet too' : `give an address in ${props.subnet}`,
    );
  }
  if (props.mtu !== undefined && !(Number.isInteger(props.mtu) && props.mtu >= 576 && props.mtu <= 65535)) {
    r.problem('mtu', 'the MTU must be a whole number of bytes from 576 to 65535', props.mtu, 'leave it out, or use 1500');
  }
  if (props.subnet !== undefined || props.gateway !== undefined || props.mtu !== undefined || props.driverOptions)
    r.feature('network.addressing');
  if (props.internal) r.feature('network.internal');
  if (props.open) r.feature('network.open');
  if (props.attachable) r.feature('network.attachable');
  return {
    ...(props.subnet !== undefined && { subnet: props.subnet }),
    ...(props.gateway !== undefined && { gateway: props.gateway }),
    ...(props.mtu !== undefined && { mtu: props.mtu }),
    internal: props.internal ?? false,
    open: props.open ?? false,
    attachable: props.attachable ?? false,
    driverOptions: { ...props.driverOptions },
  };
}
