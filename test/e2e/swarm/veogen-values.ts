import type { Inspected } from '../support/docker';

/** What the engine says of VeoGen on a Swarm. */
export interface Seen {
  readonly backend: Inspected;
  /** A container of the backend. */
  readonly container: Inspected;
  readonly postgres: Inspected;
  readonly network: Inspected;
  readonly subnet: string;
  /** Put before the names of volumes. */
  readonly stack: string;
  /** The label of the node that the database is pinned to. */
  readonly label: string;
}

/** Each value of VeoGen's Swarm (V6), and what comes with the backend everywhere (V1, V2, V3, V13), one test each. */
export function swarmValueTests(seen: () => Seen): void {
  const task = () => seen().backend.Spec.TaskTemplate;
  const spec = () => task().ContainerSpec;

  describe('V6: backend', () => {
    test('3 replicas', () => expect(seen().backend.Spec.Mode).toEqual({ Replicated: { Replicas: 3 } }));
    test('on nodes of a role', () => expect(task().Placement.Constraints).toEqual(['node.role == manager']));
    test('spread over zones', () => expect(task().Placement.Preferences).toEqual([{ Spread: { SpreadDescriptor: 'node.labels.zone' } }]));
    test('restarted on failure, after 5 s, 3 times', () =>
      expect(task().RestartPolicy).toMatchObject({ Condition: 'on-failure', Delay: 5e9, MaxAttempts: 3 }));
    test('updated one by one, every 10 s, the new one first, and rolled back on failure', () =>
      expect(seen().backend.Spec.UpdateConfig).toMatchObject({
        Parallelism: 1,
        Delay: 10e9,
        FailureAction: 'rollback',
        Order: 'start-first',
      }));
    test('rolled back one by one, every 5 s, and paused on failure', () =>
      expect(seen().backend.Spec.RollbackConfig).toMatchObject({ Parallelism: 1, Delay: 5e9, FailureAction: 'pause' }));
    test('2 cores and 4 GiB at most', () => expect(task().Resources.Limits).toMatchObject({ NanoCPUs: 2e9, MemoryBytes: 4 * 2 ** 30 }));
    test('2 GiB reserved', () => expect(task().Resources.Reservations).toMatchObject({ MemoryBytes: 2 * 2 ** 30 }));
    test('named volumes', () => {
      const volumes = spec().Mounts.filter((mount: Inspected) => mount.Type === 'volume');
      expect(Object.fromEntries(volumes.map((mount: Inspected) => [mount.Target, mount.Source]))).toEqual({
        '/app/uploads': `${seen().stack}_veogen-uploads`,
        '/app/outputs': `${seen().stack}_veogen-outputs`,
      });
    });
  });

  describe('V6: network', () => {
    test('an attachable overlay', () => expect(seen().network).toMatchObject({ Driver: 'overlay', Scope: 'swarm', Attachable: true }));
    test('its subnet', () => expect(seen().network.IPAM.Config[0].Subnet).toBe(seen().subnet));
    test('no other network', () => expect(task().Networks.map((one: Inspected) => one.Target)).toEqual([seen().network.Id]));
  });

  describe('V6: database', () => {
    const database = () => seen().postgres.Spec.TaskTemplate;
    test('1 replica', () => expect(seen().postgres.Spec.Mode).toEqual({ Replicated: { Replicas: 1 } }));
    test('pinned to its node', () => expect(database().Placement.Constraints).toEqual([`node.labels.${seen().label} == true`]));
    test('its volume', () =>
      expect(database().ContainerSpec.Mounts).toContainEqual(
        expect.objectContaining({
          Type: 'volume',
          Source: `${seen().stack}_veogen-postgres-data-{{.Task.Slot}}`,
          Target: '/var/lib/postgresql/data',
        }),
      ));
    test('1 core and 2 GiB at most, 1 GiB reserved', () =>
      expect(database().Resources).toMatchObject({
        Limits: { NanoCPUs: 1e9, MemoryBytes: 2 * 2 ** 30 },
        Reservations: { MemoryBytes: 2 ** 30 },
      }));
    test('never two at once on its volume', () =>
      expect(seen().postgres.Spec.UpdateConfig).toMatchObject({ Parallelism: 1, Order: 'stop-first' }));
  });

  describe('V1, V2, V3, V13: backend', () => {
    test('read-only root', () => expect(spec().ReadOnly).toBe(true));
    test('all capabilities dropped, NET_BIND_SERVICE added', () =>
      expect([spec().CapabilityDrop, spec().CapabilityAdd]).toEqual([['ALL'], ['CAP_NET_BIND_SERVICE']]));
    test('user and group 1001', () => expect(spec().User).toBe('1001:1001'));
    test.each([
      ['/tmp', 100 * 2 ** 20],
      ['/app/temp', 2 ** 30],
    ])('%s is a tmpfs of %i bytes', (target, bytes) =>
      expect(spec().Mounts).toContainEqual(
        expect.objectContaining({ Type: 'tmpfs', Target: target, TmpfsOptions: expect.objectContaining({ SizeBytes: bytes }) }),
      ));
    test.each([
      'PYTHONDONTWRITEBYTECODE=1',
      'PYTHONUNBUFFERED=1',
      'PYTHONPATH=/app',
      'MALLOC_ARENA_MAX=2',
      'PYTHONMALLOC=malloc',
    ])('%s', (pair) => expect(spec().Env).toContain(pair));
    test('health check every 30 s, 10 s at most, 3 retries, 40 s to start', () =>
      expect(spec().Healthcheck).toEqual({
        Test: ['CMD', '/.ironhull/prober', 'http', '8000', '/health', '--timeout', '9500'],
        Interval: 30e9,
        Timeout: 10e9,
        StartPeriod: 40e9,
        Retries: 3,
      }));
    test('is healthy', () => expect(seen().container.State.Health.Status).toBe('healthy'));
    test('kernel parameters', () =>
      expect(spec().Sysctls).toEqual({
        'net.core.somaxconn': '65535',
        'net.ipv4.tcp_tw_reuse': '1',
        'net.ipv4.tcp_rmem': '4096 65536 134217728',
        'net.ipv4.tcp_wmem': '4096 65536 134217728',
      }));
    test('log rotation', () =>
      expect(task().LogDriver).toEqual({
        Name: 'json-file',
        Options: { 'max-size': '50m', 'max-file': '5', tag: 'backend-{{.ID}}' },
      }));
  });
}
