import type { Environment, HardenedServiceProps, HealthProps, VaultValue } from '../../lib';

/** The API says at /health whether it is well. */
export const apiHealth: HealthProps = { http: { port: 'http', path: '/health' }, interval: '10s', startPeriod: '60s' };

/** What keeps data: one of it, stopped before the next one starts, with time to finish. */
export const standing = {
  replicas: 1,
  rollout: { strategy: 'recreate' },
  shutdown: { grace: '2m', drain: '0s' },
} as const satisfies Partial<HardenedServiceProps>;

/** Where Vault has what XORB must know. */
export const vaultValues: Readonly<Record<string, VaultValue>> = {
  postgres_password: { path: 'secret/data/xorb/database', field: 'password' },
  postgres_superuser_password: { path: 'secret/data/xorb/database', field: 'superuser_password' },
  postgres_backup_password: { path: 'secret/data/xorb/database', field: 'backup_password' },
  postgres_monitoring_password: { path: 'secret/data/xorb/database', field: 'monitoring_password' },
  backup_writer_id: { path: 'secret/data/xorb/backup', field: 'writer_id' },
  backup_writer_secret: { path: 'secret/data/xorb/backup', field: 'writer_secret' },
  backup_pruner_id: { path: 'secret/data/xorb/backup', field: 'pruner_id' },
  backup_pruner_secret: { path: 'secret/data/xorb/backup', field: 'pruner_secret' },
  backup_restorer_id: { path: 'secret/data/xorb/backup', field: 'restorer_id' },
  backup_restorer_secret: { path: 'secret/data/xorb/backup', field: 'restorer_secret' },
  backup_age_identity: { path: 'secret/data/xorb/backup', field: 'age_identity' },
  jwt_secret: { path: 'secret/data/xorb/api', field: 'jwt_secret' },
};

/** Where the secret has the passwords of the database's roles. */
export const passwordKeys = {
  postgres: 'postgres_superuser_password',
  xorb: 'postgres_password',
  backup: 'postgres_backup_password',
  monitoring: 'postgres_monitoring_password',
} as const;

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
    worker: {
      env: { WORKER_CONCURRENCY: env.pick({ production: 8, staging: 4, otherwise: 2 }), WORKER_MAX_MEMORY: '512m' },
      size: { replicas: env.pick({ production: 4, staging: 2, otherwise: 1 }), resources: LIMITS },
    },
  };
}
