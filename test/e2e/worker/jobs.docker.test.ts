/** Ten thousand jobs on a Docker engine, through Pulumi: none is lost, whatever happens to workers and queue; and one that is alone. */
import { everything, inspect, requireDocker, sweep, tryInspect } from '../support/docker';
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { must, requireEngine, until } from '../support/run';
import { type Counts, counts, finished, watching } from './counts';
import { IMAGE, JOBS, PASSWORDS } from './jobs.program';

const ID = `ihj${process.pid.toString(36)}`;
const project = new PulumiProject('e2e-jobs', 'test/e2e/worker/jobs.program.ts', { E2E_NAMESPACE: ID });

const report = () => must('docker', ['exec', `${ID}-producer`, '/jobs', 'report']);
const now = () => counts(report);
const names = async (name: string) => (await everything(`container ${ID}-${name}`)).map((line) => line.split(' ')[1] as string);
/** From outside, as the kernel does it: an engine does not start again what it was told to kill itself. One that starts has no process yet. */
const kill = async (name: string) => {
  const pid = async () => (await inspect('container', name)).State.Pid as number;
  process.kill(await until(`${name} has a process`, pid, (one) => one > 0), 'SIGKILL');
};
const isUp = async (name: string) => (await tryInspect('container', name))?.State.Health?.Status === 'healthy';
const runs = (name: string) => until(`${name} is well`, () => isUp(name), Boolean, 150_000);

/** What happens has to happen while there is something to do. */
async function whileBusy(work: () => Promise<unknown>): Promise<readonly [Counts, Counts]> {
  const before = await now();
  expect(before.waiting).toBeGreaterThan(50);
  await work();
  return [before, await now()];
}

beforeAll(async () => {
  await requireEngine(['go', 'version']);
  await must('test/e2e/worker/program/build', [], { timeout: 400_000 });
  await requireDocker('redis:7.4-bookworm', IMAGE);
  await requirePulumi();
  await project.init(Object.fromEntries(PASSWORDS.keys.map((key) => [`secret secrets:${PASSWORDS.name}.${key}`, `e2e-${key}-1234`])));
  await project.up();
}, 900_000);

afterAll(async () => {
  await project.dispose();
  await sweep(`${ID}-`);
}, 600_000);

test('the queue is full, and refuses what it cannot take', async () => {
  const { refused } = await until('the queue is full', now, (one) => one.refused > 5, 120_000);
  expect(refused).toBeGreaterThan(5);
}, 240_000);

test('an image without a shell has a heartbeat that is looked at', async () => {
  expect(await names('worker')).toEqual([`${ID}-worker-1`, `${ID}-worker-2`]);
  const { Config } = await inspect('container', `${ID}-worker-1`);
  expect(Config.Healthcheck.Test).toEqual(['CMD', '/.ironhull/prober', 'heartbeat', '/tmp/heartbeat', '15']);
  await runs(`${ID}-worker-1`);
}, 240_000);

test('a worker hangs: its heartbeat says so, and others do its jobs', async () => {
  const hanging = `${ID}-worker-2`;
  await runs(hanging);
  await whileBusy(() => must('docker', ['exec', hanging, '/jobs', 'hang']));
  const health = async () => (await inspect('container', hanging)).State.Health;
  const { Log } = await until('it is ill', health, ({ Status }) => Status === 'unhealthy', 150_000);
  expect(Log.at(-1).Output).toMatch(/^\/tmp\/heartbeat: changed \d+ s ago, may be 15 s\n$/);
  // an engine does nothing about it
  await kill(hanging);
  await runs(hanging);
}, 600_000);

test('a worker is killed in the middle of its jobs, and others do them', async () => {
  const [before] = await whileBusy(() => kill(`${ID}-worker-1`));
  await runs(`${ID}-worker-1`);
  expect((await now()).done).toBeGreaterThan(before.done);
}, 400_000);

test('a new version replaces the workers, one after the other', async () => {
  const old = (await inspect('container', `${ID}-worker-1`)).Id;
  const seen = await watching(
    async () => (await must('docker', ['ps', '--quiet', '--filter', `name=^${ID}-singleton`])).split('\n').filter(Boolean).length,
    () => whileBusy(() => project.up({ E2E_RELEASE: 'two' })),
  );
  expect((await inspect('container', `${ID}-worker-1`)).Id).not.toBe(old);
  // the one that is alone was replaced as well, and was never there twice
  expect(seen.length).toBeGreaterThan(5);
  expect(Math.max(...seen)).toBe(1);
  const { singletons, most } = await until('the new one has started', now, (one) => one.singletons >= 2, 60_000);
  expect({ singletons, most }).toEqual({ singletons: 2, most: 1 });
}, 600_000);

test('the queue is killed, and comes back with all that it had accepted', async () => {
  const { accepted } = await now();
  await whileBusy(() => kill(`${ID}-queue-1`));
  await runs(`${ID}-queue-1`);
  const after = await until('the producer has noticed', now, ({ interrupted }) => interrupted > 0);
  expect(after.accepted).toBeGreaterThanOrEqual(accepted);
}, 500_000);

test('there are fewer workers, and those that go finish what they have', async () => {
  const stopped = `${ID}-worker-2`;
  const [before, after] = await whileBusy(() => project.up({ E2E_RELEASE: 'two', E2E_REPLICAS: '1' }));
  expect(await names('worker')).not.toContain(stopped);
  // what the killed queue had not heard of is done again about now; a job more would be one that somebody did not finish
  expect(after.again - before.again).toBeLessThanOrEqual(8);
}, 500_000);

test('every job that was accepted was done, and again at most those that a killed worker had', async () => {
  // more of them do the rest
  await project.up({ E2E_RELEASE: 'two', E2E_REPLICAS: '4' });
  const end = await finished(report);
  expect(end).toMatchObject({ accepted: JOBS, done: JOBS, waiting: 0, taken: 0 });
  // four at once were in one worker; of eight, the answer was lost when the queue was killed
  expect(end.again).toBeLessThanOrEqual(4 + 8);
  expect(end.refused).toBeGreaterThan(0);
}, 800_000);
