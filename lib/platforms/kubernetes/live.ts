import type { SecretSpec } from '../../model/kinds/secret';
import type { Problem } from '../../model/problems';
import type { Plan } from '../../platform/platform';
import { isMissing, secretConfigKey, secretVersion } from '../../stack/secrets';
import type { KubernetesNatives, Live } from './natives';

/** What Pulumi knows. */
export const live: Live = { secretVersion };

/** Values that the stack's secret config lacks. */
export function missingSecrets({ drafted }: Pick<Plan<KubernetesNatives, never>, 'drafted'>): Problem[] {
  return drafted.flatMap(({ part, at }) => {
    if (part.kind !== 'secret') return [];
    const spec = part.resolve().spec as SecretSpec;
    if (spec.source !== 'config') return [];
    return (spec.keys ?? [])
      .filter((key) => isMissing(spec, key))
      .map((key) => ({
        path: `${at.path}: keys.${key}`,
        what: `the stack's config has no value for the secret ${secretConfigKey(spec, key)}`,
        fix: `run: pulumi config set --secret ${secretConfigKey(spec, key)}`,
      }));
  });
}
