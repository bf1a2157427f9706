import type { Environment, EnvValue, HardenedServiceProps, HealthProps, Secret } from '../../lib';

/** Images are called `ghcr.io/<owner>/<name>-<service>`. */
export function imageOf(service: 'web' | 'celery' | 'celerybeat' | 'flower', version: string): string {
  return `ghcr.io/aaronspindler/aaronspindler.com-${service}:${version}`;
}

/** The user django of these images. */
export const DJANGO = '999:999';

/** The site says at /health/ whether it, its database, its cache and its files are well: 200, or 503 with what is not. */
export const webHealth: HealthProps = {
  http: { port: 'http', path: '/health/' },
  interval: '30s',
  timeout: '3s',
  retries: 3,
  startPeriod: '60s',
};

/** Chromium makes screenshots: it wants shared memory, and scratch space for what it renders. */
export const chromium = [
  { path: '/tmp', size: '256Mi' },
  { path: '/dev/shm', size: '256Mi' },
] as const satisfies HardenedServiceProps['writable'];

/** Where the secret has the passwords of each server's users. */
export const passwordKeys = {
  database: {
    postgres: 'postgres-superuser-password',
    site: 'postgres-password',
    backup: 'postgres-backup-password',
    monitoring: 'postgres-monitoring-password',
  },
  redis: { default: 'redis-password', admin: 'redis-admin-password', monitoring: 'redis-monitoring-password' },
  series: { admin: 'questdb-password' },
} as const;

/** How Django is configured. */
export function djangoEnv(env: Environment, secrets: Secret): Record<string, EnvValue> {
  const module = env.pick({ development: 'local', test: 'test', otherwise: 'production' });
  return {
    DJANGO_SETTINGS_MODULE: `config.settings.${module}`,
    DEBUG: env.pick({ development: true, otherwise: false }),
    SECRET_KEY_FILE: secrets.file('django-secret-key'),
  };
}
