import type { ConfigSpec } from './kinds/config';
import type { NetworkSpec } from './kinds/network';
import type { ObjectSpec } from './kinds/object';
import type { RouteSpec } from './kinds/route';
import type { SecretSpec } from './kinds/secret';
import type { VolumeSpec } from './kinds/volume';
import type { TaskSpec, WorkloadSpec } from './workload/spec';

/**
 * The closed set of kinds. A new one is a design decision (see docs/decisions/0001-kinds.md): it does not compile until
 * every platform has a cell for it.
 */
export interface Kinds {
  /** Replicas of containers, with sidecars, storage, health checks, resources, scaling and roll-out. */
  readonly workload: WorkloadSpec;
  /** Containers that run to their end, once for each version. */
  readonly task: TaskSpec;
  /** Storage that outlives a container. */
  readonly volume: VolumeSpec;
  /** A reference to secret values, never the values. */
  readonly secret: SecretSpec;
  /** Configuration files whose contents decide their version. */
  readonly config: ConfigSpec;
  /** An object that an operator of Kubernetes acts on. */
  readonly object: ObjectSpec;
  /** A network segment. */
  readonly network: NetworkSpec;
  /** A published entrance. */
  readonly route: RouteSpec;
}

/** The name of a kind. */
export type Kind = keyof Kinds;

/**
 * All kinds, in the order in which their natives are drafted: what others refer to comes first. Workloads and tasks are
 * ordered among each other, by what they wait for.
 */
export const KINDS: readonly Kind[] = ['network', 'secret', 'config', 'volume', 'object', 'task', 'workload', 'route'];
