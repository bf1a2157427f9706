import type { Environment, HealthProps, VaultValue } from '../../lib';

/** The API says at /health whether it is well. */
export const apiHealth: HealthProps = { http: { port: 'http', path: '/health' }, interval: '10s', startPeriod: '60s' };

/** Where Vault has what XORB must know. */
export const vaultValues: Readonly<Record<string, VaultValue>> = {
  postgres_password: { path: 'secret/data/xorb/database', field: 'password' },
  postgres_superuser_password: { path: 'secret/data/xorb/database', field: 'superuser_password' },
  postgres_backup_password: { path: 'secret/data/xorb/database', field: 'backup_password' },
  postgres_monitoring_password: { path: 'secret/data/xorb/database', field: 'monitoring_password' },
  redis_password: { path: 'secret/data/xorb/redis', field: 'password' },
  redis_admin_password: { path: 'secret/data/xorb/redis', field: 'admin_password' },
  redis_monitoring_password: { path: 'secret/data/xorb/redis', field: 'monitoring_password' },
  temporal_password: { path: 'secret/data/xorb/temporal', field: 'password' },
  temporal_superuser_password: { path: 'secret/data/xorb/temporal', field: 'superuser_password' },
  temporal_backup_password: { path: 'secret/data/xorb/temporal', field: 'backup_password' },
  temporal_monitoring_password: { path: 'secret/data/xorb/temporal', field: 'monitoring_password' },
  backup_writer_id: { path: 'secret/data/xorb/backup', field: 'writer_id' },
  backup_writer_secret: { path: 'secret/data/xorb/backup', field: 'writer_secret' },
  backup_pruner_id: { path: 'secret/data/xorb/backup', field: 'pruner_id' },
  backup_pruner_secret: { path: 'secret/data/xorb/backup', field: 'pruner_secret' },
  backup_restorer_id: { path: 'secret/data/xorb/backup', field: 'restorer_id' },
  backup_restorer_secret: { path: 'secret/data/xorb/backup', field: 'restorer_secret' },
  backup_age_identity: { path: 'secret/data/xorb/backup', field: 'age_identity' },
  jwt_secret: { path: 'secret/data/xorb/api', field: 'jwt_secret' },
};

/** Where the secret has the passwords of each server's users. */
export const passwordKeys = {
  database: {
    postgres: 'postgres_superuser_password',
    xorb: 'postgres_password',
    backup: 'postgres_backup_password',
    monitoring: 'postgres_monitoring_password',
  },
  redis: { default: 'redis_password', admin: 'redis_admin_password', monitoring: 'redis_monitoring_password' },
  temporal: {
    postgres: 'temporal_superuser_password',
    temporal: 'temporal_password',
    backup: 'temporal_backup_password',
    monitoring: 'temporal_monitoring_password',
  },
} as const;

/** What workflows of XORB are in, and where its workers take their tasks. */
export const FLOWS = { namespace: 'xorb', taskQueue: 'xorb' } as const;

/** The image of one of XORB's own services. */
export function ownImage(id: string): string {
  return `xorb/${id.toLowerCase()}:1.0.0`;
}

const LIMITS = {
  cpu: { limit: 1, reservation: '500m' },
  memory: { limit: '1Gi', reservation: '512Mi' },
} as const;

/** How XORB is configured: the environment selects it. */
export function settings(env: Environment) {
  const small = { WORKERS: 1, TIMEOUT: 300, DEBUG: true, LOG_LEVEL: 'DEBUG' };
  const testing = { WORKERS: 1, TIMEOUT: 30, DEBUG: false, LOG_LEVEL: 'WARNING' };
  const real = { WORKERS: 8, TIMEOUT: 60, DEBUG: false, LOG_LEVEL: 'INFO' };
  const { WORKERS, TIMEOUT, ...common } = env.pick({
    development: small,
    test: testing,
    staging: { ...real, WORKERS: 4 },
    otherwise: real,
  });
  return {
    common: {
      XORB_ENV: env.pick({ development: 'development', test: 'test', staging: 'staging', otherwise: 'production' }),
      ...common,
    },
    api: { env: { WORKERS, TIMEOUT }, size: { replicas: env.pick({ production: 3, staging: 2, otherwise: 1 }), resources: LIMITS } },
    orchestrator: { size: { replicas: env.pick({ production: 2, otherwise: 1 }), resources: LIMITS } },
    worker: {
      env: { WORKER_MAX_MEMORY: '512m' },
      concurrency: env.pick({ production: 8, staging: 4, otherwise: 2 }),
      size: { replicas: env.pick({ production: 4, staging: 2, otherwise: 1 }), resources: LIMITS },
    },
  };
}
