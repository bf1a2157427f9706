import { longestPause } from '../../lib/model/values/cron';
import type { EnvValue, WorkloadProps } from '../../lib/model/workload/props';
import type { AlertLimits } from './alerts';
import type { BackupDefaults } from './defaults';
import type { BackupProps, BackupSchedule } from './props';
import { secondsOf, timesOf } from './runner';

/** How long after a drill began its proof may be late. */
const GRACE = 43_200;

/** What backups that are made on a schedule are measured by. */
export function limitsOf(
  backup: BackupProps,
  schedule: BackupSchedule,
  drill: BackupSchedule | false,
  defaults: BackupDefaults,
): AlertLimits {
  return {
    backupAge: ageOf(schedule),
    restore: secondsOf(backup.maxRestore, 7200),
    minVerified: (backup.retention ?? defaults.retention).minVerified,
    encrypted: backup.encryption?.kind !== 'none',
    ...(drill !== false && { drillAge: longestPause(drill.cron) + GRACE }),
  };
}

/** A run that is late, and one that takes as long as it may, are no alarm. */
function ageOf(schedule: BackupSchedule): number {
  const { deadline, jitter } = timesOf(schedule);
  return longestPause(schedule.cron) + deadline + jitter;
}

/** What BackupStatus is asked before the stack is destroyed. Where each backup is drilled, only one that was proved counts. */
export function guardOf(
  backup: BackupProps,
  schedule: BackupSchedule | false,
  drill: BackupSchedule | false,
): { readonly props: Pick<WorkloadProps, 'beforeDestroy'>; readonly env: Readonly<Record<string, EnvValue>> } {
  if (schedule === false) return { props: {}, env: {} };
  const proven = drill !== false && longestPause(drill.cron) <= longestPause(schedule.cron);
  const age = secondsOf(backup.maxAgeAtDestroy, ageOf(schedule) + (proven ? GRACE : 0));
  return {
    props: { beforeDestroy: ['pg-backup', 'guard'] },
    env: { BACKUP_GUARD_AGE: age, ...(proven && { BACKUP_GUARD_PROVEN: true }) },
  };
}
