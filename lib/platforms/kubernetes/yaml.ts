import { dump } from 'js-yaml';
import type { FinishedManifest } from './finish';

/** Objects as a YAML file: one document each, no anchors, no folded lines, text quoted wherever YAML 1.1 or 1.2 needs it. */
export function toYaml(manifests: readonly FinishedManifest[]): string {
  return manifests.map((manifest) => dump(manifest, { noRefs: true, lineWidth: -1 })).join('---\n');
}
