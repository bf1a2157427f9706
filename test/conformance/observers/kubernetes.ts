import type { KubernetesNatives } from '../../../lib/platforms/kubernetes';
import type { Observers, Seen } from '../harness';

type K = Seen<KubernetesNatives>;
const spec = (seen: K) => seen.workload.deployment.spec;
const pod = (seen: K) => spec(seen).template.spec;
const container = (seen: K) => pod(seen)?.containers?.[0];
const security = (seen: K) => container(seen)?.securityContext;

/** A value of a secret in a file of the secret's own directory. */
function expectFile(seen: K, secretName: string): void {
  expect(container(seen)?.env).toEqual([{ name: 'PASSWORD_FILE', value: '/run/secrets/app-secrets/password' }]);
  expect(container(seen)?.volumeMounts).toContainEqual({ mountPath: '/run/secrets/app-secrets', name: 'app-secrets', readOnly: true });
  const secret = { defaultMode: 0o440, items: [{ key: 'password', path: 'password' }], secretName };
  expect(pod(seen)?.volumes).toContainEqual({ name: 'app-secrets', secret });
}

/** When Jobs are made, and of what. */
function cronJob(seen: K): void {
  const { cronJob, job } = seen.task;
  expect(cronJob?.spec).toEqual({
    concurrencyPolicy: 'Forbid',
    failedJobsHistoryLimit: 3,
    schedule: '30 2 * * *',
    startingDeadlineSeconds: 600,
    successfulJobsHistoryLimit: 3,
    timeZone: 'Africa/Lagos',
  });
  expect(cronJob?.metadata.name).toBe('case-backup');
  expect(job.spec).toMatchObject({ backoffLimit: 1, activeDeadlineSeconds: 300 });
  expect(job.spec.template.spec?.containers).toMatchObject([{ command: ['/app', 'backup'] }]);
}

/** Where Kubernetes' manifests say what was asked for. */
export const kubernetesObservers: Observers<KubernetesNatives> = {
  'capabilities.drop': (k) => {
    expect(security(k)?.capabilities?.drop).toContain('ALL');
    expect(security(k)?.capabilities?.add).toEqual(['NET_BIND_SERVICE']);
  },
  'no-new-privileges': (k) => expect(security(k)?.allowPrivilegeEscalation).toBe(false),
  'root.read-only': (k) => expect(security(k)?.readOnlyRootFilesystem).toBe(true),
  'seccomp.default': (k) => expect(security(k)?.seccompProfile).toEqual({ type: 'RuntimeDefault' }),
  'writable.options': (k) => {
    const name = container(k)?.volumeMounts?.find((mount) => mount.mountPath === '/scratch')?.name;
    expect(pod(k)?.volumes?.find((volume) => volume.name === name)?.emptyDir).toEqual({ medium: 'Memory', sizeLimit: '32Mi' });
  },
  'resources.cpu': (k) => {
    expect(container(k)?.resources).toMatchObject({ limits: { cpu: '750m' }, requests: { cpu: '250m' } });
  },
  'resources.memory': (k) => {
    expect(container(k)?.resources).toMatchObject({ limits: { memory: '384Mi' }, requests: { memory: '192Mi' } });
  },
  'resources.ephemeral-storage': (k) => expect(container(k)?.resources?.limits).toMatchObject({ 'ephemeral-storage': '128Mi' }),
  pids: 'refused',
  init: (k) => expect(pod(k)?.shareProcessNamespace).toBe(true),
  'health.http': (k) => {
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'] as const)
      expect(container(k)?.[probe]?.httpGet).toEqual({ path: '/health', port: 'http' });
  },
  'health.tcp': (k) => {
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'] as const)
      expect(container(k)?.[probe]?.tcpSocket).toEqual({ port: 'http' });
  },
  'health.heartbeat': (k) => {
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'] as const)
      expect(container(k)?.[probe]?.exec).toEqual({ command: ['/.ironhull/prober', 'heartbeat', '/tmp/heartbeat', '90'] });
    expect(container(k)?.volumeMounts).toContainEqual({ mountPath: '/.ironhull', name: 'prober', readOnly: true });
    const terms = pod(k)?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
    expect(terms?.[0]?.matchExpressions).toContainEqual({ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] });
  },
  'health.exec': (k) => expect(container(k)?.livenessProbe?.exec).toEqual({ command: ['/bin/check', '--quick'] }),
  'health.probes': (k) => {
    expect(container(k)?.livenessProbe?.httpGet?.path).toBe('/live');
    expect(container(k)?.readinessProbe).toMatchObject({ httpGet: { path: '/ready' }, periodSeconds: 7 });
  },
  sidecar: (k) => expect(pod(k)?.containers?.map((one) => one.name)).toEqual(['case-web', 'helper']),
  'sidecar.processes': (k) => expect(pod(k)?.shareProcessNamespace).toBe(true),
  'sidecar.replicated': (k) => {
    expect(spec(k).replicas).toBe(2);
    expect(pod(k)?.containers).toHaveLength(2);
  },
  replicas: (k) => expect(spec(k).replicas).toBe(3),
  'identity.stable': (k) => {
    expect(k.workload.statefulSet?.spec).toMatchObject({ podManagementPolicy: 'OrderedReady', replicas: 1, serviceName: 'case-web-peers' });
    expect(k.workload.peers).toMatchObject({ metadata: { name: 'case-web-peers' }, spec: { clusterIP: 'None' } });
  },
  autoscaling: (k) => {
    expect(spec(k)).not.toHaveProperty('replicas');
    expect(k.workload.autoscaler?.spec).toMatchObject({ minReplicas: 2, maxReplicas: 5, scaleTargetRef: { name: 'case-web' } });
  },
  'disruption-budget': (k) => expect(k.workload.disruptionBudget?.spec.maxUnavailable).toBe('25%'),
  spread: (k) => expect(pod(k)?.topologySpreadConstraints?.map((one) => one.topologyKey)).toEqual(['topology.kubernetes.io/zone']),
  'placement.constraints': (k) => {
    expect(pod(k)?.nodeSelector).toEqual({ disk: 'ssd' });
    const terms = pod(k)?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
    expect(terms?.[0]?.matchExpressions).toContainEqual({ key: 'node-role.kubernetes.io/control-plane', operator: 'DoesNotExist' });
  },
  rollout: (k) => {
    expect(spec(k).strategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } });
  },
  'rollout.failure-action': 'elsewhere',
  'rollout.monitor': 'refused',
  'rollout.deadline': (k) => expect(spec(k).progressDeadlineSeconds).toBe(120),
  'network.aliases': 'refused',
  'volume.size': (k) => expect(k.volume.claim.spec.resources?.requests).toEqual({ storage: '7Gi' }),
  'volume.class': (k) => expect(k.volume.claim.spec.storageClassName).toBe('fast'),
  rollback: 'elsewhere',
  'restart.policy': 'elsewhere',
  'shutdown.drain': (k) => {
    expect(container(k)?.lifecycle).toEqual({ preStop: { sleep: { seconds: 9 } } });
    expect(pod(k)?.terminationGracePeriodSeconds).toBe(39);
  },
  sysctls: (k) => expect(pod(k)?.securityContext?.sysctls).toEqual([{ name: 'net.ipv4.tcp_keepalive_time', value: '600' }]),
  'sysctls.unsafe': 'refused',
  ulimits: 'refused',
  logging: 'elsewhere',
  'service-account': (k) => {
    expect(k.workload.serviceAccount).toMatchObject({ metadata: { name: 'case-web' }, automountServiceAccountToken: false });
    expect(pod(k)).toMatchObject({ serviceAccountName: 'case-web', automountServiceAccountToken: false });
  },
  metrics: (k) => {
    expect(spec(k).template.metadata?.annotations).toMatchObject({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '8080',
      'prometheus.io/path': '/numbers',
    });
  },
  'destroy.guard': 'elsewhere',
  annotations: (k) => expect(k.workload.deployment.metadata.annotations).toMatchObject({ 'example.com/owner': 'team' }),
  'network.addressing': 'elsewhere',
  'network.internal': 'elsewhere',
  'network.attachable': 'elsewhere',
  'network.static-address': 'refused',
  'network.edges': (k) => {
    const db = { 'app.kubernetes.io/instance': 'case-db' };
    const web = { 'app.kubernetes.io/instance': 'case-web' };
    const ports = [{ port: 5432, protocol: 'TCP' }];
    expect(k.workload.networkPolicy.spec.egress).toContainEqual({ to: [{ podSelector: { matchLabels: db } }], ports });
    expect(k.workload.networkPolicy.spec).toMatchObject({ ingress: [], policyTypes: ['Ingress', 'Egress'] });
    expect(k.other.networkPolicy.spec.ingress).toEqual([{ from: [{ podSelector: { matchLabels: web } }], ports }]);
  },
  'network.open': (k) => {
    const labels = { 'segment.ironhull.io/case-segment': 'member' };
    expect(spec(k).template.metadata?.labels).toMatchObject(labels);
    const members = [{ podSelector: { matchLabels: labels } }];
    expect(k.workload.networkPolicy.spec.egress).toContainEqual({ to: members });
    expect(k.workload.networkPolicy.spec.ingress).toEqual([{ from: members }]);
  },
  'network.dns-name': (k) => {
    const { metadata, spec } = k.workload.networkPolicy;
    expect(metadata.annotations).toEqual({ 'ironhull.io/dns-names': 'api.example.com:443' });
    const except = expect.arrayContaining(['10.0.0.0/8', '169.254.0.0/16']);
    expect(spec.egress).toContainEqual({ to: [{ ipBlock: { cidr: '0.0.0.0/0', except } }], ports: [{ port: 443, protocol: 'TCP' }] });
  },
  'start.ready': (k) => {
    const [wait] = pod(k)?.initContainers ?? [];
    expect(wait).toMatchObject({ name: 'wait', image: container(k)?.image });
    expect(wait?.command?.slice(0, 5)).toEqual(['/.ironhull/prober', 'wait', 'tcp', 'case-db', '5432']);
    expect(wait?.volumeMounts).toEqual([{ mountPath: '/.ironhull', name: 'prober', readOnly: true }]);
    expect(pod(k)?.volumes).toContainEqual({ name: 'prober', configMap: expect.objectContaining({ defaultMode: 0o555 }) });
  },
  'start.completed': (k) => {
    const [after] = pod(k)?.initContainers ?? [];
    expect(after).toMatchObject({ name: 'after-case-migrate', command: ['/.ironhull/prober', '--version'] });
    const name = k.task.job.metadata.name;
    expect(name).toMatch(/^case-migrate-[0-9a-f]{8}$/);
    expect(after?.env).toEqual([{ name: 'DONE', valueFrom: { configMapKeyRef: { key: 'done', name } } }]);
    expect(k.task.mark?.metadata.name).toBe(name);
    expect(k.task.role?.rules).toEqual([{ apiGroups: [''], resources: ['configmaps'], resourceNames: [name], verbs: ['get', 'patch'] }]);
  },
  'task.schedule': cronJob,
  'task.resident': cronJob,
  task: (k) => {
    const { backoffLimit, activeDeadlineSeconds, template } = k.task.job.spec;
    expect({ backoffLimit, activeDeadlineSeconds }).toEqual({ backoffLimit: 1, activeDeadlineSeconds: 300 });
    expect(template.spec?.restartPolicy).toBe('Never');
    expect(template.spec?.initContainers).toMatchObject([{ name: 'case-migrate', command: ['/app', 'migrate'] }]);
  },
  'config.file': (k) => {
    const { name } = k.config.configMap.metadata;
    expect(name).toMatch(/^case-settings-[0-9a-f]{8}$/);
    expect(k.config.configMap).toMatchObject({ immutable: true, data: { 'app.conf': 'level = info\n' } });
    const mount = { mountPath: '/etc/app/app.conf', name: 'case-settings', readOnly: true, subPath: 'app.conf' };
    expect(container(k)?.volumeMounts).toContainEqual(mount);
    const configMap = { defaultMode: 0o444, items: [{ key: 'app.conf', path: 'app.conf' }], name };
    expect(pod(k)?.volumes).toContainEqual({ name: 'case-settings', configMap });
  },
  'secret.file': (k) => expectFile(k, 'app-secrets'),
  'secret.template': (k) => {
    expect(container(k)?.env).toEqual([
      { name: 'DATABASE_URL__PASSWORD', valueFrom: { secretKeyRef: { key: 'password', name: 'app-secrets' } } },
      { name: 'DATABASE_URL', value: 'postgresql://app:$(DATABASE_URL__PASSWORD)@db:5432/app' },
    ]);
  },
  'secret.config': (k) => {
    expect(k.secret.secret).toMatchObject({ immutable: true, metadata: { name: 'app-secrets' }, type: 'Opaque' });
    expect(Object.keys(k.secret.secret?.data ?? {})).toEqual(['password']);
    expectFile(k, 'app-secrets');
  },
  'secret.generated': (k) => {
    const { generator, externalSecret } = k.secret.generated?.password ?? {};
    expect(generator?.spec).toMatchObject({ length: 40, symbols: 0 });
    expect(externalSecret?.spec).toMatchObject({
      refreshPolicy: 'CreatedOnce',
      target: { template: { data: { password: '{{ .password }}' } } },
    });
    const name = externalSecret?.spec.target.name as string;
    expect(name).toMatch(/^app-secrets-password-[0-9a-f]{8}$/);
    expectFile(k, name);
  },
  'secret.external': (k) => {
    expect(k.secret.externalSecret?.spec).toEqual({
      data: [{ remoteRef: { key: 'shop/database', property: 'password' }, secretKey: 'password' }],
      refreshInterval: '3600s',
      secretStoreRef: { kind: 'SecretStore', name: 'vault' },
      target: { creationPolicy: 'Owner', name: 'app-secrets' },
    });
    expectFile(k, 'app-secrets');
  },
  'secret.vault': (k) => {
    const id = 'run-secrets-app-secrets-password';
    expect(spec(k).template.metadata?.annotations).toMatchObject({
      'vault.hashicorp.com/agent-inject': 'true',
      'vault.hashicorp.com/role': 'shop',
      [`vault.hashicorp.com/agent-inject-secret-${id}`]: 'secret/data/shop',
      [`vault.hashicorp.com/agent-inject-file-${id}`]: 'password',
      [`vault.hashicorp.com/secret-volume-path-${id}`]: '/run/secrets/app-secrets',
    });
    expect(pod(k)?.volumes).toContainEqual({ name: 'vault-token', projected: expect.anything() });
  },
  'secret.sealed': (k) => {
    expect(k.secret.sealedSecret?.spec.encryptedData).toEqual({ password: `Ag${'B'.repeat(200)}==` });
    expect(spec(k).template.metadata?.annotations).toEqual({ 'ironhull.io/secret-app-secrets': expect.stringMatching(/^[0-9a-f]{8}$/) });
    expectFile(k, 'app-secrets');
  },
  'secret.environment': (k) => {
    expect(container(k)?.env).toEqual([{ name: 'PASSWORD', valueFrom: { secretKeyRef: { key: 'password', name: 'app-secrets' } } }]);
  },
  'operator.object': (k) => {
    const pods = { 'cnpg.io/cluster': 'case-cluster' };
    const ports = [{ port: 5432, protocol: 'TCP' }];
    expect(k.object.object).toMatchObject({ kind: 'Cluster', metadata: { name: 'case-cluster' }, spec: { instances: 3 } });
    expect(k.object.networkPolicy?.spec).toMatchObject({
      ingress: [{ from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/instance': 'case-web' } } }], ports }],
      podSelector: { matchLabels: pods },
    });
    expect(k.workload.networkPolicy.spec.egress).toContainEqual({ to: [{ podSelector: { matchLabels: pods } }], ports });
    expect(pod(k)?.initContainers?.[0]?.command?.slice(1)).toEqual(['wait', 'tcp', 'case-cluster-rw', '5432']);
  },
  'late-bound': (k) => expect(container(k)?.env).toEqual([{ name: 'ADDRESS', value: expect.objectContaining({}) }]),
  'volume.owner': (k) => {
    const { securityContext, volumes } = k.workload.deployment.spec.template.spec ?? {};
    expect(volumes).toContainEqual({ name: 'case-data', persistentVolumeClaim: { claimName: 'case-data' } });
    expect(securityContext).toMatchObject({ fsGroup: 65532, runAsGroup: 65532, fsGroupChangePolicy: 'OnRootMismatch' });
  },
  'volume.shared': (k) => expect(k.volume.claim.spec.accessModes).toEqual(['ReadWriteMany']),
  'volume.per-replica': (k) => {
    const { template, volumeClaimTemplates = [] } = k.workload.statefulSet?.spec ?? {};
    expect(volumeClaimTemplates).toMatchObject([
      { metadata: { name: 'case-data' }, spec: { resources: { requests: { storage: '2Gi' } } } },
    ]);
    expect(template?.spec?.containers?.[0]?.volumeMounts).toContainEqual({ mountPath: '/data', name: 'case-data' });
    expect(template?.spec?.volumes?.map(({ name }) => name)).toEqual(['tmp']);
  },
  'volume.driver': 'elsewhere',
  'route.address': 'refused',
  'route.sources': (k) => {
    expect(k.route.service.spec).toMatchObject({ type: 'LoadBalancer', loadBalancerSourceRanges: ['203.0.113.0/24'] });
  },
};
