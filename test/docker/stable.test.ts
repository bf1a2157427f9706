import type { Construct } from 'constructs';
import { Environments, HardenedService, type HardenedServiceProps, PersistentVolume } from '../../lib';
import { deployStack } from '../../lib/stack/pulumi';
import { record } from '../stack/mocks';
import { containersOf, problems } from './render';

const image = 'veogen/db:1.0.0';
const CONTAINER = 'docker:index/container:Container';
const VOLUME = 'docker:index/volume:Volume';
const deploy = (build: (root: Construct) => void) =>
  record(() => void deployStack('veogen', { platform: 'docker', environment: Environments.test, architecture: 'arm64' }, build));

function database(root: Construct, props: Partial<HardenedServiceProps> = {}, keep = true): void {
  const volume = new PersistentVolume(root, 'Data', { size: '1Gi', perReplica: true, keep });
  new HardenedService(root, 'Db', { image, identity: 'stable', mounts: [{ volume, path: '/data' }], ...props });
}

test('replicas are numbered also where there is one, and each has a volume of its own', async () => {
  expect(containersOf({ identity: 'stable' }).map(({ name }) => name)).toEqual(['backend-1']);
  const recorded = await deploy((root) => database(root, { replicas: 2 }));
  expect(recorded.error).toBeUndefined();
  const mounts = (name: string) => recorded.find(CONTAINER, name).inputs.volumes;
  expect(mounts('db-1')).toEqual([{ volumeName: 'data-1', containerPath: '/data' }]);
  expect(mounts('db-2')).toEqual([{ volumeName: 'data-2', containerPath: '/data' }]);
  const volumes = recorded.resources.filter(({ type }) => type === VOLUME);
  expect(volumes.map(({ name, inputs, retainOnDelete }) => [name, inputs.name, retainOnDelete])).toEqual([
    ['data-1', 'data-1', true],
    ['data-2', 'data-2', true],
  ]);
});

test('they start in order, the old one of each goes first, and the one that was alone becomes the first', async () => {
  const recorded = await deploy((root) => database(root, { replicas: 2, sidecars: { log: { image } } }));
  const [first, log, second] = ['db-1', 'db-1-log', 'db-2'].map((name) => recorded.find(CONTAINER, name));
  expect(second?.dependsOn).toEqual(expect.arrayContaining(['db-1', 'db-1-log', 'data-2']));
  expect([first, log, second].map((one) => one?.deleteBeforeReplace)).toEqual([true, true, true]);
  // a container under a new name would be made before the old one is gone
  expect([first, log, second].map((one) => one?.aliases)).toEqual([['db'], ['db-log'], []]);
  const any = await deploy((root) => void new HardenedService(root, 'Db', { image, replicas: 2 }));
  expect(any.find(CONTAINER, 'db-1').aliases).toEqual([]);
});

test('nobody else has a name that the first replica may have had', () => {
  const said = problems((root) => {
    new HardenedService(root, 'A', { image, sidecars: { b: { image } } });
    new HardenedService(root, 'A-B', { image, identity: 'stable' });
  });
  expect(said).toEqual(['veogen/A-B: the container name is taken by veogen/A; choose another id, or give one of them a name']);
});

test('volumes that are not kept go, and no other volume can have the name of one', async () => {
  const recorded = await deploy((root) => database(root, {}, false));
  expect(recorded.find(VOLUME, 'data-1').retainOnDelete).toBe(false);
  expect(
    problems((root) => {
      database(root);
      new PersistentVolume(root, 'Data-1', { size: '1Gi' });
    }),
  ).toEqual(['veogen/Data: the volume name is taken by veogen/Data-1; choose another id, or give one of them a name']);
});
