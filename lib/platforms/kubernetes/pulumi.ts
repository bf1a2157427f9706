import type * as pulumi from '@pulumi/pulumi';
import type { IConstruct } from 'constructs';
import { kebab } from '../../model/names';
import { Part } from '../../model/part';
import { displayPath, type Problem, ProblemsError } from '../../model/problems';
import type { WorkloadSpec } from '../../model/workload/spec';
import type { Plan } from '../../platform/platform';
import { nameProblems, type Placed, type StackObjects, stackObjects } from './chart-plan';
import { type FinishedManifest, finish } from './finish';
import type { KubernetesNatives, KubernetesOptions, ManifestSink } from './natives';
import { Registrar, type RegistrarOptions, withoutAwait } from './registrar';

/** How a stack is deployed to a cluster. */
export interface KubernetesDeployment extends Omit<KubernetesOptions, 'namespace'> {
  /** The stack's name without its environment. */
  readonly name: string;
  /** The namespace of everything. @default - the name */
  readonly namespace?: string;
  /** Whether the namespace is made, guarded by Pod Security admission. @default true */
  readonly createNamespace?: boolean;
  /** The Kubernetes provider. @default - the parent's, or the default provider */
  readonly provider?: pulumi.ProviderResource;
}

/** A stack that was planned for a cluster; nothing was registered yet. */
export interface PlannedKubernetes extends StackObjects {
  /** The finished objects, in which late-bound values may stand. */
  readonly finished: readonly (Placed & { readonly json: FinishedManifest })[];
}

/** Plans a stack for a cluster. Registers nothing; what is wrong is in the plan. */
export function planKubernetes(root: IConstruct, options: KubernetesDeployment): PlannedKubernetes {
  const { plan, objects } = stackObjects(root, {
    ...options,
    namespace: options.namespace ?? kebab(options.name),
    createNamespace: options.createNamespace ?? true,
  });
  const problems: Problem[] = [...plan.problems, ...nameProblems(objects)];
  const finished = objects.map((one) => ({ ...one, json: finish(one.manifest, displayPath(one.construct), problems, true) }));
  return { plan: { ...plan, problems }, objects, finished };
}

/**
 * Registers the objects of a planned stack.
 *
 * @throws ProblemsError with everything that is wrong; nothing was registered then
 */
export function commitKubernetes(planned: PlannedKubernetes, options: RegistrarOptions): void {
  if (planned.plan.problems.length > 0) throw new ProblemsError(planned.plan.problems);
  const commit = new Commit(planned, new Registrar(options));
  for (const one of planned.finished) commit.register(one);
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

/** Which resources a part became, so that others can wait for them. */
class Commit {
  private readonly made = new Map<IConstruct, Map<string, pulumi.Resource>>();
  private readonly namespace: pulumi.Resource[] = [];
  private readonly keeps: boolean;

  constructor(
    planned: PlannedKubernetes,
    private readonly registrar: Registrar,
  ) {
    this.keeps = planned.finished.some((one) => isKept(one));
  }

  register(one: PlannedKubernetes['finished'][number]): void {
    const { construct, json } = one;
    const { kind } = json;
    // a deleted namespace takes the claims in it along
    const keep = kind === 'Namespace' ? this.keeps : isKept(one);
    // a claim may wait for its first pod, and the pod's Deployment waits for the claim here
    const args = kind === 'PersistentVolumeClaim' ? withoutAwait(json) : json;
    const resource = this.registrar.register(json, args, {
      dependsOn: [...this.namespace, ...(kind === 'Deployment' ? this.before(one) : [])],
      ...(keep && { retainOnDelete: true }),
    });
    if (kind === 'Namespace') this.namespace.push(resource);
    const made = this.made.get(construct) ?? new Map<string, pulumi.Resource>();
    this.made.set(construct, made.set(kind, resource));
  }

  /** What a Deployment needs; not its Service, which waits for the pods itself. */
  private before({ construct, at }: Placed): pulumi.Resource[] {
    const own = this.made.get(construct);
    const spec = (construct as Part<'workload'>).resolve().spec as WorkloadSpec;
    const volumes = [spec.main, ...spec.sidecars].flatMap((container) => container.mounts.map((mount) => mount.volume));
    return [
      own?.get('ServiceAccount'),
      own?.get('NetworkPolicy'),
      ...[...new Set(volumes)].map((volume) => this.made.get(volume)?.get('PersistentVolumeClaim')),
      ...(at?.startsAfter ?? []).map((part) => this.made.get(part)?.get('Deployment')),
    ].filter((resource) => resource !== undefined);
  }
}

function isKept({ construct, json }: { readonly construct: IConstruct; readonly json: FinishedManifest }): boolean {
  return json.kind === 'PersistentVolumeClaim' && Part.isPart(construct) && (construct as Part<'volume'>).resolve().spec.keep;
}

export { PulumiOutputResolver } from './outputs';
export { deployChart } from './pulumi-chart';
