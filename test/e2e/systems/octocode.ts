/** OctoCode as the suites of all engines know it: who is there, which edges there are, and what is planted as its secrets. */

import type { Inspected } from '../support/docker';
import { until } from '../support/run';
import { OWN } from './reach';
import { leaks, plantedIn, told } from './secrets';

/** The edges of production; what makes backups of the database is in nobody's network but its own. */
export const EDGES = [
  ['gateway', 'app'],
  ['app', 'database'],
  ['app', 'redis'],
  ['worker', 'database'],
  ['worker', 'redis'],
  ['migrate', 'database'],
  ['database-exporter', 'database'],
  ['database-backup', 'database'],
  ['redis-exporter', 'redis'],
  ['worker-exporter', 'redis'],
] as const;

/** What reads the bucket or keeps a schedule: it has no port, or none that anybody may connect to. */
export const RUNNERS = ['database-backup', 'database-prune', 'database-drill', 'database-backup-status'] as const;

/** A port of each that listens; the stand-ins of the worker and, while they are asked, of the migration and of tasks listen too. */
export const PORTS: Readonly<Record<string, number>> = {
  gateway: 8080,
  app: 3000,
  database: 5432,
  redis: 6379,
  worker: 9000,
  migrate: 9000,
  'database-exporter': 9187,
  'redis-exporter': 9121,
  'worker-exporter': 9121,
  'database-backup-status': 9188,
  'database-backup': OWN,
  'database-prune': OWN,
  'database-drill': OWN,
};

/** Values that must be nowhere but in files of those who read them; each has a length of its own. */
export const PLANTED: Readonly<Record<string, string>> = {
  'github-token': 'planted-github-token-1',
  'postgres-password': 'planted $postgres "password" 22',
  'redis-password': 'planted-redis-password-333',
  'redis-admin-password': 'planted "redis" \\admin password 6666666666666666',
  'redis-monitoring-password': 'planted-redis-monitoring-77777777777777777',
  'session-secret': 'planted-session-secret-4444',
  'postgres-superuser-password': "planted 'superuser' \\password 55555",
  'postgres-backup-password': 'planted-backup-password-666666',
  'postgres-monitoring-password': 'planted-monitoring-password-7777777',
  'backup-writer-id': 'planted-writer-id-88888888',
  'backup-writer-secret': 'planted-writer-secret-999999999',
  'backup-pruner-id': 'planted-pruner-id-0000000000',
  'backup-pruner-secret': 'planted-pruner-secret-11111111111',
  'backup-restorer-id': 'planted-restorer-id-222222222222',
  'backup-restorer-secret': 'planted-restorer-secret-3333333333333',
  'backup-age-identity': 'planted-age-identity-44444444444444',
  'backup-webhook': 'https://planted-webhook.invalid/555555555555555',
};

/** Which secrets each process has as files. */
export const READS: Readonly<Record<string, readonly string[]>> = {
  app: ['github-token', 'postgres-password', 'redis-password', 'session-secret'],
  worker: ['github-token', 'postgres-password', 'redis-password'],
  migrate: ['postgres-password'],
  database: ['postgres-superuser-password', 'postgres-password', 'postgres-backup-password', 'postgres-monitoring-password'],
  'database-exporter': ['postgres-monitoring-password'],
  'database-backup': ['backup-writer-id', 'backup-writer-secret', 'backup-webhook', 'postgres-backup-password'],
  'database-prune': ['backup-pruner-id', 'backup-pruner-secret', 'backup-webhook'],
  'database-drill': ['backup-restorer-id', 'backup-restorer-secret', 'backup-age-identity', 'backup-webhook'],
  'database-backup-status': ['backup-restorer-id', 'backup-restorer-secret', 'backup-webhook'],
  redis: ['redis-password', 'redis-admin-password', 'redis-monitoring-password'],
  'redis-exporter': ['redis-monitoring-password'],
  'worker-exporter': ['redis-password'],
  gateway: [],
};

/** Which planted values a text holds. */
export const planted = (text: string, values = PLANTED) => plantedIn(text, values);

/** Each planted value in what is said of containers, in their logs and in the environments of their processes, with its place. */
export const leaksOf = async (containers: readonly Inspected[]) => leaks(await told(containers, 'octocode/'), PLANTED);

/** The images that stand in for its own. */
export const IMAGES = [
  'octocode/app:1.0.0',
  'octocode/app:1.1.0',
  'postgres:16-bookworm',
  'redis:7.4-bookworm',
  'nginxinc/nginx-unprivileged:1.27-bookworm',
  'quay.io/prometheuscommunity/postgres-exporter:v0.17.1',
  'oliver006/redis_exporter:v1.74.0-alpine',
  'ironhull/postgres-backup:16',
];

/** Waits until the stand-in of the database's exporter could log in with what it was given: it listens before it can. */
export async function exporterLogsIn(logs: () => Promise<string>): Promise<void> {
  await until('the exporter logs in', logs, (text) => text.includes('exporter: logged in'), 120_000);
}
