import type { IConstruct } from 'constructs';
import { Environment } from '../../lib/model/environment';
import { nameOf } from '../../lib/model/names';
import { longestPause, scheduleMistake } from '../../lib/model/values/cron';
import { tryDuration } from '../../lib/model/values/quantities';
import type { EnvValue } from '../../lib/model/workload/props';
import { isObject } from '../../lib/model/workload/reading';
import type { Say } from '../postgres/check';
import type { PostgresProps } from '../postgres/props';
import type { ArchiveLimits } from './alerts';
import type { BackupDefaults } from './defaults';
import type { BackupProps, PitrProps } from './props';
import { destinationEnv, secondsOf, variableName } from './runner';

/** Which backups the server makes when nothing is said. */
const FULL = '0 1 * * 0';
const DIFF = '0 1 * * 1-6';
/** Seconds after which what was committed is archived: with the 15 that a push may take, a minute. */
const ARCHIVED = 45;
/** Parameters of the server that archiving decides. */
const OURS = ['archive_mode', 'archive_command', 'archive_library', 'archive_timeout', 'wal_level'] as const;
const DAY = 86_400;
const WHERE = 'backup.pitr';

/** Reports everything that is wrong with the recovery to points in time, and answers with it; `undefined` for none. */
export function checkPitr(backup: BackupProps, server: Partial<PostgresProps>, defaults: BackupDefaults, say: Say): PitrProps | undefined {
  const said: unknown = backup.pitr;
  const right = "write it as { engine: 'pgbackrest', cipher: secrets.file('pitr-cipher') }";
  if (said === undefined && defaults.pitr)
    say(WHERE, 'a database of this environment would lose up to a day', undefined, `${right}, or say false`);
  if (said === undefined || said === false) return undefined;
  if (!isObject(said)) {
    say(WHERE, 'must be an object or false', said, right);
    return undefined;
  }
  const pitr = said as unknown as PitrProps;
  if (pitr.engine !== 'pgbackrest') say(`${WHERE}.engine`, "must be 'pgbackrest'", pitr.engine, "use 'pgbackrest'");
  checkTimes(pitr, say);
  for (const name of OURS)
    if (server.settings?.[name] !== undefined)
      say(`settings.${name}`, 'is what points in time are archived by', server.settings[name], 'leave it out, or set backup.pitr to false');
  const to = checkDestination(pitr, backup, say);
  if (isObject(pitr.cipher)) return to ? pitr : undefined;
  say(`${WHERE}.cipher`, 'needs the file that the archive is encrypted with', pitr.cipher, "write it as secrets.file('pitr-cipher')");
  return undefined;
}

function checkTimes({ full = FULL, diff = DIFF, drill, fulls = 2, archiveTimeout }: PitrProps, say: Say): void {
  for (const [name, cron] of Object.entries({ full, diff, ...(drill && { 'drill.cron': drill.cron }) })) {
    if (cron === false) continue;
    const mistake = scheduleMistake(String(cron), 'Etc/UTC');
    if (mistake) say(`${WHERE}.${name}`, mistake.what, cron, mistake.fix);
  }
  if (!Number.isInteger(fulls) || fulls < 2)
    say(`${WHERE}.fulls`, 'must be a whole number of at least 2: the newest may turn out to be bad', fulls, 'use 2');
  const seconds = archiveTimeout === undefined ? ARCHIVED : (tryDuration(archiveTimeout) ?? 0) / 1000;
  if (!Number.isInteger(seconds) || seconds < 10 || seconds > 300)
    say(`${WHERE}.archiveTimeout`, 'must be 10 seconds to 5 minutes', archiveTimeout, "use '45s'");
}

function checkDestination({ destination }: PitrProps, { destinations }: BackupProps, say: Say): boolean {
  const names = Object.keys(destinations);
  const name = destination ?? names[0];
  if (name === undefined) return false; // reported with the destinations
  const to = destinations[name];
  if (to === undefined) say(`${WHERE}.destination`, 'is none of the destinations', destination, `use ${names.join(', ')}`);
  else if (to.endpoint?.startsWith('http:'))
    say(`${WHERE}.destination`, 'speaks no TLS, without which pgBackRest goes nowhere', to.endpoint, 'use https');
  else return true;
  return false;
}

function placeOf({ destination }: PitrProps, { destinations }: BackupProps) {
  const name = destination ?? (Object.keys(destinations)[0] as string);
  return { name, to: destinations[name] as BackupProps['destinations'][string] };
}

/** What containers that only look at the archive have. */
export function pitrPlace(pitr: PitrProps, backup: BackupProps): Record<string, EnvValue> {
  return { BACKUP_PITR_DESTINATION: variableName(placeOf(pitr, backup).name) };
}

/** What containers that read or write the archive have. */
export function pitrEnv(pitr: PitrProps, backup: BackupProps): Record<string, EnvValue> {
  return { ...pitrPlace(pitr, backup), BACKUP_PITR_CIPHER_FILE: pitr.cipher, BACKUP_PITR_FULLS: pitr.fulls ?? 2 };
}

/** What the server is, beside what the user says of it: pgBackRest has to be where the data is. */
export function archivingServer(scope: IConstruct, pitr: PitrProps, backup: BackupProps, image: string): Partial<PostgresProps> {
  const { name, to } = placeOf(pitr, backup);
  const { full = FULL, diff = DIFF } = pitr;
  const one = { ...backup, destinations: { [name]: { ...to, ...(pitr.key && { writer: pitr.key }) } } };
  return {
    image,
    beside: {
      beforeStart: BEFORE_START,
      env: {
        ...destinationEnv(one, 'writer', nameOf(scope)),
        ...pitrEnv(pitr, backup),
        BACKUP_PITR_FULL_CRON: full,
        ...(diff !== false && { BACKUP_PITR_DIFF_CRON: diff }),
        BACKUP_ENVIRONMENT: Environment.of(scope).name,
      },
      // volumes of the image that nothing is kept in
      writable: [
        { path: '/staging', size: '8Mi' },
        { path: '/metrics', size: '1Mi' },
      ],
    },
  };
}

/**
 * Parameters of a server that archives. The configuration of pgBackRest is made at each start, in memory. While the bucket does not
 * answer, a push gives up after 15 s, so that the three that a server that stops makes are over within its grace period.
 */
export function archiveSettings({ archiveTimeout }: PitrProps) {
  return {
    archive_mode: true,
    archive_command: 'timeout 15 pgbackrest --config=/tmp/pgbackrest/pgbackrest.conf --stanza=main --io-timeout=3 archive-push %p',
    archive_timeout: `${secondsOf(archiveTimeout, ARCHIVED)}s`,
    wal_level: 'replica',
  } as const;
}

/** Limits of the rules, in seconds: a backup or a drill that takes as long as it may is no alarm. */
export function archiveLimits({ full = FULL, diff = DIFF, drill }: PitrProps, defaults: BackupDefaults): ArchiveLimits {
  const times = drill ?? defaults.pitr ?? false;
  return {
    backupAge: longestPause(full, ...(diff === false ? [] : [diff])) + 6 * 3600,
    ...(times !== false && { drillAge: longestPause(times.cron) + DAY }),
  };
}

const BEFORE_START = `#!/bin/sh
# Makes pgBackRest ready, puts restored data in its place, and leaves behind what makes backups.
set -eu
pg-backup pitr-prepare
(setsid pg-backup pitr-beside &)
`;
