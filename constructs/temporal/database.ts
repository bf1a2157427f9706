import type { Connectable } from '../../lib/model/edges/network-facet';
import type { SecretFile } from '../../lib/model/kinds/secret';
import type { Postgres } from '../postgres/postgres';
import { PostgresWithBackup } from '../postgres-with-backup/postgres-with-backup';

/** The databases of Temporal: what workflows are, and what they are found by. */
export const DATABASES = { temporal: 'temporal', visibility: 'temporal_visibility' } as const;
/** Who owns both. */
export const OWNER = 'temporal';

/** How Temporal reaches its database. */
export interface TemporalStore {
  /** Who is connected to. */
  readonly server: Connectable;
  /** Name of the server. */
  readonly host: string;
  /** Password of the owner. */
  readonly password: SecretFile;
  /** What the server's certificate is verified with; it is not verified without. */
  readonly authority?: SecretFile;
}

/** How to reach a database: PgBouncer is passed by, since it breaks prepared statements. */
export function storeOf(database: Postgres | PostgresWithBackup): TemporalStore {
  const server = database instanceof PostgresWithBackup ? (database.cluster ?? database.database) : database;
  const { authority } = server;
  return {
    server: 'direct' in server ? server.direct : server,
    host: server.host,
    password: server.login(OWNER).password,
    ...(authority && { authority }),
  };
}
