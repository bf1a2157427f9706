import type { Acknowledgements } from '../../lib/model/features';
import type { SecretFile } from '../../lib/model/kinds/secret';
import type { Duration, Size } from '../../lib/model/values/quantities';
import type {
  AttachmentProps,
  EnvValue,
  FileSource,
  LoggingProps,
  MountProps,
  PlacementProps,
  ResourcesProps,
  WritableProps,
} from '../../lib/model/workload/props';
import type { QueueScalingProps, WorkerAlertsProps } from '../monitored-worker/props';
import type { RedisServer } from '../monitored-worker/queues';

/** How a worker does several jobs at once. @see https://docs.celeryq.dev/en/stable/userguide/concurrency/ */
export type CeleryPool = 'prefork' | 'gevent' | 'eventlet' | 'threads' | 'solo';

/** What all programs of Celery have. */
export interface CeleryProgramProps {
  /** Image with the application, Celery and Python. @default - that of the construct */
  readonly image?: string;
  /** @default - see there */
  readonly resources?: ResourcesProps;
  /** Variables beside those of all programs. @default - none */
  readonly env?: Readonly<Record<string, EnvValue>>;
  /** Paths that are written to. @default - `/tmp`, 64Mi */
  readonly writable?: readonly (string | WritableProps)[];
  /** More arguments, after those of the construct. @default - none */
  readonly args?: readonly string[];
}

/** What a user may say of workers. */
export interface CeleryWorkerProps extends CeleryProgramProps {
  /** How several jobs are done at once: `gevent` for those that wait for others, `prefork` for those that compute. @default 'prefork' */
  readonly pool?: CeleryPool;
  /** Jobs at once in each replica. @default - 200 with gevent and eventlet, 1 with solo, else 4 */
  readonly concurrency?: number;
  /** Names of the queues that jobs are taken from. @default ['celery'] */
  readonly queues?: readonly string[];
  /** Replicas. @default - as the environment says: 3 in production, 2 in staging, else 1 */
  readonly replicas?: number;
  /** Replicas by the length of the queues, instead of `replicas`. @default - none */
  readonly scaling?: QueueScalingProps;
  /** Time that the longest job takes: a stop waits for it, in whole seconds. @default '60s' */
  readonly drain?: Duration;
  /** When somebody is told of what waits, or `false` for no rules. @default - see there */
  readonly alerts?: WorkerAlertsProps | false;
  /** Image of what tells of the queues, or `false` for none. @default - that of MonitoredWorker */
  readonly exporter?: string | false;
}

/** What a user may say of beat, which puts periodic jobs into their queues. */
export interface CeleryBeatProps extends CeleryProgramProps {
  /**
   * Class of the scheduler: `django_celery_beat.schedulers:DatabaseScheduler` keeps schedules in the database.
   * @default - Celery's own: schedules are in the application's configuration, and when they ran last in a file
   */
  readonly scheduler?: string;
  /**
   * Capacity of a volume for that file, at `/var/lib/celery`, which the image must have as a folder of its user where volumes take
   * their owner from there (docs/platforms.md).
   * @default - none: after a restart each schedule starts anew
   */
  readonly storage?: Size;
  /** A job that beat sends all the time: somebody is told when it does not arrive. @default - none */
  readonly pulse?: {
    /** Name of the task: `config.tasks.pulse`. */
    readonly task: string;
    /** Longest time between two. @default '10m' */
    readonly within?: Duration;
  };
}

/** What a user may say of Flower, the monitor with a web interface. */
export interface CeleryFlowerProps extends CeleryProgramProps {
  /** Who may look. @default - whom an edge lets connect; its API answers nobody then */
  readonly basicAuth?: {
    /** Name of the user. */
    readonly user: string;
    /** Its password. */
    readonly password: SecretFile;
  };
  /**
   * Capacity of the volume for what it has seen, at `/data`, which the image must have as a folder of its user where volumes take
   * their owner from there (docs/platforms.md); `false` keeps nothing.
   * @default '1Gi'
   */
  readonly storage?: Size | false;
  /** Time between two writes to that volume. @default '30s' */
  readonly saveInterval?: Duration;
  /** Time after which a worker that is gone is not shown any more. @default '10m' */
  readonly purgeAfter?: Duration;
  /** When somebody is told. @default - see there */
  readonly alerts?: {
    /** Share of jobs that fail, from 0 to 1, above which somebody is told. @default 0.05 */
    readonly failures?: number;
    /** Longest that a job may take on average. @default '5m' */
    readonly runtime?: Duration;
  };
}

/** What a user may say of an application of Celery. */
export interface CeleryProps {
  /** Image with the application, Celery and Python. */
  readonly image: string;
  /** The application, as `celery -A` takes it: `config.celery_app`. */
  readonly app: string;
  /** Redis, one server of it, that queues are in, such as `Redis`. */
  readonly broker: RedisServer;
  /** Number of the database of Redis that queues are in. @default 0 */
  readonly database?: number;
  /** Number of the database of Redis that results are kept in. @default - where the application says */
  readonly results?: number;
  /** Authority that signed the certificate of Redis; the connection is encrypted then. @default - as the broker says */
  readonly authority?: SecretFile;
  /** The interpreter that has Celery. @default 'python' */
  readonly python?: string;
  /** Variables of all programs. @default - none */
  readonly env?: Readonly<Record<string, EnvValue>>;
  /** Files of all programs. @default - none */
  readonly files?: Readonly<Record<string, FileSource>>;
  /** Volumes of workers. @default - none */
  readonly mounts?: readonly MountProps[];
  /** Folder in which the application is found. @default - the image's */
  readonly workingDirectory?: string;
  /** Numeric user and group. @default '65532:65532' */
  readonly user?: `${number}:${number}`;
  /** Level of what is written down. @default 'info' */
  readonly logLevel?: 'debug' | 'info' | 'warning' | 'error';
  /** The workers; more of them by `addWorker`. @default - prefork, on the queue `celery` */
  readonly worker?: CeleryWorkerProps;
  /** What sends periodic jobs, exactly once; `false` for none. @default - Celery's own scheduler */
  readonly beat?: CeleryBeatProps | false;
  /** The monitor; `false` for none, and no rules about jobs. @default - with a volume, without a password */
  readonly flower?: CeleryFlowerProps | false;
  /** Segments of all programs. @default - none: what an edge allows to connect is connected */
  readonly networks?: readonly AttachmentProps[];
  /** @default - any node */
  readonly placement?: PlacementProps;
  /** @default - json-file with rotation */
  readonly logging?: LoggingProps;
  /** What names of resources start with. @default - made of the ids on the way here */
  readonly name?: string;
  /** Reasons for what a platform lacks or what takes security off. @default - none */
  readonly acknowledge?: Acknowledgements;
}
