import type { Construct } from 'constructs';
import { type AttachmentProps, ConfigFiles, type ExistingSecret, HardenedService, PersistentVolume } from '../../lib';
import { standing } from './settings';

/** What monitoring needs of the system. */
export interface MonitoringProps {
  readonly networks: readonly AttachmentProps[];
  readonly secrets: ExistingSecret;
  /** Services whose metrics are fetched from their port `http`. */
  readonly targets: readonly HardenedService[];
}

/** Prometheus, and Grafana to look at it. */
export function makeMonitoring(scope: Construct, { networks, secrets, targets }: MonitoringProps) {
  const config = new ConfigFiles(scope, 'PrometheusConfig', { files: { 'prometheus.yml': scrapeConfig(targets) } });
  const prometheus = new HardenedService(scope, 'Prometheus', {
    image: 'prom/prometheus:v3.5.0',
    // who owns the folder of the data in the image: a volume of Docker takes its owner from there
    user: '65534:65534',
    ...standing,
    command: ['/bin/prometheus'],
    args: ['--config.file=/etc/prometheus/prometheus.yml', '--storage.tsdb.path=/prometheus', '--storage.tsdb.retention.time=15d'],
    ports: { http: 9090 },
    files: { '/etc/prometheus/prometheus.yml': config.file('prometheus.yml') },
    mounts: [{ volume: new PersistentVolume(scope, 'PrometheusData', { size: '20Gi' }), path: '/prometheus' }],
    resources: { memory: { limit: '1Gi', reservation: '512Mi' } },
    health: { http: { port: 'http', path: '/-/healthy' }, readiness: { path: '/-/ready' } },
    networks,
  });
  for (const target of targets) prometheus.network.allowTo(target, { ports: ['http'], gate: 'none', env: false });
  const grafana = new HardenedService(scope, 'Grafana', {
    image: 'grafana/grafana:12.1.0',
    user: '10007:10007',
    ...standing,
    command: ['/run.sh'],
    ports: { http: 3000 },
    env: { GF_SECURITY_ADMIN_PASSWORD__FILE: secrets.file('grafana-password') },
    writable: ['/tmp', { path: '/var/log/grafana', size: '64Mi' }],
    mounts: [{ volume: new PersistentVolume(scope, 'GrafanaData', { size: '2Gi' }), path: '/var/lib/grafana' }],
    resources: { memory: { limit: '512Mi', reservation: '256Mi' } },
    health: { http: { port: 'http', path: '/api/health' } },
    networks,
  });
  grafana.network.allowTo(prometheus);
  return { prometheus, grafana };
}

function scrapeConfig(targets: readonly HardenedService[]): string {
  return `global:
  scrape_interval: 15s
scrape_configs:
  - job_name: services
    static_configs:
      - targets: [${targets.map((target) => `'${target.endpoint('http')}'`).join(', ')}]
`;
}
