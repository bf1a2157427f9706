import type { ExternalPeer } from '../../lib/model/edges/peers';
import type { Duration } from '../../lib/model/values/quantities';
import type { ResourcesProps } from '../../lib/model/workload/props';
import type { Secret } from '../secrets/secret';
import type { AccessKey } from './props';

/** PgBouncer in front of the primary. @see https://cloudnative-pg.io/documentation/current/connection_pooling/ */
export interface PoolerProps {
  /** How many of it. @default 2 */
  readonly instances?: number;
  /** `transaction` lets many clients share few connections, and keeps nothing of a session. @default 'session' */
  readonly mode?: 'session' | 'transaction';
  /** Clients of each instance. @default 1000 */
  readonly maxClients?: number;
  /** Connections to the server by each instance, for each user and database. @default 20 */
  readonly poolSize?: number;
  /** @default - cpu 500m / 50m, memory 128Mi / 64Mi */
  readonly resources?: ResourcesProps;
}

/** Physical backups by the Barman Cloud plugin. @see https://cloudnative-pg.io/plugin-barman-cloud/ */
export interface PhysicalBackupProps {
  /** When a base backup is made: five fields, UTC. @default '0 1 * * *' */
  readonly cron?: string;
  /** How far back a point in time can be restored; older backups are deleted. Needs a `key` that may delete. @default - for ever */
  readonly window?: `${number}${'d' | 'w' | 'm'}`;
  /** Longest that what was committed is in the write-ahead log of the primary alone. @default '60s' */
  readonly archiveTimeout?: Duration;
  /** Which of `backup.destinations`. @default - the first */
  readonly destination?: string;
  /** May put, get and list, and delete for a `window`. @default - the destination's writer */
  readonly key?: AccessKey;
}

/** A Cluster of CloudNativePG in place of a server of one node. @see https://cloudnative-pg.io */
export interface CloudNativePgProps {
  /** Which operator. */
  readonly kind: 'cloudnative-pg';
  /** One primary, the others its standbys. @default 3 in production, else 1 */
  readonly instances?: number;
  /** Whether a commit waits for one standby, so that it outlives any one node. @default - with three instances or more */
  readonly synchronous?: boolean;
  /** PgBouncer in front of the primary; clients then connect to it. @default false */
  readonly pooler?: boolean | PoolerProps;
  /** A secret of each role that logs in, with the keys `username` and `password`. @default - a GeneratedSecret each */
  readonly passwords?: Readonly<Record<string, Secret>>;
  /** Physical backups and the write-ahead log, into the bucket of the logical ones; `false` for none. @default - with the defaults */
  readonly physical?: PhysicalBackupProps | false;
  /** Where logical backups are read. A standby may cancel one that takes long. @default 'primary' */
  readonly backupFrom?: 'primary' | 'standby';
  /** The operator's pods. @default - `app.kubernetes.io/name: cloudnative-pg` in the namespace `cnpg-system` */
  readonly operator?: ExternalPeer;
  /** Who fetches the metrics of the instances, on their port 9187. @default - nobody */
  readonly metricsFrom?: ExternalPeer;
}
