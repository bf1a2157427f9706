import type { ExternalPeer } from '../edges/peers';
import type { ConfigFile } from '../kinds/config';
import type { SecretFile, SecretKey } from '../kinds/secret';
import type { Part } from '../part';
import type { Cpu, Duration, Size } from '../values/quantities';
import type { Template } from '../values/template';
import type { RollbackProps, RolloutProps, ScalingProps } from './rollout-props';
import type { ScheduleProps } from './schedule';

/**
 * A value that an engine knows only after it made something, such as a Pulumi Output. The model does not look inside.
 */
export interface LateBound {
  /** Chains a computation on the value. */
  apply(func: (value: unknown) => unknown): unknown;
}

/**
 * The value of an environment variable. A secret value is safest as a file, whose path the variable then holds
 * (`secret.file('…')`, for images that know variables ending in `_FILE`); in the environment (`secret.key('…')`, or in a
 * text by `interpolate`) whoever may look at the container can read it.
 */
export type EnvValue = string | number | boolean | SecretKey | SecretFile | LateBound | Template;

/** What a file in a container is made of. */
export type FileSource = ConfigFile | SecretKey;

/** A writable path that is lost with the container: a tmpfs, or an emptyDir in memory on Kubernetes. */
export interface WritableProps {
  /** Absolute path in the container. */
  readonly path: string;
  /** Most that can be written; all sizes of a container together must be below its memory limit. @default '64Mi' */
  readonly size?: Size;
  /** Whether programs can be run from it; needs an acknowledgement. Always nosuid. @default false */
  readonly exec?: boolean;
}

/** A volume in a container. */
export interface MountProps {
  /** The volume. */
  readonly volume: Part<'volume'> | { readonly part: Part<'volume'> };
  /** Absolute path in the container. */
  readonly path: string;
  /** @default false */
  readonly readOnly?: boolean;
}

/** A port that a container listens on. */
export interface PortProps {
  /** Port number, 1024 or higher unless NET_BIND_SERVICE is added. */
  readonly port: number;
  /** @default 'tcp' */
  readonly protocol?: 'tcp' | 'udp';
}

/** Processor, memory and scratch storage. A reservation is what the scheduler sets aside. */
export interface ResourcesProps {
  /** Cores. @default - limit 500m, reservation 100m */
  readonly cpu?: { readonly limit?: Cpu; readonly reservation?: Cpu };
  /** Bytes in binary units. @default - limit 256Mi, reservation as the limit */
  readonly memory?: { readonly limit?: Size; readonly reservation?: Size };
  /**
   * Scratch storage beside writable paths (Kubernetes only), bytes in binary units. The container's logs count, which a
   * node keeps up to five times 10Mi of by default; a pod above the limit is evicted.
   * @default '256Mi'
   */
  readonly ephemeralStorage?: Size;
}

/** Settings of one of Kubernetes' three probes, where they differ from the health check. */
export interface ProbeProps {
  /** Path of the HTTP request. @default - as the health check */
  readonly path?: string;
  /** Time from the container's start to the first probe. @default '0s' */
  readonly initialDelay?: Duration;
  /** Time between probes. @default - as the health check; 5s for readiness */
  readonly interval?: Duration;
  /** Time after which a probe has failed. @default - as the health check; at most the interval */
  readonly timeout?: Duration;
  /** Failures in a row that count. @default - as the health check */
  readonly retries?: number;
}

/** A file that a program touches for as long as it is well. */
export interface HeartbeatProps {
  /** Absolute path in the container. */
  readonly path: string;
  /** Time after its last change from which on the program counts as hung, in whole seconds. */
  readonly maxAge: Duration;
}

/**
 * How to tell whether a container is well. Give exactly one of `http`, `tcp`, `heartbeat` and `exec`.
 *
 * One declaration makes the start-up, readiness and liveness probes of Kubernetes and the health check of Docker, Swarm
 * and Compose. All but `exec` need no curl and no shell in the image: a static prober of a few KB is mounted there.
 */
export interface HealthProps {
  /** A GET request; a status from 200 to 399 is healthy. */
  readonly http?: { readonly port: string; readonly path: string };
  /** A TCP connection. */
  readonly tcp?: { readonly port: string };
  /** A file that must not be old, of a program that listens nowhere. */
  readonly heartbeat?: HeartbeatProps;
  /** A command of the image; exit code 0 is healthy. */
  readonly exec?: readonly string[];
  /** Time between checks. @default '10s' */
  readonly interval?: Duration;
  /** Time after which a check has failed. @default '5s' */
  readonly timeout?: Duration;
  /** Failures in a row that count. @default 3 */
  readonly retries?: number;
  /** Time that the container may take to start. @default '30s' */
  readonly startPeriod?: Duration;
  /**
   * Time that a start may take in the worst case, such as a recovery after a crash: no engine ends the container before.
   * What waits for it waits no longer than for `startPeriod`.
   * @default - startPeriod
   */
  readonly recoveryPeriod?: Duration;
  /** Kubernetes' liveness probe. @default - as the health check */
  readonly liveness?: ProbeProps;
  /** Kubernetes' readiness probe. @default - as the health check, every 5s */
  readonly readiness?: ProbeProps;
}

/** What every container has, also a sidecar. */
export interface ContainerProps {
  /** Image reference. Without a digest it is reported outside development and test. */
  readonly image: string;
  /** Replaces the image's entry point. @default - the image's */
  readonly command?: readonly string[];
  /** Arguments of the entry point. @default - the image's */
  readonly args?: readonly string[];
  /** @default - the image's */
  readonly workingDirectory?: string;
  /** Environment variables. @default - none */
  readonly env?: Readonly<Record<string, EnvValue>>;
  /** Numeric user and group. @default '65532:65532' */
  readonly user?: `${number}:${number}`;
  /**
   * Linux capabilities to add after all were dropped, without the `CAP_` prefix. All but NET_BIND_SERVICE need an
   * acknowledgement.
   * @default - none
   * @see https://man7.org/linux/man-pages/man7/capabilities.7.html
   */
  readonly capabilities?: readonly string[];
  /** `false` needs an acknowledgement. @default true */
  readonly readOnlyRoot?: boolean;
  /** `true` needs an acknowledgement. @default false */
  readonly allowPrivilegeEscalation?: boolean;
  /** Writable paths, each a path or a path with options. @default - `/tmp`, 64Mi; `[]` for none */
  readonly writable?: readonly (string | WritableProps)[];
  /** Volumes. @default - none */
  readonly mounts?: readonly MountProps[];
  /** Read-only files by their absolute path: configuration (`config.file('…')`) and secret values (`secret.key('…')`). @default - none */
  readonly files?: Readonly<Record<string, FileSource>>;
  /** Whether an init process reaps orphans and forwards signals. @default false */
  readonly init?: boolean;
  /** Limits and reservations. @default - see there */
  readonly resources?: ResourcesProps;
  /** Most processes and threads. @default - the engine's limit */
  readonly pids?: number;
  /** Ports by name; a name has at most 15 characters. @default - none */
  readonly ports?: Readonly<Record<string, number | PortProps>>;
  /** @default - none: the container counts as healthy while it runs */
  readonly health?: HealthProps;
  /** Limits of processes, such as `nofile`. @default - the engine's */
  readonly ulimits?: Readonly<Record<string, number | { readonly soft: number; readonly hard: number }>>;
}

/** A second container beside each replica, in its network namespace. */
export interface SidecarProps extends ContainerProps {
  /** Whether it also sees the service's processes. @default false */
  readonly shareProcesses?: boolean;
}

/** What happens when the process ends. */
export interface RestartProps {
  /** @default 'always' */
  readonly condition?: 'always' | 'on-failure';
  /** Wait before a restart (Swarm). @default - the engine's back-off */
  readonly delay?: Duration;
  /** Most restarts in a row. @default - without end */
  readonly maxAttempts?: number;
}

/** Where replicas run. */
export interface PlacementProps {
  /** Only nodes with this role. @default - any */
  readonly role?: 'worker' | 'manager';
  /** Only nodes with these labels. @default - any */
  readonly labels?: Readonly<Record<string, string>>;
  /** What to spread replicas over: `zone`, `host`, or a node label. @default - zone and host where highly available */
  readonly spreadOver?: readonly string[];
  /**
   * Groups of workloads whose replicas are spread as if they were of one, such as the servers of one database, the closest first: where
   * places are few, two of a closer group share none of them. @default - the workload's own replicas
   */
  readonly spreadWith?: readonly string[];
}

/** How long a stop takes. */
export interface ShutdownProps {
  /** From SIGTERM to SIGKILL. @default '30s' */
  readonly grace?: Duration;
  /** Time in which traffic stops before SIGTERM (Kubernetes). @default '5s' with ports, '0s' without */
  readonly drain?: Duration;
}

/** A network segment that a workload is in. */
export interface AttachmentProps {
  /** The segment. */
  readonly network: Part<'network'> | { readonly part: Part<'network'> };
  /** Fixed IPv4 address in the segment's subnet. @default - the engine chooses */
  readonly address?: string;
  /** More names in the segment. @default - none */
  readonly aliases?: readonly string[];
}

/** Where Prometheus finds the metrics of a workload. */
export interface MetricsProps {
  /** The name of a TCP port, also one of a sidecar. */
  readonly port: string;
  /** Path of the HTTP request. @default '/metrics' */
  readonly path?: string;
  /** Who fetches them, such as `Peers.pods(...)`; may connect to that port alone. @default - whom an edge lets in */
  readonly from?: ExternalPeer;
}

/** Where the engine puts the output of a container. @see https://docs.docker.com/engine/logging/configure/ */
export interface LoggingProps {
  /** @default 'json-file' */
  readonly driver?: string;
  /** Options of the driver. @default - max-size 10m, max-file 3 with json-file */
  readonly options?: Readonly<Record<string, string>>;
}

/** What workloads and tasks have in common. */
export interface GroupProps extends ContainerProps {
  /** @default - any node */
  readonly placement?: PlacementProps;
  /** @default - 30s */
  readonly shutdown?: ShutdownProps;
  /** Kernel parameters of the pod's or container's namespaces. @default - none */
  readonly sysctls?: Readonly<Record<string, string | number>>;
  /** Segments. @default - none: what an edge allows to connect is connected */
  readonly networks?: readonly AttachmentProps[];
  /** @default - json-file with rotation */
  readonly logging?: LoggingProps;
  /** @default - none beside the recommended ones */
  readonly labels?: Readonly<Record<string, string>>;
  /** @default - none */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Containers beside each replica, by name. @default - none */
  readonly sidecars?: Readonly<Record<string, SidecarProps>>;
}

/** What a user may say of a task: containers that run to their end, once for each version or on a schedule. */
export interface TaskProps extends Omit<GroupProps, 'sidecars' | 'ports' | 'health'> {
  /** How often it is tried before it has failed. @default 3 */
  readonly attempts?: number;
  /** Time after which it has failed, all attempts together. @default '10m' */
  readonly timeout?: Duration;
  /** When it runs, again and again. @default - once for each version */
  readonly schedule?: ScheduleProps;
}

/** What a user may say of a workload. */
export interface WorkloadProps extends GroupProps {
  /**
   * Whether any replica is as good as another. Of `stable` ones, such as those of a database, each keeps its name and its
   * volumes and is never there twice: they start in order, and are replaced one at a time, the old one before the new.
   * @default 'any'
   */
  readonly identity?: 'any' | 'stable';
  /** Replicas. @default - as the environment says: 3 in production, 2 in staging, else 1; of a stable identity 1 everywhere */
  readonly replicas?: number;
  /** Autoscaling, instead of `replicas`. @default - none */
  readonly scaling?: ScalingProps;
  /** Most replicas that may be away in a planned disruption. @default - 1 where highly available and more than one */
  readonly maxUnavailable?: number | `${number}%`;
  /** @default - rolling, one at a time, new before old; old before new with a stable identity */
  readonly rollout?: RolloutProps;
  /** @default - one at a time */
  readonly rollback?: RollbackProps;
  /** @default - always */
  readonly restart?: RestartProps;
  /** Where Prometheus finds the metrics, and who it is. @default - nowhere */
  readonly metrics?: MetricsProps;
  /**
   * A command that has to succeed in this service before its stack is destroyed, such as one that says whether the data
   * is safe elsewhere. `pulumi destroy` asks first, for which it needs docker or kubectl on the PATH; other tools ask nobody.
   * @default - nobody is asked
   */
  readonly beforeDestroy?: readonly string[];
}
