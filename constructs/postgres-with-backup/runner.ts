import { tryDuration } from '../../lib/model/values/quantities';
import type { EnvValue } from '../../lib/model/workload/props';
import type { BackupDefaults } from './defaults';
import type { AccessKey, BackupProps, BackupSchedule, S3DestinationProps } from './props';

/** Which of a destination's keys a container has. */
export type Identity = 'writer' | 'pruner' | 'restorer';

/** A destination's name as part of a variable. */
export function variableName(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

/** The key of an identity; a restorer of its own is not needed where it may write as well. */
export function keyOf(destination: S3DestinationProps, identity: Identity): AccessKey | undefined {
  return destination[identity] ?? (identity === 'restorer' ? destination.writer : undefined);
}

/** Where backups go, for one identity. */
export function destinationEnv(backup: BackupProps, identity: Identity, prefix: string): Record<string, EnvValue> {
  const env: Record<string, EnvValue> = {};
  const names: string[] = [];
  for (const [name, destination] of Object.entries(backup.destinations)) {
    const key = keyOf(destination, identity);
    if (!key) continue;
    const start = `BACKUP_DEST_${variableName(name)}`;
    names.push(variableName(name));
    Object.assign(env, {
      [`${start}_BUCKET`]: destination.bucket,
      [`${start}_PREFIX`]: destination.prefix ?? prefix,
      [`${start}_REGION`]: destination.region ?? 'us-east-1',
      [`${start}_ACCESS_KEY_FILE`]: key.id,
      [`${start}_SECRET_KEY_FILE`]: key.secret,
      ...(destination.endpoint !== undefined && { [`${start}_ENDPOINT`]: destination.endpoint }),
      ...(destination.ca && { [`${start}_CA_FILE`]: destination.ca }),
      ...(destination.storageClass !== undefined && { [`${start}_STORAGE_CLASS`]: destination.storageClass }),
      ...(destination.kmsKeyId !== undefined && { [`${start}_SSE_KMS_KEY_ID`]: destination.kmsKeyId }),
    });
  }
  return { BACKUP_DESTINATIONS: names.join(' '), ...env };
}

/** A time in whole seconds; `otherwise` where it is none. */
export function secondsOf(duration: unknown, otherwise: number): number {
  return Math.round((tryDuration(duration) ?? otherwise * 1000) / 1000);
}

/** What is made, and how it is encrypted; the private key is not among it. */
export function contentEnv(backup: BackupProps, defaults: BackupDefaults): Record<string, EnvValue> {
  const { databases = 'all', globals = 'with-passwords', fingerprint = 'full', encryption } = backup;
  const formats = new Set(['custom', ...(backup.formats ?? defaults.formats)]);
  return {
    BACKUP_DATABASES: databases === 'all' ? 'all' : JSON.stringify(databases),
    BACKUP_FORMATS: [...formats].join(' '),
    BACKUP_GLOBALS: globals,
    BACKUP_FINGERPRINT: fingerprint,
    BACKUP_ENCRYPTION: encryption?.kind ?? 'none',
    ...(encryption?.kind === 'age' && { BACKUP_AGE_RECIPIENTS: encryption.recipients.join(' ') }),
    ...(backup.webhook && { BACKUP_WEBHOOK_URL_FILE: backup.webhook.url, BACKUP_WEBHOOK_ON: (backup.webhook.on ?? ['failure']).join(' ') }),
  };
}

/** What is kept. */
export function retentionEnv(backup: BackupProps, defaults: BackupDefaults): Record<string, EnvValue> {
  const {
    daily,
    weekly = 0,
    monthly = 0,
    yearly = 0,
    minVerified,
    safetyDays = 7,
    maxDeletes = 3,
  } = backup.retention ?? defaults.retention;
  return {
    BACKUP_KEEP_DAILY: daily,
    BACKUP_KEEP_WEEKLY: weekly,
    BACKUP_KEEP_MONTHLY: monthly,
    BACKUP_KEEP_YEARLY: yearly,
    BACKUP_MIN_VERIFIED: minVerified,
    BACKUP_SAFETY_DAYS: safetyDays,
    BACKUP_MAX_DELETES: maxDeletes,
  };
}

/** How late a run may start, and how long it may take, in seconds. */
export function timesOf(schedule: BackupSchedule | false): { readonly deadline: number; readonly jitter: number } {
  if (schedule === false) return { deadline: 7200, jitter: 0 };
  return { deadline: secondsOf(schedule.deadline, 7200), jitter: secondsOf(schedule.jitter, 0) };
}
