import { posix } from 'node:path';
import type { IConstruct } from 'constructs';
import { kebab, shorten } from '../../model/names';
import type { Drafted, StackView } from '../../platform/platform';
import { PROBER_PATH, proberBinary } from '../prober/prober';
import { hashOf } from './config';
import { INSTANCE, metadataOf, partOf } from './metadata';
import type { KubernetesNatives, KubernetesOptions, Manifest } from './natives';

/** Where the prober's ConfigMap is mounted. */
export const PROBER_DIRECTORY = posix.dirname(PROBER_PATH);
/** The prober's file. */
export const PROBER_FILE = posix.basename(PROBER_PATH);

const CHART = Symbol.for('cdk8s.Chart');
const hashes = new Map<string, string>();

/** The name of the ConfigMap with the prober, one for each stack: the charts of a namespace do not share it. */
export function proberName(construct: IConstruct, stack: StackView, options: KubernetesOptions): string {
  const architecture = options.architecture ?? 'amd64';
  const hash = hashes.get(architecture) ?? hashOf(proberBinary(architecture).toString('base64'));
  hashes.set(architecture, hash);
  let root = construct;
  while (!(CHART in root) && root.node.scope) root = root.node.scope;
  return `${shorten(`${kebab(root.node.path) || kebab(stack.name) || 'stack'}-prober`)}-${hash}`;
}

/** Whether a pod, after all edits, still has the prober. */
export function usesProber(drafted: readonly Drafted<KubernetesNatives>[], options: KubernetesOptions): boolean {
  return drafted.some(({ part, native, at }) => {
    const made = native as Partial<KubernetesNatives['workload'] & KubernetesNatives['task']>;
    const volumes = (made.job ?? made.statefulSet ?? made.deployment)?.spec.template.spec?.volumes;
    return volumes?.some((volume) => volume.configMap?.name === proberName(part, at.stack, options));
  });
}

/** The ConfigMap with the prober, with which pods wait for others: their images need neither curl nor a shell. */
export function proberMap(root: IConstruct, stack: StackView, options: KubernetesOptions): Manifest {
  const name = proberName(root, stack, options);
  const labels = {
    [INSTANCE]: name,
    'app.kubernetes.io/managed-by': 'ironhull',
    'app.kubernetes.io/name': 'prober',
    'app.kubernetes.io/part-of': partOf(stack.name),
    environment: stack.environment.name,
  };
  return {
    apiVersion: 'v1',
    binaryData: { [PROBER_FILE]: proberBinary(options.architecture ?? 'amd64').toString('base64') },
    immutable: true,
    kind: 'ConfigMap',
    metadata: metadataOf(name, labels, options),
  } as Manifest;
}
