import { parse } from 'yaml';
import { Environments, NetworkSegment, PersistentVolume } from '../../lib';
import { formatProblem } from '../../lib/model/problems';
import { plan } from '../../lib/platform/render';
import { swarm, swarmFile, swarmStackFile } from '../../lib/platforms/swarm';
import { swarmPlatform } from '../../lib/platforms/swarm/platform';
import { bytes, seconds } from '../../lib/platforms/swarm/quantities';
import { convergeSeconds } from '../../lib/platforms/swarm/translate';
import { sentences, service, tree } from '../compose/build';

const acknowledge = { 'no-new-privileges': 'daemon.json of every node has it' };

describe('swarmStackFile', () => {
  test('V6: writes a service in full', () => {
    const root = tree();
    const network = new NetworkSegment(root, 'Network', { subnet: '10.9.0.0/24', attachable: true });
    const api = service(root, 'Api', {
      acknowledge,
      replicas: 3,
      ports: { http: 8080 },
      health: { tcp: { port: 'http' } },
      networks: [{ network, aliases: ['web'] }],
      mounts: [{ volume: new PersistentVolume(root, 'Data', { size: '1Gi' }), path: '/data', readOnly: true }],
      placement: { role: 'worker', labels: { disk: 'ssd' }, spreadOver: ['zone', 'host', 'rack'] },
      restart: { condition: 'on-failure', delay: '5s', maxAttempts: 3 },
      rollout: { parallelism: 2, delay: '10s', maxFailureRatio: 0.2, failureAction: 'pause', monitor: '90s' },
      rollback: { order: 'stop-first', failureAction: 'continue' },
      pids: 100,
      ulimits: { nofile: 65535 },
      init: true,
    });
    api.publish({ port: 'http', listen: 80 });
    const file = swarmStackFile(root, { name: 'shop' });
    expect(parse(file.text)).toEqual({
      version: '3.9',
      services: {
        api: {
          image: 'example/app:1.2.3',
          user: '65532:65532',
          cap_drop: ['ALL'],
          read_only: true,
          init: true,
          stop_grace_period: '30s',
          healthcheck: {
            test: ['CMD', '/.ironhull/prober', 'tcp', '8080', '--timeout', '4500'],
            interval: '10s',
            timeout: '5s',
            retries: 3,
            start_period: '30s',
          },
          configs: [{ source: 'prober', target: '/.ironhull/prober', mode: 0o555 }],
          logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
          volumes: [
            { type: 'tmpfs', target: '/tmp', tmpfs: { size: 67108864 } },
            { type: 'volume', source: 'data', target: '/data', read_only: true },
          ],
          deploy: {
            replicas: 3,
            endpoint_mode: 'vip',
            placement: {
              constraints: ['node.role == worker', 'node.labels.disk == ssd'],
              preferences: [{ spread: 'node.labels.zone' }, { spread: 'node.labels.rack' }],
            },
            resources: { limits: { cpus: '0.5', memory: '256m', pids: 100 }, reservations: { cpus: '0.1', memory: '256m' } },
            restart_policy: { condition: 'on-failure', delay: '5s', max_attempts: 3 },
            update_config: {
              parallelism: 2,
              delay: '10s',
              failure_action: 'pause',
              monitor: '1m30s',
              max_failure_ratio: 0.2,
              order: 'start-first',
            },
            rollback_config: {
              parallelism: 1,
              delay: '5s',
              failure_action: 'continue',
              monitor: '30s',
              max_failure_ratio: 0,
              order: 'stop-first',
            },
          },
          networks: { network: { aliases: ['web'] } },
          ulimits: { nofile: { soft: 65535, hard: 65535 } },
          ports: [{ target: 8080, published: 80, protocol: 'tcp', mode: 'ingress' }],
        },
      },
      networks: {
        network: { name: 'shop_network', driver: 'overlay', attachable: true, ipam: { config: [{ subnet: '10.9.0.0/24' }] } },
      },
      volumes: { data: { name: 'shop_data' } },
      configs: { prober: { name: expect.stringMatching(/^shop_prober-[0-9a-f]{12}$/), file: './prober-amd64' } },
    });
    expect([...file.files.keys()]).toEqual(['prober-amd64']);
  });

  test('the prober has another name where it is another program', () => {
    const name = (architecture: 'amd64' | 'arm64') => {
      const root = tree();
      service(root, 'Api', { acknowledge, ports: { http: 8080 }, health: { tcp: { port: 'http' } } });
      return parse(swarmStackFile(root, { name: 'shop', architecture }).text).configs.prober.name;
    };
    expect(name('arm64')).not.toBe(name('amd64'));
  });

  test('recreate stops all replicas before new ones start', () => {
    const root = tree();
    service(root, 'Database', { acknowledge, rollout: { strategy: 'recreate' } });
    const { deploy } = parse(swarmStackFile(root).text).services.database;
    expect(deploy.update_config).toMatchObject({ parallelism: 0, order: 'stop-first' });
    expect(deploy.rollback_config).toMatchObject({ parallelism: 0, order: 'stop-first' });
  });

  test('one edit serves both ways to Swarm', () => {
    const root = tree();
    const api = service(root, 'Api', { acknowledge });
    api.tune(swarm, (native) => {
      native.service.stop_signal = 'SIGINT';
    });
    api.tune(swarmFile, (native) => {
      native.service.hostname = '{{.Task.Slot}}';
    });
    expect(parse(swarmStackFile(root).text).services.api).toMatchObject({ stop_signal: 'SIGINT', hostname: '{{.Task.Slot}}' });
    expect(plan(root, swarm).drafted[0]?.native).toMatchObject({ service: { stop_signal: 'SIGINT', hostname: '{{.Task.Slot}}' } });
  });
});

describe('what Swarm cannot do', () => {
  test('no-new-privileges is said, with the way out', () => {
    const root = tree();
    service(root, 'Api');
    expect(sentences(() => swarmStackFile(root))).toEqual([
      "Api: Swarm stack file cannot do 'no-new-privileges': services have no such setting; set `no-new-privileges: true` in the daemon.json of every node, and say so; leave it out, or acknowledge 'no-new-privileges' with a reason",
    ]);
  });

  test('neither sidecars nor fixed addresses, and where that is accepted they are left out', () => {
    const build = (more: Record<string, string>) => {
      const root = tree();
      const network = new NetworkSegment(root, 'Network', { subnet: '10.9.0.0/24' });
      const api = service(root, 'Api', { acknowledge: { ...acknowledge, ...more }, networks: [{ network, address: '10.9.0.9' }] });
      api.addSidecar('watch', { image: 'example/watch:1' });
      return root;
    };
    const said = sentences(() => swarmStackFile(build({}))).join();
    expect(said).toContain("cannot do 'sidecar'");
    expect(said).toContain("cannot do 'network.static-address'");
    const accepted = build({ sidecar: 'another agent watches it', 'network.static-address': 'nobody needs it here' });
    expect(Object.keys(parse(swarmStackFile(accepted).text).services)).toEqual(['api']);
    expect(parse(swarmStackFile(accepted).text).services.api.networks).toEqual({ network: {} });
  });

  test('a gateway in a file, programs in a scratch directory', () => {
    const root = tree();
    const network = new NetworkSegment(root, 'Network', { subnet: '10.9.0.0/24', gateway: '10.9.0.254' });
    service(root, 'Api', {
      acknowledge: { ...acknowledge, 'executable-scratch': 'it compiles its plug-ins' },
      networks: [{ network }],
      writable: [{ path: '/plugins', exec: true }],
    });
    expect(sentences(() => swarmStackFile(root))).toEqual([
      'Network: gateway: a stack file cannot say the gateway of a network, got "10.9.0.254"; leave it out, or acknowledge \'network.addressing\' with a reason',
      'Api: writable: Swarm mounts every scratch directory noexec, got "/plugins"; leave out exec, or acknowledge \'writable.options\' with a reason',
    ]);
  });

  test('a published port needs vip or the host mode, and that needs stop-first', () => {
    const build = (order: 'start-first' | 'stop-first') => {
      const root = tree();
      service(root, 'Api', { acknowledge, ports: { http: 8080 }, rollout: { order } }).publish({ port: 'http' });
      return root;
    };
    expect(sentences(() => swarmStackFile(build('stop-first'), { endpointMode: 'dnsrr', publishMode: 'ingress' })).join()).toContain(
      'Swarm publishes nothing on every node with dnsrr',
    );
    expect(sentences(() => swarmStackFile(build('start-first'), { endpointMode: 'dnsrr' })).join()).toContain(
      "set rollout.order of the service to 'stop-first'",
    );
    const { api } = parse(swarmStackFile(build('stop-first'), { endpointMode: 'dnsrr' }).text).services;
    expect(api.ports).toEqual([{ target: 8080, published: 8080, protocol: 'tcp', mode: 'host' }]);
    expect(api.deploy.endpoint_mode).toBe('dnsrr');
  });

  test('a limit of processes is native in a file and unknown to the provider', () => {
    const root = tree(Environments.test);
    service(root, 'Api', { acknowledge, pids: 10, ulimits: { nofile: 1024 } });
    expect(parse(swarmStackFile(root).text).services.api.deploy.resources.limits.pids).toBe(10);
    const said = plan(root, swarmPlatform()).problems.map(formatProblem).join();
    expect(said).toContain("Swarm cannot do 'pids'");
    expect(said).toContain("Swarm cannot do 'ulimits'");
  });
});

describe('quantities', () => {
  test.each([
    ['512m', 512 * 2 ** 20],
    ['4g', 2 ** 32],
    ['1.5k', 1536],
    ['100b', 100],
    ['7', 7],
    ['2GB', 2 ** 31],
  ])('%s is %d bytes', (text, expected) => {
    expect(bytes(text)).toBe(expected);
  });

  test('durations', () => {
    expect([seconds('1h1m1s'), seconds('500ms'), seconds('1m30.5s'), seconds(undefined)]).toEqual([3661, 0.5, 90.5, 0]);
  });

  test('an update may take as long as all replicas need, there and back', () => {
    const image = 'example/app:1';
    expect(convergeSeconds({ image, deploy: { replicas: 1 } })).toBe(60 + 2 * (10 + 5 + 30));
    expect(convergeSeconds({ image, deploy: { update_config: { failure_action: 'pause' } } })).toBe(60 + 10 + 5 + 30);
    const step = { parallelism: 2, monitor: '30s', delay: '10s' };
    const healthcheck = { test: ['CMD', 'x'], interval: '10s', timeout: '5s', retries: 3, start_period: '40s' };
    // two groups of (40 + (10 + 5) * 4) + 30 + 10 + 60 seconds, and one roll-back of all at once
    expect(
      convergeSeconds({
        image,
        healthcheck,
        stop_grace_period: '1m0s',
        deploy: { replicas: 3, update_config: step, rollback_config: { ...step, parallelism: 0 } },
      }),
    ).toBe(60 + 2 * 200 + 200);
  });
});
