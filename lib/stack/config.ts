import * as pulumi from '@pulumi/pulumi';
import { type Environment, Environments } from '../model/environment';
import { isDnsLabel } from '../model/names';
import type { Problem } from '../model/problems';
import { failWith } from './failure';
import { PLATFORMS, type PlatformName } from './platforms';

/** What may stand in a stack's config. */
export interface StackConfigOptions<System extends string = string> {
  /** Names of the systems that a stack can be of. */
  readonly systems: readonly System[];
  /** Environments of your own. @default - the built-in ones */
  readonly environments?: readonly Environment[];
}

const ARCHITECTURES = ['amd64', 'arm64'] as const;

/**
 * The typed config of a stack, from `Pulumi.<stack>.yaml`:
 *
 *     config:
 *       ironhull:system: veogen
 *       ironhull:platform: docker          # docker, swarm or kubernetes
 *       ironhull:environment: development
 *       ironhull:namespace: veogen-dev     # optional
 *       ironhull:architecture: arm64       # optional, of the hosts; amd64 unless given
 */
export class StackConfig<System extends string = string> {
  /**
   * Reads the config.
   *
   * @throws ProblemsError with every value that is missing or wrong, and what is allowed there
   */
  static read<System extends string>(options: StackConfigOptions<System>): StackConfig<System> {
    const config = new pulumi.Config('ironhull');
    const problems: Problem[] = [];
    const oneOf = <T extends string>(key: string, allowed: readonly T[], fallback?: T): T => {
      const value = config.get(key);
      if (value === undefined && fallback !== undefined) return fallback;
      const found = allowed.find((one) => one === value);
      if (found === undefined) problems.push(wrong(key, value, `one of ${allowed.join(', ')}`, `<${key}>`));
      return found ?? (allowed[0] as T);
    };
    const environments = options.environments ?? Object.values(Environments);
    const system = oneOf('system', options.systems);
    const platform = oneOf('platform', Object.keys(PLATFORMS) as PlatformName[]);
    const environment = oneOf(
      'environment',
      environments.map((one) => one.name),
    );
    const architecture = oneOf('architecture', ARCHITECTURES, 'amd64');
    const namespace = config.get('namespace');
    if (namespace !== undefined && (!isDnsLabel(namespace) || namespace.length > 63)) {
      problems.push(wrong('namespace', namespace, 'a DNS label of at most 63 characters', '<namespace>'));
    }
    if (problems.length > 0) failWith(problems);
    return new StackConfig(system, platform, environments.find((one) => one.name === environment) as Environment, architecture, namespace);
  }

  /** The namespace, or what is put before names on a host. */
  declare readonly namespace?: string;

  private constructor(
    /** The system that is deployed. */
    readonly system: System,
    /** Where to. */
    readonly platform: PlatformName,
    /** The environment. */
    readonly environment: Environment,
    /** Architecture of the hosts. */
    readonly architecture: 'amd64' | 'arm64',
    namespace: string | undefined,
  ) {
    // absent rather than undefined, so that a config can be spread into the arguments of a stack
    if (namespace !== undefined) this.namespace = namespace;
  }
}

function wrong(key: string, value: string | undefined, allowed: string, example: string): Problem {
  return {
    path: `stack config: ironhull:${key}`,
    what: value === undefined ? `is not set; it must be ${allowed}` : `must be ${allowed}`,
    value,
    fix: `run: pulumi config set ironhull:${key} ${example}`,
  };
}
