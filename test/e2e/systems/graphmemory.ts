/** GraphMemory in production as the suites of its engines know it: who is there, in which networks, and what is planted as its secrets. */

/** Who is in which of the four networks. */
export const SEGMENTS: Readonly<Record<string, readonly string[]>> = {
  frontend: ['dashboard', 'gateway'],
  backend: ['analytics', 'api', 'dashboard', 'gateway'],
  database: ['analytics', 'api', 'database', 'redis'],
  monitoring: ['analytics', 'api', 'grafana', 'prometheus'],
};

/** A port of each, the signal that ends it as its image says, and its grace period in seconds. */
export const SERVICES = {
  gateway: { port: 8080, replicas: 1, signal: 3, grace: 30 },
  dashboard: { port: 8501, replicas: 3, signal: 15, grace: 45 },
  api: { port: 8000, replicas: 3, signal: 15, grace: 45 },
  analytics: { port: 8002, replicas: 1, signal: 15, grace: 120 },
  database: { port: 5432, replicas: 1, signal: 2, grace: 120 },
  redis: { port: 6379, replicas: 1, signal: 15, grace: 120 },
  prometheus: { port: 9090, replicas: 1, signal: 15, grace: 120 },
  grafana: { port: 3000, replicas: 1, signal: 15, grace: 120 },
} as const;

export type Name = keyof typeof SERVICES;
export const NAMES = Object.keys(SERVICES) as Name[];

/** After what each starts; what fetches metrics waits for nobody. */
export const AFTER: Readonly<Partial<Record<Name, readonly Name[]>>> = {
  analytics: ['redis'],
  api: ['redis', 'database', 'analytics'],
  dashboard: ['api'],
  gateway: ['api', 'dashboard', 'analytics'],
  grafana: ['prometheus'],
};

/** Values that must be nowhere but in files of those who read them; each has a length of its own. */
export const PLANTED: Readonly<Record<string, string>> = {
  'grafana-password': 'planted-grafana-password-1',
  'jwt-secret': 'planted $jwt "secret" 22',
  'postgres-password': 'planted-postgres-password-333',
  'postgres-superuser-password': 'planted-superuser-password-4444',
  'postgres-backup-password': 'planted-backup-password-55555',
  'postgres-monitoring-password': 'planted-monitoring-password-666666',
};

/** Which secrets each process has as files. */
export const READS: Readonly<Record<Name, readonly string[]>> = {
  gateway: [],
  dashboard: [],
  api: ['jwt-secret', 'postgres-password'],
  analytics: [],
  database: ['postgres-superuser-password', 'postgres-password', 'postgres-backup-password', 'postgres-monitoring-password'],
  redis: [],
  prometheus: [],
  grafana: ['grafana-password'],
};

/** The images that stand in for its own. */
export const IMAGES = [
  'graphmemory/api:1.0.0',
  'graphmemory/streamlit:1.0.0',
  'graphmemory/analytics:1.0.0',
  'postgres:16-bookworm',
  'redis:7.4-bookworm',
  'nginxinc/nginx-unprivileged:1.27-bookworm',
  'prom/prometheus:v3.5.0',
  'grafana/grafana:12.1.0',
];
