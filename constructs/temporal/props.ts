import type { Acknowledgements } from '../../lib/model/features';
import type { Duration } from '../../lib/model/values/quantities';
import type { AttachmentProps, LoggingProps, PlacementProps, ResourcesProps } from '../../lib/model/workload/props';
import type { Postgres } from '../postgres/postgres';
import type { PostgresWithBackup } from '../postgres-with-backup/postgres-with-backup';
import type { PostgresWithBackupProps } from '../postgres-with-backup/props';

/** What a user may say of a namespace of Temporal. */
export interface TemporalNamespaceProps {
  /** How long the history of what is done is kept, at least 1h. @default '72h' */
  readonly retention?: Duration;
  /** What it is for. @default - nothing */
  readonly description?: string;
}

/** What a user may say of a database that Temporal makes for itself. */
export type TemporalDatabaseProps = Partial<Omit<PostgresWithBackupProps, 'databases' | 'name'>>;

/** A value of Temporal's dynamic configuration. */
export type TemporalSetting = string | number | boolean | Readonly<Record<string, unknown>>;

/** What a user may say of a Temporal service. */
export interface TemporalProps {
  /**
   * Its database: a server that has the databases `temporal` and `temporal_visibility`, both owned by `temporal`, or what is said of
   * one of its own, such as its backups.
   * @default - a PostgresWithBackup of its own: PostgreSQL 16, 10Gi
   */
  readonly database?: Postgres | PostgresWithBackup | TemporalDatabaseProps;
  /** Image of the server, 1.31 or later. @default 'temporalio/server:1.31.2' */
  readonly image?: string;
  /** Image with `temporal-sql-tool` and `temporal`, of the server's version. @default 'temporalio/admin-tools:1.31.2' */
  readonly adminTools?: string;
  /** Image of the web interface, or `false` for none. It asks nobody for a password: whom an edge lets connect sees everything. @default 'temporalio/ui:2.49.1' */
  readonly ui?: string | false;
  /** Namespaces by name; one that is not named any more stays. @default - `default` */
  readonly namespaces?: Readonly<Record<string, TemporalNamespaceProps>>;
  /**
   * Parts that the histories of workflows are spread over, 1 to 16384. It can never be changed: another number needs an empty
   * database.
   * @default - 512 in production and staging, else 4
   * @see https://docs.temporal.io/temporal-service/configuration#static-configuration
   */
  readonly historyShards?: number;
  /**
   * Dynamic configuration by key: `{ 'limit.blobSize.error': 4194304 }`.
   * @default - none
   * @see https://docs.temporal.io/references/dynamic-configuration
   */
  readonly dynamicConfig?: Readonly<Record<string, TemporalSetting>>;
  /** What is written down. @default 'info' */
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error';
  /** Resources of the server. @default - cpu 1 / 250m, memory 1Gi / 512Mi */
  readonly resources?: ResourcesProps;
  /** What the variables start with that those get who may connect: `TEMPORAL_HOST` and `TEMPORAL_ADDRESS`, both `host:7233`. @default 'TEMPORAL' */
  readonly variables?: string;
  /** Segments of the server. @default - none: what an edge allows to connect is connected */
  readonly networks?: readonly AttachmentProps[];
  /** @default - any node */
  readonly placement?: PlacementProps;
  /** @default - json-file with rotation */
  readonly logging?: LoggingProps;
  /** The resource's name on every platform. @default - made of the ids on the way here */
  readonly name?: string;
  /** Reasons for what a platform lacks or what takes security off. @default - none */
  readonly acknowledge?: Acknowledgements;
}
