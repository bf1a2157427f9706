import type * as pulumi from '@pulumi/pulumi';
import type { IConstruct } from 'constructs';
import { type Problem, ProblemsError } from '../../model/problems';
import { pauseHosts } from '../../stack/cdk8s-host';
import { type ChartLike, isChart } from './chart-plan';
import { Commit, type FinishedObject } from './commit';
import { ChartContent } from './content';
import { Ledger } from './ledger';
import { live, missingSecrets } from './live';
import { restoreOutputs } from './outputs';
import type { RegistrarOptions } from './registrar';
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
  const objects = pauseHosts(chart.node.root, () => {
    const stack: IConstruct[] = [chart];
    for (let top = stack.pop(); top; top = stack.pop()) {
      content.add(top);
      problems.push(...validationProblems(top));
      stack.push(...top.node.children.filter((child) => !isChart(child)).reverse());
    }
    const ledger = new Ledger();
    const { units, planned } = content.finish(problems, ledger, live);
    problems.push(...missingSecrets(planned.plan));
    problems.push(...ledger.problems());
    const places = new Map<IConstruct, FinishedObject['at']>(planned.plan.drafted.map(({ part, at }) => [part, at] as const));
    return units.flatMap(({ construct, manifests }) => {
      const at = places.get(construct);
      return manifests.map((json): FinishedObject => ({ construct, json, ...(at && { at }) }));
    });
  });
  if (problems.length > 0) throw new ProblemsError(problems);
  return register(objects, content, options);
}

function register(objects: readonly FinishedObject[], content: ChartContent, options: RegistrarOptions): pulumi.CustomResource[] {
  const commit = new Commit(objects, options);
  const below = new Map<IConstruct, pulumi.CustomResource[]>();
  const resources = objects.map((object) => {
    const around: IConstruct[] = [];
    for (let at: IConstruct | undefined = object.construct; at && content.has(at); at = at.node.scope) around.push(at);
    const after = around.flatMap((one) => one.node.dependencies.flatMap((target) => below.get(target) ?? []));
    const resource = commit.register(object, after, restoreOutputs);
    for (const one of around) {
      const list = below.get(one);
      if (list) list.push(resource);
      else below.set(one, [resource]);
    }
    return resource;
  });
  commit.guard(objects);
  return resources;
}
