import { kernelParameters, network, pythonRuntime } from '../../../apps/veogen/settings';
import { Environments, type HardenedServiceProps, type NetworkSegmentProps, type SidecarProps } from '../../../lib';

/** The backend's bridge network (V15). What the engine has to make of it, and of the rest, stands in values.ts in full. */
export const NETWORK: NetworkSegmentProps = network(Environments.development);

/** The backend as VeoGen's documents describe it: hardening (V1), Python (V2), health (V3), kernel parameters and limits (V13). */
export const BACKEND: HardenedServiceProps = {
  image: 'veogen/backend:1.0.0',
  replicas: 1,
  user: '1001:1001',
  capabilities: ['NET_BIND_SERVICE'],
  writable: [
    { path: '/tmp', size: '100Mi' },
    { path: '/app/temp', size: '1Gi' },
  ],
  resources: { cpu: { limit: 2, reservation: 1 }, memory: { limit: '4Gi', reservation: '2Gi' } },
  pids: 100,
  env: { ...pythonRuntime, PROBE_PORTS: '8000' },
  ports: { http: 8000 },
  health: { http: { port: 'http', path: '/health' }, interval: '30s', timeout: '10s', retries: 3, startPeriod: '40s' },
  sysctls: kernelParameters,
  ulimits: { nofile: 65535, nproc: 65535 },
  acknowledge: { 'low-user-id': 'the image is built for user 1001' },
};

/** The monitoring sidecar, which shares the backend's processes and network (V8). */
export const MONITORING: SidecarProps = {
  image: 'veogen/backend:1.0.0',
  user: '65534:65534',
  shareProcesses: true,
  env: { PROBE_PORTS: '9100' },
  ports: { exporter: 9100 },
  writable: [],
  resources: { cpu: { limit: '100m', reservation: '10m' }, memory: { limit: '64Mi' } },
};
