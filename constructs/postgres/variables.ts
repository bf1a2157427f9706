import type { SecretFile } from '../../lib/model/kinds/secret';
import type { EnvValue } from '../../lib/model/workload/props';
import type { Database } from './setup';

/** How a database is reached by its owner. */
export interface Reached {
  readonly host: string;
  readonly password: SecretFile;
  /** What the server's certificate is verified with; it is not verified without. */
  readonly authority?: SecretFile | undefined;
}

/** What those are told who may connect, in variables that start with a word. */
export function databaseVariables(
  start: string,
  { name, owner }: Pick<Database, 'name' | 'owner'>,
  { host, password, authority }: Reached,
): Record<string, EnvValue> {
  return {
    [`${start}_HOST`]: host,
    [`${start}_PORT`]: 5432,
    [`${start}_NAME`]: name,
    [`${start}_USER`]: owner,
    [`${start}_PASSWORD_FILE`]: password,
    [`${start}_SSLMODE`]: authority ? 'verify-full' : 'require',
    ...(authority && { [`${start}_CA_FILE`]: authority }),
  };
}
