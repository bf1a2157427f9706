import { existsSync } from 'node:fs';
import * as pulumi from '@pulumi/pulumi';
import type { IConstruct } from 'constructs';
import { Part } from '../../model/part';
import type { WorkloadSpec } from '../../model/workload/spec';
import { type DestroyGuard, guardsOf } from '../../stack/destroy-guard';
import type { FinishedObject } from './commit';

interface Deployed extends pulumi.Resource {
  readonly metadata: pulumi.Output<{ readonly uid?: string }>;
}

/**
 * The guards among finished objects. Each asks in a pod of its Deployment or StatefulSet; whether that is the one of this
 * stack, and not of another cluster, is seen by its uid.
 */
export function clusterGuards(
  objects: readonly FinishedObject[],
  resources: (construct: IConstruct) => readonly { readonly kind: string; readonly resource: pulumi.Resource }[],
): DestroyGuard[] {
  const drafted = objects.flatMap(({ construct, json, at }) =>
    at && Part.isPart(construct) && (json.kind === 'Deployment' || json.kind === 'StatefulSet') ? [{ part: construct, at, json }] : [],
  );
  return guardsOf(drafted, ({ part, json }, command) => {
    const made = resources(part).find(({ kind }) => kind === json.kind)?.resource as Deployed | undefined;
    if (!made) return undefined;
    const { name, namespace } = json.metadata as { name: string; namespace?: string };
    const target = `${json.kind.toLowerCase()}/${name}`;
    const place = [...clusterArgs(), ...(namespace === undefined ? [] : ['--namespace', namespace])];
    const { main } = part.resolve().spec as WorkloadSpec;
    return [
      {
        program: 'kubectl',
        args: [...place, 'get', target, '--output', 'jsonpath={.metadata.uid}'],
        writes: made.metadata.apply(({ uid }) => uid ?? ''),
        otherwise: `kubectl finds another ${target} than that of this stack: choose the cluster with KUBECONFIG or its context`,
      },
      { program: 'kubectl', args: [...place, 'exec', target, '--container', main.name, '--', ...command] },
    ];
  });
}

/** How kubectl finds the cluster of the default provider. A config that holds credentials does not go into arguments. */
function clusterArgs(): string[] {
  const config = new pulumi.Config('kubernetes');
  const [context, kubeconfig] = [config.get('context'), config.get('kubeconfig')];
  return [
    ...(context === undefined ? [] : ['--context', context]),
    ...(kubeconfig !== undefined && existsSync(kubeconfig) ? ['--kubeconfig', kubeconfig] : []),
  ];
}
