import * as pulumi from '@pulumi/pulumi';
import type { LateBound } from '../../model/workload/props';
import type { Plan } from '../../platform/platform';
import type { SecretValues } from '../../stack/secrets';
import { secretSpecs } from '../compose/finish';
import { isExpression, isSecretValue } from '../compose/marker';
import type { ComposeEnvironmentValue, ComposeValue } from '../compose/schema';
import type { SwarmDocument, SwarmNatives } from './natives';

/** The value of a variable, as far as it is known: what holds a secret is one. */
export function environmentValues(
  planned: Plan<SwarmNatives, SwarmDocument>,
  values: SecretValues,
): (value: ComposeEnvironmentValue) => pulumi.Input<string> {
  const specs = secretSpecs(planned);
  const one = (value: ComposeValue): pulumi.Input<string> => {
    if (typeof value === 'string') return value;
    // an expression is a problem of the plan
    if (isExpression(value)) return value.expression;
    if (isSecretValue(value)) return values.value(specs.get(value.secret) ?? { source: 'existing', name: value.secret }, value.key);
    return (value as LateBound).apply(String) as pulumi.Output<string>;
  };
  return (value) => (Array.isArray(value) ? pulumi.all(value.map(one)).apply((parts) => parts.join('')) : one(value));
}
