import type { SecretFile } from '../../lib/model/kinds/secret';
import type { Duration, Size } from '../../lib/model/values/quantities';
import type { ResourcesProps } from '../../lib/model/workload/props';
import type { PostgresProps } from '../postgres/props';
import type { CloudNativePgProps } from './engine';

/** The two halves of an access key. */
export interface AccessKey {
  /** The file with the access key's id: `secrets.file('writer-id')`. */
  readonly id: SecretFile;
  /** The file with the secret half. */
  readonly secret: SecretFile;
}

/** A bucket that speaks S3. Everything in it stands under `<prefix>/<database>/`. */
export interface S3DestinationProps {
  /** The bucket's name. */
  readonly bucket: string;
  /** What all keys start with. @default - the server's name */
  readonly prefix?: string;
  /** @default 'us-east-1' */
  readonly region?: string;
  /** `https://host[:port]` of a service other than Amazon's. @default - Amazon S3 */
  readonly endpoint?: string;
  /** Authority that signs the endpoint's certificate, in PEM. @default - those that the image knows */
  readonly ca?: SecretFile;
  /** Who writes: may put, get and list, and needs no right to delete. */
  readonly writer: AccessKey;
  /** Who deletes what retention does not keep: may list, get and delete. @default - nobody: nothing is ever deleted */
  readonly pruner?: AccessKey;
  /** Who restores: may list and get, and put what a drill proved; for `restore` also put a safety backup. @default - the writer */
  readonly restorer?: AccessKey;
  /** Storage class of new objects. @default - the bucket's */
  readonly storageClass?: string;
  /** Key with which the service encrypts, for `encryption: { kind: 'sse-kms' }`. @default - none */
  readonly kmsKeyId?: string;
  /** How long the bucket keeps objects from being deleted, in days. @default - not at all */
  readonly objectLockDays?: number;
}

/** Who can read a backup. */
export type EncryptionProps =
  /**
   * Encrypted before it leaves, with public keys: whoever makes backups cannot read them.
   *
   * @see https://age-encryption.org
   */
  | {
      readonly kind: 'age';
      /** Public keys; one whose private key is kept outside is worth having. */
      readonly recipients: readonly `age1${string}`[];
      /** The private key, for drills and restores alone. Without it there are no drills. @default - none */
      readonly identity?: SecretFile;
    }
  /** By the S3 service, with a key of its key management; each destination names it. */
  | { readonly kind: 'sse-kms' }
  /** Not at all; an error in production and staging without a reason. */
  | { readonly kind: 'none'; readonly reason: string };

/** Which backups are kept. Periods are counted that have backups, never ages: a wrong clock deletes nothing. */
export interface RetentionProps {
  /** Newest days of which a backup is kept. */
  readonly daily: number;
  /** Newest weeks. @default 0 */
  readonly weekly?: number;
  /** Newest months. @default 0 */
  readonly monthly?: number;
  /** Newest years. @default 0 */
  readonly yearly?: number;
  /** Newest backups that are kept in any case, none of them refuted by a drill; at least 2. */
  readonly minVerified: number;
  /** Days for which what a restore saved before it began is kept. @default 7 */
  readonly safetyDays?: number;
  /** Most deletions of a run. @default 3 */
  readonly maxDeletes?: number;
}

/** When something runs. */
export interface BackupSchedule {
  /** Five fields. @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ */
  readonly cron: string;
  /** IANA time zone; one with daylight saving skips or doubles hours. @default 'Etc/UTC' */
  readonly timeZone?: string;
  /** Time after which a run has failed. @default '2h' */
  readonly deadline?: Duration;
  /** Each run starts up to this much later. @default - 10m in production and staging */
  readonly jitter?: Duration;
}

/** A restore into a throw-away server, with every row compared. */
export interface DrillProps extends BackupSchedule {
  /** Which backup. @default 'latest' */
  readonly target?: 'latest' | 'random';
}

/**
 * Recovery to any point in time: the server archives its write-ahead log, and makes physical backups beside it.
 *
 * @see https://pgbackrest.org/user-guide.html
 */
export interface PitrProps {
  /** The only one there is. */
  readonly engine: 'pgbackrest';
  /** Secret that the archive is encrypted with (aes-256-cbc), one line of at least 16 characters. Without it nothing can be restored. */
  readonly cipher: SecretFile;
  /** Name of the destination; the archive stands at `<prefix>.pitr`. @default - the first one */
  readonly destination?: string;
  /** The server's key: may put, get, list and delete below `<prefix>.pitr`. @default - the destination's writer */
  readonly key?: AccessKey;
  /** Five fields, in UTC. @default '0 1 * * 0' */
  readonly full?: string;
  /** Backups of what is different since the last full one; `false` for none. @default '0 1 * * 1-6' */
  readonly diff?: string | false;
  /** Time after which what was committed is archived, however little it is; a push may take 15 s more. @default '45s' */
  readonly archiveTimeout?: Duration;
  /** Full backups that are kept, with everything archived since the oldest. @default 2 */
  readonly fulls?: number;
  /** Proof by a restore to a point in time, with every page and index looked at. @default - Sunday at 07:00 UTC in production, else none by itself */
  readonly drill?: BackupSchedule | false;
}

/** Backups, and how they are proved. */
export interface BackupProps {
  /** Where they go; each has to take them, or the run has failed. */
  readonly destinations: Readonly<Record<string, S3DestinationProps>>;
  /** Who can read them. @default - required in production and staging */
  readonly encryption?: EncryptionProps;
  /** Recovery to any point in time; the runner's image is the server's then. @default - none; has to be said in production, `false` as well */
  readonly pitr?: PitrProps | false;
  /** When they are made; `false` makes none by itself. @default - daily at 02:00 UTC in production and staging, else none by itself */
  readonly schedule?: BackupSchedule | false;
  /** `custom` is always made; `plain` is SQL text of the same snapshot. @default - both in production, else custom */
  readonly formats?: readonly ('custom' | 'plain')[];
  /** Which databases; `all` is found out at each run. @default 'all' */
  readonly databases?: readonly string[] | 'all';
  /** Roles beside the databases, and whether with their passwords. @default 'with-passwords' */
  readonly globals?: 'with-passwords' | 'without-passwords' | 'none';
  /** What is compared after a restore: every row, numbers of rows, or nothing. @default 'full' */
  readonly fingerprint?: 'full' | 'counts' | 'none';
  /** @default - 30 daily, 8 weekly, 12 monthly and 7 verified ones in production; 7 daily and 3 in staging; else 3 and 2 */
  readonly retention?: RetentionProps;
  /** @default - daily at 05:00 UTC in production, weekly in staging, else none by itself */
  readonly drill?: DrillProps | false;
  /** Capacity of the volumes on which dumps are staged and drills restore. @default - as the server's volume */
  readonly staging?: Size;
  /** Longest that a restore may take before somebody is told. @default '2h' */
  readonly maxRestore?: Duration;
  /**
   * Oldest that the newest backup may be when Pulumi destroys the stack: it refuses otherwise, until `destroy.guard` is
   * acknowledged. Where each backup is drilled, only one that was restored counts. Without a schedule nobody asks.
   * @default - as old as it ever is in good health: of daily backups 26 h, and 38 h where they are drilled
   */
  readonly maxAgeAtDestroy?: Duration;
  /** Where failures are told: the file with a URL that takes JSON by POST. @default - nowhere */
  readonly webhook?: { readonly url: SecretFile; readonly on?: readonly ('failure' | 'success' | 'warning')[] };
  /** The runner's image, built from the server's own: see images/postgres-backup. @default - `ironhull/postgres-backup:<version>` */
  readonly image?: string;
  /** Of each of the runner's containers. @default - cpu 1 / 100m, memory 512Mi / 128Mi */
  readonly resources?: ResourcesProps;
}

/** No backups. */
export interface BackupDisabled {
  /** Makes none. */
  readonly enabled: false;
  /** Why the data may be lost. */
  readonly reason: string;
}

/** What a user may say of a PostgreSQL server that proves its own backups. */
export interface PostgresWithBackupProps extends PostgresProps {
  /** Backups. @default - an error in production and staging; none in development and test */
  readonly backup?: BackupProps | BackupDisabled;
  /** A Cluster of CloudNativePG, where one node is outgrown; on Kubernetes alone. @default - a server of one node */
  readonly engine?: CloudNativePgProps;
}
