import type { IConstruct } from 'constructs';

/** The sizes and switches of an environment. */
export interface EnvironmentProps {
  /** The environment whose row is the base of this one. @default - `Environments.production` */
  readonly basedOn?: Environment;
  /** Replicas of a service that names none. @default - as the base */
  readonly replicas?: number;
  /** Whether an image without a digest is reported. @default - as the base */
  readonly requireDigest?: boolean;
  /** Whether volumes outlive the stack that made them. @default - as the base */
  readonly keepVolumes?: boolean;
  /** Whether replicas are spread over zones and nodes and protected by a disruption budget. @default - as the base */
  readonly highlyAvailable?: boolean;
}

const ENVIRONMENT = Symbol.for('ironhull.Environment');
const BUILT_IN: ReadonlySet<string> = new Set(['development', 'test', 'staging', 'production']);
const KNOWN = new Set<string>(BUILT_IN);

/**
 * A row of sizes and switches: `development`, `test`, `staging`, `production`, or the user's own.
 *
 * Constructs ask the environment for values; they never ask which environment it is.
 */
export class Environment {
  /** The nearest environment above a construct. Production where none was chosen: the strictest. */
  static of(scope: IConstruct): Environment {
    for (let at: IConstruct | undefined = scope; at; at = at.node.scope) {
      const found = (at as { [ENVIRONMENT]?: Environment })[ENVIRONMENT];
      if (found) return found;
    }
    return Environments.production;
  }

  /** Chooses the environment of a construct and all below it. Call it before anything is built there. */
  static set(scope: IConstruct, environment: Environment): void {
    Object.defineProperty(scope, ENVIRONMENT, { value: environment, configurable: true });
  }

  /** The environment's name, a DNS label: it becomes a label value and part of file names. */
  readonly name: string;
  /** The environment that this one is based on. */
  readonly basedOn: Environment | undefined;
  /** Replicas of a service that names none. */
  readonly replicas: number;
  /** Whether an image without a digest is reported. */
  readonly requireDigest: boolean;
  /** Whether volumes outlive the stack that made them. */
  readonly keepVolumes: boolean;
  /** Whether replicas are spread and protected by a disruption budget. */
  readonly highlyAvailable: boolean;

  /** @throws Error if the name is not a DNS label, or is `otherwise`, or the replicas are not a whole number from 0 to 1000. */
  constructor(name: string, props: EnvironmentProps = {}) {
    if (!/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/.test(name) || name === 'otherwise') {
      throw new Error(
        `environment: the name must be a DNS label of at most 32 characters other than otherwise, got ${JSON.stringify(name)}; use lower case letters, digits and dashes`,
      );
    }
    const base = props.basedOn ?? (name === 'production' ? undefined : Environments.production);
    this.name = name;
    this.basedOn = base;
    this.replicas = props.replicas ?? base?.replicas ?? 3;
    this.requireDigest = props.requireDigest ?? base?.requireDigest ?? true;
    this.keepVolumes = props.keepVolumes ?? base?.keepVolumes ?? true;
    this.highlyAvailable = props.highlyAvailable ?? base?.highlyAvailable ?? true;
    if (!Number.isInteger(this.replicas) || this.replicas < 0 || this.replicas > 1000) {
      throw new Error(`environment ${name}: replicas must be a whole number from 0 to 1000, got ${this.replicas}; choose one`);
    }
    KNOWN.add(name);
  }

  /**
   * The value for this environment: its own; for an environment of the user's, that of the one it is based on; or
   * `otherwise`.
   *
   * @throws Error if a name is no environment's.
   *
   * @example Environment.of(this).pick({ production: 3, otherwise: 1 })
   */
  pick<T>(values: { readonly [environment: string]: T } & { readonly otherwise: T }): T {
    for (const name of Object.keys(values)) {
      if (name !== 'otherwise' && !KNOWN.has(name)) {
        throw new Error(
          `environment ${this.name}: pick() names an environment that does not exist, got "${name}"; use one of ${[...KNOWN].join(', ')}, or create it first`,
        );
      }
    }
    for (let at: Environment | undefined = this; at; at = BUILT_IN.has(at.name) ? undefined : at.basedOn) {
      if (Object.hasOwn(values, at.name)) return values[at.name] as T;
    }
    return values.otherwise;
  }
}

/** The four built-in environments. */
export const Environments: Readonly<Record<'production' | 'staging' | 'development' | 'test', Environment>> = (() => {
  const production = new Environment('production');
  return {
    production,
    staging: new Environment('staging', { basedOn: production, replicas: 2 }),
    development: new Environment('development', {
      basedOn: production,
      replicas: 1,
      requireDigest: false,
      keepVolumes: false,
      highlyAvailable: false,
    }),
    test: new Environment('test', {
      basedOn: production,
      replicas: 1,
      requireDigest: false,
      keepVolumes: false,
      highlyAvailable: false,
    }),
  };
})();
