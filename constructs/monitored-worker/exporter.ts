import type { IConstruct } from 'constructs';
import type { Connectable } from '../../lib/model/edges/network-facet';
import type { HardenedService } from '../hardened-service/hardened-service';
import { exporterConfig, makeExporter } from '../redis/exporter';
import type { MonitoredWorkerProps } from './props';
import type { WorkerQueue } from './queues';

/** What tells how long a queue of Redis is; one of it is enough for all replicas. */
export function queueExporter(
  scope: IConstruct,
  image: string,
  queue: WorkerQueue,
  { networks, logging, placement }: Pick<MonitoredWorkerProps, 'networks' | 'logging' | 'placement'>,
): HardenedService {
  const { kind, names, host, port, login, tls, authority, database = 0 } = queue;
  const keys = names.map((name) => `db${database}=${encodeURIComponent(name)}`).join(',');
  return makeExporter(scope, 'Exporter', exporterConfig(scope), {
    image,
    server: queue.store as Connectable,
    env: {
      REDIS_ADDR: `${tls ? 'rediss' : 'redis'}://${host}:${port}`,
      ...(login && { REDIS_USER: login.user, PASSWORD_FILE: login.password }),
      ...(authority && { REDIS_EXPORTER_TLS_CA_CERT_FILE: authority }),
      [kind === 'redis-stream' ? 'REDIS_EXPORTER_CHECK_SINGLE_STREAMS' : 'REDIS_EXPORTER_CHECK_SINGLE_KEYS']: keys,
    },
    acknowledge: { 'same-probe': 'it has one question that it answers' },
    ...(networks && { networks }),
    ...(logging && { logging }),
    ...(placement && { placement }),
  });
}
