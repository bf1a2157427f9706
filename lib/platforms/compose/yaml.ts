import { dump } from 'js-yaml';
import { YAML_OPTIONS } from '../../stack/yaml';
import { isExpression } from './marker';

/**
 * A document as YAML: two spaces, no anchors, and everything quoted that a YAML 1.1 reader would take for something
 * else. Compose replaces `$...` in every value, so each `$` of a literal text is doubled.
 */
export function toYaml(document: object): string {
  return dump(written(document), YAML_OPTIONS);
}

function written(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== 'object' || value === null) return value;
  if (isExpression(value)) return value.expression;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, written(inner)]));
}
