import type { IConstruct } from 'constructs';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import { Environment } from '../../model/environment';
import type { Part } from '../../model/part';
import type { Plan } from '../../platform/platform';
import type { Placed, StackOptions } from './chart-plan';
import { INSTANCE, partOf } from './metadata';
import type { KubernetesNatives, Manifest, ManifestSink, NamespaceManifest, Typed } from './natives';
import { levelOf, type PodSecurityLevel } from './pod/security';

/**
 * A namespace of ours: admission refuses pods that are not hardened, and no packet passes unless a policy allows it, also
 * to and from pods that somebody else puts there.
 */
export function space(
  root: IConstruct,
  name: string,
  options: StackOptions,
  { drafted }: Pick<Plan<KubernetesNatives, ManifestSink>, 'drafted'>,
): Placed[] {
  const labels = {
    ...options.labels,
    [INSTANCE]: name,
    'app.kubernetes.io/managed-by': 'ironhull',
    'app.kubernetes.io/part-of': partOf(options.name),
    environment: Environment.of(root).name,
  };
  const placed = (manifest: Manifest): Placed => ({ construct: root, manifest });
  return [
    placed(namespace(name, { ...labels, name, ...admission(drafted) })),
    ...(options.defaultDeny === false ? [] : [placed(defaultDeny(name, labels))]),
  ];
}

function namespace(name: string, labels: Record<string, string>): NamespaceManifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { labels: sorted(labels), name } };
}

/** The levels of Pod Security admission; `latest` is also what a cluster takes where no version is given. */
function admission(drafted: Plan<KubernetesNatives, ManifestSink>['drafted']): Record<string, string> {
  const order: PodSecurityLevel[] = ['restricted', 'baseline', 'privileged'];
  let enforce = 0;
  for (const { part } of drafted) {
    if (part.kind !== 'workload' && part.kind !== 'task') continue;
    enforce = Math.max(enforce, order.indexOf(levelOf((part as Part<'workload' | 'task'>).resolve().spec)));
  }
  const levels = { audit: 'restricted', enforce: order[enforce] as string, warn: 'restricted' };
  return Object.fromEntries(
    Object.entries(levels).flatMap(([mode, level]) => [
      [`pod-security.kubernetes.io/${mode}`, level],
      [`pod-security.kubernetes.io/${mode}-version`, 'latest'],
    ]),
  );
}

function defaultDeny(namespace: string, labels: Record<string, string>): Typed<NetworkPolicy> {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { labels: sorted(labels), name: 'default-deny', namespace },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  };
}

function sorted(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
