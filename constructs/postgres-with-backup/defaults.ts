import type { Environment } from '../../lib/model/environment';
import type { BackupProps, BackupSchedule, DrillProps, RetentionProps } from './props';

/** What is true of backups where the user says nothing. */
export interface BackupDefaults {
  readonly required: boolean;
  readonly schedule: BackupSchedule | false;
  readonly drill: DrillProps | false;
  readonly formats: NonNullable<BackupProps['formats']>;
  readonly retention: RetentionProps;
  /** When points in time are drilled, where they have to be thought of. */
  readonly pitr?: BackupSchedule;
}

const DAILY = { cron: '0 2 * * *', deadline: '2h', jitter: '10m' } as const;

const ROWS: Readonly<Record<'production' | 'staging' | 'otherwise', BackupDefaults>> = {
  production: {
    required: true,
    schedule: DAILY,
    drill: { cron: '0 5 * * *', deadline: '2h' },
    formats: ['custom', 'plain'],
    retention: { daily: 30, weekly: 8, monthly: 12, minVerified: 7 },
    pitr: { cron: '0 7 * * 0', deadline: '4h' },
  },
  staging: {
    required: true,
    schedule: DAILY,
    drill: { cron: '0 5 * * 0', deadline: '2h' },
    formats: ['custom'],
    retention: { daily: 7, minVerified: 3 },
  },
  otherwise: { required: false, schedule: false, drill: false, formats: ['custom'], retention: { daily: 3, minVerified: 2 } },
};

/** The defaults of an environment. */
export function defaultsOf(environment: Environment): BackupDefaults {
  return environment.pick({ production: ROWS.production, staging: ROWS.staging, otherwise: ROWS.otherwise });
}
