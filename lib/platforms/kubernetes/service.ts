import type { GroupSpec, PortSpec, WorkloadSpec } from '../../model/workload/spec';
import type { At } from '../../platform/platform';
import { labels, metadataOf, scrape, selectorOf } from './metadata';
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

/** The identity of the pods of a workload or task. */
export function serviceAccount(
  spec: GroupSpec,
  at: At<KubernetesNatives>,
  options: KubernetesOptions,
): Typed<import('kubernetes-types/core/v1').ServiceAccount> {
  return {
    apiVersion: 'v1',
    automountServiceAccountToken: false,
    kind: 'ServiceAccount',
    metadata: metadataOf(at.name, labels(spec, at), options),
  };
}
