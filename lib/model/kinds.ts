import type { NetworkSpec } from './kinds/network';
import type { RouteSpec } from './kinds/route';
import type { SecretSpec } from './kinds/secret';
import type { VolumeSpec } from './kinds/volume';
import type { WorkloadSpec } from './workload/spec';

/**
 * The closed set of kinds. A new one is a design decision (see docs/decisions/0001-kinds.md): it does not compile until
 * every platform has a cell for it.
 */
export interface Kinds {
  /** Replicas of containers, with sidecars, storage, health checks, resources, scaling and roll-out. */
  readonly workload: WorkloadSpec;
  /** Storage that outlives a container. */
  readonly volume: VolumeSpec;
  /** A reference to secret values, never the values. */
  readonly secret: SecretSpec;
  /** A network segment. */
  readonly network: NetworkSpec;
  /** A published entrance. */
  readonly route: RouteSpec;
}

/** The name of a kind. */
export type Kind = keyof Kinds;

/** All kinds, in the order in which their natives are drafted: what others refer to comes first. */
export const KINDS: readonly Kind[] = ['network', 'secret', 'volume', 'workload', 'route'];
