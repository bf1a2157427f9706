import type { HardenedService, HealthProps } from '../../lib';

/** The app says at /api/health whether it is well. */
export const webHealth: HealthProps = { http: { port: 'http', path: '/api/health' }, interval: '10s', startPeriod: '60s' };

/** The list of Redis that the app puts jobs into, and the worker takes them from. */
export const JOBS = 'jobs';

/** Where the secret has the passwords of the database's roles. */
export const passwordKeys = {
  postgres: 'postgres-superuser-password',
  octocode: 'postgres-password',
  backup: 'postgres-backup-password',
  monitoring: 'postgres-monitoring-password',
} as const;

/** Where it has those of the users of Redis. */
export const redisPasswordKeys = {
  default: 'redis-password',
  admin: 'redis-admin-password',
  monitoring: 'redis-monitoring-password',
} as const;

/** Passes requests on to the app, and websockets to its socket server. */
export function gatewayConfig(app: HardenedService): string {
  return `server {
  listen 8080;
  server_tokens off;

  location = /gateway-health {
    access_log off;
    return 200;
  }

  location /socket.io/ {
    proxy_pass http://${app.endpoint('socket')};
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection upgrade;
    proxy_set_header Host $host;
  }

  location / {
    proxy_pass http://${app.endpoint('http')};
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  }
}
`;
}
