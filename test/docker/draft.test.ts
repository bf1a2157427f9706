import { ExistingSecret, HardenedService, NetworkSegment, PersistentVolume } from '../../lib';
import { docker } from '../../lib/platforms/docker';
import { containersOf, planned, problems } from './render';

const image = 'veogen/backend:1.0.0';

test('the smallest service, complete', () => {
  expect(containersOf({})).toEqual([
    {
      name: 'backend',
      role: 'main',
      secretEnvs: {},
      args: {
        image,
        user: '65532:65532',
        readOnly: true,
        capabilities: { drops: ['ALL'] },
        securityOpts: ['no-new-privileges:true'],
        tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=67108864,mode=1777,uid=65532,gid=65532' },
        init: false,
        cpus: '0.5',
        cpuShares: 102,
        memory: 256,
        memorySwap: 256,
        memoryReservation: 256,
        restart: 'unless-stopped',
        mustRun: true,
        stopTimeout: 30,
        destroyGraceSeconds: 30,
        removeVolumes: true,
        logDriver: 'json-file',
        logOpts: { 'max-size': '10m', 'max-file': '3' },
        labels: [
          { label: 'ironhull.container', value: 'backend' },
          { label: 'ironhull.environment', value: 'test' },
          { label: 'ironhull.stack', value: 'veogen' },
          { label: 'ironhull.workload', value: 'backend' },
        ],
        networksAdvanced: [{ name: 'veogen', aliases: ['backend'] }],
      },
    },
  ]);
});

test('a health check: durations as Go writes them, and a wait that is longer than the check needs', () => {
  const [container] = containersOf({
    ports: { http: 8000 },
    health: { http: { port: 'http', path: '/health' }, interval: '90s', timeout: '10s', retries: 3, startPeriod: '40s' },
  });
  expect(container?.args).toMatchObject({
    healthcheck: {
      tests: ['CMD', '/.ironhull/prober', 'http', '8000', '/health', '--timeout', '9500'],
      interval: '1m30s',
      timeout: '10s',
      startPeriod: '40s',
      retries: 3,
    },
    wait: true,
    waitTimeout: 40 + (90 + 10) * 4 + 30,
    volumes: [{ volumeName: 'veogen-prober', containerPath: '/.ironhull', readOnly: true }],
  });
});

test('a command as a health check needs no prober', () => {
  const [container] = containersOf({ health: { exec: ['/bin/check', '--quick'] } });
  expect(container?.args.healthcheck).toMatchObject({ tests: ['CMD', '/bin/check', '--quick'] });
  expect(container?.args.volumes).toBeUndefined();
});

test.each([
  [2, '2.0'],
  [0.25, '0.25'],
  ['500m' as const, '0.5'],
  [1.125, '1.125'],
])('%s cores are written as the provider reports them', (limit, cpus) => {
  expect(containersOf({ resources: { cpu: { limit, reservation: '100m' } } })[0]?.args.cpus).toBe(cpus);
});

test('replicas are numbered and share an alias', () => {
  const containers = containersOf({ replicas: 3 });
  expect(containers.map(({ name }) => name)).toEqual(['backend-1', 'backend-2', 'backend-3']);
  for (const { args } of containers) expect(args.networksAdvanced).toEqual([{ name: 'veogen', aliases: ['backend'] }]);
});

test('no replicas are no containers', () => expect(containersOf({ replicas: 0 })).toEqual([]));

test('sidecars follow each replica, and have no network of their own', () => {
  const containers = containersOf({ replicas: 2, sidecars: { exporter: { image, shareProcesses: true, pids: 20 } } });
  expect(containers.map(({ name, role, pids, shareProcesses }) => ({ name, role, pids, shareProcesses }))).toEqual([
    { name: 'backend-1', role: 'main' },
    { name: 'backend-1-exporter', role: 'exporter', pids: 20, shareProcesses: true },
    { name: 'backend-2', role: 'main' },
    { name: 'backend-2-exporter', role: 'exporter', pids: 20, shareProcesses: true },
  ]);
  expect(containers[1]?.args).not.toHaveProperty('networksAdvanced');
});

test('capabilities have the prefix that the engine reports', () => {
  expect(containersOf({ capabilities: ['NET_BIND_SERVICE'] })[0]?.args.capabilities).toEqual({
    drops: ['ALL'],
    adds: ['CAP_NET_BIND_SERVICE'],
  });
});

test('a published port stands on the container, on loopback', () => {
  const [container] = containersOf({ ports: { http: 8000, admin: 9000 } }, (service) => {
    service.publish({ port: 'admin', listen: 9001, address: '0.0.0.0' });
    service.publish({ port: 'http' });
  });
  expect(container?.args.ports).toEqual([
    { internal: 8000, external: 8000, ip: '127.0.0.1', protocol: 'tcp' },
    { internal: 9000, external: 9001, ip: '0.0.0.0', protocol: 'tcp' },
  ]);
});

test('restarts on failure are counted', () => {
  expect(containersOf({ restart: { condition: 'on-failure', maxAttempts: 5 } })[0]?.args).toMatchObject({
    restart: 'on-failure',
    maxRetryCount: 5,
  });
});

test('metrics become labels for service discovery', () => {
  const labels = containersOf({ ports: { metrics: 9100 }, metrics: { port: 'metrics' } })[0]?.args.labels;
  expect(labels).toEqual(
    expect.arrayContaining([
      { label: 'prometheus.io/scrape', value: 'true' },
      { label: 'prometheus.io/port', value: '9100' },
      { label: 'prometheus.io/path', value: '/metrics' },
    ]),
  );
});

test('networks, volumes and secrets', () => {
  const plan = planned((root) => {
    const network = new NetworkSegment(root, 'Back', { subnet: '10.9.0.0/24', gateway: '10.9.0.1', mtu: 1400, internal: true });
    const volume = new PersistentVolume(root, 'Data', { size: '1Gi', driver: 'rexray', driverOptions: { size: '1' } });
    const secret = new ExistingSecret(root, 'Keys', { existing: 'app-keys' });
    new HardenedService(root, 'Backend', {
      image,
      env: { B: 'plain', A: secret.key('api.token') },
      networks: [{ network, address: '10.9.0.7', aliases: ['core'] }],
      mounts: [{ volume, path: '/data', readOnly: true }],
    });
  });
  expect(plan.problems).toEqual([]);
  const [network, secret, volume, workload] = plan.drafted.map(({ native }) => native);
  expect(network).toEqual({
    args: {
      name: 'back',
      driver: 'bridge',
      internal: true,
      options: { 'com.docker.network.driver.mtu': '1400' },
      ipamConfigs: [{ subnet: '10.9.0.0/24', gateway: '10.9.0.1' }],
      labels: [{ label: 'ironhull.stack', value: 'veogen' }],
    },
  });
  expect(secret).toEqual({});
  expect(volume).toEqual({
    args: { name: 'data', driver: 'rexray', driverOpts: { size: '1' }, labels: [{ label: 'ironhull.stack', value: 'veogen' }] },
  });
  expect(workload).toMatchObject({
    containers: [
      {
        secretEnvs: { A: { spec: { existing: 'app-keys' }, key: 'api.token' } },
        args: {
          envs: ['B=plain'],
          networksAdvanced: [{ name: 'back', aliases: ['backend', 'core'], ipv4Address: '10.9.0.7' }],
          volumes: [{ volumeName: 'data', containerPath: '/data', readOnly: true }],
        },
      },
    ],
  });
});

test('a draft can be edited, typed', () => {
  const [container] = containersOf({}, (service) =>
    service.tune(docker, ({ containers: [first] }) => {
      if (!first) return;
      first.args.hostname = 'backend';
      first.args.labels = [...(first.args.labels ?? []), { label: 'team', value: 'media' }];
    }),
  );
  expect(container?.args.hostname).toBe('backend');
  expect(container?.args.labels).toContainEqual({ label: 'team', value: 'media' });
});

describe('problems', () => {
  test('a published port of several replicas', () => {
    expect(
      problems((root) => void new HardenedService(root, 'Api', { image, replicas: 2, ports: { http: 8000 } }).publish({ port: 'http' })),
    ).toEqual(['veogen/Api: publish: only one of several containers can have a port of the host; set replicas to 1, or publish a proxy']);
  });

  test.each([
    ['127.0.0.1', '127.0.0.1', 1],
    ['127.0.0.1', '0.0.0.0', 1],
    ['127.0.0.1', '127.0.0.2', 0],
  ])('one port of the host on %s and %s: %i', (first, second, count) => {
    const found = problems((root) => {
      new HardenedService(root, 'A', { image, ports: { http: 8000 } }).publish({ port: 'http', address: first });
      new HardenedService(root, 'B', { image, ports: { http: 8000 } }).publish({ port: 'http', address: second });
    });
    expect(found).toHaveLength(count);
    if (count > 0) expect(found[0]).toMatch(/^veogen\/B.*: listen: the port of the host is taken by veogen\/A/);
  });

  test('a published port in an internal segment', () => {
    expect(
      problems((root) => {
        const network = new NetworkSegment(root, 'Back', { internal: true });
        new HardenedService(root, 'Api', { image, ports: { http: 8000 }, networks: [{ network }] }).publish({ port: 'http' });
      }),
    ).toEqual(['veogen/Api: publish: an internal segment has no way in for a published port; add a segment that is not internal']);
  });

  test.each(['net.core.rmem_max', 'net.core.wmem_max', 'net.core.netdev_max_backlog'])('%s belongs to the host', (name) => {
    expect(problems((root) => void new HardenedService(root, 'Api', { image, sysctls: { [name]: 5000 } }))).toEqual([
      `veogen/Api: sysctls.${name}: is a parameter of the host, which a container has no value of its own for; ` +
        "set it on the host, or acknowledge 'sysctls' with a reason: then it is left out",
    ]);
  });

  test('and is left out where that was acknowledged', () => {
    const [container] = containersOf({
      sysctls: { 'net.core.rmem_max': 1, 'net.core.somaxconn': 2 },
      acknowledge: { sysctls: 'the host is set up with these buffers' },
    });
    expect(container?.args.sysctls).toEqual({ 'net.core.somaxconn': '2' });
  });

  test('memory in parts of a mebibyte', () => {
    expect(problems((root) => void new HardenedService(root, 'Api', { image, resources: { memory: { limit: '10000Ki' } } }))[0]).toBe(
      "veogen/Api: resources.memory.limit: Docker's provider counts memory in whole mebibytes; use '10Mi'",
    );
  });

  test('attempts that Docker would not count', () => {
    expect(problems((root) => void new HardenedService(root, 'Api', { image, restart: { maxAttempts: 3 } }))).toEqual([
      "veogen/Api: restart.maxAttempts: Docker counts attempts only with the condition 'on-failure'; " +
        "use 'on-failure', or acknowledge 'restart.policy' with a reason",
    ]);
  });

  test('a sidecar whose container has the name of a service', () => {
    expect(
      problems((root) => {
        new HardenedService(root, 'Api', { image, sidecars: { log: { image } } });
        new HardenedService(root, 'ApiLog', { image });
      }),
    ).toEqual([expect.stringContaining('the container name is taken by')]);
  });

  test("names of the stack's own network and prober", () => {
    expect(
      problems((root) => {
        new NetworkSegment(root, 'Veogen');
        new HardenedService(root, 'VeogenProber', { image });
      }),
    ).toEqual([
      "veogen/Veogen: the name is that of the stack's own network; choose another id, or give the segment a name",
      'veogen/VeogenProber: the name is that of the container that brings the prober; choose another id, or give the service a name',
    ]);
  });

  test.each(['autoscaling', 'rollback', 'spread', 'disruption-budget'] as const)('%s cannot be done, and says why', (feature) => {
    const asked = {
      autoscaling: { scaling: { min: 1, max: 2 } },
      rollback: { rollback: {} },
      spread: { placement: { spreadOver: ['zone'] } },
      'disruption-budget': { maxUnavailable: 1 },
    }[feature];
    expect(problems((root) => void new HardenedService(root, 'Api', { image, ...asked }))).toEqual([
      expect.stringMatching(
        new RegExp(`^veogen/Api: Docker cannot do '${feature}': .{10,}; leave it out, or acknowledge '${feature}' with a reason$`),
      ),
    ]);
  });
});
