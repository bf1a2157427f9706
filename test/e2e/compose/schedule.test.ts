/** A program that keeps the schedule of a task, where the engine has no scheduler. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Construct } from 'constructs';
import { Environment, Environments, HardenedTask } from '../../../lib';
import { composeFile, writeComposeFile } from '../../../lib/platforms/compose';
import { inspect, requireDocker, sweep } from '../support/docker';
import { must, requireEngine, run, until } from '../support/run';

const PROJECT = `ihs${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'ironhull-schedule-'));
const file = join(folder, 'compose.yaml');

/** Runs the task each second, and falls over after a while. */
const RESIDENT = `
trap 'exit 0' TERM
for run in 1 2 3 4 5 6; do
  "$@"
  sleep 1 & wait $!
done
exit 3`;
const TASK = `echo "at $TZ as $(id -u):$(id -g) $(grep CapEff /proc/self/status) $(touch /here 2>&1)"`;

const compose = (...args: string[]) => must('docker', ['compose', '--file', file, ...args]);
const id = async () => (await compose('ps', '--all', '--quiet', 'backup')).trim();

beforeAll(async () => {
  await requireDocker('busybox:1.37');
  await requireEngine(['docker', 'compose', 'version']);
  const root = new Construct(undefined as unknown as Construct, '');
  Environment.set(root, Environments.test);
  new HardenedTask(root, 'Backup', {
    image: 'busybox:1.37',
    command: ['sh', '-c', TASK],
    shutdown: { grace: '20s' },
    schedule: { cron: '* * * * *', timeZone: 'Asia/Tokyo', resident: ['sh', '-c', RESIDENT, 'resident', 'sh', '-c', TASK] },
  });
  writeComposeFile(file, composeFile(root, { name: PROJECT }));
});

afterAll(async () => {
  await run('docker', ['compose', '--file', file, 'down', '--volumes', '--timeout', '1']);
  await sweep(PROJECT);
  rmSync(folder, { recursive: true, force: true });
});

test('it is up at once, runs the task again and again in its time zone, and is as hardened as the task', async () => {
  await compose('up', '--detach', '--wait');
  const lines = await until(
    'the task has run twice',
    async () => (await compose('logs', '--no-log-prefix', 'backup')).trim().split('\n'),
    (said) => said.length >= 2,
  );
  for (const line of lines) expect(line).toMatch(/^at Asia\/Tokyo as 65532:65532 CapEff:\t0{16} touch: \/here: Read-only file system$/);
});

test('it is started again when it falls over, and stops when it is told to', async () => {
  const { RestartCount } = await until(
    'it is started again',
    async () => inspect('container', await id()),
    (one) => one.RestartCount > 0 && one.State.Running,
  );
  expect(RestartCount).toBeGreaterThan(0);
  const before = Date.now();
  await compose('stop');
  expect(Date.now() - before).toBeLessThan(10_000);
  expect((await inspect('container', await id())).State).toMatchObject({ Running: false, ExitCode: 0, OOMKilled: false });
});
