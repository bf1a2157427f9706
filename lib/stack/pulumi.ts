import * as pulumi from '@pulumi/pulumi';
import { type Construct, RootConstruct } from 'constructs';
import { Environment } from '../model/environment';
import { formatProblem } from '../model/problems';
import { failWith } from './failure';
import { type Deployment, type DeploymentOptions, PLATFORMS, type PlatformName } from './platforms';

export { StackConfig, type StackConfigOptions } from './config';
export type { Deployment, DeploymentOptions, KubernetesTarget, PlatformName, SwarmTarget } from './platforms';

/** How a stack is deployed. */
export interface StackArgs extends Omit<DeploymentOptions, 'name'> {
  /** Where to. */
  readonly platform: PlatformName;
  /** The environment whose sizes and switches count. */
  readonly environment: Environment;
}

/**
 * A stack as one component: everything that `build` adds to its tree becomes Pulumi resources below it.
 *
 * URNs are made of the names of resources alone, so that a construct can be moved without a replacement as long as its
 * name is pinned.
 */
export class Stack extends pulumi.ComponentResource {
  /** What was rendered: with warnings, and with what the platform does differently. */
  declare readonly plan: Deployment['plan'];

  /**
   * @param name the stack's name without its environment; it is part of every URN
   * @param build adds constructs to the root of the stack's tree
   * @throws ProblemsError with everything that is wrong; no resource was registered then
   */
  constructor(name: string, args: StackArgs, build: (root: Construct) => void, opts: pulumi.ComponentResourceOptions = {}) {
    const root = new RootConstruct(name);
    Environment.set(root, args.environment);
    build(root);
    const { platform, environment: _, ...options } = args;
    const deployment = PLATFORMS[platform](root, { ...options, name });
    if (deployment.plan.problems.length > 0) failWith(deployment.plan.problems);
    super('ironhull:index:Stack', name, {}, { ...opts, ...(args.provider && { providers: [args.provider] }) });
    this.plan = deployment.plan;
    this.report();
    deployment.commit(this);
    this.registerOutputs({});
  }

  private report(): void {
    for (const warning of this.plan.warnings) void pulumi.log.warn(formatProblem(warning), this);
    const lines = new Map<string, string[]>();
    for (const { path, feature, how, reason } of this.plan.differences) {
      const line = `'${feature}' is ${how === 'emulated' ? 'done in another way' : 'left out'}: ${reason}`;
      lines.set(line, [...(lines.get(line) ?? []), path]);
    }
    for (const [line, paths] of lines) void pulumi.log.info(`${line} (${[...new Set(paths)].join(', ')})`, this);
  }
}

/**
 * Deploys a stack: builds its tree, checks everything, and registers the resources of the platform.
 *
 * @throws ProblemsError with everything that is wrong; no resource was registered then
 *
 * @example deployStack('veogen', { platform: 'docker', environment: Environments.development }, (root) => new VeoGen(root));
 */
export function deployStack(name: string, args: StackArgs, build: (root: Construct) => void): Stack {
  return new Stack(name, args, build);
}
