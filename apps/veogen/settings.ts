import { type Environment, type HealthProps, type NetworkProps, Peers, type ScalingProps } from '../../lib';

/** What a Python process in a container is told. */
export const pythonRuntime = {
  PYTHONDONTWRITEBYTECODE: '1',
  PYTHONUNBUFFERED: '1',
  PYTHONPATH: '/app',
  MALLOC_ARENA_MAX: '2',
  PYTHONMALLOC: 'malloc',
} as const;

/** The backend says at /health whether it is well. */
export const serviceHealth: HealthProps = {
  http: { port: 'http', path: '/health' },
  interval: '30s',
  timeout: '10s',
  retries: 3,
  startPeriod: '40s',
  liveness: { initialDelay: '30s', interval: '10s', timeout: '5s', retries: 3 },
  readiness: { initialDelay: '5s', interval: '5s', timeout: '3s', retries: 3 },
};

/**
 * Many short connections. The buffers' upper bounds (net.core.rmem_max, wmem_max) and the device backlog belong to the
 * host: no container can set them.
 */
export const kernelParameters = {
  'net.core.somaxconn': '65535',
  'net.ipv4.tcp_tw_reuse': '1',
  'net.ipv4.tcp_rmem': '4096 65536 134217728',
  'net.ipv4.tcp_wmem': '4096 65536 134217728',
};

/** Where the secret has the passwords of the database's roles. */
export const passwordKeys = {
  postgres: 'postgres-superuser-password',
  veogen: 'postgres-password',
  backup: 'postgres-backup-password',
  monitoring: 'postgres-monitoring-password',
} as const;

/** The cluster's Prometheus fetches the metrics. */
export const prometheus = Peers.pods({ 'app.kubernetes.io/name': 'prometheus' }, { 'kubernetes.io/metadata.name': 'monitoring' });

/** Three to ten replicas, up fast and down slowly. */
export const autoscaling: ScalingProps = {
  min: 3,
  max: 10,
  cpu: 70,
  memory: 80,
  metrics: { http_requests_per_second: 100 },
  scaleDown: { stabilization: '300s', policies: [{ percent: 10, every: '60s' }] },
  scaleUp: {
    stabilization: '60s',
    policies: [
      { percent: 50, every: '30s' },
      { pods: 2, every: '60s' },
    ],
  },
};

/** A bridge of its own where people develop; elsewhere a segment that spans hosts. */
export function network(env: Environment): NetworkProps {
  return env.pick<NetworkProps>({
    development: {
      subnet: '172.20.0.0/16',
      gateway: '172.20.0.1',
      mtu: 1500,
      driverOptions: {
        'com.docker.network.bridge.name': 'veogen0',
        'com.docker.network.bridge.enable_ip_masquerade': 'true',
        'com.docker.network.bridge.enable_icc': 'true',
        'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
      },
    },
    otherwise: { subnet: '10.0.1.0/24', attachable: true },
  });
}
