import type { Construct } from 'constructs';
import { ConfigSecret, Environments, HardenedService, HardenedTask, interpolate } from '../../lib';
import { RUN_PROVIDER } from '../../lib/platforms/docker/run';
import { deployStack } from '../../lib/stack/pulumi';
import { record } from '../stack/mocks';
import { loadModule, type Ran } from './modules';

const image = 'veogen/backend:1.0.0';
const CONTAINER = 'docker:index/container:Container';
const RUN = 'pulumi-nodejs:dynamic/ironhull:TaskRun';
const deploy = (build: (root: Construct) => void, config: Record<string, string> = {}) =>
  record(() => void deployStack('shop', { platform: 'docker', environment: Environments.test }, build), config);

function shop(root: Construct): void {
  const secret = new ConfigSecret(root, 'Secrets', { name: 'db', keys: ['password', 'token'] });
  const database = new HardenedService(root, 'Database', { image, ports: { postgres: 5432 }, pids: 50 });
  const task = new HardenedTask(root, 'Migrate', {
    image,
    command: ['/app', 'migrate'],
    attempts: 2,
    timeout: '5m',
    shutdown: { grace: '4s' },
    pids: 20,
    env: {
      PLAIN: 'x',
      URL: interpolate`postgresql://${secret.key('password')}@database`,
      PASSWORD: secret.key('password'),
      TOKEN_FILE: secret.file('token'),
    },
  });
  task.network.allowTo(database);
  new HardenedService(root, 'Api', { image }).startAfter(task);
}

test('a task is a container that is made, started by the docker command, and waited for', async () => {
  const recorded = await deploy(shop, { 'secrets:db.password': 'hunter2hunter2', 'secrets:db.token': 'abcdabcdabcd' });
  expect(recorded.error).toBeUndefined();
  expect(recorded.find(CONTAINER, 'migrate').inputs).toMatchObject({
    name: 'shop_migrate',
    entrypoints: ['/app', 'migrate'],
    start: false,
    mustRun: false,
    restart: 'no',
    readOnly: true,
    networksAdvanced: [{ name: 'database_migrate-id', aliases: ['migrate'] }],
    labels: expect.arrayContaining([{ label: 'ironhull.task', value: 'migrate' }]),
  });
  expect(recorded.find(RUN, 'migrate').inputs).toEqual({
    task: 'migrate',
    container: 'migrate-id',
    attempts: 2,
    timeout: 300,
    grace: 4,
    variables: ['PASSWORD', 'URL'],
    files: ['/run/secrets/db/token'],
    __provider: RUN_PROVIDER,
  });
});

test('it waits for what it connects to and its limits, and what starts after it waits for its end', async () => {
  const recorded = await deploy(shop, { 'secrets:db.password': 'hunter2hunter2', 'secrets:db.token': 'abcdabcdabcd' });
  const types = (type: string, name: string) => [...recorded.find(type, name).dependsOn].sort();
  expect(types(RUN, 'migrate')).toEqual(['database', 'database', 'migrate', 'migrate']);
  expect(types(CONTAINER, 'migrate')).toEqual(expect.arrayContaining(['database', 'database']));
  expect(types(CONTAINER, 'api')).toEqual(['api_alone', 'migrate']);
});

describe('the run of a task', () => {
  const inputs = { task: 'migrate', container: 'c1', attempts: 2, timeout: 60, grace: 4, variables: [], files: [] };
  /** A docker command under which the task ends with these codes, one after the other. */
  const engine = (codes: readonly string[], more: (args: readonly string[]) => Ran | undefined = () => undefined) => {
    let tries = 0;
    return loadModule(RUN_PROVIDER, (args) => {
      const [verb] = args[0] === '--host' ? args.slice(2) : args;
      const said = more(args);
      if (said) return said;
      if (verb === 'start') tries += 1;
      return verb === 'wait' ? { out: `${codes[Math.min(tries, codes.length) - 1]}\n` } : {};
    });
  };

  test('is over when it ended without an error, at the engine of the provider', async () => {
    const { handler, calls } = engine(['0']);
    expect(await handler.create({ ...inputs, host: 'ssh://host' })).toMatchObject({ id: 'c1' });
    expect(calls).toEqual(['--host ssh://host start --attach c1', '--host ssh://host wait c1']);
  });

  test('is tried again', async () => {
    const { handler, calls } = engine(['1', '0']);
    await handler.create(inputs);
    expect(calls.filter((call) => call.startsWith('start'))).toHaveLength(2);
  });

  test('fails with the exit code and the last lines, without the values of secrets', async () => {
    const tar = Buffer.alloc(1024);
    tar.write('00000000014\0', 124);
    tar.write('filesecret1\n', 512);
    const lines = [...Array.from({ length: 25 }, (_, i) => `line ${i}`), 'cannot log in as app:hunter2hunter2, filesecret1', ''];
    const { handler } = engine(['3'], ([verb]) => {
      if (verb === 'start') return { err: lines.join('\n'), code: 3 };
      if (verb === 'inspect') return { out: JSON.stringify(['PLAIN=x', 'PASSWORD=hunter2hunter2']) };
      return verb === 'cp' ? { out: tar } : verb === 'wait' ? { out: '3\n' } : undefined;
    });
    const failed = handler.create({ ...inputs, attempts: 1, variables: ['PASSWORD'], files: ['/run/secrets/db/token'] });
    await expect(failed).rejects.toThrow(
      [
        'the task migrate ended with exit code 3 (attempt 1 of 1); its last lines:',
        ...lines.slice(6, 25),
        'cannot log in as app:[secret], [secret]',
      ].join('\n'),
    );
  });

  test('fails where it wrote nothing', async () => {
    await expect(engine(['7']).handler.create({ ...inputs, attempts: 1 })).rejects.toThrow(
      'the task migrate ended with exit code 7 (attempt 1 of 1); it wrote nothing',
    );
  });

  test('is stopped when its time is over', async () => {
    let stop: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    const { handler, calls } = engine(['137'], ([verb]) => {
      if (verb === 'stop') stop();
      return verb === 'start' ? { after: 600, out: 'still at it' } : undefined;
    });
    await expect(handler.create({ ...inputs, timeout: 0.2 })).rejects.toThrow(
      'the task migrate did not end within 0.2 s; its last lines:\nstill at it',
    );
    await stopped;
    expect(calls).toEqual(['start --attach c1', 'stop --time 4 c1', 'wait c1', 'inspect --format {{json .Config.Env}} c1']);
  });

  test.each([
    ['the same', { ...inputs, attempts: 9 }, { changes: false, replaces: [] }],
    ['another container', { ...inputs, container: 'c2' }, { changes: true, replaces: ['container'] }],
  ])('%s', async (_what, news, expected) => {
    expect(await engine(['0']).handler.diff('c1', inputs, news)).toMatchObject(expected);
  });
});
