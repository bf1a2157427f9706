import { dump } from 'js-yaml';
import { secretVariable } from '../../model/kinds/secret';
import { YAML_OPTIONS } from '../../stack/yaml';
import { type ComposeSecretValue, isExpression, isSecretValue } from './marker';

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
  if (isSecretValue(value)) return reference(value);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, written(inner)]));
}

/** No dash in the message: `docker stack deploy` would take what follows it for the default, and deploy that. */
function reference({ secret, key }: ComposeSecretValue): string {
  return `\${${secretVariable({ existing: secret }, key)}:?set it to the value of the secret}`;
}
