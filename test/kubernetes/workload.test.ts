import { Environments, ExistingSecret, HardenedService, PersistentVolume } from '../../lib';
import { kubernetes } from '../../lib/platforms/kubernetes';
import { chartOf, IMAGE, objectsOf, web } from './support';

const health = { http: { port: 'http', path: '/livez' }, readiness: { path: '/readyz' } } as const;

test('a service with a port is five hardened objects, and the namespace with its policy', () => {
  const objects = web({ ports: { http: 8080 }, health });
  expect(Object.keys(objects)).toEqual([
    'Namespace/shop',
    'NetworkPolicy/default-deny',
    'ServiceAccount/web',
    'NetworkPolicy/web',
    'Service/web',
    'Deployment/web',
    'PodDisruptionBudget/web',
  ]);
  const { spec, metadata } = objects['Deployment/web'];
  expect(metadata).toEqual({
    labels: {
      'app.kubernetes.io/instance': 'web',
      'app.kubernetes.io/managed-by': 'ironhull',
      'app.kubernetes.io/name': 'web',
      'app.kubernetes.io/part-of': 'shop',
      'app.kubernetes.io/version': '1.4.2',
      environment: 'production',
    },
    name: 'web',
    namespace: 'shop',
  });
  expect(spec).toMatchObject({
    minReadySeconds: 5,
    progressDeadlineSeconds: 300,
    replicas: 3,
    revisionHistoryLimit: 5,
    selector: { matchLabels: { 'app.kubernetes.io/instance': 'web' } },
    strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }, type: 'RollingUpdate' },
  });
  expect(spec.template.metadata.labels).toEqual(metadata.labels);
});

test('the pod of a service', () => {
  const pod = web({ ports: { http: 8080 }, health })['Deployment/web'].spec.template.spec;
  const selector = { labelSelector: { matchLabels: { 'app.kubernetes.io/instance': 'web' } } };
  const container = {
    image: IMAGE,
    imagePullPolicy: 'Always',
    lifecycle: { preStop: { sleep: { seconds: 5 } } },
    livenessProbe: { failureThreshold: 3, httpGet: { path: '/livez', port: 'http' }, periodSeconds: 10, timeoutSeconds: 5 },
    name: 'web',
    ports: [{ containerPort: 8080, name: 'http', protocol: 'TCP' }],
    readinessProbe: { failureThreshold: 3, httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 5, timeoutSeconds: 5 },
    resources: {
      limits: { cpu: '500m', 'ephemeral-storage': '256Mi', memory: '256Mi' },
      requests: { cpu: '100m', 'ephemeral-storage': '256Mi', memory: '256Mi' },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL', 'NET_RAW'] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsGroup: 65532,
      runAsNonRoot: true,
      runAsUser: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    startupProbe: { failureThreshold: 12, httpGet: { path: '/livez', port: 'http' }, periodSeconds: 5, timeoutSeconds: 5 },
    volumeMounts: [{ mountPath: '/tmp', name: 'tmp' }],
  };
  expect(pod).toEqual({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/os', operator: 'In', values: ['linux'] }] }],
        },
      },
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { podAffinityTerm: { ...selector, topologyKey: 'kubernetes.io/hostname' }, weight: 100 },
        ],
      },
    },
    automountServiceAccountToken: false,
    containers: [container],
    dnsConfig: { options: [{ name: 'ndots', value: '2' }] },
    enableServiceLinks: false,
    restartPolicy: 'Always',
    securityContext: {
      fsGroup: 65532,
      fsGroupChangePolicy: 'OnRootMismatch',
      runAsGroup: 65532,
      runAsNonRoot: true,
      runAsUser: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    serviceAccountName: 'web',
    terminationGracePeriodSeconds: 35,
    topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
      ...selector,
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: 'ScheduleAnyway',
    })),
    volumes: [{ emptyDir: { medium: 'Memory', sizeLimit: '64Mi' }, name: 'tmp' }],
  });
});

test('the objects beside the Deployment', () => {
  const objects = web({ ports: { http: 8080, events: { port: 9999, protocol: 'udp' } }, maxUnavailable: '25%' });
  expect(objects['Service/web'].spec).toEqual({
    ports: [
      { name: 'http', port: 8080, protocol: 'TCP', targetPort: 'http' },
      { name: 'events', port: 9999, protocol: 'UDP', targetPort: 'events' },
    ],
    selector: { 'app.kubernetes.io/instance': 'web' },
    type: 'ClusterIP',
  });
  expect(objects['ServiceAccount/web'].automountServiceAccountToken).toBe(false);
  expect(objects['PodDisruptionBudget/web'].spec).toEqual({
    maxUnavailable: '25%',
    selector: { matchLabels: { 'app.kubernetes.io/instance': 'web' } },
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
  });
  expect(web()['Service/web']).toBeUndefined();
});

test('an autoscaler takes the place of replicas', () => {
  const objects = web({
    scaling: {
      min: 3,
      max: 10,
      cpu: 70,
      memory: 80,
      metrics: { http_requests_per_second: 100, queue_seconds: 0.25 },
      scaleDown: { stabilization: '300s', policies: [{ percent: 10, every: '60s' }] },
      scaleUp: { policies: [{ pods: 2, every: '60s' }] },
    },
  });
  expect(objects['Deployment/web'].spec).not.toHaveProperty('replicas');
  expect(objects['HorizontalPodAutoscaler/web']).toMatchObject({
    apiVersion: 'autoscaling/v2',
    spec: {
      behavior: {
        scaleDown: { policies: [{ periodSeconds: 60, type: 'Percent', value: 10 }], stabilizationWindowSeconds: 300 },
        scaleUp: { policies: [{ periodSeconds: 60, type: 'Pods', value: 2 }] },
      },
      maxReplicas: 10,
      metrics: [
        { resource: { name: 'cpu', target: { averageUtilization: 70, type: 'Utilization' } }, type: 'Resource' },
        { resource: { name: 'memory', target: { averageUtilization: 80, type: 'Utilization' } }, type: 'Resource' },
        { pods: { metric: { name: 'http_requests_per_second' }, target: { averageValue: '100', type: 'AverageValue' } }, type: 'Pods' },
        { pods: { metric: { name: 'queue_seconds' }, target: { averageValue: '250m', type: 'AverageValue' } }, type: 'Pods' },
      ],
      minReplicas: 3,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    },
  });
});

test.each([
  [
    { order: 'start-first', parallelism: 3 },
    { rollingUpdate: { maxSurge: 3, maxUnavailable: 0 }, type: 'RollingUpdate' },
  ],
  [
    { order: 'stop-first', parallelism: 2 },
    { rollingUpdate: { maxSurge: 0, maxUnavailable: 2 }, type: 'RollingUpdate' },
  ],
  [{ strategy: 'recreate' }, { type: 'Recreate' }],
] as const)('roll-out %j', (rollout, strategy) => {
  expect(web({ rollout })['Deployment/web'].spec.strategy).toEqual(strategy);
});

test('an environment that is not highly available spreads nothing and has no budget', () => {
  const objects = web({}, { environment: Environments.development });
  const pod = objects['Deployment/web'].spec.template.spec;
  expect(pod).not.toHaveProperty('topologySpreadConstraints');
  expect(pod.affinity).not.toHaveProperty('podAntiAffinity');
  expect(objects['PodDisruptionBudget/web']).toBeUndefined();
  expect(objects['Deployment/web'].spec.replicas).toBe(1);
});

test('placement', () => {
  const pod = (role: 'worker' | 'manager') =>
    web({ placement: { role, labels: { disk: 'ssd' }, spreadOver: ['example.com/rack'] } })['Deployment/web'].spec.template.spec;
  const expressions = (role: 'worker' | 'manager') =>
    pod(role).affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[1];
  const key = 'node-role.kubernetes.io/control-plane';
  expect(expressions('worker')).toEqual({ key, operator: 'DoesNotExist' });
  expect(expressions('manager')).toEqual({ key, operator: 'Exists' });
  expect(pod('manager').tolerations).toEqual([{ effect: 'NoSchedule', key, operator: 'Exists' }]);
  expect(pod('worker').tolerations).toBeUndefined();
  expect(pod('worker').nodeSelector).toEqual({ disk: 'ssd' });
  expect(pod('worker').topologySpreadConstraints.map((one: { topologyKey: string }) => one.topologyKey)).toEqual(['example.com/rack']);
});

test('replicas of several workloads are spread as if they were of one', () => {
  const of = (spreadWith: string[], spreadOver?: string[]) =>
    web({ placement: { spreadWith, ...(spreadOver && { spreadOver }) } })['Deployment/web'].spec.template;
  const member = (group: string) => ({ matchLabels: { [`spread.ironhull.io/${group}`]: 'member' } });
  const apart = (pod: { spec: { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: Term[] } } } }) =>
    pod.spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution.map(({ weight, podAffinityTerm }) => [
      podAffinityTerm.labelSelector,
      podAffinityTerm.topologyKey,
      weight,
    ]);
  type Term = { weight: number; podAffinityTerm: { labelSelector: object; topologyKey: string } };
  const [zone, host] = ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'];

  const one = of(['all']);
  expect(one.metadata.labels).toMatchObject({ 'spread.ironhull.io/all': 'member' });
  expect(apart(one)).toEqual([[member('all'), host, 100]]);
  const keys = (pod: typeof one) => pod.spec.topologySpreadConstraints.map((each: Constraint) => [each.labelSelector, each.topologyKey]);
  type Constraint = { labelSelector: object; topologyKey: string };
  expect(keys(one)).toEqual([
    [member('all'), zone],
    [member('all'), host],
  ]);

  // a second constraint with the same key is refused by Kubernetes
  const two = of(['shard', 'all']);
  expect(keys(two)).toEqual(keys(one));
  expect(apart(two)).toEqual([
    [member('shard'), zone, 100],
    [member('shard'), host, 100],
    [member('all'), host, 10],
  ]);

  const none = of(['all'], []);
  expect(JSON.stringify(none)).not.toContain('spread');
});

test('environment variables: text, secrets, and nothing that the kubelet expands', () => {
  const chart = chartOf();
  const secrets = new ExistingSecret(chart, 'Secrets', { existing: 'web-secrets' });
  new HardenedService(chart, 'web', {
    image: IMAGE,
    args: ['--price=$5', '--name=$(NAME)'],
    env: { PORT: 8080, PRICE: '$5', TEMPLATE: '$(PORT) $$', TOKEN: secrets.key('token') },
  });
  const container = objectsOf(chart)['Deployment/web'].spec.template.spec.containers[0];
  expect(container.env).toEqual([
    { name: 'PORT', value: '8080' },
    { name: 'PRICE', value: '$5' },
    { name: 'TEMPLATE', value: '$$(PORT) $$$$' },
    { name: 'TOKEN', valueFrom: { secretKeyRef: { key: 'token', name: 'web-secrets' } } },
  ]);
  expect(container.args).toEqual(['--price=$5', '--name=$$(NAME)']);
});

test('volumes: one claim for two containers, and a Deployment that does not wait for itself', () => {
  const chart = chartOf();
  const data = new PersistentVolume(chart, 'Data', { size: '10Gi', storageClass: 'fast' });
  const service = new HardenedService(chart, 'web', {
    image: IMAGE,
    replicas: 1,
    writable: ['/data', '/app/data'],
    mounts: [{ volume: data, path: '/var/data' }],
  });
  service.addSidecar('reader', { image: IMAGE, writable: ['/data'], mounts: [{ volume: data, path: '/in', readOnly: true }] });
  const objects = objectsOf(chart);
  const { strategy, template } = objects['Deployment/web'].spec;
  expect(strategy).toEqual({ type: 'Recreate' });
  expect(template.spec.volumes.map((one: { name: string }) => one.name)).toEqual(['data', 'app-data', 'data-2', 'reader-data']);
  expect(template.spec.volumes[0]).toEqual({ name: 'data', persistentVolumeClaim: { claimName: 'data' } });
  expect(template.spec.containers[1].volumeMounts).toEqual([
    { mountPath: '/in', name: 'data', readOnly: true },
    { mountPath: '/data', name: 'reader-data' },
  ]);
  expect(objects['PersistentVolumeClaim/data'].spec).toEqual({
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '10Gi' } },
    storageClassName: 'fast',
  });
});

test('replicas cannot share a volume that one node may have', () => {
  const chart = chartOf();
  const data = new PersistentVolume(chart, 'Data', { size: '10Gi' });
  new HardenedService(chart, 'web', { image: IMAGE, replicas: 2, mounts: [{ volume: data, path: '/data' }] });
  expect(() => objectsOf(chart)).toThrow(
    'shop/web: mounts: several replicas cannot write to a volume that one node at a time may have, got 2; make the volume shared',
  );
});

test('sidecars that share processes, and metrics', () => {
  const chart = chartOf();
  const service = new HardenedService(chart, 'web', {
    image: IMAGE,
    ports: { http: 8080, metrics: 9090 },
    metrics: { port: 'metrics' },
    annotations: { 'example.com/team': 'shop' },
  });
  service.addSidecar('exporter', { image: IMAGE, user: '65534:65534', shareProcesses: true, ports: { exporter: 9100 } });
  const objects = objectsOf(chart);
  const { template } = objects['Deployment/web'].spec;
  const scrape = { 'prometheus.io/path': '/metrics', 'prometheus.io/port': '9090', 'prometheus.io/scrape': 'true' };
  expect(template.spec.shareProcessNamespace).toBe(true);
  expect(template.spec.containers.map((one: { name: string }) => one.name)).toEqual(['web', 'exporter']);
  expect(template.spec.containers[1].securityContext.runAsUser).toBe(65534);
  expect(template.metadata.annotations).toEqual({ 'example.com/team': 'shop', ...scrape });
  expect(objects['Service/web'].metadata.annotations).toEqual({ 'example.com/team': 'shop', ...scrape });
  expect(objects['Deployment/web'].metadata.annotations).toEqual({ 'example.com/team': 'shop' });
});

test('safe kernel parameters are set; others are an error, or left out with a reason', () => {
  const sysctls = { 'net.ipv4.ip_unprivileged_port_start': 80, 'net.core.somaxconn': 4096 };
  expect(() => web({ sysctls })).toThrow("Kubernetes cannot do 'sysctls.unsafe'");
  const objects = web({ sysctls, acknowledge: { 'sysctls.unsafe': 'the default of the nodes suffices' } });
  expect(objects['Deployment/web'].spec.template.spec.securityContext.sysctls).toEqual([
    { name: 'net.ipv4.ip_unprivileged_port_start', value: '80' },
  ]);
});

test('what was acknowledged reaches kube-score, and the level of the namespace', () => {
  const reason = 'it is an image of somebody else';
  const objects = web({ user: '0:0', acknowledge: { 'root-user': reason, 'low-user-id': reason, 'same-probe': reason, replicas: reason } });
  expect(objects['Deployment/web'].metadata.annotations['kube-score/ignore']).toBe(
    'container-security-context-user-group-id,deployment-replicas,pod-probes-identical',
  );
  expect(objects['Deployment/web'].spec.template.spec.securityContext.runAsNonRoot).toBe(false);
  expect(objects['Namespace/shop'].metadata.labels['pod-security.kubernetes.io/enforce']).toBe('baseline');
  const tracer = web({ capabilities: ['SYS_PTRACE'], acknowledge: { 'added-capabilities': reason } });
  expect(tracer['Deployment/web'].spec.template.spec.containers[0].securityContext.capabilities).toEqual({
    add: ['SYS_PTRACE'],
    drop: ['ALL', 'NET_RAW'],
  });
  expect(tracer['Namespace/shop'].metadata.labels['pod-security.kubernetes.io/enforce']).toBe('privileged');
});

test('tune edits, removes and replaces', () => {
  const chart = chartOf({ imagePullPolicy: 'IfNotPresent', labels: { team: 'shop' } });
  const service = new HardenedService(chart, 'web', { image: IMAGE });
  service.tune(kubernetes, (native) => {
    native.deployment.spec.template.spec = { ...native.deployment.spec.template.spec, containers: [], priorityClassName: 'high' };
    native.deployment.metadata.labels['example.com/tuned'] = 'yes';
    delete native.disruptionBudget;
  });
  const objects = objectsOf(chart);
  expect(objects['Deployment/web'].spec.template.spec).toMatchObject({ priorityClassName: 'high', containers: [] });
  expect(Object.keys(objects['Deployment/web'].metadata.labels)).toEqual([
    'app.kubernetes.io/instance',
    'app.kubernetes.io/managed-by',
    'app.kubernetes.io/name',
    'app.kubernetes.io/part-of',
    'app.kubernetes.io/version',
    'environment',
    'example.com/tuned',
    'team',
  ]);
  expect(objects['PodDisruptionBudget/web']).toBeUndefined();
});
