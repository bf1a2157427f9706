import type { ConfigFile } from '../kinds/config';
import type { SecretKey } from '../kinds/secret';
import type { Part } from '../part';
import type { ImageSpec } from '../values/image';
import type { Template } from '../values/template';
import type { LateBound } from './props';
import type { ScheduleSpec } from './schedule';

/** A check of health: one of the four. */
export type CheckSpec =
  | { readonly http: { readonly port: PortSpec; readonly path: string } }
  | { readonly tcp: { readonly port: PortSpec } }
  | {
      /** A file, and the milliseconds after which it is old. */
      readonly heartbeat: { readonly path: string; readonly maxAge: number };
    }
  | { readonly exec: readonly string[] };

/** One of Kubernetes' probes. Times in seconds. */
export interface ProbeSpec {
  /** What is asked. */
  readonly check: CheckSpec;
  /** Seconds from the container's start to the first probe. */
  readonly initialDelay: number;
  /** Seconds between probes. */
  readonly period: number;
  /** Seconds after which a probe has failed. */
  readonly timeout: number;
  /** Failures in a row that count. */
  readonly failureThreshold: number;
}

/** Health of a container. Times in milliseconds, probes in seconds. */
export interface HealthSpec {
  /** What is asked. */
  readonly check: CheckSpec;
  /** Milliseconds between checks. */
  readonly interval: number;
  /** Milliseconds after which a check has failed. */
  readonly timeout: number;
  /** Failures in a row that count. */
  readonly retries: number;
  /** Milliseconds that the container may take to start. */
  readonly startPeriod: number;
  /** Milliseconds before which nothing ends a container that starts; at least `startPeriod`. */
  readonly recoveryPeriod: number;
  /** Kubernetes' start-up probe. */
  readonly startup: ProbeSpec;
  /** Kubernetes' liveness probe. */
  readonly liveness: ProbeSpec;
  /** Kubernetes' readiness probe. */
  readonly readiness: ProbeSpec;
}

/** A named port. */
export interface PortSpec {
  /** At most 15 characters, unique in its container. */
  readonly name: string;
  /** Port number. */
  readonly port: number;
  /** Transport protocol. */
  readonly protocol: 'tcp' | 'udp';
}

/** A writable path that is lost with the container. */
export interface WritableSpec {
  /** Absolute path in the container. */
  readonly path: string;
  /** Most that can be written, in bytes. */
  readonly sizeBytes: number;
  /** Whether programs can be run from it. */
  readonly exec: boolean;
}

/** A volume in a container. */
export interface MountSpec {
  /** The volume. */
  readonly volume: Part<'volume'>;
  /** Absolute path in the container. */
  readonly path: string;
  /** Whether the container may only read it. */
  readonly readOnly: boolean;
}

/** An environment variable: plain text, a reference, a value that is not known yet, or a text with such values in it. */
export interface EnvSpec {
  /** Name of the variable. */
  readonly name: string;
  /** Its value. */
  readonly value: string | SecretKey | LateBound | Template;
}

/** A read-only file in a container. */
export interface FileSpec {
  /** Absolute path in the container. */
  readonly path: string;
  /** What it holds: a file of a config, or a value of a secret. */
  readonly from: ConfigFile | SecretKey;
}

/** Limits and reservations: thousandths of a core, and bytes. */
export interface ResourcesSpec {
  /** Most processor time, in thousandths of a core. */
  readonly cpuLimit: number;
  /** Processor time set aside, in thousandths of a core. */
  readonly cpuReservation: number;
  /** Most memory, in bytes. */
  readonly memoryLimit: number;
  /** Memory set aside, in bytes. */
  readonly memoryReservation: number;
  /** Scratch storage beside writable paths, in bytes. */
  readonly ephemeralStorage: number;
}

/** A limit of processes. */
export interface UlimitSpec {
  /** Name without `RLIMIT_`: `nofile`. */
  readonly name: string;
  /** Limit that the process may raise up to the hard one. */
  readonly soft: number;
  /** Limit that the process cannot raise. */
  readonly hard: number;
}

/** What is true of a container. */
export interface ContainerSpec {
  /** A DNS label, unique in its workload. */
  readonly name: string;
  /** Image reference, taken apart. */
  readonly image: ImageSpec;
  /** Replaces the image's entry point; the image's if absent. */
  readonly command?: readonly string[];
  /** Arguments of the entry point; the image's if absent. */
  readonly args?: readonly string[];
  /** Absolute path; the image's if absent. */
  readonly workingDirectory?: string;
  /** Environment variables, sorted by name. */
  readonly env: readonly EnvSpec[];
  /** Numeric user. */
  readonly uid: number;
  /** Numeric group. */
  readonly gid: number;
  /** Added after all were dropped. */
  readonly capabilities: readonly string[];
  /** Whether the root file system is read-only. */
  readonly readOnlyRoot: boolean;
  /** Whether processes may gain privileges. */
  readonly allowPrivilegeEscalation: boolean;
  /** Writable paths, sorted. */
  readonly writable: readonly WritableSpec[];
  /** Volumes. */
  readonly mounts: readonly MountSpec[];
  /** Files, sorted by path. */
  readonly files: readonly FileSpec[];
  /** Whether an init process reaps orphans and forwards signals. */
  readonly init: boolean;
  /** Limits and reservations. */
  readonly resources: ResourcesSpec;
  /** Most processes and threads; the engine's limit if absent. */
  readonly pids?: number;
  /** Ports. */
  readonly ports: readonly PortSpec[];
  /** Health check; none if absent. */
  readonly health?: HealthSpec;
  /** Limits of processes. */
  readonly ulimits: readonly UlimitSpec[];
  /** Whether it sees the processes of its workload; only a sidecar can. */
  readonly shareProcesses: boolean;
}

/** How scaling goes in one direction; times in seconds. */
export interface ScalingBehaviorSpec {
  /** Seconds that a recommendation must hold; Kubernetes' if absent. */
  readonly stabilization?: number;
  /** Rules of how fast; Kubernetes' if empty. */
  readonly policies: readonly { readonly type: 'Pods' | 'Percent'; readonly value: number; readonly periodSeconds: number }[];
}

/** Autoscaling. */
export interface ScalingSpec {
  /** Fewest replicas. */
  readonly min: number;
  /** Most replicas. */
  readonly max: number;
  /** Who sets their number: the platform by the targets, or an operator by its own object. */
  readonly by: 'platform' | 'operator';
  /** Target of processor use, percent of the reservation. */
  readonly cpu?: number;
  /** Target of memory use, percent of the reservation. */
  readonly memory?: number;
  /** Targets of custom metrics, averaged over the pods. */
  readonly metrics: Readonly<Record<string, number>>;
  /** How fast replicas go; Kubernetes' if absent. */
  readonly scaleDown?: ScalingBehaviorSpec;
  /** How fast replicas come; Kubernetes' if absent. */
  readonly scaleUp?: ScalingBehaviorSpec;
}

/** One direction of a change of version; times in milliseconds. */
export interface RolloutStepSpec {
  /** Whether the new replica starts before the old one stops. */
  readonly order: 'start-first' | 'stop-first';
  /** Replicas at a time. */
  readonly parallelism: number;
  /** Time that a new replica must be well before the next one's turn. */
  readonly delay: number;
  /** How long a new replica is watched for failure. */
  readonly monitor: number;
  /** Share of replicas that may fail, 0 to 1. */
  readonly maxFailureRatio: number;
  /** What happens when it fails. */
  readonly failureAction: 'rollback' | 'pause' | 'continue';
}

/** How a new version replaces the old one. */
export interface RolloutSpec extends RolloutStepSpec {
  /** Whether replicas are replaced one after another or all stop first. */
  readonly strategy: 'rolling' | 'recreate';
  /** Time without progress after which the update has failed. */
  readonly deadline: number;
}

/** A network segment that a workload is in. */
export interface AttachmentSpec {
  /** The segment. */
  readonly network: Part<'network'>;
  /** Fixed IPv4 address; the engine chooses if absent. */
  readonly address?: string;
  /** More names in the segment. */
  readonly aliases: readonly string[];
}

/** What is true of workloads and tasks alike. Times in milliseconds unless said otherwise. */
export interface GroupSpec {
  /** The container that it is about. */
  readonly main: ContainerSpec;
  /** Containers beside each replica. */
  readonly sidecars: readonly ContainerSpec[];
  /** The ports of all containers: they share a network namespace, so no number and no name is there twice. */
  readonly ports: readonly PortSpec[];
  /** Where replicas run. */
  readonly placement: {
    readonly role?: 'worker' | 'manager';
    readonly labels: Readonly<Record<string, string>>;
    readonly spreadOver: readonly string[];
    readonly spreadWith: readonly string[];
  };
  /** From SIGTERM to SIGKILL, and before that the time in which traffic stops. */
  readonly shutdown: { readonly grace: number; readonly drain: number };
  /** Kernel parameters, sorted by name. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Segments; if there are none, only edges connect it. */
  readonly networks: readonly AttachmentSpec[];
  /** Where the engine puts the output. */
  readonly logging: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
  /** Labels beside the recommended ones. */
  readonly labels: Readonly<Record<string, string>>;
  /** Annotations. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** What is true of a task. */
export interface TaskSpec extends GroupSpec {
  /** How often it is tried before it has failed. */
  readonly attempts: number;
  /** Milliseconds after which it has failed, all attempts together. */
  readonly timeout: number;
  /** When it runs; once for each version if absent. */
  readonly schedule?: ScheduleSpec;
}

/** What is true of a workload. Times in milliseconds unless said otherwise. */
export interface WorkloadSpec extends GroupSpec {
  /** Whether each replica keeps its name and its volumes, and is never there twice. */
  readonly identity: 'any' | 'stable';
  /** Replicas, or the fewest with autoscaling. */
  readonly replicas: number;
  /** The name of the environment that the number of replicas is a default of; absent where the user chose it. */
  readonly replicasOf?: string;
  /** Autoscaling; a fixed number of replicas if absent. */
  readonly scaling?: ScalingSpec;
  /** Most replicas, or percent of them, away in a planned disruption; no budget if absent. */
  readonly maxUnavailable?: number | string;
  /** How a new version replaces the old one. */
  readonly rollout: RolloutSpec;
  /** How a roll-back goes. */
  readonly rollback: RolloutStepSpec;
  /** What happens when the process ends. */
  readonly restart: { readonly condition: 'always' | 'on-failure'; readonly delay?: number; readonly maxAttempts?: number };
  /** Where Prometheus finds the metrics; nowhere if absent. */
  readonly metrics?: { readonly port: PortSpec; readonly path: string };
  /** A command that has to succeed before the stack is destroyed; nobody is asked if absent. */
  readonly beforeDestroy?: readonly string[];
}
