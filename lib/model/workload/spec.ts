import type { Part } from '../part';
import type { SecretKey } from '../secret';
import type { ImageSpec } from '../values/image';
import type { LateBound } from './props';

/** A check of health: one of the three. */
export type CheckSpec =
  | { readonly http: { readonly port: PortSpec; readonly path: string } }
  | { readonly tcp: { readonly port: PortSpec } }
  | { readonly exec: readonly string[] };

/** One of Kubernetes' probes. Times in seconds. */
export interface ProbeSpec {
  readonly check: CheckSpec;
  readonly initialDelay: number;
  readonly period: number;
  readonly timeout: number;
  readonly failureThreshold: number;
}

/** Health of a container. Times in milliseconds, probes in seconds. */
export interface HealthSpec {
  readonly check: CheckSpec;
  readonly interval: number;
  readonly timeout: number;
  readonly retries: number;
  readonly startPeriod: number;
  readonly startup: ProbeSpec;
  readonly liveness: ProbeSpec;
  readonly readiness: ProbeSpec;
}

/** A named port. */
export interface PortSpec {
  readonly name: string;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
}

/** A writable path that is lost with the container. */
export interface WritableSpec {
  readonly path: string;
  readonly sizeBytes: number;
  readonly exec: boolean;
}

/** A volume in a container. */
export interface MountSpec {
  readonly volume: Part<'volume'>;
  readonly path: string;
  readonly readOnly: boolean;
}

/** An environment variable: plain text, a reference, or a value that is not known yet. */
export interface EnvSpec {
  readonly name: string;
  readonly value: string | SecretKey | LateBound;
}

/** Limits and reservations: thousandths of a core, and bytes. */
export interface ResourcesSpec {
  readonly cpuLimit: number;
  readonly cpuReservation: number;
  readonly memoryLimit: number;
  readonly memoryReservation: number;
  readonly ephemeralStorage: number;
}

/** A limit of processes. */
export interface UlimitSpec {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

/** What is true of a container. */
export interface ContainerSpec {
  /** A DNS label, unique in its workload. */
  readonly name: string;
  readonly image: ImageSpec;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDirectory?: string;
  readonly env: readonly EnvSpec[];
  readonly uid: number;
  readonly gid: number;
  /** Added after all were dropped. */
  readonly capabilities: readonly string[];
  readonly readOnlyRoot: boolean;
  readonly allowPrivilegeEscalation: boolean;
  readonly writable: readonly WritableSpec[];
  readonly mounts: readonly MountSpec[];
  readonly init: boolean;
  readonly resources: ResourcesSpec;
  readonly pids?: number;
  readonly ports: readonly PortSpec[];
  readonly health?: HealthSpec;
  readonly ulimits: readonly UlimitSpec[];
  /** Whether it sees the processes of its workload; only a sidecar can. */
  readonly shareProcesses: boolean;
}

/** How scaling goes in one direction; times in seconds. */
export interface ScalingBehaviorSpec {
  readonly stabilization?: number;
  readonly policies: readonly { readonly type: 'Pods' | 'Percent'; readonly value: number; readonly periodSeconds: number }[];
}

/** Autoscaling. */
export interface ScalingSpec {
  readonly min: number;
  readonly max: number;
  readonly cpu?: number;
  readonly memory?: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly scaleDown?: ScalingBehaviorSpec;
  readonly scaleUp?: ScalingBehaviorSpec;
}

/** One direction of a change of version; times in milliseconds. */
export interface RolloutStepSpec {
  readonly order: 'start-first' | 'stop-first';
  readonly parallelism: number;
  readonly delay: number;
  readonly monitor: number;
  readonly maxFailureRatio: number;
  readonly failureAction: 'rollback' | 'pause' | 'continue';
}

/** How a new version replaces the old one. */
export interface RolloutSpec extends RolloutStepSpec {
  readonly strategy: 'rolling' | 'recreate';
  readonly deadline: number;
}

/** A network segment that a workload is in. */
export interface AttachmentSpec {
  readonly network: Part<'network'>;
  readonly address?: string;
  readonly aliases: readonly string[];
}

/** What is true of a workload. Times in milliseconds unless said otherwise. */
export interface WorkloadSpec {
  readonly main: ContainerSpec;
  readonly sidecars: readonly ContainerSpec[];
  readonly replicas: number;
  readonly scaling?: ScalingSpec;
  readonly maxUnavailable?: number | string;
  readonly rollout: RolloutSpec;
  readonly rollback: RolloutStepSpec;
  readonly restart: { readonly condition: 'always' | 'on-failure'; readonly delay?: number; readonly maxAttempts?: number };
  readonly placement: {
    readonly role?: 'worker' | 'manager';
    readonly labels: Readonly<Record<string, string>>;
    readonly spreadOver: readonly string[];
  };
  readonly shutdown: { readonly grace: number; readonly drain: number };
  readonly sysctls: Readonly<Record<string, string>>;
  /** Segments; the stack's own if empty. */
  readonly networks: readonly AttachmentSpec[];
  readonly logging: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
  readonly metrics?: { readonly port: PortSpec; readonly path: string };
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
