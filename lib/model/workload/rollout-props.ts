import type { Duration } from '../values/quantities';

/** A rule of how fast scaling may go. */
export type ScalingPolicyProps =
  | { readonly pods: number; readonly every: Duration }
  | { readonly percent: number; readonly every: Duration };

/** How scaling goes in one direction. */
export interface ScalingBehaviorProps {
  /** How long a recommendation must hold. @default - 300s down, 0s up */
  readonly stabilization?: Duration;
  /** @default - Kubernetes' */
  readonly policies?: readonly ScalingPolicyProps[];
}

/** Autoscaling. @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/ */
export interface ScalingProps {
  /** Fewest replicas. */
  readonly min: number;
  /** Most replicas. */
  readonly max: number;
  /** Target of processor use, percent of the reservation. @default - 70 if there is no other metric */
  readonly cpu?: number;
  /** Target of memory use, percent of the reservation. @default - none */
  readonly memory?: number;
  /**
   * Who scales: the platform, by the targets here, or an operator, whose own object says by what. The number of replicas is
   * then left to it, and where there is no operator `min` is their number.
   * @default 'platform'
   */
  readonly by?: 'platform' | 'operator';
  /** Targets of custom metrics, averaged over the pods: `{ http_requests_per_second: 100 }`. @default - none */
  readonly metrics?: Readonly<Record<string, number>>;
  /** @default - Kubernetes' */
  readonly scaleDown?: ScalingBehaviorProps;
  /** @default - Kubernetes' */
  readonly scaleUp?: ScalingBehaviorProps;
}

/** One direction of a change of version: forward or back. */
export interface RolloutStepProps {
  /** Whether the new replica starts before the old one stops. @default 'start-first' */
  readonly order?: 'start-first' | 'stop-first';
  /** Replicas at a time. @default 1 */
  readonly parallelism?: number;
  /** Time that a new replica must be well before the next one's turn. @default '5s' */
  readonly delay?: Duration;
  /** How long Swarm watches a new replica for failure. @default '30s' */
  readonly monitor?: Duration;
  /** Share of replicas that may fail, 0 to 1 (Swarm). @default 0 */
  readonly maxFailureRatio?: number;
}

/** How a new version replaces the old one. */
export interface RolloutProps extends RolloutStepProps {
  /** `recreate` stops all replicas first: for a volume that only one may write. @default 'rolling' */
  readonly strategy?: 'rolling' | 'recreate';
  /** What happens when an update fails. @default 'rollback' */
  readonly failureAction?: 'rollback' | 'pause' | 'continue';
  /** Time without progress after which the update has failed (Kubernetes). @default '5m' */
  readonly deadline?: Duration;
}

/** How a roll-back goes. */
export interface RollbackProps extends RolloutStepProps {
  /** What happens when it fails. @default 'pause' */
  readonly failureAction?: 'pause' | 'continue';
}
