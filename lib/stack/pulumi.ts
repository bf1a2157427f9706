import * as pulumi from '@pulumi/pulumi';
import { type Construct, RootConstruct } from 'constructs';
import type { IdentityLedger } from '../identity';
import { Environment } from '../model/environment';
import { formatProblem } from '../model/problems';
import { redact } from '../model/values/taint';
import { failWith } from './failure';
import { deploymentLedger } from './identities';
import { type Deployment, type DeploymentOptions, PLATFORMS, type PlatformName } from './platforms';
import { markConfigSecrets } from './taint';

export { StackConfig, type StackConfigOptions } from './config';
export type { Deployment, DeploymentOptions, KubernetesTarget, PlatformName, SwarmTarget } from './platforms';

/** How a stack is deployed. */
export interface StackArgs extends Omit<DeploymentOptions, 'name'> {
  /** Where to. */
  readonly platform: PlatformName;
  /** The environment whose sizes and switches count. */
  readonly environment: Environment;
  /**
   * The identity ledger, or the path of its file. It is compared with, and never written: synth does that.
   * @default - `ironhull.identities.json` in the folder of the Pulumi project, if it is there
   */
  readonly identities?: string | IdentityLedger;
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
    const { platform, environment: _, identities, ...options } = args;
    markConfigSecrets();
    const deployment = PLATFORMS[platform](root, { ...options, name });
    const found = deploymentLedger(identities)?.inspect(root, deployment.plan);
    const problems = [...deployment.plan.problems, ...(found?.problems ?? [])];
    if (problems.length > 0) failWith(problems);
    super('ironhull:index:Stack', name, {}, { ...opts, ...(args.provider && { providers: [args.provider] }) });
    this.plan = { ...deployment.plan, warnings: [...deployment.plan.warnings, ...(found?.warnings ?? [])] };
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
    for (const [line, paths] of lines) void pulumi.log.info(redact(`${line} (${[...new Set(paths)].join(', ')})`), this);
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
