import { type Construct, type IConstruct, RootConstruct } from 'constructs';
import { Environment, Environments } from '../model/environment';
import type { Kind } from '../model/kinds';
import { formatProblem, ProblemsError } from '../model/problems';
import type { Difference, Natives, Plan, Platform } from '../platform/platform';
import { plan, type RenderOptions } from '../platform/render';

export { CONFORMANCE, type ConformanceCase, PROMISES, type Subject } from './conformance';

/** A stack as a platform would make it, for a test to look at. Nothing is written and nothing is deployed. */
export class Rendered<N extends Natives> {
  /** What the platform does in another way than was asked for, or not at all. */
  readonly differences: readonly Difference[];
  /** What is allowed, and yet should be known; one line each. */
  readonly warnings: readonly string[];

  /** @internal */
  constructor(private readonly planned: Plan<N, never>) {
    this.differences = planned.differences;
    this.warnings = planned.warnings.map(formatProblem);
  }

  /** The names of all parts of a kind, in the order in which they are handed over. */
  names(kind: Kind): string[] {
    return this.planned.drafted.filter(({ part }) => part.kind === kind).map(({ at }) => at.name);
  }

  /**
   * The native object of a part, with all edits.
   *
   * @throws Error if there is no part of that kind and name
   */
  native<K extends Kind>(kind: K, name: string): N[K] {
    const found = this.planned.drafted.find(({ part, at }) => part.kind === kind && at.name === name);
    if (!found) {
      const names = this.names(kind).join(', ');
      throw new Error(`there is no ${kind} of that name, got "${name}"; ${names ? `use one of ${names}` : 'the stack has none'}`);
    }
    return found.native as N[K];
  }
}

/**
 * Helpers for tests of systems. They work in any test runner, and need no cluster, engine or cdk8s.
 *
 * @example
 * const root = Testing.root('shop', Environments.production);
 * new Shop(root, 'Shop');
 * const rendered = Testing.render(root, kubernetes);
 * expect(rendered.native('workload', 'shop-api').deployment.spec.replicas).toBe(3);
 */
export const Testing = {
  /** An empty stack in an environment, for constructs to be added to. Without an environment it is `test`. */
  root(name = 'test', environment: Environment = Environments.test): Construct {
    const root = new RootConstruct(name);
    Environment.set(root, environment);
    return root;
  },

  /** Renders a stack without handing anything over; what is wrong is in the plan, and nothing is thrown for it. */
  plan<N extends Natives, O>(root: IConstruct, platform: Platform<N, O>, options: RenderOptions = {}): Plan<N, O> {
    return plan(root, platform, options);
  },

  /** Everything that is wrong with a stack on a platform, one line each; empty if nothing is. */
  problems<N extends Natives, O>(root: IConstruct, platform: Platform<N, O>, options: RenderOptions = {}): string[] {
    return plan(root, platform, options).problems.map(formatProblem);
  },

  /**
   * Renders a stack for a test to look at.
   *
   * @throws ProblemsError with everything that is wrong
   */
  render<N extends Natives, O>(root: IConstruct, platform: Platform<N, O>, options: RenderOptions = {}): Rendered<N> {
    const planned = plan(root, platform, options);
    if (planned.problems.length > 0) throw new ProblemsError(planned.problems);
    return new Rendered(planned as unknown as Plan<N, never>);
  },
} as const;
