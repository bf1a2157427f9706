import type { KubernetesNatives } from '../../../lib/platforms/kubernetes';
import type { Observers, Seen } from '../harness';

type K = Seen<KubernetesNatives>;
const spec = (seen: K) => seen.workload.deployment.spec;
const pod = (seen: K) => spec(seen).template.spec;
const container = (seen: K) => pod(seen)?.containers?.[0];
const security = (seen: K) => container(seen)?.securityContext;

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
  'secret.environment': (k) => {
    expect(container(k)?.env).toEqual([{ name: 'PASSWORD', valueFrom: { secretKeyRef: { key: 'password', name: 'app-secrets' } } }]);
  },
  'late-bound': (k) => expect(container(k)?.env).toEqual([{ name: 'ADDRESS', value: expect.objectContaining({}) }]),
  'volume.owner': (k) => {
    const { securityContext, volumes } = k.workload.deployment.spec.template.spec ?? {};
    expect(volumes).toContainEqual({ name: 'case-data', persistentVolumeClaim: { claimName: 'case-data' } });
    expect(securityContext).toMatchObject({ fsGroup: 65532, runAsGroup: 65532, fsGroupChangePolicy: 'OnRootMismatch' });
  },
  'volume.shared': (k) => expect(k.volume.claim.spec.accessModes).toEqual(['ReadWriteMany']),
  'volume.driver': 'elsewhere',
  'route.address': 'refused',
  'route.sources': (k) => {
    expect(k.route.service.spec).toMatchObject({ type: 'LoadBalancer', loadBalancerSourceRanges: ['203.0.113.0/24'] });
  },
};
