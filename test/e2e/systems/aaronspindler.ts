/** aaronspindler.com as its suites know it: who is there, which edges there are, who reads which secrets, and how it is asked. */
import { type Inspected, inspect } from '../support/docker';
import { must } from '../support/run';
import { OWN } from './reach';

/** What stays where it is for real, and how many of each; the migration ends. */
export const REPLICAS: Readonly<Record<string, number>> = {
  web: 3,
  'celery-worker': 3,
  'celery-worker-exporter': 1,
  'celery-beat': 1,
  'celery-flower': 1,
  database: 1,
  'database-exporter': 1,
  'database-backup': 1,
  'database-prune': 1,
  'database-drill': 1,
  'database-backup-status': 1,
  redis: 1,
  'redis-exporter': 1,
  series: 1,
};

/** The edges; what makes backups of the database is in nobody's network but its own. */
export const EDGES = [
  ...['web', 'celery-worker'].flatMap((one) => ['database', 'redis', 'series'].map((server) => [one, server] as const)),
  ['celery-beat', 'database'],
  ['celery-beat', 'redis'],
  ['celery-flower', 'redis'],
  ['celery-worker-exporter', 'redis'],
  ['redis-exporter', 'redis'],
  ['database-exporter', 'database'],
] as const;

/** Who is asked whom it reaches, and a port of each that listens; who has none gets one. */
export const PORTS: Readonly<Record<string, number>> = {
  web: 8000,
  'celery-worker': OWN,
  'celery-worker-exporter': 9121,
  'celery-beat': OWN,
  'celery-flower': 5555,
  database: 5432,
  'database-exporter': 9187,
  redis: 6379,
  'redis-exporter': 9121,
  series: 9000,
};

/** Which secrets each process has as files. */
export const READS: Readonly<Record<string, readonly string[]>> = {
  migrate: ['django-secret-key', 'postgres-password'],
  web: ['django-secret-key', 'postgres-password', 'questdb-password', 'redis-password'],
  'celery-worker': ['django-secret-key', 'postgres-password', 'questdb-password', 'redis-password'],
  'celery-worker-exporter': ['redis-password'],
  'celery-beat': ['django-secret-key', 'postgres-password', 'redis-password'],
  'celery-flower': ['django-secret-key', 'flower-password', 'redis-password'],
  database: ['postgres-backup-password', 'postgres-monitoring-password', 'postgres-password', 'postgres-superuser-password'],
  'database-exporter': ['postgres-monitoring-password'],
  'database-backup': ['backup-writer-id', 'backup-writer-secret', 'postgres-backup-password'],
  'database-prune': ['backup-pruner-id', 'backup-pruner-secret'],
  'database-drill': ['backup-age-identity', 'backup-restorer-id', 'backup-restorer-secret'],
  'database-backup-status': ['backup-restorer-id', 'backup-restorer-secret'],
  redis: ['redis-admin-password', 'redis-monitoring-password', 'redis-password'],
  'redis-exporter': ['redis-monitoring-password'],
  series: ['questdb-password'],
};

/** Values that must be nowhere but in files of those who read them, with what has to be escaped here and there. */
export const PLANTED: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...new Set(Object.values(READS).flat())].map((key) => [key, `planted-${key}-1`])),
  'redis-password': 'planted $redis/password: 22%@',
  'django-secret-key': 'planted "django" \\secret $key 333',
};

/** The images that stand in for its own and for those of others. */
export const IMAGES = [
  ...['web', 'celery', 'celerybeat', 'flower'].map((name) => `ghcr.io/aaronspindler/aaronspindler.com-${name}:1.0.0`),
  'postgres:16-bookworm',
  'redis:7.4-bookworm',
  'questdb/questdb:8.2.1',
  'oliver006/redis_exporter:v1.74.0-alpine',
  'quay.io/prometheuscommunity/postgres-exporter:v0.17.1',
  'ironhull/postgres-backup:16',
];

/** What a command in a container says. */
export function within({ Id }: Inspected, ...command: string[]): Promise<string> {
  return must('docker', ['exec', Id, ...command]);
}

/** What a server in a container says to a request from the container itself: the status, and the text. */
export async function ask(container: Inspected, address: string, user?: string): Promise<{ status: number; text: string }> {
  const login = user === undefined ? [] : ['--header', `Authorization: Basic ${Buffer.from(user).toString('base64')}`];
  const script = 'wget -qSO- "$@" 2>/tmp/said; sed -n "s/^ *HTTP[^ ]* \\([0-9]*\\).*/\\n\\1/p" /tmp/said';
  const said = await within(container, 'sh', '-c', script, 'sh', ...login, `http://127.0.0.1:${address}`);
  const at = said.trimEnd().lastIndexOf('\n');
  return { status: Number(said.trimEnd().slice(at + 1)), text: said.slice(0, Math.max(at, 0)).trim() };
}

/** What the site's database answers. */
export async function sql(database: Inspected, statement: string): Promise<string> {
  const text = await within(database, 'psql', '-XqAt', '-h', '/var/run/postgresql', '-U', 'postgres', '-d', 'site', '-c', statement);
  return text.trim();
}

/** Lets the workers do jobs that take some seconds each; how many are done, and how many seconds it took. */
export async function jobs(web: Inspected, count: number, seconds: number): Promise<{ done: string; took: number }> {
  const start = Date.now();
  const done = (await within(web, 'python', 'manage.py', 'enqueue', String(count), String(seconds))).trim();
  return { done, took: (Date.now() - start) / 1000 };
}

/** A container as it is now. */
export const again = ({ Name }: Inspected) => inspect('container', Name.slice(1));
