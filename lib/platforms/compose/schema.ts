import type { LateBound } from '../../model/workload/props';
import type { ComposeExpression, ComposeSecretValue } from './marker';

/**
 * The parts of the Compose specification that are emitted here or that are of use in `tune`. Texts are literal: a `$` in
 * them is written as `$$`. Use {@link ComposeExpression} for what Compose should put in.
 *
 * @see https://github.com/compose-spec/compose-spec/blob/main/spec.md
 */
export type ComposeText = string | ComposeExpression;

/** A value that stands for itself. A late-bound value exists only through Pulumi. */
export type ComposeValue = ComposeText | ComposeSecretValue | LateBound;

/** The value of an environment variable; the parts of a list are put together to one text. */
export type ComposeEnvironmentValue = ComposeValue | ComposeValue[];

/** Keys that Compose leaves alone. */
export interface ComposeExtensible {
  /** Anything, under a name that starts with `x-`. */
  [extension: `x-${string}`]: unknown;
}

/** How to tell whether a container is well. Durations as Go writes them: `1m30s`. */
export interface ComposeHealthcheck extends ComposeExtensible {
  /** `['CMD', program, ...arguments]`. */
  test: string[];
  /** Time between checks. */
  interval?: string;
  /** Time after which a check has failed. */
  timeout?: string;
  /** Failures in a row that count. */
  retries?: number;
  /** Time that the container may take to start. */
  start_period?: string;
}

/** Amounts: cores as text, bytes as text such as `512m`. */
export interface ComposeAmounts {
  /** Cores. */
  cpus?: string;
  /** Bytes, with k, m or g for binary units. */
  memory?: string;
  /** Processes and threads; a limit only. */
  pids?: number;
}

/** How an update, or the way back, goes (Swarm). */
export interface ComposeUpdate {
  /** Replicas at a time; 0 for all. */
  parallelism?: number;
  /** Time between groups of replicas. */
  delay?: string;
  /** What happens when it fails. */
  failure_action?: 'rollback' | 'pause' | 'continue';
  /** How long a new replica is watched for failure. */
  monitor?: string;
  /** Share of replicas that may fail, 0 to 1. */
  max_failure_ratio?: number;
  /** Whether the new replica starts before the old one stops. */
  order?: 'start-first' | 'stop-first';
}

/** How many, where, and how much. */
export interface ComposeDeploy extends ComposeExtensible {
  /** Replicas of the service. */
  replicas?: number;
  /** How clients find replicas (Swarm): one virtual address, or all addresses by DNS. */
  endpoint_mode?: 'vip' | 'dnsrr';
  /** Limits and reservations. */
  resources?: { limits?: ComposeAmounts; reservations?: ComposeAmounts };
  /** Which nodes (Swarm). */
  placement?: { constraints?: string[]; preferences?: { spread: string }[]; max_replicas_per_node?: number };
  /** What happens when the process ends (Swarm). */
  restart_policy?: { condition?: 'none' | 'on-failure' | 'any'; delay?: string; max_attempts?: number; window?: string };
  /** How a new version replaces the old one (Swarm). */
  update_config?: ComposeUpdate;
  /** How a roll-back goes (Swarm). */
  rollback_config?: ComposeUpdate;
  /** Labels of the service, not of its containers (Swarm). */
  labels?: Record<string, string>;
}

/** A volume or a tmpfs in a container. */
export interface ComposeMount extends ComposeExtensible {
  /** What is mounted. */
  type: 'volume' | 'tmpfs' | 'bind';
  /** Name of a volume of this file, or a path of the host. */
  source?: string;
  /** Absolute path in the container. */
  target: string;
  /** Whether the container may only read it. */
  read_only?: boolean;
  /** Options of a volume. */
  volume?: { nocopy?: boolean };
  /** Options of a tmpfs: bytes, and permissions as a number. */
  tmpfs?: { size?: number; mode?: number };
}

/** A file of the stack in a container. */
export interface ComposeConfigMount extends ComposeExtensible {
  /** Name of a config of this file. */
  source: string;
  /** Absolute path in the container. */
  target: string;
  /** Permissions as a number: on Swarm those in the container, on one host those of the file that is written. */
  mode?: number;
}

/** A secret of the stack in a container. */
export interface ComposeSecretMount extends ComposeExtensible {
  /** Name of a secret of this file. */
  source: string;
  /** Absolute path in the container. */
  target: string;
  /** Numeric owner (Swarm). */
  uid?: string;
  /** Numeric group (Swarm). */
  gid?: string;
  /** Permissions as a number (Swarm). */
  mode?: number;
}

/** A published port. */
export interface ComposePort extends ComposeExtensible {
  /** Port inside. */
  target: number;
  /** Port outside. */
  published: number;
  /** Address of the host (Compose). */
  host_ip?: string;
  /** Transport protocol. */
  protocol: 'tcp' | 'udp';
  /** On every node, or only where a replica runs (Swarm). */
  mode?: 'ingress' | 'host';
}

/** A service's place in a network. */
export interface ComposeAttachment extends ComposeExtensible {
  /** More names. */
  aliases?: string[];
  /** Fixed address (Compose). */
  ipv4_address?: string;
}

/** What is waited for before a service starts (Compose). */
export interface ComposeDependency {
  /** Until the other runs, is well, or has ended without an error. */
  condition: 'service_started' | 'service_healthy' | 'service_completed_successfully';
  /** Whether the service starts anew with the other. */
  restart?: boolean;
}

/** A service. */
export interface ComposeService extends ComposeExtensible {
  /** Image reference. */
  image: ComposeText;
  /** Replaces the image's entry point. */
  entrypoint?: string[];
  /** Arguments of the entry point. */
  command?: string[];
  /** Absolute path. */
  working_dir?: string;
  /** Host name of the containers. */
  hostname?: string;
  /** Environment variables. */
  environment?: Record<string, ComposeEnvironmentValue>;
  /** Numeric user and group. */
  user?: string;
  /** Capabilities that are taken away. */
  cap_drop?: string[];
  /** Capabilities that are given back. */
  cap_add?: string[];
  /** Options of the security modules (Compose). */
  security_opt?: string[];
  /** Whether the root file system is read-only. */
  read_only?: boolean;
  /** Scratch directories with options (Compose); Swarm needs them as `volumes`. */
  tmpfs?: string[];
  /** Volumes, and scratch directories on Swarm. */
  volumes?: ComposeMount[];
  /** Files. */
  configs?: ComposeConfigMount[];
  /** Files with secret values. */
  secrets?: ComposeSecretMount[];
  /** Whether an init process reaps orphans and forwards signals. */
  init?: boolean;
  /** Weight between busy containers (Compose). */
  cpu_shares?: number;
  /** Memory and swap together (Compose). */
  memswap_limit?: string;
  /** How many, where, and how much. */
  deploy?: ComposeDeploy;
  /** `always`, `on-failure`, `on-failure:5` or `no` (Compose). */
  restart?: string;
  /** From the stop signal to SIGKILL. */
  stop_grace_period?: string;
  /** Stop signal. */
  stop_signal?: string;
  /** Health check. */
  healthcheck?: ComposeHealthcheck;
  /** Published ports. */
  ports?: ComposePort[];
  /** Networks by name. */
  networks?: Record<string, ComposeAttachment>;
  /** `service:<name>` shares that service's network namespace (Compose). */
  network_mode?: string;
  /** `service:<name>` shares that service's processes (Compose). */
  pid?: string;
  /** Kernel parameters. */
  sysctls?: Record<string, string>;
  /** Limits of processes. */
  ulimits?: Record<string, { soft: number; hard: number }>;
  /** Log driver and options. */
  logging?: { driver: string; options?: Record<string, string> };
  /** Labels of the containers. */
  labels?: Record<string, ComposeText>;
  /** Annotations of the containers (Compose). */
  annotations?: Record<string, string>;
  /** What runs first (Compose). */
  depends_on?: Record<string, ComposeDependency>;
  /** More lines of /etc/hosts: name to address. */
  extra_hosts?: Record<string, string>;
  /** Name servers. */
  dns?: string[];
}
