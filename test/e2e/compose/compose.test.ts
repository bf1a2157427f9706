import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeFile, writeComposeFile } from '../../../lib/platforms/compose';
import { everything, type Inspected, inspect, requireDocker, sweep } from '../support/docker';
import { must, portOf, requireEngine, run } from '../support/run';
import { IMAGE, system } from './system';

const PROJECT = `ihc${process.pid}`;
const PORT = portOf(1);
const RANGE = `10.${100 + (process.pid % 100)}`;
/** Not more than any engine can grant: a container cannot have more than the engine itself. */
const FILES = 1024;
const folder = mkdtempSync(join(tmpdir(), 'ironhull-compose-'));
const env = { VEOGEN_SECRETS_DATABASE_URL: 'postgres://u:p$ss@db/veogen' };

function compose(...args: string[]): Promise<string> {
  return must('docker', ['compose', '--file', join(folder, 'compose.yaml'), ...args], { env });
}

async function get(path: string, method = 'GET'): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${PORT}${path}`, { method });
  return { status: response.status, text: await response.text() };
}

beforeAll(async () => {
  await requireDocker(IMAGE);
  await requireEngine(['docker', 'compose', 'version']);
  const file = composeFile(system({ port: PORT, range: RANGE, files: FILES }), { name: PROJECT });
  writeComposeFile(join(folder, 'compose.yaml'), file);
});

afterAll(async () => {
  await run('docker', ['compose', '--file', join(folder, 'compose.yaml'), 'down', '--volumes', '--timeout', '1'], { env });
  await sweep(PROJECT);
  rmSync(folder, { recursive: true, force: true });
});

describe('a Compose file', () => {
  let backend: Inspected;

  test('is accepted by docker compose, without a word', async () => {
    expect(readdirSync(folder).sort()).toEqual(['compose.yaml', 'prober-amd64']);
    const ran = await run('docker', ['compose', '--file', join(folder, 'compose.yaml'), 'config', '--quiet'], { env });
    expect(ran).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('says which variable is missing', async () => {
    const ran = await run('docker', ['compose', '--file', join(folder, 'compose.yaml'), 'config', '--quiet'], {
      env: { VEOGEN_SECRETS_DATABASE_URL: '' },
    });
    expect(ran.code).not.toBe(0);
    expect(ran.stderr).toContain('VEOGEN_SECRETS_DATABASE_URL');
    expect(ran.stderr).toContain('set it to the value of the secret');
  });

  test('comes up healthy, in order', async () => {
    const ran = await run('docker', ['compose', '--file', join(folder, 'compose.yaml'), 'up', '--detach', '--wait'], { env });
    expect(ran.stderr).not.toMatch(/warn|ignored/i);
    expect(ran.code).toBe(0);
    backend = await inspect('container', `${PROJECT}-backend-1`);
    expect(backend.State.Health.Status).toBe('healthy');
    const worker = await inspect('container', `${PROJECT}-worker-1`);
    expect(worker.State.Health.Status).toBe('healthy');
    // the backend is ready two seconds after its start, and the worker waits for that
    expect(Date.parse(worker.State.StartedAt)).toBeGreaterThanOrEqual(Date.parse(backend.State.StartedAt) + 2000);
    await inspect('container', `${PROJECT}-alone-2`);
  });

  test('V1: the engine hardened the backend value by value', async () => {
    const host = backend.HostConfig;
    expect(backend.Config.User).toBe('1001:1001');
    expect(host.SecurityOpt).toEqual(['no-new-privileges:true']);
    expect(host.ReadonlyRootfs).toBe(true);
    expect(host.CapDrop).toEqual(['ALL']);
    expect(host.CapAdd.map((name: string) => name.replace('CAP_', ''))).toEqual(['NET_BIND_SERVICE']);
    expect(host.Privileged).toBe(false);
    expect(host.NanoCpus).toBe(2e9);
    expect(host.CpuShares).toBe(1024);
    expect(host.Memory).toBe(4 * 2 ** 30);
    expect(host.MemorySwap).toBe(4 * 2 ** 30);
    expect(host.MemoryReservation).toBe(2 * 2 ** 30);
    expect(host.PidsLimit).toBe(100);
    expect(host.Init).toBe(true);
    expect(host.Tmpfs).toEqual({
      '/tmp': 'rw,noexec,nosuid,nodev,size=104857600,mode=1777,uid=1001,gid=1001',
      '/app/temp': 'rw,noexec,nosuid,nodev,size=1073741824,mode=1777,uid=1001,gid=1001',
    });
    expect(host.RestartPolicy).toEqual({ Name: 'on-failure', MaximumRetryCount: 3 });
    expect(backend.Config.StopTimeout).toBe(90);
    expect((await get('/write?path=/tmp/a')).status).toBe(200);
    expect((await get('/write?path=/app/temp/a')).status).toBe(200);
    expect((await get('/write?path=/a')).text).toContain('read-only file system');
  });

  test('V2, V3: environment and health check arrive as they were written', () => {
    const variables = Object.fromEntries(
      backend.Config.Env.map((line: string) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    expect(variables).toMatchObject({
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONUNBUFFERED: '1',
      PYTHONPATH: '/app',
      MALLOC_ARENA_MAX: '2',
      PYTHONMALLOC: 'malloc',
      AWKWARD: 'costs $5, $HOME and $$; yes: "no" \\ #',
      DATABASE_URL: 'postgres://u:p$ss@db/veogen',
    });
    expect(backend.Config.Healthcheck).toEqual({
      Test: ['CMD', '/.ironhull/prober', 'http', '8000', '/ready', '--timeout', '2500'],
      Interval: 5e9,
      Timeout: 3e9,
      StartPeriod: 40e9,
      Retries: 3,
    });
  });

  test('V8: the sidecar shares network and processes with the backend', async () => {
    const sidecar = await inspect('container', `${PROJECT}-backend-monitoring-1`);
    expect(sidecar.HostConfig.NetworkMode).toBe(`container:${backend.Id}`);
    expect(sidecar.HostConfig.PidMode).toBe(`container:${backend.Id}`);
    expect(sidecar.State.Running).toBe(true);
    expect(sidecar.HostConfig.ReadonlyRootfs).toBe(true);
    expect((await get('/connect?host=127.0.0.1&port=9100')).text).toContain('127.0.0.1:9100');
  });

  test('V13, V15: kernel parameters, limits, segment and logging', async () => {
    expect(backend.HostConfig.Sysctls).toEqual({
      'net.core.somaxconn': '65535',
      'net.ipv4.tcp_tw_reuse': '1',
      'net.ipv4.tcp_rmem': '4096 65536 134217728',
    });
    const limits = backend.HostConfig.Ulimits.sort((a: Inspected, b: Inspected) => (a.Name < b.Name ? -1 : 1));
    expect(limits).toEqual([
      { Name: 'nofile', Soft: FILES, Hard: FILES },
      { Name: 'nproc', Soft: 1024, Hard: 2048 },
    ]);
    const network = await inspect('network', `${PROJECT}_network`);
    expect(network.IPAM.Config).toEqual([{ Subnet: `${RANGE}.0.0/16`, Gateway: `${RANGE}.0.1` }]);
    expect(network.Options).toEqual({
      'com.docker.network.bridge.enable_icc': 'true',
      'com.docker.network.driver.mtu': '1400',
    });
    const endpoint = backend.NetworkSettings.Networks[`${PROJECT}_network`];
    expect(endpoint.IPAddress).toBe(`${RANGE}.0.10`);
    expect(endpoint.Aliases).toEqual(expect.arrayContaining(['api', 'backend']));
    expect(backend.HostConfig.LogConfig).toEqual({
      Type: 'json-file',
      Config: { 'max-size': '50m', 'max-file': '5', tag: 'backend-{{.ID}}' },
    });
    expect(backend.HostConfig.PortBindings).toEqual({ '8000/tcp': [{ HostIp: '127.0.0.1', HostPort: String(PORT) }] });
  });

  test('down leaves only the volumes, and another project name finds them again', async () => {
    expect((await everything(PROJECT)).filter((line) => line.startsWith('volume'))).toEqual([`volume ${PROJECT}_uploads`]);
    await compose('down', '--timeout', '1');
    expect(await everything(PROJECT)).toEqual([`volume ${PROJECT}_uploads`]);
    const renamed = await must('docker', ['compose', '--file', join(folder, 'compose.yaml'), '--project-name', `${PROJECT}x`, 'config'], {
      env,
    });
    expect(renamed).toContain(`name: ${PROJECT}_uploads`);
  });
});
