import type { ExternalPeer } from '../../lib/model/edges/peers';
import type { Duration, Size } from '../../lib/model/values/quantities';
import type { ScheduleProps } from '../../lib/model/workload/schedule';
import type { HardenedServiceProps } from '../hardened-service/hardened-service';
import type { HardenedTaskProps } from '../hardened-task/hardened-task';
import type { WorkerQueue } from './queues';

/** How many jobs a process does at once, and how it is told. */
export interface ConcurrencyProps {
  /** Jobs at once in each replica. @default 1 */
  readonly count?: number;
  /** The environment variable that it is handed over in. @default 'WORKER_CONCURRENCY' */
  readonly variable?: string;
}

/** Most memory of one process of a worker that has several, and how it is told. */
export interface ProcessMemoryProps {
  /** Bytes in binary units; all processes together have to fit into the container's limit. */
  readonly limit: Size;
  /** The environment variable that it is handed over in. @default 'WORKER_PROCESS_MEMORY' */
  readonly variable?: string;
  /** What the number in the variable counts. @default 'bytes' */
  readonly unit?: 'bytes' | 'KiB' | 'MiB';
}

/** How to tell that a worker, which listens nowhere, is alive. Give one of the two. */
export interface LivenessProps {
  /**
   * A file that the program touches between two jobs, or beside them; its path is handed over in `WORKER_HEARTBEAT_FILE`. Its
   * folder has to be writable. No shell is needed.
   * @default '/tmp/heartbeat'
   */
  readonly heartbeat?: string;
  /**
   * Time after which a file that was not touched means a program that hangs. A program that touches it between jobs only
   * needs more than its longest job.
   * @default - the time of `drain` and 30s
   */
  readonly maxAge?: Duration;
  /** A command of the image; exit code 0 is alive. @default - the heartbeat */
  readonly exec?: readonly string[];
  /** Time between two looks. @default '10s' */
  readonly interval?: Duration;
  /** Time that the program may take to start. @default '30s' */
  readonly startPeriod?: Duration;
}

/** Where the worker tells of itself. */
export interface WorkerMetricsProps {
  /** TCP port that the program listens on for Prometheus alone. */
  readonly port: number;
  /** Path of the HTTP request. @default '/metrics' */
  readonly path?: string;
  /** Who fetches them. @default - whom an edge lets in */
  readonly from?: ExternalPeer;
}

/**
 * Replicas by the length of the queue: by KEDA on Kubernetes, a fixed number elsewhere (acknowledge `autoscaling` there).
 * @see https://keda.sh/docs/latest/concepts/scaling-deployments/
 */
export interface QueueScalingProps {
  /** Fewest replicas; 0 stops the last one while there is nothing to do. @default 1 */
  readonly min?: number;
  /** Most replicas. */
  readonly max: number;
  /** Jobs waiting that are right for each replica. @default - five for each that it does at once */
  readonly jobsPerReplica?: number;
  /** Replicas where nothing scales, and where the queue cannot be asked. @default - min, at least 1 */
  readonly fixed?: number;
  /** Time between two looks at the queue. @default '15s' */
  readonly interval?: Duration;
  /** Time without jobs before the number goes down. @default '5m' */
  readonly cooldown?: Duration;
  /** KEDA's pods, which look at the queue. @default - pods with `app: keda-operator` in the namespace `keda` */
  readonly operator?: ExternalPeer;
}

/** When somebody is told. */
export interface WorkerAlertsProps {
  /** Jobs waiting that are too many. @default 1000 */
  readonly backlog?: number;
  /** How long there have to be too many. @default '10m' */
  readonly backlogFor?: Duration;
  /** Longest that a job may wait, where a metric tells. @default '15m' */
  readonly age?: Duration;
  /** Counters of jobs in PromQL, and the share of failed ones that is too much. @default - no rule */
  readonly failures?: {
    /** Series of jobs that failed: `jobs_failed_total{job="billing"}`. */
    readonly failed: string;
    /** Series of all jobs. */
    readonly total: string;
    /** From 0 to 1. @default 0.05 */
    readonly ratio?: number;
  };
  /** Labels that all series have where one Prometheus sees several stacks: `{ namespace: 'shop' }`. @default - none */
  readonly matchers?: Readonly<Record<string, string>>;
}

/** What workers have that run all the time, and those that run on a schedule. */
export interface WorkerProgramProps {
  /** Where its jobs come from: one of Queues. The edge to it is made. */
  readonly queue: WorkerQueue;
  /** Jobs at once in each replica, or more said of that. @default 1 */
  readonly concurrency?: number | ConcurrencyProps;
  /** Most memory of one process. @default - the container's limit alone */
  readonly processMemory?: Size | ProcessMemoryProps;
  /** Time to finish a job after SIGTERM, in whole seconds: that of the longest. @default '60s' */
  readonly drain?: Duration;
  /** When somebody is told, or `false` for no rules and no panels. @default - see there */
  readonly alerts?: WorkerAlertsProps | false;
}

/** What a user may say of a worker. */
export interface MonitoredWorkerProps
  extends Omit<HardenedServiceProps, 'ports' | 'health' | 'metrics' | 'scaling' | 'identity' | 'shutdown'>,
    WorkerProgramProps {
  /** How to tell that it is alive, or `false` if nothing can. @default - a heartbeat in `/tmp/heartbeat` */
  readonly liveness?: LivenessProps | false;
  /** Where the program itself tells of its work. @default - nowhere */
  readonly metrics?: WorkerMetricsProps;
  /**
   * Image of what tells of the queue, a service of its own, with a shell; `false` for none. For queues of Redis alone: others are told of by
   * their own server.
   * @default - 'oliver006/redis_exporter:v1.74.0-alpine' for queues of Redis
   */
  readonly exporter?: string | false;
  /** Replicas by the length of the queue, instead of `replicas`. @default - none */
  readonly scaling?: QueueScalingProps;
  /** Whether there may never be two, also while one version replaces another. @default false */
  readonly singleton?: boolean;
}

/** What a user may say of a worker that runs on a schedule, does what there is to do, and ends. */
export interface ScheduledWorkerProps extends Omit<HardenedTaskProps, 'schedule' | 'shutdown'>, WorkerProgramProps {
  /** When it runs. */
  readonly schedule: ScheduleProps;
}
