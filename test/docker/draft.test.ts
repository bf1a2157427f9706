import { ExistingSecret, HardenedService, NetworkSegment, PersistentVolume } from '../../lib';
import { docker } from '../../lib/platforms/docker';
import { containersOf, planned } from './render';

const image = 'veogen/backend:1.0.0';

test('the smallest service, complete', () => {
  expect(containersOf({})).toEqual([
    {
      name: 'backend',
      role: 'main',
      secretEnvs: {},
      templates: {},
      folders: [],
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
        networksAdvanced: [{ name: 'backend_alone', aliases: ['backend'] }],
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
  for (const { args } of containers) expect(args.networksAdvanced).toEqual([{ name: 'backend_alone', aliases: ['backend'] }]);
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
        secretEnvs: { A: { spec: { source: 'existing', name: 'app-keys' }, key: 'api.token' } },
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
