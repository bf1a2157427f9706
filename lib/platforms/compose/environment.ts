import { type SecretKey, secretVariable } from '../../model/kinds/secret';
import { Template } from '../../model/values/template';
import { isLateBound, isSecretKey } from '../../model/workload/references';
import type { ContainerSpec, EnvSpec } from '../../model/workload/spec';
import type { RunnerAt } from './container';
import { ComposeExpression, ComposeSecretValue, isExpression, isSecretValue } from './marker';
import type { ComposeEnvironmentValue, ComposeService, ComposeText, ComposeValue } from './schema';
import { versionVariable } from './secrets';

/** The variables of a container. */
export function environment(env: readonly EnvSpec[], at: RunnerAt): Record<string, ComposeEnvironmentValue> {
  return Object.fromEntries(
    env.map(({ name, value }) => [
      name,
      Template.isTemplate(value) ? value.parts.map((part) => reference(part, at)) : reference(value, at),
    ]),
  );
}

function reference(value: Exclude<EnvSpec['value'], Template>, at: RunnerAt): ComposeValue {
  if (!isSecretKey(value)) return value;
  takeVariable(value, at);
  return new ComposeSecretValue(at.native(value.secret).name, value.key);
}

/** The secrets `a-b` and `a`, with keys `c` and `b_c`, would be one variable. */
function takeVariable({ secret, key }: SecretKey, at: RunnerAt): void {
  const { name } = at.native(secret);
  at.claim('variable of a secret value', secretVariable({ name }, key), 'rename one of the keys', `${name}.${key}`);
}

/** And so would be the version of a secret file and a value called so. */
export function takeVersionVariable({ secret, key }: SecretKey, at: RunnerAt): void {
  const { name } = at.native(secret);
  at.claim('variable of a secret value', versionVariable(name, key), 'rename one of the keys', `the version of ${name}.${key}`);
}

/** Replaces late-bound values, which somebody acknowledged, by variables of the same names: a file is text. */
export function withoutLateBound(values: Record<string, ComposeEnvironmentValue>): Record<string, ComposeEnvironmentValue> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      [value].flat().some(isLateBound)
        ? new ComposeExpression(`\${${name}:?set it to a value that is known only after deployment}`)
        : value,
    ]),
  );
}

/** The files and variables of secrets that a container has. */
export function secretKeysIn(spec: ContainerSpec): SecretKey[] {
  return spec.files.flatMap(({ from }) => (isSecretKey(from) ? [from] : []));
}

/** A service whose variables are text for a file: parts are put together, secret values are variables of whoever deploys. */
export function withText(service: ComposeService): ComposeService {
  if (!service.environment) return service;
  return {
    ...service,
    environment: Object.fromEntries(Object.entries(service.environment).map(([name, value]) => [name, textOf(value)])),
  };
}

function textOf(value: ComposeEnvironmentValue): ComposeText {
  if (typeof value === 'string' || isExpression(value)) return value;
  return new ComposeExpression([value].flat().map(part).join(''));
}

function part(value: ComposeValue): string {
  if (isExpression(value)) return value.expression;
  if (isSecretValue(value)) return variableOf(value);
  return String(value).replaceAll('$', '$$$$');
}

/** No dash in the message: `docker stack deploy` would take what follows it for the default, and deploy that. */
function variableOf({ secret, key }: ComposeSecretValue): string {
  return `\${${secretVariable({ name: secret }, key)}:?set it to the value of the secret}`;
}
