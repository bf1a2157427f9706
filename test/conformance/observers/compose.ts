import type { ComposeNatives } from '../../../lib/platforms/compose';
import type { Observers, Seen } from '../harness';

type C = Seen<ComposeNatives>;
const service = (seen: C) => seen.workload.service;
const amounts = (seen: C) => service(seen).deploy?.resources;
const probe = (seen: C) => service(seen).healthcheck?.test.join(' ') ?? '';

const implied = (seen: C, kind: string) => seen.implied.filter((one) => one.kind === kind && one.name in (service(seen).networks ?? {}));

/** The value of the secret as a file. */
function file(seen: C): void {
  expect(seen.secret.name).toBe('app-secrets');
  expect(service(seen).environment).toEqual({ PASSWORD_FILE: '/run/secrets/app-secrets/password' });
  const target = '/run/secrets/app-secrets/password';
  expect(service(seen).secrets).toEqual([{ source: 'app-secrets.password', target, uid: '65532', gid: '65532', mode: 0o400 }]);
}

/** What Compose files and stack files say in the same words. */
export const common = {
  'capabilities.drop': (c: C) => expect(service(c)).toMatchObject({ cap_drop: ['ALL'], cap_add: ['NET_BIND_SERVICE'] }),
  'root.read-only': (c: C) => expect(service(c).read_only).toBe(true),
  'seccomp.default': (c: C) => {
    expect(service(c).security_opt ?? []).not.toContainEqual(expect.stringContaining('seccomp'));
    expect(service(c)).not.toHaveProperty('privileged');
  },
  'resources.cpu': (c: C) => {
    expect(amounts(c)).toMatchObject({ limits: { cpus: '0.75' }, reservations: { cpus: '0.25' } });
  },
  'resources.memory': (c: C) => {
    expect(amounts(c)).toMatchObject({ limits: { memory: '384m' }, reservations: { memory: '192m' } });
  },
  'resources.ephemeral-storage': 'refused',
  pids: (c: C) => expect(amounts(c)?.limits?.pids).toBe(77),
  init: (c: C) => expect(service(c).init).toBe(true),
  'health.http': (c: C) => {
    expect(probe(c)).toMatch(/^CMD \S*prober .*8080.*\/health/);
    expect(service(c).configs).toMatchObject([{ source: 'prober' }]);
  },
  'health.tcp': (c: C) => {
    expect(probe(c)).toMatch(/^CMD \S*prober .*tcp.*8080/);
    expect(service(c).configs).toMatchObject([{ source: 'prober' }]);
  },
  'health.heartbeat': (c: C) => {
    expect(probe(c)).toBe('CMD /.ironhull/prober heartbeat /tmp/heartbeat 90');
    expect(service(c).configs).toMatchObject([{ source: 'prober' }]);
  },
  'health.exec': (c: C) => expect(service(c).healthcheck?.test).toEqual(['CMD', '/bin/check', '--quick']),
  'health.probes': (c: C) => expect(probe(c)).toMatch(/8080.*\/health/),
  'identity.stable': 'elsewhere',
  replicas: (c: C) => expect(service(c).deploy?.replicas).toBe(3),
  autoscaling: 'refused',
  'disruption-budget': 'refused',
  'shutdown.drain': 'refused',
  sysctls: (c: C) => expect(service(c).sysctls).toEqual({ 'net.ipv4.tcp_keepalive_time': '600' }),
  'sysctls.unsafe': (c: C) => expect(service(c).sysctls).toEqual({ 'net.core.somaxconn': '4096' }),
  ulimits: (c: C) => expect(service(c).ulimits).toEqual({ nofile: { soft: 2048, hard: 4096 } }),
  logging: (c: C) => {
    expect(service(c).logging).toEqual({ driver: 'json-file', options: { 'max-size': '7m', 'max-file': '3' } });
  },
  'service-account': 'elsewhere',
  metrics: (c: C) => {
    expect(service(c).labels).toMatchObject({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '8080',
      'prometheus.io/path': '/numbers',
    });
  },
  'network.addressing': (c: C) => {
    expect(c.network).toMatchObject({
      ipam: { config: [{ subnet: '172.28.0.0/24' }] },
      driver_opts: { 'com.docker.network.driver.mtu': '1400', 'com.example.option': 'on' },
    });
  },
  'network.internal': (c: C) => expect(c.network.internal).toBe(true),
  'network.edges': (c: C) => {
    expect(Object.keys(service(c).networks ?? {})).toEqual(['case-segment']);
    expect(Object.keys(c.other.service.networks ?? {})).toEqual(['case-segment']);
  },
  'network.open': 'elsewhere',
  'network.dns-name': (c: C) => expect(implied(c, 'outside')).toHaveLength(1),
  'config.file': (c: C) => {
    expect(c.config).toEqual({ version: expect.stringMatching(/^[0-9a-f]{8}$/), files: { 'app.conf': 'level = info\n' } });
    const source = `case-settings-${c.config.version}.app.conf`;
    expect(service(c).configs).toEqual([{ source, target: '/etc/app/app.conf', mode: 0o444 }]);
  },
  'secret.template': (c: C) => {
    const password = { secret: 'app-secrets', key: 'password' };
    expect(service(c).environment?.DATABASE_URL).toEqual(['postgresql://app:', password, '@db:5432/app']);
  },
  'secret.file': file,
  'secret.config': file,
  'secret.generated': (c: C) => {
    file(c);
    expect(c.secret.version).toBe('7');
  },
  'secret.external': file,
  'secret.vault': file,
  'secret.sealed': file,
  'secret.environment': (c: C) => {
    expect(service(c).environment).toEqual({ PASSWORD: { secret: 'app-secrets', key: 'password' } });
  },
  // the engine's own behaviour with a named volume; a bind mount, or `nocopy`, would not have it
  'volume.owner': (c: C) =>
    expect(c.workload.service.volumes?.filter((one) => one.type === 'volume')).toEqual([
      { type: 'volume', source: 'case-data', target: '/data' },
    ]),
  'network.aliases': (c: C) => expect(c.workload.service.networks).toEqual({ 'case-segment': { aliases: ['front'] } }),
  'volume.size': 'elsewhere',
  'volume.class': 'refused',
  'rollout.deadline': 'refused',
  'volume.driver': (c: C) => expect(c.volume).toMatchObject({ driver: 'example/nfs', driver_opts: { share: 'data' } }),
  'route.sources': 'refused',
} as const satisfies Partial<Observers<ComposeNatives>>;

/** Where a Compose file says what was asked for. */
export const composeObservers: Observers<ComposeNatives> = {
  ...common,
  'no-new-privileges': (c) => expect(service(c).security_opt).toEqual(['no-new-privileges:true']),
  'writable.options': (c) => {
    expect(service(c).tmpfs).toEqual([expect.stringMatching(/^\/scratch:rw,noexec,nosuid,nodev,size=33554432,/)]);
  },
  sidecar: (c) => expect(c.workload.sidecars).toMatchObject({ helper: { network_mode: 'service:case-web' } }),
  'sidecar.processes': (c) => expect(c.workload.sidecars).toMatchObject({ helper: { pid: 'service:case-web' } }),
  'sidecar.replicated': 'refused',
  spread: 'refused',
  'placement.constraints': 'refused',
  rollout: 'refused',
  'rollout.failure-action': 'refused',
  'rollout.monitor': 'refused',
  rollback: 'refused',
  'restart.policy': (c) => expect(service(c).restart).toBe('on-failure:4'),
  'start.ready': (c) => expect(service(c).depends_on).toEqual({ 'case-db': { condition: 'service_started' } }),
  'start.completed': (c) => expect(service(c).depends_on).toEqual({ 'case-migrate': { condition: 'service_completed_successfully' } }),
  'task.schedule': 'refused',
  'task.resident': (c) => {
    expect(c.task.service).toMatchObject({ entrypoint: ['/app', 'schedule'], restart: 'always', environment: { TZ: 'Africa/Lagos' } });
    expect(c.task.service.deploy?.replicas).toBe(1);
  },
  task: (c) => expect(c.task.service).toMatchObject({ entrypoint: ['/app', 'migrate'], restart: 'on-failure:1' }),
  'destroy.guard': 'elsewhere',
  annotations: (c) => expect(service(c).annotations).toEqual({ 'example.com/owner': 'team' }),
  'network.attachable': 'elsewhere',
  'network.static-address': (c) => expect(service(c).networks).toEqual({ 'case-segment': { ipv4_address: '172.28.0.10' } }),
  'operator.object': 'refused',
  'late-bound': 'refused',
  'volume.per-replica': 'refused',
  'volume.shared': (c) => expect(service(c).volumes).toMatchObject([{ type: 'volume', source: 'case-data', target: '/data' }]),
  'route.address': (c) => expect(c.route).toEqual({ target: 8080, published: 9090, host_ip: '192.0.2.10', protocol: 'tcp' }),
};
