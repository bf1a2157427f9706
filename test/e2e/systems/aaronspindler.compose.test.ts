/**
 * The tests of aaronspindler.com by `docker compose`: row A4. PostgreSQL, Redis, Django and its tests are real; the site and QuestDB are
 * stand-ins (see support/stand-in).
 */
import { AaronSpindler } from '../../../apps/aaronspindler/aaronspindler';
import { Environments } from '../../../lib';
import { requireDocker } from '../support/docker';
import { Events } from '../support/events';
import { must, type Ran, requireEngine } from '../support/run';
import { IMAGES } from './aaronspindler';
import { Project } from './compose';

const project = new Project(`iha${process.pid}t`);
const events = new Events(project.name);
const service = (name: string) => `aaronspindler-${name}`;
let ran: Ran;

beforeAll(async () => {
  await requireDocker(...IMAGES);
  await requireEngine(['docker', 'compose', 'version']);
  const { text } = project.write(Environments.test, (root) => new AaronSpindler(root));
  // the head of the file says how to make what nobody needs to know
  const made = text.split('\n').flatMap((line) => /^# +(mkdir -p secrets.*)$/.exec(line)?.[1] ?? []);
  expect(made).toHaveLength(9);
  for (const line of made) await must('sh', ['-c', `umask 022; ${line}`], { cwd: project.folder });
  ran = await project.run('up', '--exit-code-from', service('tests'), service('tests'));
}, 600_000);

afterAll(async () => {
  events.close();
  await project.dispose();
});

test('A4: the exit code is that of the tests, which have passed, with a server that writes nothing down for good', async () => {
  expect([ran.code, ran.stdout + ran.stderr]).toEqual([0, expect.stringMatching(/Ran 3 tests in .*OK/s)]);
});

test('A4: they started when everything was healthy', async () => {
  const tests = await project.container(service('tests'));
  expect(tests.State).toMatchObject({ Status: 'exited', ExitCode: 0 });
  for (const name of ['database', 'redis', 'series']) {
    const { Id } = await project.container(service(name));
    expect([name, events.of(Id, 'healthy').some(({ at }) => at < Date.parse(tests.State.StartedAt))]).toEqual([name, true]);
  }
});

test('A4: tests that fail are a failure, at the first attempt', async () => {
  const failed = await project.run('run', '--rm', '--env', 'OUTCOME=ill', service('tests'));
  expect([failed.code, failed.stdout + failed.stderr]).toEqual([1, expect.stringMatching(/FAILED \(failures=1\)/)]);
});
