import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import { secretsIn, Template } from '../../../model/values/template';
import { isSecretKey } from '../../../model/workload/references';
import type { GroupSpec } from '../../../model/workload/spec';
import type { At } from '../../../platform/platform';
import { labels } from '../metadata';
import type { KubernetesNatives } from '../natives';
import { versionAnnotations } from '../secret';
import { segmentLabels } from '../segments';
import { spreadLabels } from './placement';
import { vaultAnnotations } from './vault';

/** Labels and annotations of pods. */
export function podMetadata(
  spec: GroupSpec,
  at: At<KubernetesNatives>,
  { ends, more = {} }: { readonly ends: boolean; readonly more?: Record<string, string> },
): ObjectMeta {
  const annotations = { ...versionAnnotations(secretsOf(spec), at), ...more, ...vaultAnnotations(spec, at, ends), ...spec.annotations };
  return {
    ...(Object.keys(annotations).length > 0 && { annotations }),
    labels: { ...labels(spec, at), ...segmentLabels(spec, at), ...spreadLabels(spec) },
  };
}

/** The secrets that the containers use, each once. */
function secretsOf(spec: GroupSpec) {
  const keys = [spec.main, ...spec.sidecars].flatMap(({ env, files }) => [
    ...env.flatMap(({ value }) => (isSecretKey(value) ? [value] : Template.isTemplate(value) ? secretsIn(value) : [])),
    ...files.flatMap(({ from }) => (isSecretKey(from) ? [from] : [])),
  ]);
  return new Set(keys.map(({ secret }) => secret));
}
