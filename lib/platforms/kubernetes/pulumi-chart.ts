import type * as pulumi from '@pulumi/pulumi';
import type { IConstruct } from 'constructs';
import { type Problem, ProblemsError } from '../../model/problems';
import { pauseHosts } from '../../stack/cdk8s-host';
import { type ChartLike, isChart } from './chart-plan';
import { ChartContent, type Unit } from './content';
import { restoreOutputs } from './outputs';
import { Registrar, type RegistrarOptions, withoutAwait } from './registrar';
import { validationProblems } from './validation';

/**
 * Registers every object of a cdk8s chart as a resource of @pulumi/kubernetes: the library's, and what anybody else made,
 * cdk8s-plus or generated classes. Nested charts are left out. Dependencies between constructs become `dependsOn`.
 *
 * @returns the resources, in order
 * @throws ProblemsError with everything that is wrong; nothing was registered then
 */
export function deployChart(chart: ChartLike, options: RegistrarOptions): pulumi.CustomResource[] {
  const problems: Problem[] = [];
  const content = new ChartContent(chart);
  const units = pauseHosts(chart.node.root, () => {
    const stack: IConstruct[] = [chart];
    for (let top = stack.pop(); top; top = stack.pop()) {
      content.add(top);
      problems.push(...validationProblems(top));
      stack.push(...top.node.children.filter((child) => !isChart(child)).reverse());
    }
    return content.finish(problems, true).units;
  });
  if (problems.length > 0) throw new ProblemsError(problems);
  return register(units, content, new Registrar(options));
}

function register(units: readonly Unit[], content: ChartContent, registrar: Registrar): pulumi.CustomResource[] {
  const below = new Map<IConstruct, pulumi.CustomResource[]>();
  const namespaces: pulumi.CustomResource[] = [];
  return units.flatMap(({ construct, manifests }) => {
    const dependsOn = [...namespaces];
    for (let at: IConstruct | undefined = construct; at && content.has(at); at = at.node.scope) {
      for (const target of at.node.dependencies) dependsOn.push(...(below.get(target) ?? []));
    }
    return manifests.map((manifest) => {
      const args = manifest.kind === 'PersistentVolumeClaim' ? withoutAwait(manifest) : manifest;
      const resource = registrar.register(manifest, restoreOutputs(args as typeof manifest) as object, { dependsOn });
      if (manifest.kind === 'Namespace') namespaces.push(resource);
      for (let at: IConstruct | undefined = construct; at && content.has(at); at = at.node.scope) {
        const list = below.get(at);
        if (list) list.push(resource);
        else below.set(at, [resource]);
      }
      return resource;
    });
  });
}
