import { NetworkSegment } from '../../constructs/network-segment/network-segment';
import { PersistentVolume } from '../../constructs/persistent-volume/persistent-volume';
import type { Feature } from '../model/features';
import { CONNECTIONS } from './connections';
import { type ConformanceCase, IMAGE, of, segmentCase, service } from './subject';

export type { ConformanceCase, Subject } from './subject';

/** What every service asks for without being told to: that it is hardened is promised. */
export const PROMISES: readonly Feature[] = [
  'capabilities.drop',
  'no-new-privileges',
  'root.read-only',
  'seccomp.default',
  'writable.options',
  'resources.cpu',
  'resources.memory',
  'service-account',
  'network.edges',
];

const HTTP = { ports: { http: 8080 } } as const;
const HELPER = { image: IMAGE, ports: { helper: 9100 } } as const;

/** A case of a feature of a volume. */
function volumeCase(feature: Feature, props: ConstructorParameters<typeof PersistentVolume>[2], ...also: Feature[]): ConformanceCase {
  return {
    feature,
    also,
    build(scope) {
      const volume = new PersistentVolume(scope, 'Data', props);
      return { volume, service: service(scope, { mounts: [{ volume, path: '/data' }] }) };
    },
  };
}

const PROBES = {
  http: { port: 'http', path: '/health' },
  liveness: { path: '/live' },
  readiness: { path: '/ready', interval: '7s' },
} as const;

/** One case for each feature. A platform conforms if it does, emulates or refuses each of them as its table says. */
export const CONFORMANCE: readonly ConformanceCase[] = [
  of('capabilities.drop', { capabilities: ['NET_BIND_SERVICE'] }),
  of('no-new-privileges'),
  of('root.read-only'),
  of('seccomp.default'),
  of('writable.options', { writable: [{ path: '/scratch', size: '32Mi' }] }),
  of('resources.cpu', { resources: { cpu: { limit: '750m', reservation: '250m' } } }),
  of('resources.memory', { resources: { memory: { limit: '384Mi', reservation: '192Mi' } } }),
  of('resources.ephemeral-storage', { resources: { ephemeralStorage: '128Mi' } }),
  of('pids', { pids: 77 }),
  of('init', { init: true }),
  of('health.http', { ...HTTP, health: { http: { port: 'http', path: '/health' } } }),
  of('health.tcp', { ...HTTP, health: { tcp: { port: 'http' } } }),
  of('health.heartbeat', { health: { heartbeat: { path: '/tmp/heartbeat', maxAge: '90s' } } }),
  of('health.exec', { health: { exec: ['/bin/check', '--quick'] } }),
  of('health.probes', { ...HTTP, health: PROBES }, 'health.http'),
  of('sidecar', { sidecars: { helper: HELPER } }),
  of('sidecar.processes', { sidecars: { helper: { ...HELPER, shareProcesses: true } } }, 'sidecar'),
  of('sidecar.replicated', { replicas: 2, sidecars: { helper: HELPER } }, 'sidecar', 'replicas'),
  of('replicas', { replicas: 3 }),
  of('identity.stable', { identity: 'stable' }),
  of('autoscaling', { scaling: { min: 2, max: 5, cpu: 60 } }),
  of('disruption-budget', { maxUnavailable: '25%' }),
  of('spread', { placement: { spreadOver: ['zone'] } }),
  of('placement.constraints', { placement: { role: 'worker', labels: { disk: 'ssd' } } }),
  of('rollout', { rollout: { parallelism: 2, order: 'start-first' } }),
  of('rollout.failure-action', { rollout: { failureAction: 'pause' } }, 'rollout'),
  of('rollout.monitor', { rollout: { monitor: '20s', maxFailureRatio: 0.2 } }, 'rollout'),
  of('rollout.deadline', { rollout: { deadline: '2m' } }, 'rollout'),
  of('rollback', { rollback: { parallelism: 3 } }),
  of('restart.policy', { restart: { condition: 'on-failure', maxAttempts: 4, delay: '7s' } }),
  of('shutdown.drain', { ...HTTP, shutdown: { drain: '9s' } }),
  of('sysctls', { sysctls: { 'net.ipv4.tcp_keepalive_time': 600 } }),
  of('sysctls.unsafe', { sysctls: { 'net.core.somaxconn': 4096 } }, 'sysctls'),
  of('ulimits', { ulimits: { nofile: { soft: 2048, hard: 4096 } } }),
  of('logging', { logging: { options: { 'max-size': '7m' } } }),
  of('service-account'),
  of('metrics', { ...HTTP, metrics: { port: 'http', path: '/numbers' } }),
  of('destroy.guard', { beforeDestroy: ['check', 'backups'] }),
  of('annotations', { annotations: { 'example.com/owner': 'team' } }),
  segmentCase('network.addressing', { subnet: '172.28.0.0/24', mtu: 1400, driverOptions: { 'com.example.option': 'on' } }),
  segmentCase('network.internal', { internal: true }),
  segmentCase('network.attachable', { attachable: true }),
  {
    feature: 'network.static-address',
    also: ['network.addressing'],
    build(scope) {
      const segment = new NetworkSegment(scope, 'Segment', { subnet: '172.28.0.0/24' });
      return { segment, service: service(scope, { networks: [{ network: segment, address: '172.28.0.10' }] }) };
    },
  },
  {
    feature: 'network.aliases',
    also: [],
    build(scope) {
      const segment = new NetworkSegment(scope, 'Segment');
      return { segment, service: service(scope, { networks: [{ network: segment, aliases: ['front'] }] }) };
    },
  },
  ...CONNECTIONS,
  volumeCase('volume.owner', { size: '1Gi' }, 'volume.size'),
  volumeCase('volume.size', { size: '7Gi' }, 'volume.owner'),
  volumeCase('volume.class', { size: '1Gi', storageClass: 'fast' }, 'volume.owner', 'volume.size'),
  volumeCase('volume.shared', { size: '3Gi', shared: true }, 'volume.owner', 'volume.size'),
  {
    feature: 'volume.per-replica',
    also: ['identity.stable', 'replicas', 'volume.owner', 'volume.size'],
    build(scope) {
      const volume = new PersistentVolume(scope, 'Data', { size: '2Gi', perReplica: true });
      return { volume, service: service(scope, { identity: 'stable', replicas: 2, mounts: [{ volume, path: '/data' }] }) };
    },
  },
  volumeCase(
    'volume.driver',
    { size: '3Gi', shared: true, driver: 'example/nfs', driverOptions: { share: 'data' } },
    'volume.shared',
    'volume.owner',
    'volume.size',
  ),
  {
    feature: 'route.address',
    also: [],
    build(scope) {
      const web = service(scope, HTTP);
      return { service: web, route: web.publish({ port: 'http', listen: 9090, address: '192.0.2.10' }) };
    },
  },
  {
    feature: 'route.sources',
    also: [],
    build(scope) {
      const web = service(scope, HTTP);
      return { service: web, route: web.publish({ port: 'http', listen: 9090, allowedSources: ['203.0.113.0/24'] }) };
    },
  },
];
