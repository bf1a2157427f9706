/** The hardened backend on a real Docker engine: each value of VeoGen's documents, one test each. */
import { answers, everything, type Inspected, inspect, mostOpenFiles, requireDocker, sweep, tryInspect } from '../support/docker';
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { must, portOf, run, until } from '../support/run';
import { valueTests } from './values';

const ID = `e2e-${process.pid.toString(36)}${Date.now().toString(36).slice(-4)}`;
const PORT = portOf(5);
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
}, 600_000);

afterAll(async () => {
  await project?.dispose();
  await sweep(`${ID}-`);
});

valueTests(() => ({ backend, host, sidecar, network, networkName: `${ID}-network`, nofile }));

describe('values that come late', () => {
  test('a value that is known only while deploying', () => expect(backend.Config.Env).toContain('LATE=e2e'));
  test('a secret arrives', () => expect(backend.Config.Env).toContain(`DATABASE_URL=${PASSWORD}`));
  test('and is not readable in the state', async () => expect(await project.state()).not.toContain('not-in-the-state'));
});

describe('reached', () => {
  test('by the sidecar on loopback', async () => {
    expect(await answers(backend, 'http://127.0.0.1:9100/health', true)).toBe(true);
  });
  test('found by its name', async () => {
    expect(await must('docker', ['exec', `${ID}-toolbox`, 'nslookup', 'backend'])).toContain('172.20.0.10');
  });
  test('published on loopback only', () =>
    expect(host.PortBindings).toEqual({ '8000/tcp': [{ HostIp: '127.0.0.1', HostPort: String(PORT) }] }));
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
  });

  test('a process that crashes comes back', async () => {
    const started = backend.State.StartedAt;
    await at('/exit').catch(() => undefined);
    const now = await until(
      'the restart',
      () => inspect('container', `${ID}-backend`),
      ({ State }) => State.Running && State.StartedAt !== started,
      120_000,
    );
    expect(now.RestartCount).toBe(1);
  });

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
  });

  test('destroy leaves nothing but the volume that is kept', async () => {
    await project.destroy();
    const left = (await everything()).filter((line) => !before.includes(line) && line.includes(ID));
    expect(left).toEqual([`volume ${ID}-uploads`]);
    expect(await tryInspect('container', `${ID}-backend`)).toBeUndefined();
  });
});
