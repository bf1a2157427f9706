import { edgesOf, type Runner } from '../../model/edges/edges';
import type { ScheduleSpec } from '../../model/workload/schedule';
import type { TaskSpec } from '../../model/workload/spec';
import type { At, Cell } from '../../platform/platform';
import { labels, metadataOf } from './metadata';
import type { CronJobManifest, KubernetesNatives, KubernetesOptions, Manifest, ManifestSink, TaskNative } from './natives';
import { networkPolicy, toApiServer } from './network-policy';
import { podMetadata } from './pod/metadata';
import { taskPod } from './pod/pod';
import { scoreIgnores } from './score';
import { serviceAccount } from './service';
import { settleTask } from './task-name';

type Place = At<KubernetesNatives>;

/** The cell of tasks. */
export function taskCell(options: KubernetesOptions): Cell<'task', KubernetesNatives, ManifestSink> {
  return {
    draft(spec, at) {
      const place = at as unknown as Place;
      // where Pulumi deploys, it waits itself
      const reports = options.live === undefined && edgesOf(at.part as unknown as Runner).incoming.some(({ gate }) => gate === 'completed');
      const policy = networkPolicy(spec, place, options);
      if (reports) policy.spec.egress?.push(toApiServer(options));
      return {
        job: job(spec, place, options, reports),
        ...(spec.schedule && { cronJob: cronJob(spec, spec.schedule, place, options) }),
        serviceAccount: serviceAccount(spec, place, options),
        networkPolicy: policy,
        ...(reports && mark(spec, place, options)),
      };
    },
    commit(native, _spec, at, out) {
      const { cronJob } = native;
      if (!cronJob) settleTask(native, at.name);
      // what the pod needs comes before it
      const order = ['serviceAccount', 'networkPolicy', 'role', 'roleBinding', 'mark'] as const;
      for (const key of order) {
        const manifest = native[key];
        if (manifest) out.add(manifest, at);
      }
      out.add(cronJob ? scheduled(cronJob, native.job) : native.job, at);
    },
  };
}

function job(spec: TaskSpec, at: Place, options: KubernetesOptions, reports: boolean): TaskNative['job'] {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    // it stays when it has ended: whoever starts later asks whether it did
    metadata: metadataOf(at.name, labels(spec, at), options, { ...scoreIgnores(spec, at), ...spec.annotations }),
    spec: {
      activeDeadlineSeconds: spec.timeout / 1000,
      backoffLimit: spec.attempts - 1,
      template: { metadata: podMetadata(spec, at, { ends: true }), spec: taskPod(spec, at, options, reports) },
    },
  };
}

function cronJob(spec: TaskSpec, schedule: ScheduleSpec, at: Place, options: KubernetesOptions): CronJobManifest {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: metadataOf(at.name, labels(spec, at), options, { ...scoreIgnores(spec, at), ...spec.annotations }),
    spec: {
      concurrencyPolicy: 'Forbid',
      failedJobsHistoryLimit: 3,
      schedule: schedule.cron,
      startingDeadlineSeconds: schedule.deadline / 1000,
      successfulJobsHistoryLimit: 3,
      ...(schedule.suspend && { suspend: true }),
      timeZone: schedule.timeZone,
    },
  };
}

/** A CronJob whose Jobs are made of another; it keeps its name, so that it stays one while its contents change. */
function scheduled(cronJob: CronJobManifest, { metadata: { labels, annotations }, spec }: TaskNative['job']): Manifest {
  const jobTemplate = { metadata: { ...(annotations && { annotations }), labels }, spec };
  return { ...cronJob, spec: { ...cronJob.spec, jobTemplate } } as Manifest;
}

/** An empty ConfigMap that the finished Job writes into, and the permission to do just that. Their names follow the Job's. */
function mark(spec: TaskSpec, at: Place, options: KubernetesOptions): Required<Pick<TaskNative, 'mark' | 'role' | 'roleBinding'>> {
  const metadata = () => metadataOf(at.name, labels(spec, at), options);
  return {
    mark: { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata() },
    role: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: metadata(),
      rules: [{ apiGroups: [''], resourceNames: [at.name], resources: ['configmaps'], verbs: ['get', 'patch'] }],
    },
    roleBinding: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: metadata(),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: at.name },
      subjects: [{ kind: 'ServiceAccount', name: at.name, ...(options.namespace !== undefined && { namespace: options.namespace }) }],
    },
  };
}
