import { Construct } from 'constructs';
import { Environment, Environments, ExistingSecret, HardenedService, NetworkSegment, PersistentVolume } from '../../../lib';

/** The image of the tests: a static program without a shell and without curl. */
export const IMAGE = 'veogen/backend:1.0.0';

/** What differs from run to run. */
export interface SystemProps {
  /** A published port that is free on this machine. */
  readonly port: number;
  /** The first two numbers of a subnet that is free on this machine. */
  readonly range: string;
  /** Open files that this machine's engine can grant. */
  readonly files: number;
}

/** VeoGen's backend with its sidecar (V1, V2, V3, V8, V13, V15), and a service that starts after it. */
export function system({ port, range, files }: SystemProps): Construct {
  const root = new Construct(undefined as unknown as Construct, '');
  Environment.set(root, Environments.development);
  const network = new NetworkSegment(root, 'Network', {
    subnet: `${range}.0.0/16`,
    gateway: `${range}.0.1`,
    mtu: 1400,
    driverOptions: { 'com.docker.network.bridge.enable_icc': 'true' },
  });
  const secrets = new ExistingSecret(root, 'Secrets', { existing: 'veogen-secrets' });
  const uploads = new PersistentVolume(root, 'Uploads', { size: '10Gi', keep: true });
  const backend = new HardenedService(root, 'Backend', {
    image: IMAGE,
    user: '1001:1001',
    replicas: 1,
    capabilities: ['NET_BIND_SERVICE'],
    writable: [
      { path: '/tmp', size: '100Mi' },
      { path: '/app/temp', size: '1Gi' },
    ],
    mounts: [{ volume: uploads, path: '/app/uploads' }],
    resources: { cpu: { limit: 2, reservation: 1 }, memory: { limit: '4Gi', reservation: '2Gi' } },
    pids: 100,
    init: true,
    ports: { http: 8000 },
    env: {
      PROBE_PORTS: '8000',
      PROBE_READY_AFTER: '2s',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONUNBUFFERED: '1',
      PYTHONPATH: '/app',
      MALLOC_ARENA_MAX: '2',
      PYTHONMALLOC: 'malloc',
      AWKWARD: 'costs $5, $HOME and $$; yes: "no" \\ #',
      DATABASE_URL: secrets.key('database-url'),
    },
    health: { http: { port: 'http', path: '/ready' }, interval: '5s', timeout: '3s', retries: 3, startPeriod: '40s' },
    restart: { condition: 'on-failure', maxAttempts: 3 },
    shutdown: { grace: '90s' },
    sysctls: { 'net.core.somaxconn': 65535, 'net.ipv4.tcp_tw_reuse': 1, 'net.ipv4.tcp_rmem': '4096 65536 134217728' },
    ulimits: { nofile: files, nproc: { soft: 1024, hard: 2048 } },
    logging: { options: { 'max-size': '50m', 'max-file': '5', tag: 'backend-{{.ID}}' } },
    networks: [{ network, address: `${range}.0.10`, aliases: ['api'] }],
    metrics: { port: 'http' },
    acknowledge: { 'low-user-id': 'the image is built for user 1001' },
  });
  backend.addSidecar('monitoring', {
    image: IMAGE,
    user: '65534:65534',
    shareProcesses: true,
    env: { PROBE_PORTS: '9100' },
    ports: { exporter: 9100 },
    writable: [],
    resources: { cpu: { limit: '100m', reservation: '10m' }, memory: { limit: '64Mi' } },
  });
  backend.publish({ port: 'http', listen: port });
  const worker = new HardenedService(root, 'Worker', {
    image: IMAGE,
    env: { PROBE_PORTS: '8080' },
    ports: { http: 8080 },
    health: { tcp: { port: 'http' }, interval: '5s', timeout: '3s' },
    shutdown: { grace: '1s' },
    networks: [{ network }],
  });
  worker.network.allowTo(backend);
  new HardenedService(root, 'Alone', { image: IMAGE, env: { PROBE_PORTS: '8080' }, replicas: 2, shutdown: { grace: '1s' } });
  return root;
}
