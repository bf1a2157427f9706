import { HardenedService, NetworkSegment, PersistentVolume } from '../../lib';
import { type BadInput, props, service } from './case';

const WEB = { ports: { http: 8080 } };

/** What the compiler would refuse: programs in JavaScript, casts, and values out of configuration files. */
export const SHAPES: readonly BadInput[] = [
  {
    mistake: 'a service without properties',
    build: (s) => new HardenedService(s, 'Web', undefined as never),
    message: "app/#/Web: image: an image reference is needed; write it as 'registry.example/team/app:1.2.3@sha256:...'",
  },
  props(
    'a protocol that is none of two',
    { ports: { http: { port: 8080, protocol: 'sctp' } } },
    `ports.http: must be 'tcp' or 'udp', got "sctp"; use 'tcp'`,
  ),
  props(
    'a role that Swarm does not have',
    { placement: { role: 'master' } },
    `placement.role: must be 'worker' or 'manager', got "master"; leave it out`,
  ),
  props(
    'a strategy with a capital',
    { rollout: { strategy: 'Recreate' } },
    `rollout.strategy: must be 'rolling' or 'recreate', got "Recreate"; use 'rolling'`,
  ),
  props(
    'an order with an underscore',
    { rollout: { order: 'stop_first' } },
    `rollout.order: must be 'start-first' or 'stop-first', got "stop_first"; use 'start-first'`,
  ),
  props(
    'an order of a roll-back that is none',
    { rollback: { order: 'first' } },
    `rollback.order: must be 'start-first' or 'stop-first', got "first"; use 'start-first'`,
  ),
  props(
    'an action that is none',
    { rollout: { failureAction: 'revert' } },
    `rollout.failureAction: must be 'rollback' or 'pause' or 'continue', got "revert"; use 'rollback'`,
  ),
  props(
    'a roll-back of a roll-back',
    { rollback: { failureAction: 'rollback' } },
    `rollback.failureAction: must be 'pause' or 'continue', got "rollback"; use 'pause'`,
  ),
  props(
    "Compose's word for a restart",
    { restart: { condition: 'unless-stopped' } },
    `restart.condition: must be 'always' or 'on-failure', got "unless-stopped"; use 'always'`,
  ),
  props(
    'a share as text',
    { rollout: { maxFailureRatio: '0.1' } },
    'rollout.maxFailureRatio: must be a share from 0 to 1, got "0.1"; use 0.1 for one in ten',
  ),
  props(
    'a command as one text',
    { command: 'node server.js' },
    `command: must be a list of texts, got "node server.js"; write it as ['node', 'server.js']`,
  ),
  props(
    'a number among arguments',
    { args: ['--port', 8080] },
    `args: must be a list of texts, got ["--port",8080]; write it as ['one', 'two']`,
  ),
  props('no arguments at all', { args: null }, `args: must be a list of texts, got null; write it as ['one', 'two']`),
  props(
    'a check as one text',
    { health: { exec: 'pg_isready -q' } },
    `health.exec: must be a list of texts, got "pg_isready -q"; write it as ['pg_isready', '-q']`,
  ),
  props(
    'one capability',
    { capabilities: 'NET_BIND_SERVICE' },
    `capabilities: must be a list of texts, got "NET_BIND_SERVICE"; write it as ['NET_BIND_SERVICE']`,
  ),
  props(
    'one place to spread over',
    { placement: { spreadOver: 'zone' } },
    `placement.spreadOver: must be a list of texts, got "zone"; write it as ['zone']`,
  ),
  props('one writable path', { writable: '/tmp' }, `writable: must be a list, got "/tmp"; write it as ['/tmp']`),
  props(
    'nothing as a writable path',
    { writable: [undefined] },
    "writable: must be an absolute path below /; write it as '/var/lib/app', without colons, commas or '..'",
  ),
  props('no as text', { readOnlyRoot: 'false' }, 'readOnlyRoot: must be true or false, got "false"; use true, without quotes'),
  props(
    'yes as a number',
    { allowPrivilegeEscalation: 1 },
    'allowPrivilegeEscalation: must be true or false, got 1; use false, without quotes',
  ),
  props('a list of variables', { env: ['A=1'] }, `env: must be an object, got ["A=1"]; write it as { LOG_LEVEL: 'info' }`),
  props('a port without a name', { ports: 8080 }, 'ports: must be an object, got 8080; write it as { http: 8080 }'),
  props('a list of ports', { ports: ['8080:80'] }, 'ports: must be an object, got ["8080:80"]; write it as { http: 8080 }'),
  props(
    'a port of nothing',
    { ports: { http: null } },
    'ports.http: a port must be a whole number from 1 to 65535, got null; choose one of 1024 or higher',
  ),
  props(
    'sidecars in a list',
    { sidecars: [{ image: 'team/proxy:1.2.3' }] },
    `sidecars: must be an object, got [{"image":"team/proxy:1.2.3"}]; write it as { proxy: { image: 'team/proxy:1.2.3' } }`,
  ),
  props(
    'an image as a sidecar',
    { sidecars: { proxy: 'team/proxy:1.2.3' } },
    `sidecars.proxy: must be an object, got "team/proxy:1.2.3"; write it as { image: 'team/proxy:1.2.3' }`,
  ),
  props(
    'a sidecar of nothing',
    { sidecars: { proxy: null } },
    `sidecars.proxy: must be an object, got null; write it as { image: 'team/proxy:1.2.3' }`,
  ),
  {
    mistake: 'a sidecar without properties',
    build: (s) => service(s).addSidecar('proxy', undefined as never),
    message: "app/#/Web: sidecars.proxy: must be an object; write it as { image: 'team/proxy:1.2.3' }",
  },
  props(
    'a path as a health check',
    { ...WEB, health: '/health' },
    `health: must be an object, got "/health"; write it as { http: { port: 'http', path: '/health' } }`,
  ),
  props(
    'a path as the settings of a probe',
    { ...WEB, health: { tcp: { port: 'http' }, readiness: '/ready' } },
    `health.readiness: must be an object, got "/ready"; write it as { interval: '5s' }`,
  ),
  props('memory alone', { resources: '512Mi' }, `resources: must be an object, got "512Mi"; write it as { memory: { limit: '512Mi' } }`),
  props(
    'a memory limit alone',
    { resources: { memory: '512Mi' } },
    `resources.memory: must be an object, got "512Mi"; write it as { limit: '512Mi' }`,
  ),
  props(
    'a condition alone',
    { restart: 'on-failure' },
    `restart: must be an object, got "on-failure"; write it as { condition: 'on-failure' }`,
  ),
  props('a strategy alone', { rollout: 'recreate' }, `rollout: must be an object, got "recreate"; write it as { order: 'start-first' }`),
  props('a role alone', { placement: 'worker' }, `placement: must be an object, got "worker"; write it as { role: 'worker' }`),
  props('a driver alone', { logging: 'syslog' }, `logging: must be an object, got "syslog"; write it as { driver: 'json-file' }`),
  props(
    'a number of files',
    { logging: { options: { 'max-file': 3 } } },
    'logging.options.max-file: must be text, got 3; put it in quotes',
  ),
  props('a grace alone', { shutdown: '10s' }, `shutdown: must be an object, got "10s"; write it as { grace: '30s' }`),
  props('a port of metrics alone', { ...WEB, metrics: 'http' }, `metrics: must be an object, got "http"; write it as { port: 'metrics' }`),
  props('labels in a list', { labels: ['team=shop'] }, `labels: must be an object, got ["team=shop"]; write it as { team: 'shop' }`),
  props(
    'a limit of nothing',
    { ulimits: { nofile: null } },
    'ulimits.nofile: needs whole numbers, the soft limit not above the hard one, got null; write { soft: 1024, hard: 2048 }',
  ),
  props('a number to scale to', { replicas: undefined, scaling: 5 }, 'scaling: must be an object, got 5; write it as { min: 2, max: 5 }'),
  props('a mount without a volume', { mounts: [{ path: '/data' }] }, 'mounts: must be a volume; pass a PersistentVolume'),
  props('a path as a mount', { mounts: ['/data'] }, `mounts: must be an object, got "/data"; write it as { volume, path: '/data' }`),
  {
    mistake: 'a segment as a volume',
    build: (s) => service(s, { mounts: [{ volume: new NetworkSegment(s, 'Net'), path: '/data' }] }),
    message: 'app/#/Web: mounts: must be a volume, got "a network"; pass a PersistentVolume',
  },
  props('a segment of nothing', { networks: [{ network: undefined }] }, 'networks: must be a network segment; pass { network: segment }'),
  props('the name of a segment', { networks: ['front'] }, 'networks: must be a network segment, got "front"; pass { network: segment }'),
  {
    mistake: 'one alias',
    build: (s) => service(s, { networks: [{ network: new NetworkSegment(s, 'Net'), aliases: 'db' }] }),
    message: `app/#/Web: networks.aliases: must be a list of texts, got "db"; write it as ['db']`,
  },
  {
    mistake: 'an edge to nothing',
    build: (s) => service(s).network.allowTo(undefined as never),
    message: 'app/#/Web: network.allowTo: needs a service or a peer outside; pass a service, or one of Peers',
  },
  {
    mistake: 'an edge from a volume',
    build: (s) => service(s).network.allowFrom(new PersistentVolume(s, 'Data', { size: '1Gi' }) as never),
    message: 'app/#/Web: network.allowFrom: needs a service or a peer outside, got "an object"; pass a service, or one of Peers',
  },
];
