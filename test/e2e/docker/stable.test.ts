/** Replicas that keep their names and volumes on a real Docker engine: who becomes stable, and one that is joined by another. */
import { everything, requireDocker, sweep } from '../support/docker';
import { starts } from '../support/journal';
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { must, until } from '../support/run';

const ID = `e2s-${process.pid.toString(36)}${Date.now().toString(36).slice(-4)}`;
const project = new PulumiProject('e2e-stable', 'test/e2e/docker/stable.program.ts', { E2E_NAMESPACE: ID });

/** The releases that started on a volume, once there are as many. */
async function started(volume: string, count: number): Promise<string[]> {
  const look = ['--volume', `${ID}-${volume}:/look:ro`, 'busybox:1.37', 'cat', '/look/run/journal'];
  const journal = () => must('docker', ['run', '--rm', '--network', 'none', ...look]);
  return starts(await until(`${count} starts on ${volume}`, journal, (text) => text.split('start ').length > count, 60_000));
}

const names = async (kind: string) => (await everything(`${kind} ${ID}-`)).map((line) => line.slice(`${kind} ${ID}-`.length));

beforeAll(async () => {
  await requireDocker('busybox:1.37');
  await requirePulumi();
  await project.init();
  await project.up();
});

afterAll(async () => {
  await project.dispose();
  await sweep(`${ID}-`);
});

test('a replica that keeps its name has a number also when it is alone, and so has its volume', async () => {
  expect(await names('container')).toEqual(['db', 'events-1']);
  expect(await names('volume')).toEqual(['db-data', 'events-data-1']);
});

test('whoever becomes stable goes before its successor under the new name comes', async () => {
  await project.up({ E2E_STABLE: 'true', E2E_VERSION: 'two' });
  expect(await names('container')).toEqual(['db-1', 'events-1']);
  expect(await started('db-data', 2)).toEqual(['one', 'two']);
});

test('another version goes onto the same volume, and a preview finds nothing to do', async () => {
  const now = { E2E_STABLE: 'true', E2E_VERSION: 'three' };
  await project.up(now);
  expect(await started('db-data', 3)).toEqual(['one', 'two', 'three']);
  const { code, stdout, stderr } = await project.preview(['--expect-no-changes'], now);
  expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' });
});

test('one that is joined by another does not move, and the other has a volume of its own', async () => {
  await project.up({ E2E_STABLE: 'true', E2E_VERSION: 'three', E2E_REPLICAS: '2' });
  expect(await names('container')).toEqual(['db-1', 'events-1', 'events-2']);
  expect([await started('events-data-1', 1), await started('events-data-2', 1)]).toEqual([['one'], ['one']]);
});
