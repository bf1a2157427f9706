import type { IConstruct } from 'constructs';
import type { Part } from '../../model/part';
import type { At, Plan } from '../../platform/platform';
import { plan } from '../../platform/render';
import { namespaceWarnings } from './namespaces';
import type { KubernetesNatives, KubernetesOptions, Live, Manifest, ManifestSink } from './natives';
import { kubernetesWith } from './platform';
import { proberMap, usesProber } from './prober';
import { space } from './space';

const CHART = Symbol.for('cdk8s.Chart');
const SETTINGS = Symbol.for('ironhull.ChartSettings');

/** What an IronhullChart decides; a plain chart has none of it. */
export interface ChartSettings {
  /** The stack's name without its environment. */
  readonly system?: string;
  /** Whether the namespace is made. */
  readonly createNamespace: boolean;
  /** Whether nothing passes in the namespace that no policy allows. */
  readonly defaultDeny: boolean;
  /** When the kubelet asks the registry for an image. */
  readonly imagePullPolicy?: KubernetesOptions['imagePullPolicy'];
  /** What else pods of ours need to know of the cluster. */
  readonly cluster?: Pick<KubernetesOptions, 'architecture' | 'kubectlImage' | 'apiServer'>;
}

/** A chart of whatever copy of cdk8s. */
export interface ChartLike extends IConstruct {
  /** The namespace of its objects. */
  readonly namespace?: string;
  /** Labels of its objects. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Whether a construct is a cdk8s Chart, of whatever copy of cdk8s. */
export function isChart(construct: IConstruct): construct is ChartLike {
  return CHART in construct;
}

/** Remembers what an IronhullChart decides. */
export function setChartSettings(chart: IConstruct, settings: ChartSettings): void {
  Object.defineProperty(chart, SETTINGS, { value: settings });
}

/** One object of ours, and the construct that it belongs to. */
export interface Placed {
  /** The part, or the chart for its namespace. */
  readonly construct: IConstruct;
  /** The object, not finished. */
  readonly manifest: Manifest;
  /** What is known of the part; absent for the namespace. */
  readonly at?: At<KubernetesNatives>;
}

/** The objects of ours in a stack. */
export interface StackObjects {
  /** The plan. */
  readonly plan: Plan<KubernetesNatives, ManifestSink>;
  /** In order; empty if there are problems. */
  readonly objects: readonly Placed[];
}

/** What is decided beside the constructs when a stack is rendered. */
export interface StackOptions extends KubernetesOptions {
  /** The stack's name without its environment. */
  readonly name: string;
  /** Whether the namespace is made. */
  readonly createNamespace: boolean;
  /** Whether nothing passes in a namespace that is made, unless a policy allows it. @default true */
  readonly defaultDeny?: boolean;
}

/**
 * The objects of ours in a chart, without those of nested charts.
 *
 * @param live what is known where Pulumi deploys the chart
 */
export function chartObjects(chart: ChartLike, live?: Live): StackObjects {
  const settings = (chart as { [SETTINGS]?: ChartSettings })[SETTINGS];
  return stackObjects(chart, {
    name: settings?.system ?? chart.namespace ?? chart.node.id,
    createNamespace: settings?.createNamespace ?? false,
    defaultDeny: settings?.defaultDeny ?? true,
    ...(chart.namespace !== undefined && { namespace: chart.namespace }),
    ...(chart.labels && { labels: chart.labels }),
    ...(settings?.imagePullPolicy && { imagePullPolicy: settings.imagePullPolicy }),
    ...settings?.cluster,
    ...(live && { live }),
  });
}

/** The objects of ours at and below a construct. */
export function stackObjects(root: IConstruct, options: StackOptions): StackObjects {
  const own = plan(root, kubernetesWith(options), { name: options.name, foreign: isChart });
  const planned = { ...own, warnings: [...own.warnings, ...namespaceWarnings(own)] };
  const objects: Placed[] = [];
  if (planned.problems.length > 0) return { plan: planned, objects };
  if (options.createNamespace && options.namespace !== undefined) {
    objects.push(...space(root, options.namespace, options, planned));
  }
  if (usesProber(planned.drafted, options)) objects.push({ construct: root, manifest: proberMap(root, planned.stack, options) });
  const sink: ManifestSink = { add: (manifest, at) => objects.push({ construct: at.part as Part, manifest, at }) };
  const cells = planned.platform.cells as {
    readonly [kind: string]: { commit(native: object, spec: object, at: object, out: ManifestSink): void };
  };
  for (const { part, native, at } of planned.drafted) cells[part.kind]?.commit(native, part.resolve().spec, at, sink);
  return { plan: planned, objects: [...objects] };
}
