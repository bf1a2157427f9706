import type * as pulumi from '@pulumi/pulumi';
import type { IConstruct } from 'constructs';
import { kebab } from '../../model/names';
import { type Problem, ProblemsError } from '../../model/problems';
import type { Plan } from '../../platform/platform';
import { type StackObjects, stackObjects } from './chart-plan';
import { finishOurs } from './check';
import { Commit, type FinishedObject } from './commit';
import { Ledger } from './ledger';
import { live, missingSecrets } from './live';
import type { KubernetesNatives, KubernetesOptions, ManifestSink } from './natives';
import type { RegistrarOptions } from './registrar';

/** How a stack is deployed to a cluster. */
export interface KubernetesDeployment extends Omit<KubernetesOptions, 'namespace' | 'live'> {
  /** The stack's name without its environment. */
  readonly name: string;
  /** The namespace of everything. @default - the name */
  readonly namespace?: string;
  /** Whether the namespace is made, guarded by Pod Security admission. @default true */
  readonly createNamespace?: boolean;
  /** Whether nothing passes in a namespace that is made, unless a policy allows it. @default true */
  readonly defaultDeny?: boolean;
  /** The Kubernetes provider. @default - the parent's, or the default provider */
  readonly provider?: pulumi.ProviderResource;
}

/** A stack that was planned for a cluster; nothing was registered yet. */
export interface PlannedKubernetes extends StackObjects {
  /** The finished objects, in which late-bound values may stand. */
  readonly finished: readonly FinishedObject[];
}

/** Plans a stack for a cluster. Registers nothing; what is wrong is in the plan. */
export function planKubernetes(root: IConstruct, options: KubernetesDeployment): PlannedKubernetes {
  const { plan, objects } = stackObjects(root, {
    ...options,
    live,
    namespace: options.namespace ?? kebab(options.name),
    createNamespace: options.createNamespace ?? true,
  });
  const problems: Problem[] = [...plan.problems, ...missingSecrets(plan)];
  const finished = objects.map((one) => ({ ...one, json: finishOurs(one, problems, true) }));
  const ledger = new Ledger();
  for (const { construct, json } of finished) ledger.add({ ...json, ...json.metadata }, construct, root);
  problems.push(...ledger.problems());
  return { plan: { ...plan, problems }, objects, finished };
}

/**
 * Registers the objects of a planned stack.
 *
 * @throws ProblemsError with everything that is wrong; nothing was registered then
 */
export function commitKubernetes(planned: PlannedKubernetes, options: RegistrarOptions): void {
  if (planned.plan.problems.length > 0) throw new ProblemsError(planned.plan.problems);
  const commit = new Commit(planned.finished, options);
  for (const one of planned.finished) commit.register(one);
  commit.guard(planned.finished);
}

/**
 * Plans a stack and registers the very objects that YAML output would hold as resources of @pulumi/kubernetes.
 *
 * @throws ProblemsError with everything that is wrong; nothing was registered then
 */
export function deployKubernetes(
  root: IConstruct,
  options: KubernetesDeployment & { readonly parent: pulumi.Resource },
): Plan<KubernetesNatives, ManifestSink> {
  const planned = planKubernetes(root, options);
  commitKubernetes(planned, options);
  return planned.plan;
}

export type { ChartLike, Placed } from './chart-plan';
export { PulumiOutputResolver } from './outputs';
export { deployChart } from './pulumi-chart';
export type { FinishedObject, RegistrarOptions, StackObjects };
