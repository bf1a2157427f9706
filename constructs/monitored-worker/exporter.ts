import type { IConstruct } from 'constructs';
import type { Connectable } from '../../lib/model/edges/network-facet';
import { ConfigFiles } from '../config-files/config-files';
import { HardenedService } from '../hardened-service/hardened-service';
import { OWN, EXPORTER as START } from '../redis/scripts';
import type { MonitoredWorkerProps } from './props';
import type { WorkerQueue } from './queues';

/** What tells of queues of Redis, unless another image is given: one with a shell, which puts the password where it is not seen. */
export const EXPORTER = 'oliver006/redis_exporter:v1.74.0-alpine';

/**
 * What tells how long a queue of Redis is: a service of its own, and no sidecar, since a Swarm has none and one of them is
 * enough for all replicas.
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
  const config = new ConfigFiles(scope, 'ExporterConfig', { files: { 'start.sh': START } });
  const exporter = new HardenedService(scope, 'Exporter', {
    image,
    replicas: 1,
    command: ['/bin/sh', `${OWN}/start.sh`],
    files: config.filesIn(OWN),
    ports: { metrics: 9121 },
    metrics: { port: 'metrics' },
    env: {
      REDIS_ADDR: `${tls ? 'rediss' : 'redis'}://${host}:${port}`,
      ...(login && { REDIS_USER: login.user, PASSWORD_FILE: login.password }),
      [kind === 'redis-stream' ? 'REDIS_EXPORTER_CHECK_SINGLE_STREAMS' : 'REDIS_EXPORTER_CHECK_SINGLE_KEYS']: keys,
    },
    writable: [{ path: '/tmp', size: '1Mi' }],
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
