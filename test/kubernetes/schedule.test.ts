import { ConfigFiles, HardenedService, HardenedTask, type HardenedTaskProps, PersistentVolume } from '../../lib';
import { kubernetes } from '../../lib/platforms/kubernetes';
import { deployKubernetes } from '../../lib/platforms/kubernetes/pulumi';
import { record } from '../stack/mocks';
import { Parent, rootOf } from './pulumi-support';
import { chartOf, IMAGE, objectsOf } from './support';

const PROPS: HardenedTaskProps = {
  image: IMAGE,
  command: ['/app', 'backup'],
  attempts: 2,
  timeout: '5m',
  schedule: { cron: '30 3 * * *', deadline: '10m', resident: ['/app', 'schedule'] },
  annotations: { 'example.com/owner': 'team' },
};

function made(props: Partial<HardenedTaskProps> = {}) {
  const chart = chartOf();
  const task = new HardenedTask(chart, 'Backup', { ...PROPS, ...props } as HardenedTaskProps);
  return { chart, task };
}

test('a task on a schedule is a CronJob under its own name, with an identity without a token and a policy', () => {
  const objects = objectsOf(made().chart);
  expect(Object.keys(objects).filter((key) => key.endsWith('/backup'))).toEqual([
    'ServiceAccount/backup',
    'NetworkPolicy/backup',
    'CronJob/backup',
  ]);
  const { metadata, spec } = objects['CronJob/backup'];
  const { jobTemplate, ...own } = spec;
  expect(metadata.annotations).toEqual({ 'example.com/owner': 'team' });
  expect(own).toEqual({
    concurrencyPolicy: 'Forbid',
    failedJobsHistoryLimit: 3,
    schedule: '30 3 * * *',
    startingDeadlineSeconds: 600,
    successfulJobsHistoryLimit: 3,
    timeZone: 'Etc/UTC',
  });
  expect(jobTemplate.metadata).toEqual({ annotations: metadata.annotations, labels: metadata.labels });
  expect(jobTemplate.spec).toMatchObject({ activeDeadlineSeconds: 300, backoffLimit: 1 });
  expect(jobTemplate.spec.template.spec).toMatchObject({
    automountServiceAccountToken: false,
    restartPolicy: 'Never',
    serviceAccountName: 'backup',
    containers: [{ command: ['/app', 'backup'] }],
  });
  expect(jobTemplate.spec.template.spec.containers[0]).not.toHaveProperty('env');
  expect(objects['NetworkPolicy/backup'].spec.podSelector.matchLabels).toEqual({ 'app.kubernetes.io/instance': 'backup' });
  expect(jobTemplate.spec.template.metadata.labels).toMatchObject({ 'app.kubernetes.io/instance': 'backup' });
});

test('its pods are those of the same task without a schedule', () => {
  const { schedule: _, ...once } = PROPS;
  const chart = chartOf();
  new HardenedTask(chart, 'Backup', once);
  const [job] = Object.entries(objectsOf(chart)).flatMap(([key, object]) => (key.startsWith('Job/') ? [object] : []));
  expect(objectsOf(made().chart)['CronJob/backup'].spec.jobTemplate.spec).toEqual(job.spec);
});

test('it is suspended where that is said', () => {
  const schedule = { cron: '30 3 * * *', suspend: true };
  expect(objectsOf(made({ schedule }).chart)['CronJob/backup'].spec.suspend).toBe(true);
});

test('it waits for what it connects to, in its pod', () => {
  const { chart, task } = made();
  const database = new HardenedService(chart, 'Database', { image: IMAGE, ports: { sql: 5432 } });
  task.network.allowTo(database);
  const { template } = objectsOf(chart)['CronJob/backup'].spec.jobTemplate.spec;
  expect(template.spec.initContainers).toMatchObject([{ name: 'wait', command: expect.arrayContaining(['database', '5432']) }]);
  expect(Object.keys(objectsOf(chart)).filter((key) => /^ConfigMap\/shop-prober-/.test(key))).toHaveLength(1);
});

test('an edit of its Job or of the CronJob changes what is written, and its name can be too long', () => {
  const { chart, task } = made();
  task.tune(kubernetes, ({ job, cronJob }) => {
    job.spec.ttlSecondsAfterFinished = 3600;
    if (cronJob) cronJob.spec.successfulJobsHistoryLimit = 1;
  });
  const { spec } = objectsOf(chart)['CronJob/backup'];
  expect(spec.jobTemplate.spec.ttlSecondsAfterFinished).toBe(3600);
  expect(spec.successfulJobsHistoryLimit).toBe(1);
  task.tune(kubernetes, ({ cronJob }) => {
    if (cronJob) cronJob.metadata.name = 'b'.repeat(53);
  });
  expect(() => objectsOf(chart)).toThrow(
    `shop/Backup: metadata.name: is no name of a CronJob, got "${'b'.repeat(53)}"; use at most 52 characters`,
  );
});

test('an edit that its pods would not survive is a problem', () => {
  const { chart, task } = made();
  task.tune(kubernetes, ({ job }) => {
    const container = job.spec.template.spec?.containers[0];
    if (container) container.name = 'Not A Name';
  });
  expect(() => objectsOf(chart)).toThrow(
    'shop/Backup: spec.template.spec.containers[0].name: is no name of a container, got "Not A Name"; use at most 63 lower case letters, digits and dashes',
  );
});

test('through Pulumi it is the same object, after what its pods need', async () => {
  const build = (scope: Parameters<typeof rootOf>[0] extends (root: infer R) => void ? R : never) => {
    const volume = new PersistentVolume(scope, 'Data', { size: '1Gi' });
    const config = new ConfigFiles(scope, 'Settings', { files: { 'app.conf': 'a = b\n' } });
    new HardenedTask(scope, 'Backup', {
      ...PROPS,
      mounts: [{ volume, path: '/data' }],
      files: { '/etc/app/app.conf': config.file('app.conf') },
    });
  };
  const recorded = await record(() => {
    deployKubernetes(rootOf(build), { parent: new Parent(), name: 'shop' });
  });
  expect(recorded.error).toBeUndefined();
  const cronJob = recorded.find('kubernetes:batch/v1:CronJob', 'cronJob/shop/backup');
  const chart = chartOf();
  build(chart);
  expect(cronJob.inputs).toEqual(objectsOf(chart)['CronJob/backup']);
  expect(cronJob.dependsOn).toEqual(
    expect.arrayContaining([
      'persistentVolumeClaim/shop/data',
      'serviceAccount/shop/backup',
      'networkPolicy/shop/backup',
      expect.stringMatching(/^configMap\/shop\/settings-/),
    ]),
  );
});
