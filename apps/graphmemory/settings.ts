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

/**
 * Gunicorn with workers for asynchronous programs, where others reach it: by default it listens on loopback only.
 *
 * @see https://docs.gunicorn.org/en/stable/settings.html
 */
export const gunicorn = (port: number) => ({
  GUNICORN_CMD_ARGS: `--bind=0.0.0.0:${port} --worker-class=uvicorn.workers.UvicornWorker`,
});

/**
 * Streamlit in production: no browser of its own, fast reruns, compressed websockets, and nothing that only developers need.
 *
 * @see https://docs.streamlit.io/develop/api-reference/configuration/config.toml
 */
export const streamlit = {
  STREAMLIT_SERVER_PORT: '8501',
  STREAMLIT_SERVER_HEADLESS: 'true',
  STREAMLIT_SERVER_ENABLE_CORS: 'true',
  STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION: 'true',
  STREAMLIT_SERVER_ENABLE_WEBSOCKET_COMPRESSION: 'true',
  STREAMLIT_RUNNER_FAST_RERUNS: 'true',
  STREAMLIT_CLIENT_TOOLBAR_MODE: 'minimal',
  STREAMLIT_BROWSER_GATHER_USAGE_STATS: 'false',
} as const;

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
