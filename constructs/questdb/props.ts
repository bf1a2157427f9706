import type { Acknowledgements } from '../../lib/model/features';
import type { Size } from '../../lib/model/values/quantities';
import type { AttachmentProps, LoggingProps, PlacementProps, ResourcesProps } from '../../lib/model/workload/props';
import type { Secret } from '../secrets/secret';

/** A value of a parameter of QuestDB. */
export type QuestDbSetting = string | number | boolean;

/** Where the passwords of QuestDB stand. */
export interface QuestDbPasswordsProps {
  /** The secret. */
  readonly secret: Secret;
  /** The key of each user's password. @default - `<user>-password` */
  readonly keys?: Readonly<Record<string, string>>;
}

/** What a user may say of a QuestDB server. */
export interface QuestDbProps {
  /** Capacity of the volume in binary units. */
  readonly size: Size;
  /** Kubernetes storage class. @default - the cluster's default class */
  readonly storageClass?: string;
  /** Image with QuestDB's own entry point, `/docker-entrypoint.sh`. @default 'questdb/questdb:8.2.1' */
  readonly image?: string;
  /** Who may do everything, over HTTP and over the wire of PostgreSQL. @default 'admin' */
  readonly admin?: string;
  /** Who may read, over the wire of PostgreSQL alone. @default - nobody */
  readonly reader?: string;
  /** The passwords of both. @default - a GeneratedSecret */
  readonly passwords?: QuestDbPasswordsProps;
  /**
   * Whether rows are taken over TCP in InfluxDB's line protocol, on port 9009. It asks for no password: whom an edge lets connect
   * may write. Over HTTP the same protocol does ask.
   * @default true
   */
  readonly lineTcp?: boolean;
  /**
   * Parameters as `server.conf` calls them: `{ 'cairo.max.uncommitted.rows': 100000 }`. Each becomes a variable `QDB_…`.
   * @default - none beside those that the construct sets
   * @see https://questdb.com/docs/configuration/overview/
   */
  readonly settings?: Readonly<Record<string, QuestDbSetting>>;
  /** @default - cpu 2 / 500m, memory 2Gi / 1Gi; a quarter of the memory is Java's heap, the rest is the database's */
  readonly resources?: ResourcesProps;
  /**
   * What the variables start with that those get who may connect: `QUESTDB_HOST`, `_HTTP_PORT`, `_PG_PORT`, `_ILP_PORT`,
   * `_DATABASE`, `_USER`, `_PASSWORD_FILE`.
   * @default 'QUESTDB'
   */
  readonly variables?: string;
  /** Numeric user and group that own the folder of the data in the image. @default '10001:10001' */
  readonly user?: `${number}:${number}`;
  /** Segments. @default - none: what an edge allows to connect is connected */
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
