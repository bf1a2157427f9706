import type { IConstruct } from 'constructs';
import type { Connectable } from '../../lib/model/edges/network-facet';
import { HardenedService } from '../hardened-service/hardened-service';
import type { MonitoredWorkerProps } from './props';
import type { WorkerQueue } from './queues';

/** What tells of queues of Redis, unless another image is given. */
export const EXPORTER = 'oliver006/redis_exporter:v1.67.0';

/**
 * What tells how long a queue of Redis is: a service of its own, and no sidecar, since a Swarm has none and one of them is
 * enough for all replicas. The exporter reads a password from its environment alone, so there it is, by reference.
 *
 * @see https://github.com/oliver006/redis_exporter
 */
export function makeExporter(
  scope: IConstruct,
  image: string,
  queue: WorkerQueue,
  { networks, logging, placement }: Pick<MonitoredWorkerProps, 'networks' | 'logging' | 'placement'>,
): HardenedService {
  const { kind, names, host, port, login, tls, database = 0 } = queue;
  const keys = names.map((name) => `db${database}=${encodeURIComponent(name)}`).join(',');
  const exporter = new HardenedService(scope, 'Exporter', {
    image,
    replicas: 1,
    ports: { metrics: 9121 },
    metrics: { port: 'metrics' },
    env: {
      REDIS_ADDR: `${tls ? 'rediss' : 'redis'}://${host}:${port}`,
      ...(login && { REDIS_USER: login.user, REDIS_PASSWORD: { secret: login.password.secret, key: login.password.key } }),
      [kind === 'redis-stream' ? 'REDIS_EXPORTER_CHECK_SINGLE_STREAMS' : 'REDIS_EXPORTER_CHECK_SINGLE_KEYS']: keys,
      // of the server itself its own exporter tells
      REDIS_EXPORTER_EXCLUDE_LATENCY_HISTOGRAM_METRICS: true,
    },
    writable: [],
    resources: { cpu: { limit: '200m', reservation: '10m' }, memory: { limit: '64Mi', reservation: '32Mi' } },
    health: { http: { port: 'metrics', path: '/health' } },
    acknowledge: {
      replicas: 'metrics are missing for as long as it takes to start the next one',
      'same-probe': 'it has one question that it answers',
    },
    ...(networks && { networks }),
    ...(logging && { logging }),
    ...(placement && { placement }),
  });
  // what tells how the queue is waits for nobody
  exporter.network.allowTo(queue.store as Connectable, { env: false, gate: 'none' });
  return exporter;
}
