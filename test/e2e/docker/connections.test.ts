/** What follows from edges on a real Docker engine: start order, migrations, files and secrets, and who is replaced when they change. */
import { everything, inspect, requireDocker, sweep, tryInspect } from '../support/docker';
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { must, portOf, run } from '../support/run';
import { found, whileAsking } from './watching';

const ID = `e2c${process.pid.toString(36)}${Date.now().toString(36).slice(-4)}`;
const PORT = portOf(4);
/** Values that must not be anywhere but where they belong; each is replaced once. */
const SECRETS = {
  password: ['planted-password-1', 'planted-password-2'],
  token: ['planted-token-1', 'planted-token-2'],
  'api-key': ['planted-apikey-1', 'planted-apikey-2'],
} as const;
const FILES_ONLY = [...SECRETS.password, ...SECRETS.token];
const ALL = [...FILES_ONLY, ...SECRETS['api-key']];

const SERVICES = ['database', 'api', 'web', 'worker', 'migrate'] as const;
type Name = (typeof SERVICES)[number];
const container = (name: Name) => `${ID}_${name}`;

const said: string[] = [];
let project: PulumiProject;

/** Everything that Pulumi says is looked through in the end. */
async function up(env: Record<string, string> = {}): Promise<{ code: number; text: string }> {
  const ran = await project.tryUp(env);
  said.push(ran.stdout, ran.stderr);
  return { code: ran.code, text: `${ran.stdout}${ran.stderr}` };
}

async function succeed(env: Record<string, string> = {}): Promise<void> {
  const { code, text } = await up(env);
  expect({ code, text: code === 0 ? '' : text }).toEqual({ code: 0, text: '' });
}

async function noChanges(env: Record<string, string>, ...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await project.preview([...args, '--expect-no-changes'], env);
  said.push(stdout, stderr);
  expect({ code, text: code === 0 ? '' : stdout }).toEqual({ code: 0, text: '' });
}

async function ids(): Promise<Record<Name, string>> {
  const list = await Promise.all(SERVICES.map(async (name) => [name, (await inspect('container', container(name))).Id as string] as const));
  return Object.fromEntries(list) as Record<Name, string>;
}

/** Which containers are others than before. */
async function replaced(before: Record<Name, string>): Promise<Name[]> {
  const now = await ids();
  return SERVICES.filter((name) => now[name] !== before[name]);
}

async function file(path: string, port = PORT): Promise<Buffer> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}
const text = async (path: string) => (await file(path)).toString();

/** The volumes and carriers of files. */
const folders = async (kind: string) => (await everything(`${kind} ${ID}_`)).filter((line) => /-files-[0-9a-f]{8}$/.test(line));

beforeAll(async () => {
  await requireDocker('veogen/backend:1.0.0', 'busybox:1.37', 'nginx:1.27-alpine');
  await requirePulumi();
  project = new PulumiProject('e2e-connections', 'test/e2e/docker/connections.program.ts', { E2E_STACK: ID, E2E_PORT: String(PORT) });
  await project.init(Object.fromEntries(Object.entries(SECRETS).map(([key, [value]]) => [`secret secrets:shop.${key}`, value])));
});

afterAll(async () => {
  await project?.dispose();
  await sweep(ID);
});

describe('a start', () => {
  test('waits for a database that is slow, and for a migration', async () => {
    await succeed();
    const at = async (name: Name, what: 'StartedAt' | 'FinishedAt') =>
      Date.parse((await inspect('container', container(name))).State[what]);
    const ready = (await at('database', 'StartedAt')) + 20_000;
    expect(await at('migrate', 'StartedAt')).toBeGreaterThanOrEqual(ready);
    expect(await at('api', 'StartedAt')).toBeGreaterThanOrEqual(await at('migrate', 'FinishedAt'));
    expect(await at('web', 'StartedAt')).toBeGreaterThanOrEqual(await at('api', 'StartedAt'));
    // nothing waits for what it has no edge to
    expect(await at('worker', 'StartedAt')).toBeLessThan(ready);
  }, 600_000);

  test('of a task leaves its output and its exit code', async () => {
    expect((await inspect('container', container('migrate'))).State).toMatchObject({ Status: 'exited', ExitCode: 0 });
    expect(await must('docker', ['logs', container('migrate')])).toBe('migrating to 1\n');
  });

  test('puts files where they belong, with what the image has there', async () => {
    expect(await text('/etc/app/greeting')).toBe('hello');
    expect(await file('/etc/app/deep/bytes')).toEqual(Buffer.from([0xff, 0x00, 0xfe]));
    expect(await text('/etc/app/deep/empty')).toBe('');
    expect(await text('/etc/app.conf')).toBe('');
    // of the image, and of the engine
    expect(await text('/etc/passwd')).toContain('root:');
    expect(await text('/etc/hosts')).toContain('localhost');
    expect(await text('/etc/resolv.conf')).toContain('127.0.0.11');
    // only with the types of the image is this no stream of bytes
    const style = await fetch(`http://127.0.0.1:${PORT + 1}/style.css`);
    expect([style.headers.get('content-type'), style.headers.get('x-greeting')]).toEqual(['text/css', 'hello']);
  });

  test.each([
    ['/etc/app/greeting', '444'],
    ['/usr/local/bin/greet', '555'],
    ['/run/secrets/shop/token', '444'],
  ])('%s has the mode %s and cannot be written', async (path, mode) => {
    expect(await must('docker', ['exec', container('api'), 'stat', '-c', '%a %u', path])).toBe(`${mode} 0\n`);
    const wrote = await run('docker', ['exec', '--user', '0', container('api'), 'sh', '-c', `echo x > ${path}`]);
    expect(wrote.stderr).toMatch(/Read-only file system/);
  });

  test('leaves scratch within a folder of files writable', async () => {
    await must('docker', ['exec', container('api'), 'sh', '-c', 'echo x > /etc/app/scratch/x && echo x > /run/x']);
  });

  test('is followed by a preview that finds no changes, and by one after a refresh', async () => {
    await noChanges({});
    await noChanges({}, '--refresh');
  });
});

describe('a migration that fails', () => {
  test('stops the update with its exit code and last lines, and the old version serves on without a gap', async () => {
    const before = await ids();
    const { result, asked, failed } = await whileAsking(`http://127.0.0.1:${PORT}/tmp/version`, () =>
      up({ E2E_VERSION: '2', E2E_FAILS: '3' }),
    );
    expect(result.code).not.toBe(0);
    expect(result.text).toContain('the task migrate ended with exit code 3 (attempt 2 of 2); its last lines:');
    expect(result.text).toMatch(/migrating to 2\s+cannot log in as \[secret\] with \[secret\]/);
    expect(await replaced(before)).toEqual(['migrate']);
    expect(failed).toBe(0);
    expect(asked).toBeGreaterThan(50);
    expect(await text('/tmp/version')).toBe('1\n');
  });

  test('is run again by the next update, although nothing was changed', async () => {
    const before = await ids();
    const { code, text } = await up({ E2E_VERSION: '2', E2E_FAILS: '3' });
    expect(code).not.toBe(0);
    expect(text).toContain('ended with exit code 3');
    expect(await replaced(before)).toEqual([]);
  });

  test('is followed by one that passes, and by the new version', async () => {
    const before = await ids();
    await succeed({ E2E_VERSION: '2' });
    expect(await replaced(before)).toEqual(['api', 'migrate']);
    expect(await text('/tmp/version')).toBe('2\n');
  });

  test('that was run is not run again', async () => {
    const ran = async () => (await inspect('container', container('migrate'))).State.FinishedAt;
    const before = await ran();
    await succeed({ E2E_VERSION: '2' });
    expect(await ran()).toBe(before);
  });
});

describe('a change rolls exactly those who have it, and reaches the process:', () => {
  const env = { E2E_VERSION: '2' };

  test('a byte of a config file', async () => {
    const [before, volumes] = [await ids(), await folders('volume')];
    await succeed({ ...env, E2E_GREETING: 'hellp' });
    expect(await replaced(before)).toEqual(['api', 'web']);
    expect(await text('/etc/app/greeting')).toBe('hellp');
    expect((await fetch(`http://127.0.0.1:${PORT + 1}/style.css`)).headers.get('x-greeting')).toBe('hellp');
    // new volumes for old ones, of which none is left
    expect(await folders('volume')).toHaveLength(volumes.length);
    expect((await folders('volume')).filter((one) => !volumes.includes(one)).map((one) => one.replace(/.*_(.*)-files-.*/, '$1'))).toEqual([
      'api',
      'api',
      'web',
    ]);
    expect((await folders('container')).map((line) => line.replace('container', 'volume'))).toEqual(await folders('volume'));
  });

  test('a secret in a file, of one and of another', async () => {
    const before = await ids();
    await project.configure({ 'secret secrets:shop.token': SECRETS.token[1], 'secret secrets:shop.password': SECRETS.password[1] });
    await succeed({ ...env, E2E_GREETING: 'hellp' });
    expect((await replaced(before)).sort()).toEqual(['api', 'database', 'migrate']);
    expect(await text('/run/secrets/shop/token')).toBe(SECRETS.token[1]);
    const copied = await must('docker', ['cp', `${container('database')}:/run/secrets/shop/password`, '-']);
    expect(copied).toContain(SECRETS.password[1]);
  });

  test('a secret in the environment', async () => {
    const before = await ids();
    await project.configure({ 'secret secrets:shop.api-key': SECRETS['api-key'][1] });
    await succeed({ ...env, E2E_GREETING: 'hellp' });
    expect((await replaced(before)).sort()).toEqual(['api', 'migrate', 'worker']);
    const seen = await must('docker', ['exec', container('worker'), 'sh', '-c', 'echo $API_KEY']);
    expect(seen).toBe(`${SECRETS['api-key'][1]}\n`);
  });

  test('and afterwards nothing is left to do', async () => {
    await noChanges({ ...env, E2E_GREETING: 'hellp' });
    await noChanges({ ...env, E2E_GREETING: 'hellp' }, '--refresh');
  });
});

describe('the values of secrets', () => {
  test('are not readable in the state', async () => {
    const state = await project.state();
    expect(state).toContain('uploads');
    expect(found(ALL, state)).toEqual([]);
  });

  test('were not in what Pulumi said', () => {
    expect(said.length).toBeGreaterThan(10);
    expect(found(ALL, said.join('\n'))).toEqual([]);
  });

  test('of files are not in what the engine says of containers, volumes and networks', async () => {
    for (const kind of ['container', 'volume', 'network']) {
      const names = (await everything(`${kind} ${ID}`)).map((line) => line.slice(kind.length + 1));
      expect(names.length).toBeGreaterThan(0);
      expect(found(FILES_ONLY, await must('docker', [kind, 'inspect', ...names]))).toEqual([]);
    }
  });

  test('in the environment are in that of their consumers alone', async () => {
    const have = await Promise.all(
      SERVICES.map(async (name) => (found(ALL, JSON.stringify(await inspect('container', container(name)))).length > 0 ? [name] : [])),
    );
    expect(have.flat().sort()).toEqual(['api', 'migrate', 'worker']);
  });

  test('are not in the logs of services', async () => {
    for (const name of SERVICES) {
      const { stdout, stderr } = await run('docker', ['logs', container(name)]);
      expect([name, found(ALL, stdout + stderr)]).toEqual([name, []]);
    }
  });
});

test('destroy leaves nothing but the volume that is kept', async () => {
  await project.destroy();
  expect(await everything(ID)).toEqual([`volume ${ID}-data`]);
  expect(await tryInspect('container', container('api'))).toBeUndefined();
});
