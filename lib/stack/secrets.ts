import * as pulumi from '@pulumi/pulumi';
import type { SecretSpec } from '../model/kinds/secret';

/** The namespace of the stack's config in which secret values stand: `pulumi config set --secret secrets:<name>.<key>`. */
export const SECRETS = 'secrets';

/** The config key of a secret value. */
export function secretConfigKey(spec: SecretSpec, key: string): string {
  return `${SECRETS}:${spec.existing}.${key}`;
}

/** A secret value of the stack's config; `undefined` if it is not set. Encrypted in the stack's state. */
export function trySecretValue(spec: SecretSpec, key: string): pulumi.Output<string> | undefined {
  return new pulumi.Config(SECRETS).getSecret(`${spec.existing}.${key}`);
}
