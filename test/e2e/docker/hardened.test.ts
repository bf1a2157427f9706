/** The hardened backend on a real Docker engine: each value of VeoGen's documents, one test each. */
import { everything, type Inspected, inspect, mostOpenFiles, requireDocker, sweep, tryInspect } from '../support/docker';
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { must, run, until } from '../support/run';

const ID = `e2e-${process.pid.toString(36)}${Date.now().toString(36).slice(-4)}`;
const PORT = 20_000 + (process.pid % 10_000);
const PASSWORD = 'postgres://veogen:not-in-the-state@postgres/veogen';
const at = (path: string) =>
  fetch(`http://127.0.0.1:${PORT}${path}`).then((response) => response.json() as Promise<Record<string, unknown>>);

let project: PulumiProject;
let before: string[];
let nofile: number;
let backend: Inspected;
let host: Inspected;
let sidecar: Inspected;
let network: Inspected;

async function look(): Promise<void> {
  [backend, sidecar, network] = await Promise.all([
    inspect('container', `${ID}-backend`),
    inspect('container', `${ID}-backend-monitoring`),
    inspect('network', `${ID}-network`),
  ]);
  host = backend.HostConfig;
}

beforeAll(async () => {
  await requireDocker('veogen/backend:1.0.0', 'busybox:1.37');
  await requirePulumi();
  nofile = await mostOpenFiles();
  before = await everything();
  project = new PulumiProject('e2e-docker', 'test/e2e/docker/hardened.program.ts', {
    E2E_NAMESPACE: ID,
    E2E_PORT: String(PORT),
    E2E_NOFILE: String(nofile),
  });
  await project.init({ 'secret secrets:veogen-secrets.database-url': PASSWORD });
  await project.up();
  await look();
}, 180_000);

afterAll(async () => {
  await project?.dispose();
  await sweep(`${ID}-`);
}, 120_000);

describe('V1: hardening', () => {
  test('no new privileges', () => expect(host.SecurityOpt).toEqual(['no-new-privileges:true']));
  test('read-only root', () => expect(host.ReadonlyRootfs).toBe(true));
  test('all capabilities dropped', () => expect(host.CapDrop).toEqual(['ALL']));
  test('NET_BIND_SERVICE added, and nothing else', () => expect(host.CapAdd).toEqual(['CAP_NET_BIND_SERVICE']));
  test('not privileged', () => expect(host.Privileged).toBe(false));
  test('user and group 1001', () => expect(backend.Config.User).toBe('1001:1001'));
  test('2 cores at most', () => expect(host.NanoCpus).toBe(2e9));
  test('the weight of 1 core', () => expect(host.CpuShares).toBe(1024));
  test('4 GiB at most', () => expect(host.Memory).toBe(4 * 2 ** 30));
  test('no swap', () => expect(host.MemorySwap).toBe(4 * 2 ** 30));
  test('2 GiB reserved', () => expect(host.MemoryReservation).toBe(2 * 2 ** 30));
  test('100 processes at most', () => expect(host.PidsLimit).toBe(100));
  test.each([
    ['/tmp', 100 * 2 ** 20],
    ['/app/temp', 2 ** 30],
  ])('%s is a tmpfs of %i bytes, noexec and nosuid', (path, size) => {
    expect(host.Tmpfs[path].split(',')).toEqual(expect.arrayContaining(['noexec', 'nosuid', 'nodev', `size=${size}`]));
    expect(Object.keys(host.Tmpfs)).toHaveLength(2);
  });
});

describe('V1: as the process sees it', () => {
  test('user, capabilities, privileges and system call filter', async () => {
    const bind = '0000000000000400';
    expect(await at('/whoami')).toMatchObject({ uid: 1001, gid: 1001, CapBnd: bind, NoNewPrivs: '1', Seccomp: '2' });
  });
  test.each(['/x', '/etc/x', '/app/x', '/.ironhull/prober'])('%s cannot be written', async (path) => {
    expect(String((await at(`/write?path=${path}`)).error)).toMatch(/read-only file system|no such file|permission denied/);
  });
  test.each(['/tmp/x', '/app/temp/x'])('%s can', async (path) => expect(await at(`/write?path=${path}`)).toEqual({ wrote: path }));
  test('nothing can be run from /tmp', async () => {
    const ran = await run('docker', ['exec', `${ID}-toolbox`, 'sh', '-c', 'cp /bin/busybox /tmp/sh && /tmp/sh true']);
    expect(ran.stderr).toContain('Permission denied');
  });
  test('a volume that is mounted read-only cannot be written', async () => {
    expect(host.Binds).toEqual(expect.arrayContaining([`${ID}-uploads:/app/uploads:rw`, `${ID}-outputs:/app/outputs:ro`]));
  });
});

describe('V2: environment', () => {
  test.each([
    'PYTHONDONTWRITEBYTECODE=1',
    'PYTHONUNBUFFERED=1',
    'PYTHONPATH=/app',
    'MALLOC_ARENA_MAX=2',
    'PYTHONMALLOC=malloc',
  ])('%s', (pair) => expect(backend.Config.Env).toContain(pair));
  test('a value that is known only while deploying', () => expect(backend.Config.Env).toContain('LATE=e2e'));
  test('a secret arrives', () => expect(backend.Config.Env).toContain(`DATABASE_URL=${PASSWORD}`));
  test('and is not readable in the state', async () => expect(await project.state()).not.toContain('not-in-the-state'));
});

describe('V3: health check', () => {
  test('every 30 s', () => expect(backend.Config.Healthcheck.Interval).toBe(30e9));
  test('timeout 10 s, and 9.5 s for the prober, so that it can say why', () => {
    expect(backend.Config.Healthcheck.Timeout).toBe(10e9);
    expect(backend.Config.Healthcheck.Test).toEqual(['CMD', '/.ironhull/prober', 'http', '8000', '/health', '--timeout', '9500']);
  });
  test('3 retries', () => expect(backend.Config.Healthcheck.Retries).toBe(3));
  test('start period 40 s', () => expect(backend.Config.Healthcheck.StartPeriod).toBe(40e9));
  test('up returned only when it was healthy', () => expect(backend.State.Health.Status).toBe('healthy'));
});

describe('V8: sidecar', () => {
  test("in the backend's network namespace", async () => {
    expect(sidecar.HostConfig.NetworkMode).toBe(`container:${backend.Id}`);
    await must('docker', ['exec', `${ID}-backend`, '/probe', 'get', 'http://127.0.0.1:9100/health']);
  });
  test('sees its processes', async () => {
    expect(sidecar.HostConfig.PidMode).toBe(`container:${backend.Id}`);
  });
  test('is hardened too', () => {
    expect(sidecar.HostConfig).toMatchObject({
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      CapAdd: null,
      SecurityOpt: ['no-new-privileges:true'],
    });
    expect(sidecar.Config.User).toBe('65534:65534');
  });
});

describe('V13: kernel parameters and limits', () => {
  test.each([
    ['net.core.somaxconn', '65535'],
    ['net.ipv4.tcp_tw_reuse', '1'],
    ['net.ipv4.tcp_rmem', '4096 65536 134217728'],
    ['net.ipv4.tcp_wmem', '4096 65536 134217728'],
  ])('%s = %s', (name, value) => expect(host.Sysctls[name]).toBe(value));
  test('65535 open files, or what the engine can give', () =>
    expect(host.Ulimits).toContainEqual({ Name: 'nofile', Soft: nofile, Hard: nofile }));
  test('65535 processes of the user', () => expect(host.Ulimits).toContainEqual({ Name: 'nproc', Soft: 65535, Hard: 65535 }));
});

describe('V15: network', () => {
  test('bridge', () => expect(network.Driver).toBe('bridge'));
  test('subnet and gateway', () => expect(network.IPAM.Config).toEqual([{ Subnet: '172.20.0.0/16', Gateway: '172.20.0.1' }]));
  test.each([
    ['com.docker.network.bridge.name', 'veogen0'],
    ['com.docker.network.bridge.enable_ip_masquerade', 'true'],
    ['com.docker.network.bridge.enable_icc', 'true'],
    ['com.docker.network.bridge.host_binding_ipv4', '0.0.0.0'],
    ['com.docker.network.driver.mtu', '1500'],
  ])('%s = %s', (name, value) => expect(network.Options[name]).toBe(value));
  test('the fixed address', () => expect(backend.NetworkSettings.Networks[`${ID}-network`].IPAddress).toBe('172.20.0.10'));
  test('no other network', () => expect(Object.keys(backend.NetworkSettings.Networks)).toEqual([`${ID}-network`]));
  test('found by its name', async () => {
    expect(await must('docker', ['exec', `${ID}-toolbox`, 'nslookup', 'backend'])).toContain('172.20.0.10');
  });
  test('published on loopback only', () =>
    expect(host.PortBindings).toEqual({ '8000/tcp': [{ HostIp: '127.0.0.1', HostPort: String(PORT) }] }));
});

describe('the rest of its life', () => {
  test('restarts, rotates logs and gets time to stop', () => {
    expect(host.RestartPolicy.Name).toBe('unless-stopped');
    expect(host.LogConfig).toEqual({ Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } });
    expect(backend.Config.StopTimeout).toBe(30);
  });

  test('a second preview finds no changes, and neither after a refresh', async () => {
    for (const args of [['--expect-no-changes'], ['--refresh', '--expect-no-changes']]) {
      const preview = await project.preview(args);
      expect({ args, code: preview.code, said: preview.code === 0 ? '' : preview.stdout }).toEqual({ args, code: 0, said: '' });
    }
  }, 60_000);

  test('a process that crashes comes back', async () => {
    const started = backend.State.StartedAt;
    await at('/exit').catch(() => undefined);
    const now = await until(
      'the restart',
      () => inspect('container', `${ID}-backend`),
      ({ State }) => State.Running && State.StartedAt !== started,
    );
    expect(now.RestartCount).toBe(1);
  }, 30_000);

  test('a changed health check, tmpfs, init and limit of processes arrive', async () => {
    await project.up({ E2E_CHANGED: 'true' });
    const old = backend.Id;
    await look();
    expect(backend.Id).not.toBe(old);
    expect(backend.Config.Healthcheck).toMatchObject({ Interval: 3e9, Timeout: 2e9, StartPeriod: 4e9, Retries: 5 });
    expect(backend.Config.Healthcheck.Test).toContain('/livez');
    expect(Object.keys(host.Tmpfs)).toEqual(['/tmp']);
    expect(host.Tmpfs['/tmp']).toContain(`size=${200 * 2 ** 20}`);
    expect(host.Init).toBe(true);
    expect(host.PidsLimit).toBe(120);
    expect(sidecar.HostConfig.NetworkMode).toBe(`container:${backend.Id}`);
    const preview = await project.preview(['--expect-no-changes'], { E2E_CHANGED: 'true' });
    expect(preview.code).toBe(0);
  }, 90_000);

  test('destroy leaves nothing but the volume that is kept', async () => {
    await project.destroy();
    const left = (await everything()).filter((line) => !before.includes(line) && line.includes(ID));
    expect(left).toEqual([`volume ${ID}-uploads`]);
    expect(await tryInspect('container', `${ID}-backend`)).toBeUndefined();
  }, 60_000);
});
