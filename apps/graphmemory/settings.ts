import type { HardenedService, HardenedServiceProps } from '../../lib';

/** What the three Python services have in common: they say whether they are well, ready and alive, and finish what they do. */
export const own = {
  resources: { cpu: { limit: 2, reservation: '250m' }, memory: { limit: '2Gi', reservation: '512Mi' } },
  health: {
    http: { port: 'http', path: '/health' },
    interval: '10s',
    startPeriod: '60s',
    readiness: { path: '/readyz', interval: '5s' },
    liveness: { path: '/livez' },
  },
  shutdown: { grace: '45s' },
} as const satisfies Partial<HardenedServiceProps>;

/** What keeps data: one of it, stopped before the next one starts, with time to finish. */
export const standing = {
  replicas: 1,
  rollout: { strategy: 'recreate' },
  shutdown: { grace: '2m', drain: '0s' },
} as const satisfies Partial<HardenedServiceProps>;

/** Where the secret has the passwords of the database's roles. */
export const passwordKeys = {
  postgres: 'postgres-superuser-password',
  graphmemory: 'postgres-password',
  backup: 'postgres-backup-password',
  monitoring: 'postgres-monitoring-password',
} as const;

/** Passes requests on to the three services; the dashboard speaks over websockets. */
export function gatewayConfig(api: HardenedService, dashboard: HardenedService, analytics: HardenedService): string {
  return `server {
  listen 8080;
  server_tokens off;

  location = /gateway-health {
    access_log off;
    return 200;
  }

  location /api/ {
    proxy_pass http://${api.endpoint('http')}/;
    proxy_set_header Host $host;
  }

  location /analytics/ {
    proxy_pass http://${analytics.endpoint('http')}/;
    proxy_set_header Host $host;
  }

  location / {
    proxy_pass http://${dashboard.endpoint('http')};
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection upgrade;
    proxy_set_header Host $host;
  }
}
`;
}
