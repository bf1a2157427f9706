import { Provider } from '@pulumi/docker';
import type { Construct } from 'constructs';
import { Environments, HardenedService, NetworkSegment, PersistentVolume } from '../../lib';
import { PIDS_PROVIDER } from '../../lib/platforms/docker/pids';
import { deployStack } from '../../lib/stack/pulumi';
import { record } from '../stack/mocks';
import { loadModule } from './modules';

const image = 'veogen/backend:1.0.0';
const CONTAINER = 'docker:index/container:Container';
const VOLUME = 'docker:index/volume:Volume';
const deploy = (build: (root: Construct) => void) =>
  record(() => void deployStack('veogen', { platform: 'docker', environment: Environments.test, architecture: 'arm64' }, build));

test('what the provider would take for a change in place is a replacement, the old container first', async () => {
  const recorded = await deploy((root) => void new HardenedService(root, 'Api', { image }));
  expect(recorded.find(CONTAINER, 'api')).toMatchObject({
    replaceOnChanges: ['healthcheck', 'start', 'tmpfs', 'init', 'rm', 'cpuPeriod', 'cpuQuota'],
    deleteBeforeReplace: true,
  });
});

test('networks and volumes are referred to as resources, networks by id', async () => {
  const recorded = await deploy((root) => {
    const network = new NetworkSegment(root, 'Back');
    const volume = new PersistentVolume(root, 'Data', { size: '1Gi' });
    new HardenedService(root, 'Api', { image, networks: [{ network }], mounts: [{ volume, path: '/data' }] });
  });
  expect(recorded.find(CONTAINER, 'api').inputs).toMatchObject({
    networksAdvanced: [{ name: 'back-id' }],
    volumes: [{ volumeName: 'data', containerPath: '/data' }],
  });
  expect(recorded.find(CONTAINER, 'api').dependsOn).toEqual(expect.arrayContaining(['back', 'data']));
  expect(recorded.resources.filter(({ type }) => type === 'docker:index/network:Network').map(({ name }) => name)).toEqual(['back']);
});

test('a volume that is kept is not deleted', async () => {
  const recorded = await deploy((root) => {
    for (const [id, keep] of [
      ['Kept', true],
      ['Lost', false],
    ] as const)
      new PersistentVolume(root, id, { size: '1Gi', keep });
  });
  expect(recorded.find(VOLUME, 'kept').retainOnDelete).toBe(true);
  expect(recorded.find(VOLUME, 'lost').retainOnDelete).toBe(false);
});

test('the prober is uploaded once, into a volume, by a container that never starts', async () => {
  const recorded = await deploy((root) => {
    for (const id of ['A', 'B']) new HardenedService(root, id, { image, ports: { http: 8000 }, health: { tcp: { port: 'http' } } });
  });
  const { inputs } = recorded.find(CONTAINER, 'veogen-prober');
  expect(inputs).toMatchObject({
    start: false,
    mustRun: false,
    name: 'veogen-prober',
    networkMode: 'none',
    memory: 16,
    memorySwap: 16,
    volumes: [{ volumeName: 'veogen-prober', containerPath: '/.ironhull' }],
    uploads: [{ file: '/.ironhull/prober', permissions: '0755' }],
  });
  const [upload] = inputs.uploads as { contentBase64: string }[];
  const elf = Buffer.from(upload?.contentBase64 ?? '', 'base64');
  // an ELF file for AArch64
  expect([elf.subarray(1, 4).toString(), elf.readUInt16LE(18)]).toEqual(['ELF', 0xb7]);
  for (const name of ['a', 'b']) expect(recorded.find(CONTAINER, name).dependsOn).toContain('veogen-prober');
});

test('no prober where nothing needs it', async () => {
  const recorded = await deploy((root) => void new HardenedService(root, 'Api', { image }));
  expect(recorded.resources.filter(({ name }) => name.includes('prober'))).toEqual([]);
});

test('a service waits for those that it connects to, and their limits of processes', async () => {
  const recorded = await deploy((root) => {
    const api = new HardenedService(root, 'Api', { image });
    const database = new HardenedService(root, 'Database', { image, pids: 50 });
    api.network.allowTo(database);
  });
  expect(recorded.find(CONTAINER, 'api').dependsOn.filter((name) => name === 'database')).toHaveLength(2);
  expect(recorded.find(CONTAINER, 'database').dependsOn).not.toContain('api');
});

test.each([
  [{}, [[], ['api-1'], ['api-2']]],
  [{ parallelism: 2 }, [[], [], ['api-1']]],
  [{ strategy: 'recreate' }, [[], [], []]],
] as const)('replicas are replaced in turn: %j', async (rollout, waits) => {
  const recorded = await deploy((root) => void new HardenedService(root, 'Api', { image, replicas: 3, rollout }));
  const found = ['api-1', 'api-2', 'api-3'].map((name) => recorded.find(CONTAINER, name).dependsOn.filter((one) => one.startsWith('api-')));
  expect(found).toEqual(waits);
});

test('a sidecar is in the namespaces of its replica', async () => {
  const recorded = await deploy(
    (root) =>
      void new HardenedService(root, 'Api', { image, replicas: 2, sidecars: { log: { image, shareProcesses: true }, proxy: { image } } }),
  );
  expect(recorded.find(CONTAINER, 'api-2-log').inputs).toMatchObject({ networkMode: 'container:api-2-id', pidMode: 'container:api-2-id' });
  expect(recorded.find(CONTAINER, 'api-1-proxy').inputs).toMatchObject({ networkMode: 'container:api-1-id' });
  expect(recorded.find(CONTAINER, 'api-1-proxy').inputs).not.toHaveProperty('pidMode');
});

test('the docker command asks the engine of the provider', async () => {
  const recorded = await record(() => {
    const provider = new Provider('remote', { host: 'ssh://deploy@host' });
    deployStack('veogen', { platform: 'docker', environment: Environments.test, provider }, (root) => {
      new HardenedService(root, 'Api', { image, pids: 50 });
    });
  });
  expect(recorded.find('pulumi-nodejs:dynamic/ironhull:PidsLimit', 'api').inputs).toEqual({
    container: 'api-id',
    limit: 50,
    host: 'ssh://deploy@host',
    __provider: PIDS_PROVIDER,
  });
  expect(recorded.find(CONTAINER, 'api').provider).toContain('::remote::');
});

describe('the limit of processes', () => {
  const docker = (args: readonly string[]) => (args.includes('gone') ? { code: 1, err: 'No such container: gone' } : {});
  const load = () => loadModule(PIDS_PROVIDER, docker);

  test('is set on the container, at the engine of the provider', async () => {
    const { handler, calls } = load();
    expect(await handler.create({ container: 'c1', limit: 50 })).toMatchObject({ id: 'c1' });
    await handler.update('c1', {}, { container: 'c1', limit: 60, host: 'ssh://host' });
    expect(calls).toEqual(['update --pids-limit 50 c1', '--host ssh://host update --pids-limit 60 c1']);
  });

  test('says why it failed', async () => {
    await expect(load().handler.create({ container: 'gone', limit: 1 })).rejects.toThrow(
      'docker update --pids-limit failed: No such container: gone',
    );
  });

  test.each([
    ['the same', { container: 'a', limit: 1 }, { changes: false, replaces: [] }],
    ['another limit', { container: 'a', limit: 2 }, { changes: true, replaces: [] }],
    ['another container', { container: 'b', limit: 1 }, { changes: true, replaces: ['container'] }],
    ['another way to the engine', { container: 'a', limit: 1, host: 'ssh://x' }, { changes: false, replaces: [] }],
  ])('%s', async (_what, news, expected) => {
    expect(await load().handler.diff('a', { container: 'a', limit: 1 }, news)).toMatchObject(expected);
  });
});
