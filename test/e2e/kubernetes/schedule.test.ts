/** A task on a schedule, as a CronJob that is run by hand. */
import { App } from 'cdk8s';
import { Environments, type ScheduleProps } from '../../../lib';
import { IronhullChart } from '../../../lib/platforms/kubernetes';
import { createNamespace, kubectl, Namespace, removeNamespace, requireCluster } from './kubectl';
import { probe, probeTask } from './probes';

const namespace = new Namespace(`ironhull-schedule-${process.pid}`);

/** A server, and a task that asks it for something in the night. */
function manifests(text: string, schedule: Partial<ScheduleProps> = {}): string {
  const app = new App();
  const chart = new IronhullChart(app, 'schedule', {
    environment: Environments.test,
    namespace: namespace.name,
    imagePullPolicy: 'IfNotPresent',
  });
  const db = probe(chart, 'db');
  const backup = probeTask(chart, 'backup', 0, {
    command: ['/probe', 'get', `http://db:8080/whoami?${text}`],
    timeout: '90s',
    schedule: { cron: '30 3 29 2 *', timeZone: 'Asia/Tokyo', ...schedule },
  });
  backup.network.allowTo(db);
  return app.synthYaml();
}

function apply(text: string, schedule?: Partial<ScheduleProps>): void {
  expect(kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], manifests(text, schedule)).err).toBe('');
}

function runByHand(job: string): string {
  namespace.run('create', 'job', '--from=cronjob/backup', job);
  namespace.run('wait', '--for=condition=complete', `job/${job}`, '--timeout=120s');
  return namespace.run('logs', `job/${job}`, '--container', 'backup');
}

beforeAll(() => {
  requireCluster();
  createNamespace(namespace.name);
});
afterAll(() => removeNamespace(namespace.name));

test('the cluster takes the CronJob, and a Job of it does what the task does, past its policy and without a token', () => {
  apply('first');
  const { spec } = namespace.get('cronjob', 'backup');
  expect(spec).toMatchObject({
    schedule: '30 3 29 2 *',
    timeZone: 'Asia/Tokyo',
    concurrencyPolicy: 'Forbid',
    startingDeadlineSeconds: 3600,
    suspend: false,
  });
  // a Job has its time from when it is made, and waits for the server
  namespace.rolledOut('db');
  // what the server answers
  expect(runByHand('by-hand')).toBe('200 OK\n');
  const { activeDeadlineSeconds, backoffLimit, template } = namespace.get('job', 'by-hand').spec;
  expect({ activeDeadlineSeconds, backoffLimit }).toEqual({ activeDeadlineSeconds: 90, backoffLimit: 0 });
  expect(template.spec.containers[0].command.at(-1)).toContain('first');
  const [pod] = namespace.get('pods', '-l', 'batch.kubernetes.io/job-name=by-hand').items;
  expect(JSON.stringify(pod.spec.volumes ?? [])).not.toContain('serviceAccountToken');
});

test('a change stays one CronJob, whose next Job is of the new version', () => {
  const before = namespace.get('cronjob', 'backup').metadata.uid;
  apply('second', { suspend: true });
  const { items } = namespace.get('cronjobs');
  expect(items.map((one: { metadata: { uid: string } }) => one.metadata.uid)).toEqual([before]);
  expect(items[0].spec.suspend).toBe(true);
  runByHand('by-hand-2');
  expect(namespace.get('job', 'by-hand-2').spec.template.spec.containers[0].command.at(-1)).toContain('second');
});
