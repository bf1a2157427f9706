import type { Construct } from 'constructs';
import { ConfigFiles, ConfigSecret, Environments, HardenedService, type HardenedServiceProps, PersistentVolume } from '../../lib';
import { deployStack } from '../../lib/stack/pulumi';
import { type Recorded, record } from '../stack/mocks';
import { type containersOf, planned } from './render';

const image = 'veogen/backend:1.0.0';
const CONTAINER = 'docker:index/container:Container';
const VOLUME = 'docker:index/volume:Volume';

const deploy = (build: (root: Construct) => void, config: Record<string, string> = {}) =>
  record(() => void deployStack('shop', { platform: 'docker', environment: Environments.test }, build), config);

/** The volumes with files, by the directory at which a container has them. */
function foldersAt(recorded: Recorded, container: string): Record<string, string> {
  const volumes = recorded.find(CONTAINER, container).inputs.volumes as { volumeName: string; containerPath: string; readOnly?: boolean }[];
  return Object.fromEntries(
    volumes.filter(({ readOnly }) => readOnly).map((one) => [one.containerPath, one.volumeName.replace('shop_', '')]),
  );
}

describe('folders', () => {
  const folders = (paths: readonly string[], props: Partial<HardenedServiceProps> = {}) => {
    const plan = planned((root) => {
      const config = new ConfigFiles(root, 'Config', { files: { a: 'a' } });
      const volume = new PersistentVolume(root, 'Data', { size: '1Gi' });
      new HardenedService(root, 'Api', {
        image,
        files: Object.fromEntries(paths.map((path) => [path, config.file('a')] as const)),
        mounts: [{ volume, path: '/etc/app/data' }],
        ...props,
      });
    });
    expect(plan.problems).toEqual([]);
    const { containers } = plan.drafted.at(-1)?.native as { containers: ReturnType<typeof containersOf> };
    return containers[0]?.folders.map(({ directory, files, mountPoints }) => [directory, files.map(({ path }) => path), mountPoints]);
  };

  test('hold the files below them, and have a place for what is mounted there', () => {
    expect(folders(['/etc/app/conf.d/x', '/etc/app/y', '/srv/z'])).toEqual([
      ['/srv', ['/srv/z'], []],
      ['/etc/app', ['/etc/app/y', '/etc/app/conf.d/x'], ['/etc/app/data']],
    ]);
  });

  test('are of their own behind another mount', () => {
    expect(folders(['/etc/app/y', '/etc/app/data/deep/x'])).toEqual([
      ['/etc/app', ['/etc/app/y'], ['/etc/app/data']],
      ['/etc/app/data/deep', ['/etc/app/data/deep/x'], []],
    ]);
  });

  test('siblings are two', () => {
    expect(folders(['/etc/ab/x', '/etc/a/y'])).toEqual([
      ['/etc/a', ['/etc/a/y'], []],
      ['/etc/ab', ['/etc/ab/x'], []],
    ]);
  });
});

test('a file is text where it is text, and what can be run is marked', () => {
  const plan = planned((root) => {
    const config = new ConfigFiles(root, 'Config', {
      files: { text: 'ä', bytes: Uint8Array.from([0xff, 0]), run: new TextEncoder().encode('#!/bin/sh\n') },
    });
    const files = { '/c/text': config.file('text'), '/c/bytes': config.file('bytes'), '/c/run': config.file('run', { executable: true }) };
    new HardenedService(root, 'Api', { image, files });
  });
  const { containers } = plan.drafted.at(-1)?.native as { containers: ReturnType<typeof containersOf> };
  expect(containers[0]?.folders[0]?.files).toEqual([
    { path: '/c/bytes', permissions: '0444', contentBase64: '/wA=' },
    { path: '/c/run', permissions: '0555', content: '#!/bin/sh\n' },
    { path: '/c/text', permissions: '0444', content: 'ä' },
  ]);
});

describe('a folder', () => {
  const service = (root: Construct, text: string, more: Partial<HardenedServiceProps> = {}, id = 'Api') => {
    const config = new ConfigFiles(root, `${id}Config`, { files: { 'app.conf': text } });
    new HardenedService(root, id, { image, files: { '/etc/app/app.conf': config.file('app.conf') }, ...more });
  };

  test('is a volume that a container which never starts is given the files in, from the same image', async () => {
    const recorded = await deploy((root) => service(root, 'level = info\n'));
    const name = foldersAt(recorded, 'api')['/etc/app'] as string;
    expect(name).toMatch(/^api-files-[0-9a-f]{8}$/);
    expect(recorded.find(VOLUME, name).inputs).toEqual({ name: `shop_${name}`, labels: [{ label: 'ironhull.stack', value: 'shop' }] });
    expect(recorded.find(CONTAINER, name).inputs).toEqual({
      name: `shop_${name}`,
      image,
      entrypoints: ['/etc/app/never'],
      command: [],
      start: false,
      mustRun: false,
      user: '65532:65532',
      capabilities: { drops: ['ALL'] },
      securityOpts: ['no-new-privileges:true'],
      networkMode: 'none',
      memory: 16,
      memorySwap: 16,
      removeVolumes: true,
      volumes: [{ volumeName: `shop_${name}`, containerPath: '/etc/app' }],
      uploads: [{ file: '/etc/app/app.conf', content: 'level = info\n', permissions: '0444' }],
      labels: [
        { label: 'ironhull.container', value: 'files' },
        { label: 'ironhull.stack', value: 'shop' },
      ],
    });
    expect(recorded.find(CONTAINER, 'api').dependsOn).toEqual(expect.arrayContaining([name]));
    expect(recorded.find(CONTAINER, name).secretOutputs).toEqual([]);
  });

  test('is shared by replicas', async () => {
    const recorded = await deploy((root) => service(root, 'a', { replicas: 2 }));
    expect(foldersAt(recorded, 'api-1')).toEqual(foldersAt(recorded, 'api-2'));
    expect(recorded.resources.filter(({ type }) => type === VOLUME)).toHaveLength(1);
  });

  test('has another name with another byte or image, and the same with the same', async () => {
    const nameOf = async (text: string, more: Partial<HardenedServiceProps> = {}) => {
      const folders = foldersAt(await deploy((root) => service(root, text, more)), 'api');
      return Object.values(folders)[0];
    };
    const first = await nameOf('a');
    const others = [await nameOf('b'), await nameOf('a', { image: 'veogen/backend:1.0.1' })];
    expect(new Set([first, ...others]).size).toBe(3);
    expect(await nameOf('a')).toBe(first);
  });

  test('of nothing is nothing, although the provider takes an empty text for a missing one', async () => {
    const recorded = await deploy((root) => service(root, ''));
    const name = foldersAt(recorded, 'api')['/etc/app'] as string;
    expect(recorded.find(CONTAINER, name).inputs.uploads).toEqual([
      { file: '/etc/app/app.conf', contentBase64: '\n', permissions: '0444' },
    ]);
  });

  test('that two services have is one for each', async () => {
    const recorded = await deploy((root) => {
      service(root, 'a');
      service(root, 'a', {}, 'Web');
    });
    expect(foldersAt(recorded, 'api')['/etc/app']).toMatch(/^api-files-/);
    expect(foldersAt(recorded, 'web')['/etc/app']).toMatch(/^web-files-/);
  });
});

describe('a secret as a file', () => {
  const password = (root: Construct) => {
    const secret = new ConfigSecret(root, 'Secrets', { name: 'db', keys: ['password', 'other'] });
    new HardenedService(root, 'Api', { image, env: { PASSWORD_FILE: secret.file('password') } });
  };

  test('is in a volume and nowhere else', async () => {
    const recorded = await deploy(password, { 'secrets:db.password': 'hunter2hunter2' });
    const name = foldersAt(recorded, 'api')['/run/secrets/db'] as string;
    const { inputs, secretOutputs } = recorded.find(CONTAINER, name);
    expect(inputs.uploads).toMatchObject({ value: [{ file: '/run/secrets/db/password', permissions: '0444' }] });
    expect(secretOutputs).toEqual(['uploads']);
    expect(recorded.find(CONTAINER, 'api').inputs.envs).toEqual(['PASSWORD_FILE=/run/secrets/db/password']);
    const others = recorded.resources.filter((one) => one.name !== name || one.type !== CONTAINER);
    expect(JSON.stringify(others)).not.toContain('hunter2');
  });

  test('has another version with another value, and not with another key that is not used', async () => {
    const name = async (config: Record<string, string>) => foldersAt(await deploy(password, config), 'api')['/run/secrets/db'];
    const first = await name({ 'secrets:db.password': 'hunter2hunter2', 'secrets:db.other': '1' });
    expect(await name({ 'secrets:db.password': 'hunter2hunter2', 'secrets:db.other': '2' })).toBe(first);
    expect(await name({ 'secrets:db.password': 'hunter3hunter3', 'secrets:db.other': '1' })).not.toBe(first);
  });
});
