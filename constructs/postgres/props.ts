import type { Acknowledgements } from '../../lib/model/features';
import type { SecretFile } from '../../lib/model/kinds/secret';
import type { Size } from '../../lib/model/values/quantities';
import type {
  AttachmentProps,
  EnvValue,
  LoggingProps,
  PlacementProps,
  ResourcesProps,
  WritableProps,
} from '../../lib/model/workload/props';
import type { Secret } from '../secrets/secret';
import type { Setting } from './settings';

/** A major version that is supported. @see https://www.postgresql.org/support/versioning/ */
export type PostgresVersion = 15 | 16 | 17 | 18;

/** What a user may say of a database within the cluster. */
export interface DatabaseProps {
  /** The role that owns it and everything in it: the one an application logs in with. @default - as the database is called */
  readonly owner?: string;
  /** Extensions, made by a superuser when they are missing. `pg_stat_statements` is there already. @default - none */
  readonly extensions?: readonly string[];
  /**
   * SQL that the owner runs once, when the database was made, in one transaction. What changes later belongs in migrations.
   * @default - none
   */
  readonly init?: string;
}

/** What a user may say of one more role: nobody has more rights than its line says. */
export interface RoleProps {
  /** `read` may read every table, `write` also change every row; `none` has what is granted to it in SQL. @default 'none' */
  readonly access?: 'read' | 'write' | 'none';
  /** Databases that it may connect to. @default - all */
  readonly databases?: readonly string[];
  /** Whether it can log in; needs a password then. @default true */
  readonly login?: boolean;
}

/** Where the passwords stand. */
export interface PasswordsProps {
  /** The secret. */
  readonly secret: Secret;
  /** The key of each role's password; `postgres` is the superuser. @default - `<role>-password` */
  readonly keys?: Readonly<Record<string, string>>;
}

/** The certificate of the server. */
export interface ServerCertificateProps {
  /** The secret with the certificate and its key. */
  readonly secret: Secret;
  /** Key of the certificate in PEM, with those between it and the authority. @default 'tls.crt' */
  readonly certificate?: string;
  /** Key of the private key in PEM. @default 'tls.key' */
  readonly privateKey?: string;
  /** Key of the authority's certificate, which clients verify the server with. @default 'ca.crt' */
  readonly authority?: string;
}

/** What goes on in the server's container beside PostgreSQL, with programs that its image has to have. */
export interface BesideProps {
  /**
   * Shell script that has to end well before the server starts. What it leaves in the background, with its parent ended, goes on
   * beside the server.
   */
  readonly beforeStart: string;
  /** Variables of its own. @default - none */
  readonly env?: Readonly<Record<string, EnvValue>>;
  /** Paths beside those of PostgreSQL that are written to. @default - none */
  readonly writable?: readonly (string | WritableProps)[];
}

/** What a user may say of a PostgreSQL server. */
export interface PostgresProps {
  /** Major version. Another one needs the data restored from a backup, or pg_upgrade. */
  readonly version: PostgresVersion;
  /**
   * Image with PostgreSQL's programs and a shell.
   * @default - `postgres:<version>-bookworm`, with `vector` `pgvector/pgvector:pg<version>`
   */
  readonly image?: string;
  /** Whether pgvector is there, as the extension `vector` of every database. @default false */
  readonly vector?: boolean;
  /** The databases by name. */
  readonly databases: Readonly<Record<string, DatabaseProps>>;
  /** More roles by name. @default - owners, and roles for backups and monitoring */
  readonly roles?: Readonly<Record<string, RoleProps>>;
  /** @default - a GeneratedSecret */
  readonly passwords?: PasswordsProps;
  /** The server's certificate. @default - a new self-signed one at each start: encrypted, and not verified */
  readonly tls?: ServerCertificateProps;
  /** Capacity of the volume in binary units. */
  readonly size: Size;
  /** Kubernetes storage class. @default - the cluster's default class */
  readonly storageClass?: string;
  /** @default - cpu 1 / 250m, memory 1Gi / 512Mi */
  readonly resources?: ResourcesProps;
  /**
   * Collation and character types of new clusters. `C.UTF-8` does not change with the image's C library, which would break
   * indexes.
   * @default 'C.UTF-8'
   */
  readonly locale?: string;
  /**
   * Parameters of PostgreSQL that differ from what follows from the size and the environment.
   * @default - none
   * @see https://www.postgresql.org/docs/current/runtime-config.html
   */
  readonly settings?: Readonly<Record<string, Setting>>;
  /**
   * Whether what was committed survives a power cut. `false` (no fsync, no full page writes) is for tests, and an error
   * outside the environment `test`.
   * @default - true outside the environment test
   */
  readonly durable?: boolean;
  /** Image of the exporter of metrics, or `false` for none. @default 'quay.io/prometheuscommunity/postgres-exporter:v0.17.1' */
  readonly exporter?: string | false;
  /**
   * What the variables start with that those get who may connect: `DATABASE_HOST`, `_PORT`, `_NAME`, `_USER`,
   * `_PASSWORD_FILE`, `_SSLMODE`, and `_CA_FILE` with `tls`. Of several databases, the name of each comes in front.
   * @default 'DATABASE'
   */
  readonly variables?: string;
  /** What goes on in its container beside it. @default - nothing */
  readonly beside?: BesideProps;
  /** Numeric user and group. @default '10001:10001' */
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

/** How a role of the server logs in. */
export interface Login {
  /** The role. */
  readonly user: string;
  /** Its password. */
  readonly password: SecretFile;
}
