import type { PortSpec, WorkloadSpec } from '../../model/workload/spec';
import type { At } from '../../platform/platform';
import { scrape } from './deployment';
import { labelsOf, metadataOf, selectorOf } from './metadata';
import type { KubernetesNatives, KubernetesOptions, ServiceManifest, Typed } from './natives';
import { protocolOf } from './pod/container';

/** The address of a workload within the cluster. */
export function service(
  spec: WorkloadSpec,
  at: At<KubernetesNatives, 'workload'>,
  options: KubernetesOptions,
): ServiceManifest | undefined {
  const { ports } = spec;
  if (ports.length === 0) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(at.name, labels(spec, at), options, { ...scrape(spec), ...spec.annotations }),
    spec: { ports: ports.map((port) => servicePort(port)), selector: selectorOf(at.name), type: 'ClusterIP' },
  };
}

/** A port of a Service. */
export function servicePort(port: PortSpec, listen = port.port, name = port.name): ServiceManifest['spec']['ports'][number] {
  return { name, port: listen, protocol: protocolOf(port.protocol), targetPort: port.name };
}

/** The identity of a workload's pods. */
export function serviceAccount(
  spec: WorkloadSpec,
  at: At<KubernetesNatives, 'workload'>,
  options: KubernetesOptions,
): Typed<import('kubernetes-types/core/v1').ServiceAccount> {
  return {
    apiVersion: 'v1',
    automountServiceAccountToken: false,
    kind: 'ServiceAccount',
    metadata: metadataOf(at.name, labels(spec, at), options),
  };
}

/** The labels of what belongs to a workload. */
export function labels(spec: WorkloadSpec, at: At<KubernetesNatives, 'workload'>): Record<string, string> {
  return { ...labelsOf(at, at.name, spec.main.image), ...spec.labels, ...selectorOf(at.name) };
}
