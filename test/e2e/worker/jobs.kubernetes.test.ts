/** Ten thousand jobs on a cluster: none is lost, whatever happens to workers and queue; and one that is alone. */
import { App } from 'cdk8s';
import { Environments } from '../../../lib';
import { IronhullChart } from '../../../lib/platforms/kubernetes';
import { createNamespace, kubectl, Namespace, patiently, removeNamespace, requireCluster } from '../kubernetes/kubectl';
import { inFolder } from '../redis/folder';
import { must, until } from '../support/run';
import { type Counts, counts, finished, watching } from './counts';
import { buildJobs, JOBS, PASSWORDS, type Version } from './jobs.program';

const namespace = new Namespace('ironhull-jobs');
const inNamespace = ['--namespace', namespace.name];
const RUN = `run-${Date.now().toString(36)}`;

// biome-ignore lint/suspicious/noExplicitAny: whatever the cluster says; the assertions are the types
type Any = any;

function apply(version: Version): void {
  const app = new App();
  const chart = new IronhullChart(app, 'jobs', {
    environment: Environments.test,
    namespace: namespace.name,
    createNamespace: false,
    imagePullPolicy: 'IfNotPresent',
  });
  const queue = buildJobs(chart, version, 'local');
  inFolder(queue, RUN);
  expect(kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], app.synthYaml()).err).toBe('');
}

const report = () => must('kubectl', [...inNamespace, 'exec', 'deployment/producer', '--', '/jobs', 'report']);
const now = () => counts(report);

/** Without time to finish anything, as a node that loses its power. */
function kill(pod: string): void {
  namespace.run('delete', 'pod', pod, '--grace-period=0', '--force');
}

/** The same of who has a volume: the next one starts when this one has ended, and not beside it. */
async function killAlone(pod: string): Promise<void> {
  const { uid } = namespace.get('pod', pod).metadata;
  namespace.run('delete', 'pod', pod, '--grace-period=1');
  await namespace.isBack(pod, uid);
}

/** How many containers run, also of pods that are on their way out. */
async function running(name: string): Promise<number> {
  const get = ['get', 'pods', '-l', `app.kubernetes.io/name=${name}`, '-o', 'json'];
  const all = await patiently(() => must('kubectl', [...inNamespace, ...get]));
  return JSON.parse(all).items.filter((pod: Any) => pod.status.containerStatuses?.some((one: Any) => one.state.running)).length;
}

/** What happens has to happen while there is something to do. */
async function whileBusy(work: () => Promise<unknown>): Promise<readonly [Counts, Counts]> {
  const before = await now();
  expect(before.waiting).toBeGreaterThan(50);
  await work();
  return [before, await now()];
}

const rolledOut = (workload: string) =>
  patiently(() => must('kubectl', [...inNamespace, 'rollout', 'status', workload, '--timeout=220s'])).then(() => undefined);

beforeAll(async () => {
  requireCluster();
  createNamespace(namespace.name);
  const literals = PASSWORDS.keys.map((key) => `--from-literal=${key}=e2e-${key}-1234`);
  namespace.run('create', 'secret', 'generic', PASSWORDS.name, ...literals);
  apply({ release: 'one', replicas: 2 });
  for (const one of ['statefulset/queue', 'statefulset/ledger', 'deployment/producer', 'deployment/worker']) await rolledOut(one);
}, 600_000);
afterAll(() => removeNamespace(namespace.name), 180_000);

test('the queue is full, and refuses what it cannot take', async () => {
  const { refused } = await until('the queue is full', now, (one) => one.refused > 5, 120_000);
  expect(refused).toBeGreaterThan(5);
}, 240_000);

test('an image without a shell has a heartbeat that is looked at, and no port', async () => {
  const [{ name = '' } = {}] = namespace.pods('worker');
  const pod = namespace.get('pod', name);
  expect(pod.spec.containers[0].livenessProbe.exec.command).toEqual(['/.ironhull/prober', 'heartbeat', '/tmp/heartbeat', '15']);
  expect(pod.status.containerStatuses[0]).toMatchObject({ ready: true, started: true });
  expect(pod.spec.containers[0]).not.toHaveProperty('ports');
});

test('a worker hangs: its heartbeat says so, it is started again, and others do its jobs', async () => {
  const [{ name = '' } = {}] = namespace.pods('worker');
  const state = async () => namespace.get('pod', name).status.containerStatuses[0];
  const before = (await state()).restartCount;
  await whileBusy(async () => namespace.run('exec', name, '--', '/jobs', 'hang'));
  const again = ({ restartCount, ready }: Any) => restartCount === before + 1 && ready;
  const restarted = await until('it is started again', state, again, 200_000);
  expect(restarted.lastState.terminated.exitCode).toBe(137);
  const why = namespace.get('events', '--field-selector', `involvedObject.name=${name},reason=Unhealthy`).items;
  expect(why.map(({ message }: Any) => message).join()).toMatch(/Liveness probe .*\/tmp\/heartbeat: changed \d+ s ago, may be 15 s/);
}, 400_000);

test('a worker is killed in the middle of its jobs, and others do them', async () => {
  const [{ name = '' } = {}] = namespace.pods('worker');
  const [before] = await whileBusy(async () => kill(name));
  await rolledOut('deployment/worker');
  expect((await now()).done).toBeGreaterThan(before.done);
}, 400_000);

test('a new version replaces the workers, and the one that is alone is never there twice', async () => {
  const old = namespace.pods('worker').map(({ name }) => name);
  const seen = await watching(
    () => running('singleton'),
    () =>
      whileBusy(async () => {
        apply({ release: 'two', replicas: 2 });
        await rolledOut('deployment/worker');
        await rolledOut('statefulset/singleton');
      }),
  );
  expect(namespace.pods('worker').filter(({ name }) => old.includes(name))).toEqual([]);
  expect(seen.length).toBeGreaterThan(5);
  expect(Math.max(...seen)).toBe(1);
  const { singletons, most } = await now();
  expect({ singletons, most }).toEqual({ singletons: 2, most: 1 });
}, 700_000);

test('the queue is killed, and comes back with all that it had accepted', async () => {
  const { accepted } = await now();
  await whileBusy(() => killAlone('queue-0'));
  const after = await until('the producer has noticed', now, ({ interrupted }) => interrupted > 0);
  expect(after.accepted).toBeGreaterThanOrEqual(accepted);
}, 500_000);

test('there are fewer workers, and those that go finish what they have', async () => {
  const [before, after] = await whileBusy(async () => {
    apply({ release: 'two', replicas: 1 });
    await until(
      'one goes',
      () => running('worker'),
      (count) => count === 1,
      120_000,
    );
  });
  // what the killed queue had not heard of is done again about now; a job more would be one that somebody did not finish
  expect(after.again - before.again).toBeLessThanOrEqual(8);
}, 300_000);

test('every job that was accepted was done, and again at most those that a killed worker had', async () => {
  // more of them do the rest
  apply({ release: 'two', replicas: 4 });
  const end = await finished(report);
  expect(end).toMatchObject({ accepted: JOBS, done: JOBS, waiting: 0, taken: 0 });
  // four at once were in one worker; of eight, the answer was lost when the queue was killed
  expect(end.again).toBeLessThanOrEqual(4 + 8);
  expect(end.refused).toBeGreaterThan(0);
}, 500_000);
