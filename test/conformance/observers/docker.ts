import type { DockerNatives } from '../../../lib/platforms/docker';
import type { Observers, Seen } from '../harness';

type D = Seen<DockerNatives>;
const first = (seen: D) => seen.workload.containers[0];
const args = (seen: D) => first(seen)?.args;
const helper = (seen: D) => seen.workload.containers[1];
const networks = (workload: DockerNatives['workload']) =>
  workload.containers.flatMap((one) => one.args.networksAdvanced?.map((network) => network.name) ?? []);

/** Where the arguments of Pulumi's Docker provider say what was asked for. */
export const dockerObservers: Observers<DockerNatives> = {
  'capabilities.drop': (d) => expect(args(d)?.capabilities).toEqual({ drops: ['ALL'], adds: ['CAP_NET_BIND_SERVICE'] }),
  'no-new-privileges': (d) => expect(args(d)?.securityOpts).toEqual(['no-new-privileges:true']),
  'root.read-only': (d) => expect(args(d)?.readOnly).toBe(true),
  'seccomp.default': (d) => {
    expect(args(d)?.securityOpts).not.toContainEqual(expect.stringContaining('seccomp'));
    expect(args(d)).not.toHaveProperty('privileged');
  },
  'writable.options': (d) => {
    expect(args(d)?.tmpfs).toEqual({ '/scratch': expect.stringMatching(/^rw,noexec,nosuid,nodev,size=33554432,/) });
  },
  'resources.cpu': (d) => expect(args(d)).toMatchObject({ cpus: '0.75', cpuShares: 256 }),
  'resources.memory': (d) => expect(args(d)).toMatchObject({ memory: 384, memorySwap: 384, memoryReservation: 192 }),
  'resources.ephemeral-storage': 'refused',
  pids: (d) => expect(first(d)?.pids).toBe(77),
  init: (d) => expect(args(d)?.init).toBe(true),
  'health.http': (d) => expect(args(d)?.healthcheck?.tests).toEqual(['CMD', expect.stringContaining('prober'), ...http(d)]),
  'health.tcp': (d) => expect(JSON.stringify(args(d)?.healthcheck?.tests)).toMatch(/prober.*tcp.*8080/),
  'health.heartbeat': (d) => expect(args(d)?.healthcheck?.tests).toEqual(['CMD', '/.ironhull/prober', 'heartbeat', '/tmp/heartbeat', '90']),
  'health.exec': (d) => expect(args(d)?.healthcheck?.tests).toEqual(['CMD', '/bin/check', '--quick']),
  'health.probes': (d) => expect(JSON.stringify(args(d)?.healthcheck?.tests)).toMatch(/8080.*\/health/),
  sidecar: (d) => {
    expect(d.workload.containers.map(({ name, role }) => [name, role])).toEqual([
      ['case-web', 'main'],
      ['case-web-helper', 'helper'],
    ]);
    expect(helper(d)?.args).not.toHaveProperty('networksAdvanced');
  },
  'sidecar.processes': (d) => expect(helper(d)?.shareProcesses).toBe(true),
  'sidecar.replicated': (d) => {
    expect(d.workload.containers.map(({ name }) => name)).toEqual(['case-web-1', 'case-web-1-helper', 'case-web-2', 'case-web-2-helper']);
  },
  replicas: (d) => expect(d.workload.containers.map(({ name }) => name)).toEqual(['case-web-1', 'case-web-2', 'case-web-3']),
  'identity.stable': (d) => expect(d.workload.containers.map(({ name }) => name)).toEqual(['case-web-1']),
  autoscaling: 'refused',
  'disruption-budget': 'refused',
  spread: 'refused',
  'placement.constraints': 'refused',
  rollout: 'elsewhere',
  'rollout.failure-action': 'refused',
  'rollout.monitor': 'refused',
  'rollout.deadline': 'refused',
  'network.aliases': (d) => expect(args(d)?.networksAdvanced).toMatchObject([{ aliases: ['case-web', 'front'] }]),
  'volume.size': 'elsewhere',
  'volume.class': 'refused',
  rollback: 'refused',
  'restart.policy': (d) => expect(args(d)).toMatchObject({ restart: 'on-failure', maxRetryCount: 4 }),
  'shutdown.drain': 'refused',
  sysctls: (d) => expect(args(d)?.sysctls).toEqual({ 'net.ipv4.tcp_keepalive_time': '600' }),
  'sysctls.unsafe': (d) => expect(args(d)?.sysctls).toEqual({ 'net.core.somaxconn': '4096' }),
  ulimits: (d) => expect(args(d)?.ulimits).toEqual([{ name: 'nofile', soft: 2048, hard: 4096 }]),
  logging: (d) => expect(args(d)).toMatchObject({ logDriver: 'json-file', logOpts: { 'max-size': '7m', 'max-file': '3' } }),
  'service-account': 'elsewhere',
  metrics: (d) => {
    expect(args(d)?.labels).toEqual(
      expect.arrayContaining([
        { label: 'prometheus.io/scrape', value: 'true' },
        { label: 'prometheus.io/port', value: '8080' },
        { label: 'prometheus.io/path', value: '/numbers' },
      ]),
    );
  },
  'destroy.guard': 'elsewhere',
  annotations: (d) => expect(args(d)?.labels).toContainEqual({ label: 'example.com/owner', value: 'team' }),
  'network.addressing': (d) => {
    expect(d.network.args.ipamConfigs).toEqual([{ subnet: '172.28.0.0/24' }]);
    expect(d.network.args.options).toEqual({ 'com.docker.network.driver.mtu': '1400', 'com.example.option': 'on' });
  },
  'network.internal': (d) => expect(d.network.args.internal).toBe(true),
  'network.attachable': 'elsewhere',
  'network.static-address': (d) => expect(args(d)?.networksAdvanced).toMatchObject([{ ipv4Address: '172.28.0.10' }]),
  'network.edges': (d) => {
    expect(networks(d.workload)).toEqual(['case-segment']);
    expect(networks(d.other)).toEqual(['case-segment']);
  },
  'network.open': (d) => {
    expect(networks(d.workload)).toEqual(['case-segment']);
    expect(d.implied).toEqual([]);
  },
  'network.dns-name': (d) => {
    expect(networks(d.workload)).toEqual(['outside']);
    expect(d.implied).toEqual([{ name: 'outside', kind: 'outside' }]);
  },
  'start.ready': 'elsewhere',
  'start.completed': 'elsewhere',
  'task.schedule': 'refused',
  'task.resident': (d) => {
    expect(d.task.containers.map(({ name }) => name)).toEqual(['case-backup']);
    expect(d.task.containers[0]?.args).toMatchObject({ restart: 'unless-stopped', mustRun: true, envs: ['TZ=Africa/Lagos'] });
    expect(d.task.containers[0]?.args.entrypoints).toEqual(['/app', 'schedule']);
    expect(d.task.containers[0]?.args).not.toHaveProperty('start');
  },
  task: (d) => {
    expect(d.task.containers.map(({ name, role }) => [name, role])).toEqual([['case-migrate', 'main']]);
    expect(d.task.containers[0]?.args).toMatchObject({ start: false, mustRun: false, restart: 'no' });
    expect(d.task.containers[0]?.args.entrypoints).toEqual(['/app', 'migrate']);
  },
  'config.file': (d) => {
    expect(d.config.files).toEqual({ 'app.conf': { content: 'level = info\n' } });
    const file = { path: '/etc/app/app.conf', permissions: '0444', content: 'level = info\n' };
    expect(first(d)?.folders).toEqual([{ directory: '/etc/app', files: [file], mountPoints: [] }]);
  },
  'secret.environment': (d) => {
    expect(first(d)?.secretEnvs).toEqual({ PASSWORD: { spec: { source: 'existing', name: 'app-secrets' }, key: 'password' } });
  },
  'secret.template': (d) => {
    const password = { spec: { source: 'existing', name: 'app-secrets' }, key: 'password' };
    expect(first(d)?.templates).toEqual({ DATABASE_URL: ['postgresql://app:', password, '@db:5432/app'] });
    expect(args(d)).not.toHaveProperty('envs');
  },
  'secret.file': (d) => secretFile(d, 'existing'),
  'secret.config': (d) => secretFile(d, 'config'),
  'secret.generated': (d) => secretFile(d, 'generated'),
  'secret.external': (d) => secretFile(d, 'external'),
  'secret.vault': (d) => secretFile(d, 'vault'),
  'secret.sealed': (d) => secretFile(d, 'sealed'),
  'operator.object': 'refused',
  'late-bound': (d) => {
    const envs: readonly unknown[] = args(d)?.envs ?? [];
    expect(envs).toHaveLength(1);
    expect(envs[0]).toHaveProperty('apply');
  },
  // the engine's own behaviour with a named volume; a bind mount would not have it
  'volume.owner': (d) => expect(args(d)?.volumes).toEqual([{ volumeName: 'case-data', containerPath: '/data' }]),
  'volume.shared': (d) => expect(args(d)?.volumes).toMatchObject([{ volumeName: 'case-data', containerPath: '/data' }]),
  'volume.per-replica': (d) => {
    const mounts = d.workload.containers.map(({ name, args }) => [name, args.volumes]);
    expect(mounts).toEqual([
      ['case-web-1', [{ volumeName: 'case-data-1', containerPath: '/data' }]],
      ['case-web-2', [{ volumeName: 'case-data-2', containerPath: '/data' }]],
    ]);
  },
  'volume.driver': (d) => expect(d.volume.args).toMatchObject({ driver: 'example/nfs', driverOpts: { share: 'data' } }),
  'route.address': (d) => {
    expect(args(d)?.ports).toEqual([{ internal: 8080, external: 9090, ip: '192.0.2.10', protocol: 'tcp' }]);
  },
  'route.sources': 'refused',
};

/** A value of a secret as a file: by reference alone, and the variable names its path. */
function secretFile(seen: D, source: string): void {
  expect(args(seen)?.envs).toEqual(['PASSWORD_FILE=/run/secrets/app-secrets/password']);
  const secret = { spec: expect.objectContaining({ source, name: 'app-secrets' }), key: 'password' };
  const file = { path: '/run/secrets/app-secrets/password', permissions: '0444', secret };
  expect(first(seen)?.folders).toEqual([{ directory: '/run/secrets/app-secrets', files: [file], mountPoints: [] }]);
}

/** The arguments of the prober for HTTP: whatever their form, port and path are among them. */
function http(seen: D): unknown[] {
  const rest = (args(seen)?.healthcheck?.tests as string[] | undefined)?.slice(2) ?? [];
  expect(rest.join(' ')).toMatch(/8080.*\/health/);
  return rest;
}
