import { kebab, shorten } from '../../model/names';
import type { Part } from '../../model/part';
import type { ImageSpec } from '../../model/values/image';
import type { GroupSpec, WorkloadSpec } from '../../model/workload/spec';
import type { At } from '../../platform/platform';
import type { KubernetesNatives, KubernetesOptions } from './natives';

/**
 * The only label that selectors use. Its value is the name and nothing else, so that moving a construct whose name is
 * pinned changes no selector: those of a Deployment cannot be changed.
 */
export const INSTANCE = 'app.kubernetes.io/instance';

/** The labels that select the pods of a workload. */
export function selectorOf(name: string): Record<string, string> {
  return { [INSTANCE]: name };
}

/** The value of `app.kubernetes.io/part-of`: a stack's name as a label value. */
export function partOf(stack: string): string {
  return shorten(kebab(stack)) || 'stack';
}

/** The labels that Kubernetes recommends, and the environment. */
export function labelsOf(at: At<KubernetesNatives>, name: string, image?: ImageSpec): Record<string, string> {
  return {
    [INSTANCE]: name,
    'app.kubernetes.io/managed-by': 'ironhull',
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/part-of': partOf(at.stack.name),
    ...(image?.tag !== undefined && isLabelValue(image.tag) && { 'app.kubernetes.io/version': image.tag }),
    environment: at.environment.name,
  };
}

/** Metadata of an object. */
export function metadataOf(
  name: string,
  labels: Record<string, string>,
  options: KubernetesOptions,
  annotations: Record<string, string> = {},
): { name: string; labels: Record<string, string>; namespace?: string; annotations?: Record<string, string> } {
  return {
    ...(Object.keys(annotations).length > 0 && { annotations: { ...annotations } }),
    labels: { ...options.labels, ...labels },
    name,
    ...(options.namespace !== undefined && { namespace: options.namespace }),
  };
}

const CHART = Symbol.for('cdk8s.Chart');

/** The namespace of the chart that a part is in, if it is in one. */
export function namespaceOf(part: Part): string | undefined {
  for (let at = part.node.scope; at; at = at.node.scope) {
    if (CHART in at) return (at as { readonly namespace?: string }).namespace;
  }
  return undefined;
}

function isLabelValue(text: string): boolean {
  return /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(text);
}

/** The annotations by which Prometheus finds the metrics. */
export function scrape(spec: WorkloadSpec): Record<string, string> {
  if (!spec.metrics) return {};
  return {
    'prometheus.io/path': spec.metrics.path,
    'prometheus.io/port': String(spec.metrics.port.port),
    'prometheus.io/scrape': 'true',
  };
}

/** The labels of what belongs to a workload or task. */
export function labels(spec: GroupSpec, at: At<KubernetesNatives>): Record<string, string> {
  return { ...labelsOf(at, at.name, spec.main.image), ...spec.labels, ...selectorOf(at.name) };
}
