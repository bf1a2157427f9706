import { Construct, type IConstruct } from 'constructs';
import { Environment, Environments, ExistingSecret, HardenedService, NetworkSegment, PersistentVolume } from '../../../lib';
import { IMAGE } from '../compose/system';

/** What differs from run to run, and from update to update. */
export interface SwarmSystemProps {
  /** The backend's image. */
  readonly image?: string;
  /** Whether the backend exits at once. */
  readonly broken?: boolean;
  /** Whether the backend runs, and never gets healthy. */
  readonly sick?: boolean;
  /** Whether health check and scratch directory are different ones. */
  readonly changed?: boolean;
  /** A free subnet for the overlay. */
  readonly subnet: string;
  /** A port of the host that is free. */
  readonly port: number;
  /** The label of the node that the database is pinned to. */
  readonly label: string;
  /** Limits of processes, which only a stack file can say. */
  readonly limits?: boolean;
}

/** VeoGen's Swarm (V6): three backends, and a database that is pinned to a node. */
export function swarmSystem(props: SwarmSystemProps, root: IConstruct = emptyRoot()): IConstruct {
  const network = new NetworkSegment(root, 'Network', { subnet: props.subnet, mtu: 1400, attachable: true });
  const secrets = new ExistingSecret(root, 'Secrets', { existing: 'veogen-secrets' });
  const acknowledge = { 'no-new-privileges': 'the engines are set up with it', 'low-user-id': 'the images are built for these users' };
  const database = new HardenedService(root, 'Database', {
    image: IMAGE,
    replicas: 1,
    user: '999:999',
    env: { PROBE_PORTS: '5432' },
    ports: { postgres: 5432 },
    health: { tcp: { port: 'postgres' }, interval: '4s', timeout: '3s', retries: 5 },
    mounts: [{ volume: new PersistentVolume(root, 'Data', { size: '20Gi' }), path: '/var/lib/postgresql/data' }],
    placement: { labels: { [props.label]: 'true' } },
    rollout: { strategy: 'recreate', monitor: '1s', delay: '0s' },
    shutdown: { grace: '1s' },
    networks: [{ network, aliases: ['postgres'] }],
    acknowledge,
  });
  const backend = new HardenedService(root, 'Backend', {
    image: props.image ?? IMAGE,
    replicas: 3,
    user: '1001:1001',
    capabilities: ['NET_BIND_SERVICE'],
    env: {
      PROBE_PORTS: '8000',
      AWKWARD: 'costs $5, $HOME and $$',
      DATABASE_URL: secrets.key('database-url'),
      ...(props.broken && { PROBE_EXIT: '3' }),
      ...(props.sick && { PROBE_READY_AFTER: '1h' }),
    },
    ports: { http: 8000 },
    writable: props.changed ? [{ path: '/tmp', size: '200Mi' }] : [{ path: '/tmp', size: '100Mi' }, '/app/temp'],
    // a Swarm ends what is ill, and a check takes long where a machine is busy
    health: { http: { port: 'http', path: healthPath(props) }, interval: '4s', timeout: '3s', retries: 5, startPeriod: '5s' },
    resources: { cpu: { limit: '500m', reservation: '10m' }, memory: { limit: '384Mi', reservation: '32Mi' } },
    init: true,
    sysctls: { 'net.core.somaxconn': 65535 },
    ...(props.limits && { pids: 100, ulimits: { nofile: { soft: 512, hard: 1024 } } }),
    placement: { role: 'manager', spreadOver: ['zone', 'host'] },
    restart: { condition: 'on-failure', delay: '1s', maxAttempts: 3 },
    rollout: { order: 'start-first', parallelism: 3, delay: '1s', monitor: '3s', failureAction: 'rollback', maxFailureRatio: 0.1 },
    rollback: { order: 'stop-first', parallelism: 3, delay: '0s', monitor: '1s', failureAction: 'pause' },
    shutdown: { grace: '30s' },
    logging: { options: { 'max-size': '50m', 'max-file': '5' } },
    metrics: { port: 'http' },
    networks: [{ network }],
    acknowledge,
  });
  // what is written is compared value by value, and nothing stands in front of it
  backend.network.allowTo(database, { gate: 'none' });
  const gateway = new HardenedService(root, 'Gateway', {
    image: IMAGE,
    replicas: 1,
    env: { PROBE_PORTS: '8080' },
    ports: { http: 8080 },
    rollout: { order: 'stop-first' },
    shutdown: { grace: '1s' },
    networks: [{ network }],
    acknowledge,
  });
  gateway.publish({ port: 'http', listen: props.port });
  return root;
}

function healthPath({ sick, changed }: SwarmSystemProps): string {
  if (sick) return '/ready';
  return changed ? '/livez' : '/health';
}

export function emptyRoot(): Construct {
  const root = new Construct(undefined as unknown as Construct, '');
  Environment.set(root, Environments.development);
  return root;
}
