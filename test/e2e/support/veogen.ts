/** What VeoGen runs in development, and what its suites look at with: the images that have to be on the engine. */
export const VEOGEN_IMAGES = [
  'veogen/backend:1.0.0',
  'veogen/frontend:1.0.0',
  'veogen/worker:1.0.0',
  'postgres:15-bookworm',
  'redis:7.4-bookworm',
  'prom/node-exporter:v1.8.2',
  'quay.io/prometheuscommunity/postgres-exporter:v0.17.1',
  'busybox:1.37',
];
