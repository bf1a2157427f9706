import type { SecretSpec } from '../../model/kinds/secret';
import type { Problem } from '../../model/problems';
import type { Drafted, Plan } from '../../platform/platform';
import { isMissing, secretConfigKey } from '../../stack/secrets';
import { secretSpecs } from '../compose/finish';
import { isSecretValue } from '../compose/marker';
import { type ComposeConfigFiles, configKey, PROBER_CONFIG } from '../compose/natives';
import type { ComposeService } from '../compose/schema';
import { unknownFiles, untranslatable } from './check';
import type { SwarmDocument, SwarmNatives } from './natives';

type SwarmPlan = Plan<SwarmNatives, SwarmDocument>;

/** What stands in the way of handing a plan over to the provider. */
export function checkPlan(planned: SwarmPlan): Problem[] {
  const specs = secretSpecs(planned);
  const configs = new Set([PROBER_CONFIG, ...planned.drafted.flatMap(configKeys)]);
  return planned.drafted.flatMap(({ part, native, at }) => {
    if (part.kind === 'secret' || part.kind === 'config' || part.kind === 'object') return [];
    if (part.kind !== 'workload' && part.kind !== 'task') return untranslatable(part.kind, native, at.path);
    const { service } = native as SwarmNatives['workload'];
    const secrets = new Set((service.secrets ?? []).flatMap(({ source }) => (specs.has(nameIn(source)) ? [source] : [])));
    return [
      ...untranslatable(part.kind, service, at.path),
      ...unknownFiles(service, { configs, secrets }, at.path),
      ...missingValues(service, specs, at.path),
    ];
  });
}

function configKeys({ part, native, at }: Drafted<SwarmNatives>): string[] {
  if (part.kind !== 'config') return [];
  const { version, files } = native as ComposeConfigFiles;
  return Object.keys(files).map((file) => configKey(at.name, version, file));
}

function nameIn(source: string): string {
  return source.slice(0, source.indexOf('.'));
}

function missingValues(service: ComposeService, specs: ReadonlyMap<string, SecretSpec>, path: string): Problem[] {
  const missing = (where: string, name: string, key: string): Problem[] => {
    const spec = specs.get(name) ?? { source: 'existing', name };
    if (!isMissing(spec, key)) return [];
    const said = secretConfigKey(spec, key);
    const fix = `run: pulumi config set --secret ${said}`;
    return [{ path: `${path}: ${where}`, what: `the stack's config has no value for the secret ${said}`, fix }];
  };
  return [
    ...Object.entries(service.environment ?? {}).flatMap(([variable, value]) =>
      [value].flat().flatMap((one) => (isSecretValue(one) ? missing(`env.${variable}`, one.secret, one.key) : [])),
    ),
    ...(service.secrets ?? []).flatMap(({ source, target }) =>
      specs.has(nameIn(source)) ? missing(`files.${target}`, nameIn(source), source.slice(source.indexOf('.') + 1)) : [],
    ),
  ];
}
