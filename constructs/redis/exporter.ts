import type { IConstruct } from 'constructs';
import type { Connectable } from '../../lib/model/edges/network-facet';
import type { Acknowledgements } from '../../lib/model/features';
import type { EnvValue } from '../../lib/model/workload/props';
import { ConfigFiles } from '../config-files/config-files';
import { HardenedService, type HardenedServiceProps } from '../hardened-service/hardened-service';
import { EXPORTER, OWN } from './scripts';

/** What tells of a Redis, unless another image is given: one with a shell, which puts the password where it is not seen. */
export const EXPORTER_IMAGE = 'oliver006/redis_exporter:v1.74.0-alpine';

/** What exporters differ in. */
export interface ExporterProps extends Pick<HardenedServiceProps, 'networks' | 'logging' | 'placement'> {
  readonly image: string;
  /** The server that it asks. */
  readonly server: Connectable;
  /** How it logs in, and what it looks at. */
  readonly env: Readonly<Record<string, EnvValue>>;
  /** Reasons beside that for one replica. @default - none */
  readonly acknowledge?: Acknowledgements;
}

/** The script that starts exporters. */
export function exporterConfig(scope: IConstruct): ConfigFiles {
  return new ConfigFiles(scope, 'ExporterConfig', { files: { 'start.sh': EXPORTER } });
}

/**
 * A service of its own that tells of a server as metrics, and no sidecar: a Swarm has none.
 *
 * @see https://github.com/oliver006/redis_exporter
 */
export function makeExporter(scope: IConstruct, id: string, config: ConfigFiles, props: ExporterProps): HardenedService {
  const { server, acknowledge, ...rest } = props;
  const exporter = new HardenedService(scope, id, {
    ...rest,
    replicas: 1,
    command: ['/bin/sh', `${OWN}/start.sh`],
    files: config.filesIn(OWN),
    ports: { metrics: 9121 },
    metrics: { port: 'metrics' },
    writable: [{ path: '/tmp', size: '1Mi' }],
    resources: { cpu: { limit: '200m', reservation: '10m' }, memory: { limit: '64Mi', reservation: '32Mi' } },
    health: { http: { port: 'metrics', path: '/health' } },
    acknowledge: { replicas: 'metrics are missing for as long as it takes to start the next one', ...acknowledge },
  });
  // what tells how a server is waits for nobody
  exporter.network.allowTo(server, { env: false, gate: 'none' });
  return exporter;
}
