/** A program that keeps the schedule of a task on a Docker engine, through Pulumi. */
import { inspect, requireDocker, sweep } from '../support/docker';
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { must, until } from '../support/run';

const ID = `e2s-${process.pid.toString(36)}${Date.now().toString(36).slice(-4)}`;
const NAME = `${ID}-backup`;
let project: PulumiProject;

beforeAll(async () => {
  await requireDocker('busybox:1.37');
  await requirePulumi();
  project = new PulumiProject('e2e-schedule', 'test/e2e/docker/schedule.program.ts', { E2E_NAMESPACE: ID });
  await project.init();
  await project.up();
});

afterAll(async () => {
  await project?.dispose();
  await sweep(`${ID}-`);
});

test('it runs the task again and again, as hardened as the task is', async () => {
  const said = async () => (await must('docker', ['logs', NAME])).trim().split('\n');
  const lines = await until('the task has run twice', said, (all) => all.length >= 2, 120_000);
  for (const line of lines) expect(line).toBe('at Asia/Tokyo as 65532 touch: /here: Read-only file system');
  const { HostConfig } = await inspect('container', NAME);
  expect(HostConfig).toMatchObject({ CapDrop: ['ALL'], PidsLimit: 32, RestartPolicy: { Name: 'unless-stopped' } });
});

test('an update without a change changes nothing', async () => {
  expect((await project.preview(['--expect-no-changes'])).code).toBe(0);
});

test('where it is suspended, it does not run until somebody starts it, which is no difference', async () => {
  await project.up({ E2E_SUSPEND: 'true' });
  expect((await inspect('container', NAME)).State.Status).toBe('created');
  await must('docker', ['start', NAME]);
  expect((await inspect('container', NAME)).State.Status).toBe('running');
  expect((await project.preview(['--refresh', '--expect-no-changes'], { E2E_SUSPEND: 'true' })).code).toBe(0);
});
