import { Construct } from 'constructs';
import {
  ConfigFiles,
  ConfigSecret,
  Environment,
  Environments,
  GeneratedSecret,
  HardenedService,
  type HardenedServiceProps,
  HardenedTask,
  NetworkSegment,
  Peers,
} from '../../../lib';
import { IMAGE } from './system';

/** An empty tree. */
export function emptyTree(): Construct {
  const root = new Construct(undefined as unknown as Construct, '');
  Environment.set(root, Environments.development);
  return root;
}

const ACCEPTED = {
  'no-new-privileges': 'nothing in the image can gain any',
  rollout: 'the order counts on a Swarm alone',
  'rollout.monitor': 'a Swarm alone watches',
} as const;

function service(root: Construct, id: string, more: Partial<HardenedServiceProps> = {}): HardenedService {
  return new HardenedService(root, id, {
    image: IMAGE,
    command: ['/probe'],
    ports: { http: 8080 },
    writable: [],
    resources: { cpu: { limit: '500m', reservation: '10m' }, memory: { limit: '32Mi', reservation: '16Mi' } },
    shutdown: { grace: '1s' },
    acknowledge: ACCEPTED,
    ...more,
  });
}

/** The services of a mesh, and which of them may meet: in both directions. */
export const MESH = {
  names: ['gateway', 'web', 'api', 'database', 'backup', 'worker', 'cache', 'mailer', 'loner'],
  joined: [
    ['gateway', 'web'],
    ['gateway', 'api'],
    ['web', 'api'],
    ['api', 'database'],
    ['database', 'backup'],
    ['worker', 'cache'],
  ],
  /** What is published, may connect to the outside, or is in a segment that is not internal. */
  outside: ['gateway', 'api', 'worker', 'cache', 'mailer'],
} as const;

/** Edges, a segment, an internal segment, a published gateway, and two with edges to the outside. */
export function mesh(port: number): Construct {
  const root = emptyTree();
  const networks = (id: string, internal: boolean) => [{ network: new NetworkSegment(root, id, { internal }) }];
  const [back, data] = [networks('Back', false), networks('Data', true)];
  const [gateway, web, api] = [service(root, 'Gateway', { rollout: { order: 'stop-first' } }), service(root, 'Web'), service(root, 'Api')];
  const database = service(root, 'Database', { networks: data });
  service(root, 'Backup', { networks: data });
  service(root, 'Worker', { networks: back });
  service(root, 'Cache', { networks: back });
  service(root, 'Loner');
  gateway.publish({ port: 'http', listen: port });
  gateway.network.allowTo(web);
  // both lead outside as well, where they must neither meet nor be found by name
  gateway.network.allowTo(api);
  web.network.allowTo(api);
  api.network.allowTo(database);
  api.network.allowTo(Peers.internet(443));
  // no edge between these two, and both lead outside
  service(root, 'Mailer').network.allowTo(Peers.internet(587));
  return root;
}

/** What differs from version to version of the shop. */
export interface ShopProps {
  /** Version of everything that has one. */
  readonly version?: string;
  /** The exit code of the migration. */
  readonly exit?: number;
  /** What a configuration file holds. */
  readonly text?: string;
  /** Whether the password is a secret of the stack's config, and not a generated one. */
  readonly configured?: boolean;
  /** Seconds until the database is ready. */
  readonly slow?: number;
  /** Port of the host that leads to the service. Nothing leads to it without one. */
  readonly port?: number;
}

/** A slow database with a password in a file, a migration, a service that starts after both, and one that needs neither. */
export function shop(
  { version = '1', exit = 0, text = 'one', configured = false, slow = 20, port }: ShopProps,
  root = emptyTree(),
): Construct {
  const secrets = configured
    ? new ConfigSecret(root, 'Secrets', { keys: ['password'] })
    : new GeneratedSecret(root, 'Secrets', { values: { password: { length: 40 } } });
  const settings = new ConfigFiles(root, 'Settings', { files: { 'app.conf': text } });
  // a Swarm ends what is ill, and a check takes long where a machine is busy
  const often = { http: { port: 'http', path: '/ready' }, interval: '5s', timeout: '3s', retries: 5 } as const;
  const health = { ...often, startPeriod: '40s' } as const;
  const database = service(root, 'Database', {
    env: { PROBE_READY_AFTER: `${slow}s`, PASSWORD_FILE: secrets.file('password') },
    health,
  });
  const migrate = new HardenedTask(root, 'Migrate', {
    image: 'busybox:1.37',
    command: ['sh', '-c', `echo migrating to ${version}; exit ${exit}`],
    attempts: 1,
    timeout: '20s',
    writable: [],
    resources: { memory: { limit: '32Mi', reservation: '16Mi' } },
    acknowledge: ACCEPTED,
  });
  migrate.network.allowTo(database);
  const api = service(root, 'Api', {
    env: { VERSION: version },
    files: { '/etc/app.conf': settings.file('app.conf') },
    health: { ...often, startPeriod: '5s' },
    rollout: { order: 'stop-first', monitor: '3s', delay: '0s' },
  });
  api.network.allowTo(database);
  api.startAfter(migrate);
  if (port !== undefined) api.publish({ port: 'http', listen: port });
  // no health check of its own: it must not count as running before the migration is done
  const worker = service(root, 'Worker', { env: { VERSION: version }, rollout: { order: 'start-first', monitor: '3s', delay: '0s' } });
  worker.startAfter(migrate);
  service(root, 'Other', { health });
  return root;
}
