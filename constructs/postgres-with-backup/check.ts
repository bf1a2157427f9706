import type { IConstruct } from 'constructs';
import { Environment } from '../../lib/model/environment';
import { isReason } from '../../lib/model/values/text';
import { isObject } from '../../lib/model/workload/reading';
import { type Say, sayAt } from '../postgres/check';
import type { PostgresProps } from '../postgres/props';
import type { BackupDefaults } from './defaults';
import { endpointOf } from './peers';
import { checkPitr } from './pitr';
import type { BackupProps, PostgresWithBackupProps, RetentionProps, S3DestinationProps } from './props';
import { timesOf, variableName } from './runner';

/** Reports everything that is wrong with backups, and answers with those that are made; `undefined` for none. */
export function checkBackup(
  scope: IConstruct,
  said: PostgresWithBackupProps['backup'],
  server: Partial<PostgresProps>,
  defaults: BackupDefaults,
): BackupProps | undefined {
  const say = sayAt(scope);
  if (said === undefined || (isObject(said) && 'enabled' in said)) {
    checkNone(said, defaults, say);
    return undefined;
  }
  if (!isObject(said)) {
    say('backup', 'must be an object', said, 'write it as { destinations: { main: { bucket, writer } }, encryption }');
    return undefined;
  }
  const backup = said as BackupProps;
  const destinations = checkDestinations(backup.destinations, Environment.of(scope), say);
  checkEncryption(backup, defaults, say);
  checkRetention(backup.retention ?? defaults.retention, say);
  checkLock(backup, defaults, say);
  checkNames(backup, server, say);
  checkOrder(backup, defaults, say);
  return { ...backup, destinations, pitr: checkPitr({ ...backup, destinations }, server, defaults, say) ?? false };
}

function checkNone(said: PostgresWithBackupProps['backup'], defaults: BackupDefaults, say: Say): void {
  if (!said) {
    const fix = "give it destinations, or say { enabled: false, reason: '…' }";
    if (defaults.required) say('backup', 'a database of this environment needs backups', undefined, fix);
    return;
  }
  const { enabled, reason } = said as { enabled?: unknown; reason?: unknown };
  if (enabled !== false) say('backup.enabled', 'can only be false', enabled, 'leave it out to make backups');
  else if (defaults.required && !isReason(reason))
    say('backup.reason', 'needs a reason of at least ten characters', reason, 'say why this data may be lost');
}

function checkDestinations(said: unknown, environment: Environment, say: Say): Record<string, S3DestinationProps> {
  if (!isObject(said) || Object.keys(said).length === 0) {
    say('backup.destinations', 'backups need at least one destination', said, 'write it as { main: { bucket, writer: { id, secret } } }');
    return {};
  }
  const places = new Map<string, string>();
  const right = Object.entries(said as Record<string, S3DestinationProps>).filter(([name, destination]) => {
    const where = `backup.destinations.${name}`;
    if (!/^[a-z][a-z0-9]*$/i.test(name)) say('backup.destinations', 'a name must be letters and digits', name, "use 'main'");
    else if (!isObject(destination) || typeof destination.bucket !== 'string')
      say(`${where}.bucket`, 'needs the name of a bucket', undefined, "write it as { bucket: 'acme-backups', … }");
    else if (!isObject(destination.writer))
      say(`${where}.writer`, 'needs an access key', undefined, "write it as { id: secrets.file('id'), secret: secrets.file('secret') }");
    else {
      checkEndpoint(where, destination, environment, say);
      const place = JSON.stringify([endpointOf(destination), destination.bucket, destination.prefix ?? '']);
      const other = places.get(place);
      if (other !== undefined) say(where, `is the same place as ${other}`, destination.bucket, 'give it another bucket or prefix');
      places.set(place, name);
      const same = [...places.values()].find((one) => one !== name && variableName(one) === variableName(name));
      if (same !== undefined) say(where, `is called as ${same}, without case and marks`, name, 'give it another name');
      return true;
    }
    return false;
  });
  return Object.fromEntries(right);
}

function checkEndpoint(where: string, { endpoint, bucket, prefix }: S3DestinationProps, environment: Environment, say: Say): void {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    say(`${where}.bucket`, 'must be 3 to 63 lower case letters, digits, dots and dashes', bucket, "choose a name such as 'acme-backups'");
  if (prefix !== undefined && !/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(prefix))
    say(`${where}.prefix`, 'must be words with slashes between them', prefix, "write it as 'team/orders'");
  if (endpoint === undefined) return;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const test = environment.pick({ test: true, otherwise: false });
  if (!url || !['https:', 'http:'].includes(url.protocol))
    say(`${where}.endpoint`, 'must be an address', endpoint, "write it as 'https://s3.example.com'");
  else if (url.protocol === 'http:' && !test)
    say(`${where}.endpoint`, 'sends keys and data over the network in clear', endpoint, 'use https');
}

function checkEncryption({ encryption, destinations }: BackupProps, defaults: BackupDefaults, say: Say): void {
  const where = 'backup.encryption';
  if (encryption === undefined) {
    if (defaults.required)
      say(where, 'backups of this environment have to be encrypted', undefined, "write it as { kind: 'age', recipients: ['age1…'] }");
  } else if (encryption.kind === 'age') {
    const recipients: unknown = encryption.recipients;
    if (!Array.isArray(recipients) || recipients.length === 0)
      say(`${where}.recipients`, 'needs at least one public key', recipients, 'make one with age-keygen');
    else
      for (const one of recipients)
        if (!/^age1[a-z0-9]{58}$/.test(String(one))) say(`${where}.recipients`, 'is no public key of age', one, 'make one with age-keygen');
  } else if (encryption.kind === 'sse-kms') {
    for (const [name, { kmsKeyId }] of Object.entries(destinations ?? {}))
      if (kmsKeyId === undefined)
        say(
          `backup.destinations.${name}.kmsKeyId`,
          'needs the key that the service encrypts with',
          undefined,
          "give it, or use { kind: 'age' }",
        );
  } else if (encryption.kind === 'none') {
    if (defaults.required && !isReason(encryption.reason))
      say(
        `${where}.reason`,
        'needs a reason of at least ten characters',
        encryption.reason,
        'say why anybody with the bucket may read the data',
      );
  } else say(`${where}.kind`, "must be 'age', 'sse-kms' or 'none'", (encryption as { kind: unknown }).kind, "use 'age'");
}

function checkRetention(retention: RetentionProps, say: Say): void {
  const whole = (value: unknown, least: number) => Number.isInteger(value) && (value as number) >= least;
  if (!whole(retention.daily, 1)) say('backup.retention.daily', 'must be a whole number of at least 1', retention.daily, 'use 7');
  if (!whole(retention.minVerified, 2))
    say('backup.retention.minVerified', 'must be a whole number of at least 2', retention.minVerified, 'use 7');
  for (const key of ['weekly', 'monthly', 'yearly', 'safetyDays'] as const)
    if (retention[key] !== undefined && !whole(retention[key], 0))
      say(`backup.retention.${key}`, 'must be a whole number', retention[key], 'use 0 for none');
  if (retention.maxDeletes !== undefined && !whole(retention.maxDeletes, 1))
    say('backup.retention.maxDeletes', 'must be a whole number of at least 1', retention.maxDeletes, 'use 3');
}

/** What the bucket keeps longer than retention does can never be deleted in time. */
function checkLock(backup: BackupProps, defaults: BackupDefaults, say: Say): void {
  const { daily } = backup.retention ?? defaults.retention;
  for (const [name, destination] of Object.entries(backup.destinations ?? {})) {
    const days = destination?.objectLockDays;
    if (days !== undefined && (!Number.isInteger(days) || days < 1 || days > daily))
      say(
        `backup.destinations.${name}.objectLockDays`,
        `must be 1 to the ${daily} days that daily backups are kept`,
        days,
        `use ${Math.min(7, daily)}`,
      );
  }
}

function checkNames({ databases, image }: BackupProps, server: Partial<PostgresProps>, say: Say): void {
  const known = Object.keys(server.databases ?? {});
  if (Array.isArray(databases)) {
    if (databases.length === 0) say('backup.databases', 'names no database', databases, "use 'all'");
    for (const one of databases)
      if (!known.includes(one)) say('backup.databases', 'is no database of this server', one, `use ${known.join(', ')}`);
  }
  const major = image === undefined ? undefined : /(?:^|[^0-9])(1[5-8])(?:[^0-9]|$)/.exec(image.slice(image.lastIndexOf(':')))?.[1];
  if (major !== undefined && Number(major) !== server.version)
    say('backup.image', `is for PostgreSQL ${major}, and the server is ${server.version}`, image, "build it from the server's own image");
}

/** A drill that runs before the backup is done proves the one of the day before. */
function checkOrder(backup: BackupProps, defaults: BackupDefaults, say: Say): void {
  const { schedule = defaults.schedule, drill = defaults.drill, encryption } = backup;
  if (drill === false) return;
  if (encryption?.kind === 'age' && encryption.identity === undefined && backup.drill !== undefined)
    say('backup.drill', 'cannot read what it restores', undefined, 'give encryption.identity, or set drill to false');
  const [at, then] = [schedule, drill].map((one) => (one === false ? undefined : minutesOf(one.cron)));
  if (at === undefined || then === undefined || schedule === false) return;
  const minutes = timesOf(schedule).deadline / 60;
  if ((then - at + 1440) % 1440 < minutes)
    say(
      'backup.drill.cron',
      `begins before the backup of ${schedule.cron} has to be done`,
      drill.cron,
      `choose a time ${minutes} minutes later`,
    );
}

/** Minutes after midnight of a schedule that names one time of the day. */
function minutesOf(cron: string): number | undefined {
  const [minute, hour] = String(cron).split(' ');
  return /^\d+$/.test(minute ?? '') && /^\d+$/.test(hour ?? '') ? Number(hour) * 60 + Number(minute) : undefined;
}
