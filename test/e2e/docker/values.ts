import type { Inspected } from '../support/docker';

/** What the engine says of VeoGen's backend. */
export interface Seen {
  readonly backend: Inspected;
  /** Its host config. */
  readonly host: Inspected;
  readonly sidecar: Inspected;
  readonly network: Inspected;
  readonly networkName: string;
  /** The most open files that this engine can give. */
  readonly nofile: number;
}

/** Each value of VeoGen's documents, one test each: rows V1, V2, V3, V8, V13 and V15. */
export function valueTests(seen: () => Seen): void {
  describe('V1: hardening', () => {
    test('no new privileges', () => expect(seen().host.SecurityOpt).toEqual(['no-new-privileges:true']));
    test('read-only root', () => expect(seen().host.ReadonlyRootfs).toBe(true));
    test('all capabilities dropped', () => expect(seen().host.CapDrop).toEqual(['ALL']));
    test('NET_BIND_SERVICE added, and nothing else', () => expect(seen().host.CapAdd).toEqual(['CAP_NET_BIND_SERVICE']));
    test('not privileged', () => expect(seen().host.Privileged).toBe(false));
    test('user and group 1001', () => expect(seen().backend.Config.User).toBe('1001:1001'));
    test('2 cores at most', () => expect(seen().host.NanoCpus).toBe(2e9));
    test('the weight of 1 core', () => expect(seen().host.CpuShares).toBe(1024));
    test('4 GiB at most', () => expect(seen().host.Memory).toBe(4 * 2 ** 30));
    test('no swap', () => expect(seen().host.MemorySwap).toBe(4 * 2 ** 30));
    test('2 GiB reserved', () => expect(seen().host.MemoryReservation).toBe(2 * 2 ** 30));
    test('100 processes at most', () => expect(seen().host.PidsLimit).toBe(100));
    test.each([
      ['/tmp', 100 * 2 ** 20],
      ['/app/temp', 2 ** 30],
    ])('%s is a tmpfs of %i bytes, noexec and nosuid', (path, size) => {
      expect(seen().host.Tmpfs[path].split(',')).toEqual(expect.arrayContaining(['noexec', 'nosuid', 'nodev', `size=${size}`]));
    });
  });

  describe('V2: environment', () => {
    test.each([
      'PYTHONDONTWRITEBYTECODE=1',
      'PYTHONUNBUFFERED=1',
      'PYTHONPATH=/app',
      'MALLOC_ARENA_MAX=2',
      'PYTHONMALLOC=malloc',
    ])('%s', (pair) => expect(seen().backend.Config.Env).toContain(pair));
  });

  describe('V3: health check', () => {
    test('every 30 s', () => expect(seen().backend.Config.Healthcheck.Interval).toBe(30e9));
    test('timeout 10 s, and 9.5 s for the prober, so that it can say why', () => {
      expect(seen().backend.Config.Healthcheck.Timeout).toBe(10e9);
      expect(seen().backend.Config.Healthcheck.Test).toEqual(['CMD', '/.ironhull/prober', 'http', '8000', '/health', '--timeout', '9500']);
    });
    test('3 retries', () => expect(seen().backend.Config.Healthcheck.Retries).toBe(3));
    test('start period 40 s', () => expect(seen().backend.Config.Healthcheck.StartPeriod).toBe(40e9));
    test('up returned only when it was healthy', () => expect(seen().backend.State.Health.Status).toBe('healthy'));
  });

  describe('V8: sidecar', () => {
    test("in the backend's network namespace", async () => {
      expect(seen().sidecar.HostConfig.NetworkMode).toBe(`container:${seen().backend.Id}`);
    });
    test('sees its processes', async () => {
      expect(seen().sidecar.HostConfig.PidMode).toBe(`container:${seen().backend.Id}`);
    });
    test('is hardened too', () => {
      expect(seen().sidecar.HostConfig).toMatchObject({
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        CapAdd: null,
        SecurityOpt: ['no-new-privileges:true'],
      });
      expect(seen().sidecar.Config.User).toBe('65534:65534');
    });
  });

  describe('V13: kernel parameters and limits', () => {
    test.each([
      ['net.core.somaxconn', '65535'],
      ['net.ipv4.tcp_tw_reuse', '1'],
      ['net.ipv4.tcp_rmem', '4096 65536 134217728'],
      ['net.ipv4.tcp_wmem', '4096 65536 134217728'],
    ])('%s = %s', (name, value) => expect(seen().host.Sysctls[name]).toBe(value));
    test('65535 open files, or what the engine can give', () =>
      expect(seen().host.Ulimits).toContainEqual({ Name: 'nofile', Soft: seen().nofile, Hard: seen().nofile }));
    test('65535 processes of the user', () => expect(seen().host.Ulimits).toContainEqual({ Name: 'nproc', Soft: 65535, Hard: 65535 }));
  });

  describe('V15: network', () => {
    test('bridge', () => expect(seen().network.Driver).toBe('bridge'));
    test('subnet and gateway', () => expect(seen().network.IPAM.Config).toEqual([{ Subnet: '172.20.0.0/16', Gateway: '172.20.0.1' }]));
    test.each([
      ['com.docker.network.bridge.name', 'veogen0'],
      ['com.docker.network.bridge.enable_ip_masquerade', 'true'],
      ['com.docker.network.bridge.enable_icc', 'true'],
      ['com.docker.network.bridge.host_binding_ipv4', '0.0.0.0'],
      ['com.docker.network.driver.mtu', '1500'],
    ])('%s = %s', (name, value) => expect(seen().network.Options[name]).toBe(value));
    test('the fixed address', () => expect(seen().backend.NetworkSettings.Networks[seen().networkName].IPAddress).toBe('172.20.0.10'));
    test('no other network', () => expect(Object.keys(seen().backend.NetworkSettings.Networks)).toEqual([seen().networkName]));
  });
}
