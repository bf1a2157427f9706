import type { Construct } from 'constructs';
import { ExistingSecret } from '../../constructs/existing-secret/existing-secret';
import { HardenedService, type HardenedServiceProps } from '../../constructs/hardened-service/hardened-service';
import { NetworkSegment } from '../../constructs/network-segment/network-segment';
import { PersistentVolume } from '../../constructs/persistent-volume/persistent-volume';
import type { Feature } from '../model/features';
import type { Part } from '../model/part';
import type { LateBound } from '../model/workload/props';

/** What a case built. */
export interface Subject {
  /** The service that uses the feature, or that what uses it belongs to. */
  readonly service: HardenedService;
  /** A service that the first one connects to. */
  readonly other?: HardenedService;
  /** A volume that it mounts. */
  readonly volume?: PersistentVolume;
  /** A segment that it is in. */
  readonly segment?: NetworkSegment;
  /** Its published entrance. */
  readonly route?: Part<'route'>;
  /** A secret that it refers to. */
  readonly secret?: ExistingSecret;
}

/** The use of one feature, for every platform to be tried with. */
export interface ConformanceCase {
  /** What is used. */
  readonly feature: Feature;
  /** What cannot be left out when the feature is used. What every service asks for is in {@link PROMISES}. */
  readonly also: readonly Feature[];
  /** Uses the feature. */
  build(scope: Construct): Subject;
}

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

const IMAGE = 'registry.example/team/app:1.2.3@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
const HTTP = { ports: { http: 8080 } } as const;
const HELPER = { image: IMAGE, ports: { helper: 9100 } } as const;

/** A value that is known later: a stand-in for an Output of Pulumi. */
class Later implements LateBound {
  apply(): Later {
    return new Later();
  }
}

function service(scope: Construct, props: Partial<HardenedServiceProps> = {}, id = 'Web'): HardenedService {
  return new HardenedService(scope, id, { image: IMAGE, ...props });
}

/** A case of a feature that stands in the props of a service. */
function of(feature: Feature, props: Partial<HardenedServiceProps> = {}, ...also: Feature[]): ConformanceCase {
  return { feature, also, build: (scope) => ({ service: service(scope, props) }) };
}

/** A case of a feature of a segment. */
function segmentCase(feature: Feature, props: ConstructorParameters<typeof NetworkSegment>[2]): ConformanceCase {
  return {
    feature,
    also: [],
    build(scope) {
      const segment = new NetworkSegment(scope, 'Segment', props);
      return { segment, service: service(scope, { networks: [{ network: segment }] }) };
    },
  };
}

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
  of('health.exec', { health: { exec: ['/bin/check', '--quick'] } }),
  of('health.probes', { ...HTTP, health: PROBES }, 'health.http'),
  of('sidecar', { sidecars: { helper: HELPER } }),
  of('sidecar.processes', { sidecars: { helper: { ...HELPER, shareProcesses: true } } }, 'sidecar'),
  of('sidecar.replicated', { replicas: 2, sidecars: { helper: HELPER } }, 'sidecar', 'replicas'),
  of('replicas', { replicas: 3 }),
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
  {
    feature: 'network.edges',
    also: [],
    build(scope) {
      const segment = new NetworkSegment(scope, 'Segment');
      const networks = [{ network: segment }];
      const other = service(scope, { ports: { postgres: 5432, metrics: 9187 }, networks }, 'Db');
      const web = service(scope, { networks });
      web.network.allowTo(other, 'postgres');
      return { segment, other, service: web };
    },
  },
  {
    feature: 'secret.environment',
    also: [],
    build(scope) {
      const secret = new ExistingSecret(scope, 'Secrets', { existing: 'app-secrets' });
      return { secret, service: service(scope, { env: { PASSWORD: secret.key('password') } }) };
    },
  },
  of('late-bound', { env: { ADDRESS: new Later() } }),
  volumeCase('volume.owner', { size: '1Gi' }, 'volume.size'),
  volumeCase('volume.size', { size: '7Gi' }, 'volume.owner'),
  volumeCase('volume.class', { size: '1Gi', storageClass: 'fast' }, 'volume.owner', 'volume.size'),
  volumeCase('volume.shared', { size: '3Gi', shared: true }, 'volume.owner', 'volume.size'),
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
