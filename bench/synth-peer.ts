/**
 * The service of bench/synth.ts as cdk8s-plus-27 writes it: the same five kinds of objects, with each field that it can
 * express. What it cannot express (seccomp profile, topology spread, a drain without a shell) is left out, so that it has
 * less to do and not more.
 */
import { Duration, Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import type { Construct } from 'constructs';

const IMAGE = `registry.example/team/service:1.4.2@sha256:${'5'.repeat(64)}`;

/** A Deployment, ServiceAccount, Service, NetworkPolicy and PodDisruptionBudget. */
export function peerService(scope: Construct, name: string, neighbour: string | undefined): void {
  const labels = {
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/managed-by': 'cdk8s',
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/part-of': 'team',
    'app.kubernetes.io/version': '1.4.2',
    environment: 'production',
  };
  const annotations = { 'prometheus.io/path': '/metrics', 'prometheus.io/port': '9090', 'prometheus.io/scrape': 'true' };
  const metadata = { name, labels };
  const serviceAccount = new kplus.ServiceAccount(scope, `${name}-account`, { metadata });
  const deployment = new kplus.Deployment(scope, name, {
    metadata,
    podMetadata: { labels, annotations },
    select: false,
    replicas: 3,
    serviceAccount: serviceAccount as kplus.IServiceAccount,
    minReady: Duration.seconds(5),
    progressDeadline: Duration.seconds(300),
    terminationGracePeriod: Duration.seconds(35),
    strategy: kplus.DeploymentStrategy.rollingUpdate({
      maxSurge: kplus.PercentOrAbsolute.absolute(1),
      maxUnavailable: kplus.PercentOrAbsolute.absolute(0),
    }),
    automountServiceAccountToken: false,
    securityContext: { user: 65532, group: 65532, fsGroup: 65532, fsGroupChangePolicy: kplus.FsGroupChangePolicy.ON_ROOT_MISMATCH },
    dns: { options: [{ name: 'ndots', value: '2' }] },
    containers: [containerOf()],
  });
  deployment.select(kplus.LabelSelector.of({ labels: { 'app.kubernetes.io/instance': name } }));
  deployment.scheduling.spread({ weight: 100 });
  const tmp = kplus.Volume.fromEmptyDir(deployment, 'tmp', 'tmp', {
    medium: kplus.EmptyDirMedium.MEMORY,
    sizeLimit: Size.mebibytes(64),
  });
  deployment.containers[0]?.mount('/tmp', tmp);
  siblings(scope, deployment, { metadata: { ...metadata, annotations }, name, neighbour });
}

function containerOf(): kplus.ContainerProps {
  const probe = (path: string, period: number, failures: number) =>
    kplus.Probe.fromHttpGet(path, {
      port: 8080,
      periodSeconds: Duration.seconds(period),
      timeoutSeconds: Duration.seconds(5),
      failureThreshold: failures,
    });
  return {
    name: 'service',
    image: IMAGE,
    envVariables: {
      LOG_LEVEL: kplus.EnvValue.fromValue('info'),
      PORT: kplus.EnvValue.fromValue('8080'),
      REGION: kplus.EnvValue.fromValue('eu-central-1'),
    },
    ports: [
      { name: 'http', number: 8080 },
      { name: 'metrics', number: 9090 },
    ],
    startup: probe('/livez', 5, 12),
    liveness: probe('/livez', 10, 3),
    readiness: probe('/readyz', 5, 3),
    resources: {
      cpu: { request: kplus.Cpu.millis(100), limit: kplus.Cpu.millis(500) },
      memory: { request: Size.mebibytes(256), limit: Size.mebibytes(256) },
      ephemeralStorage: { request: Size.gibibytes(1), limit: Size.gibibytes(1) },
    },
    securityContext: { user: 65532, group: 65532 },
  };
}

interface Siblings {
  readonly name: string;
  readonly neighbour: string | undefined;
  readonly metadata: { readonly name: string; readonly labels: Record<string, string>; readonly annotations: Record<string, string> };
}

function siblings(scope: Construct, deployment: kplus.Deployment, { name, neighbour, metadata }: Siblings): void {
  new kplus.Service(scope, `${name}-service`, {
    metadata,
    selector: kplus.Pods.select(scope, `${name}-pods`, { labels: { 'app.kubernetes.io/instance': name } }),
    ports: [
      { name: 'http', port: 8080, targetPort: 8080, protocol: kplus.Protocol.TCP },
      { name: 'metrics', port: 9090, targetPort: 9090, protocol: kplus.Protocol.TCP },
    ],
  });
  const policy = new kplus.NetworkPolicy(scope, `${name}-policy`, { metadata: { name, labels: metadata.labels }, selector: deployment });
  const dns = kplus.Pods.select(scope, `${name}-dns`, {
    labels: { 'k8s-app': 'kube-dns' },
    namespaces: kplus.Namespaces.select(scope, `${name}-system`, { labels: { 'kubernetes.io/metadata.name': 'kube-system' } }),
  });
  const { tcp, udp } = {
    tcp: kplus.NetworkPolicyPort.tcp,
    udp: (port: number) => kplus.NetworkPolicyPort.of({ port, protocol: kplus.NetworkProtocol.UDP }),
  };
  policy.addEgressRule(dns, [udp(53), tcp(53), udp(1053), tcp(1053), udp(5353), tcp(5353)]);
  if (neighbour) {
    const other = kplus.Pods.select(scope, `${name}-other`, { labels: { 'app.kubernetes.io/instance': neighbour } });
    policy.addEgressRule(other, [tcp(8080)]);
    policy.addIngressRule(other, [tcp(8080)]);
  }
  new kplus.k8s.KubePodDisruptionBudget(scope, `${name}-budget`, {
    metadata: { name, labels: metadata.labels },
    spec: {
      maxUnavailable: kplus.k8s.IntOrString.fromNumber(1),
      selector: { matchLabels: { 'app.kubernetes.io/instance': name } },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  });
}
