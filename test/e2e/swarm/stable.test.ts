/** Slots that keep their volumes on a real Swarm: an update, a lost task, and never two of one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HardenedService, PersistentVolume } from '../../../lib';
import { swarmStackFile, writeComposeFile } from '../../../lib/platforms/swarm';
import { everything, requireDocker, sweep } from '../support/docker';
import { JOURNAL_COMMAND, JOURNAL_VOLUME, starts } from '../support/journal';
import { must, until } from '../support/run';
import { removeAll, requireSwarm, running, updateEnd } from './engine';
import { emptyRoot } from './system';

const STACK = `ihst${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'ironhull-stable-'));

async function deploy(release: string): Promise<void> {
  const root = emptyRoot();
  const volume = new PersistentVolume(root, 'Data', { size: '1Gi', perReplica: true });
  new HardenedService(root, 'Db', {
    image: 'busybox:1.37',
    command: [...JOURNAL_COMMAND],
    env: { RELEASE: release, RUN: STACK },
    identity: 'stable',
    replicas: 2,
    mounts: [{ volume, path: JOURNAL_VOLUME }],
    writable: [],
    rollout: { delay: '0s', monitor: '1s' },
    acknowledge: { 'no-new-privileges': 'the engines are set up with it', 'unpinned-image': 'it is on the engine' },
  });
  writeComposeFile(join(folder, 'stack.yaml'), swarmStackFile(root, { name: STACK }));
  const file = join(folder, 'stack.yaml');
  await must('docker', ['stack', 'deploy', '--detach=true', '--resolve-image=never', '--compose-file', file, STACK]);
}

/** The releases that started on the volume of a slot, once it has as many lines. */
async function startsOf(slot: number, lines: number): Promise<string[]> {
  const volume = `${STACK}_data-${slot}:/look:ro`;
  const text = await until(
    `slot ${slot} has ${lines} lines`,
    () => must('docker', ['run', '--rm', '--network', 'none', '--volume', volume, 'busybox:1.37', 'cat', `/look/${STACK}/journal`]),
    (said) => said.trim().split('\n').length >= lines,
    120_000,
  );
  return starts(text);
}

beforeAll(async () => {
  await requireDocker('busybox:1.37');
  await requireSwarm();
  await deploy('one');
  await running(`${STACK}_db`, 2);
});

afterAll(async () => {
  await removeAll(STACK);
  await sweep(`${STACK}_`);
  rmSync(folder, { recursive: true, force: true });
});

test('each slot has a volume of its own', async () => {
  expect(await everything(`volume ${STACK}`)).toEqual([`volume ${STACK}_data-1`, `volume ${STACK}_data-2`]);
  expect([await startsOf(1, 1), await startsOf(2, 1)]).toEqual([['one'], ['one']]);
});

test('an update replaces each, the old one first, with what it wrote', async () => {
  await deploy('two');
  expect(await updateEnd(`${STACK}_db`)).toBe('completed');
  expect([await startsOf(1, 3), await startsOf(2, 3)]).toEqual([
    ['one', 'two'],
    ['one', 'two'],
  ]);
}, 600_000);

test('a task that is lost comes back in its slot', async () => {
  const [container] = (await must('docker', ['ps', '--quiet', '--filter', `name=${STACK}_db.2.`])).split('\n');
  await must('docker', ['stop', container as string]);
  expect(await startsOf(2, 5)).toEqual(['one', 'two', 'two']);
  expect(await startsOf(1, 3)).toEqual(['one', 'two']);
});
