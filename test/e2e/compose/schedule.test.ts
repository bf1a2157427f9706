/** A program that keeps the schedule of a task, where the engine has no scheduler. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Construct } from 'constructs';
import { Environment, Environments, HardenedTask } from '../../../lib';
import { composeFile, writeComposeFile } from '../../../lib/platforms/compose';
import { inspect, killProcess, requireDocker, sweep } from '../support/docker';
import { must, requireEngine, run, until } from '../support/run';

const PROJECT = `ihsc${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'ironhull-schedule-'));
const file = join(folder, 'compose.yaml');

/** Runs the task each second. */
const RESIDENT = `
trap 'exit 0' TERM
while true; do
  "$@"
  sleep 1 & wait $!
done`;
const TASK = `echo "at $TZ as $(id -u):$(id -g) $(grep CapEff /proc/self/status) $(touch /here 2>&1)"`;

const compose = (...args: string[]) => must('docker', ['compose', '--file', file, ...args]);
const id = async () => (await compose('ps', '--all', '--quiet', 'backup')).trim();
/** What it has said. */
const said = async () => (await compose('logs', '--no-log-prefix', 'backup')).trim().split('\n');

beforeAll(async () => {
  await requireDocker('busybox:1.37');
  await requireEngine(['docker', 'compose', 'version']);
  const root = new Construct(undefined as unknown as Construct, '');
  Environment.set(root, Environments.test);
  new HardenedTask(root, 'Backup', {
    image: 'busybox:1.37',
    command: ['sh', '-c', TASK],
    shutdown: { grace: '60s' },
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
  const lines = await until('the task has run twice', said, (all) => all.length >= 2, 120_000);
  for (const line of lines) expect(line).toMatch(/^at Asia\/Tokyo as 65532:65532 CapEff:\t0{16} touch: \/here: Read-only file system$/);
});

test('it is started again when it falls over, and stops when it is told to', async () => {
  const first = await inspect('container', await id());
  await killProcess(first);
  const again = () => inspect('container', first.Id);
  const { RestartCount } = await until(
    'it is started again',
    again,
    ({ State }) => State.Running && State.StartedAt !== first.State.StartedAt,
    120_000,
  );
  expect(RestartCount).toBeGreaterThan(0);
  const ran = (await said()).length;
  await until('it runs the task again', said, (lines) => lines.length > ran, 120_000);
  const before = Date.now();
  await compose('stop');
  expect(Date.now() - before).toBeLessThan(50_000);
  expect((await inspect('container', await id())).State).toMatchObject({ Running: false, ExitCode: 0, OOMKilled: false });
});
