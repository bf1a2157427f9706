import type { ApiObject, App } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { type Problem, ProblemsError } from '../../model/problems';
import type { Difference } from '../../platform/platform';
import { emitWarnings, isOurs, pauseHosts } from '../../stack/cdk8s-host';
import { writeFiles } from '../../stack/write';
import { type ChartLike, chartObjects, isChart, nameProblems, type Placed } from './chart-plan';
import { type FinishedManifest, finish } from './finish';
import { cycleProblem, orderBy, orderByDependencies } from './order';
import { toYaml } from './yaml';

/** What the charts of an app are as text. */
export interface Synthesized {
  /** YAML by file name: one file a chart. */
  readonly files: ReadonlyMap<string, string>;
  /** The finished objects by file name, in the order of the file. */
  readonly manifests: ReadonlyMap<string, readonly FinishedManifest[]>;
  /** What Kubernetes does differently, or not at all. */
  readonly differences: readonly Difference[];
  /** What is allowed, and yet should be known. */
  readonly warnings: readonly Problem[];
}

/**
 * Renders all charts of a cdk8s app, with everything in them, also what other libraries made. It does what `app.synth()`
 * does, in time that grows with the number of constructs and nothing else, and with file names that a dependency between
 * charts does not change: always one file a chart, whatever the app's output type is.
 *
 * @throws ProblemsError with what is wrong in any of the charts
 */
export function synthesize(app: IConstruct): Synthesized {
  return pauseHosts(app.node.root, () => new Synthesis(app).run());
}

/** Where the files go. */
export interface SynthOptions {
  /** The folder. @default - `CDK8S_OUTDIR`, where the cdk8s command line sets it, or that of the app */
  readonly outdir?: string;
}

/**
 * Writes all charts of a cdk8s app, all or none.
 *
 * @throws ProblemsError with what is wrong in any of the charts; nothing was written then
 */
export function synthApp(app: App, options: SynthOptions = {}): Synthesized {
  const result = synthesize(app);
  emitWarnings(result.warnings);
  writeFiles(options.outdir ?? process.env.CDK8S_OUTDIR ?? app.outdir, result.files);
  return result;
}

/** What a chart holds beside nested charts. */
interface Content {
  readonly chart: ChartLike;
  readonly foreign: ApiObject[];
  dependent: boolean;
}

/** A construct of a chart with its finished objects. */
interface Unit {
  readonly construct: IConstruct;
  readonly manifests: FinishedManifest[];
}

const API_OBJECT = Symbol.for('cdk8s.ApiObject');
/** What others need before they can be made at all. */
const EARLY = new Set(['Namespace', 'CustomResourceDefinition']);

class Synthesis {
  private readonly problems: Problem[] = [];
  private readonly warnings: Problem[] = [];
  private readonly differences: Difference[] = [];
  private readonly contents = new Map<IConstruct, Content>();
  private readonly chartOf = new Map<IConstruct, IConstruct>();
  private linked = false;

  constructor(private readonly app: IConstruct) {}

  run(): Synthesized {
    this.walk();
    const manifests = new Map<string, readonly FinishedManifest[]>();
    const { Names } = require('cdk8s') as typeof import('cdk8s');
    const extension = (this.app as Partial<App>).outputFileExtension ?? '.k8s.yaml';
    const planned = this.orderedCharts().map((content) => ({ content, objects: this.objects(content) }));
    for (const { content, objects } of planned) {
      const file = `${Names.toDnsLabel(content.chart)}${extension}`;
      if (manifests.has(file)) {
        this.problems.push({
          path: content.chart.node.path,
          what: 'another chart has the same file',
          value: file,
          fix: 'give one of them another id',
        });
      }
      manifests.set(file, objects);
    }
    if (this.problems.length > 0) throw new ProblemsError(this.problems);
    const files = new Map([...manifests].map(([file, objects]) => [file, toYaml(objects)] as const));
    return { files, manifests, differences: this.differences, warnings: this.warnings };
  }

  /** One walk over the whole app: who is in which chart, what others made, and what they say of themselves. */
  private walk(): void {
    const stack: (readonly [IConstruct, Content | undefined])[] = [[this.app, undefined]];
    for (let top = stack.pop(); top; top = stack.pop()) {
      const [construct, outer] = top;
      const content = isChart(construct) ? { chart: construct, foreign: [], dependent: false } : outer;
      if (content && content !== outer) this.contents.set(construct, content);
      if (content) this.chartOf.set(construct, content.chart);
      if (content && API_OBJECT in construct && !isOurs(construct)) content.foreign.push(construct as unknown as ApiObject);
      for (const error of construct.node.validate()) {
        this.problems.push({ path: construct.node.path || 'the app', what: error, fix: 'see the construct that says so' });
      }
      if (construct.node.dependencies.length > 0) {
        this.linked = true;
        if (content) content.dependent = true;
      }
      const children = construct.node.children;
      for (let i = children.length - 1; i >= 0; i--) stack.push([children[i] as IConstruct, content]);
    }
  }

  /** Charts after those that they, or anything in them, depend on. */
  private orderedCharts(): Content[] {
    if (!this.linked) return [...this.contents.values()];
    const before = new Map<IConstruct, Set<IConstruct>>();
    for (const [construct, chart] of this.chartOf) {
      for (const target of construct.node.dependencies) {
        const other = this.chartOf.get(target);
        if (!other || other === chart) continue;
        const set = before.get(chart);
        if (set) set.add(other);
        else before.set(chart, new Set([other]));
      }
    }
    return orderBy(
      this.contents.keys(),
      (chart) => before.get(chart) ?? [],
      (way) => this.problems.push(cycleProblem(way)),
    ).map((chart) => this.contents.get(chart) as Content);
  }

  private objects(content: Content): FinishedManifest[] {
    const { plan, objects } = chartObjects(content.chart);
    this.problems.push(...plan.problems, ...nameProblems(objects));
    this.warnings.push(...plan.warnings);
    this.differences.push(...plan.differences);
    const units = this.units(content, objects);
    if (!content.dependent) return units.flatMap((unit) => unit.manifests);
    const byConstruct = new Map(units.map((unit) => [unit.construct, unit] as const));
    const inside = (construct: IConstruct): boolean => this.chartOf.get(construct) === content.chart;
    return orderByDependencies([...byConstruct.keys()], inside, this.problems).flatMap((one) => byConstruct.get(one)?.manifests ?? []);
  }

  /** Namespaces and definitions first, then ours as they were drafted, then what others made, as it stands in the tree. */
  private units(content: Content, objects: readonly Placed[]): Unit[] {
    const early: Unit[] = [];
    const own = new Map<IConstruct, Unit>();
    const late: Unit[] = [];
    for (const { construct, manifest } of objects) {
      const unit = own.get(construct) ?? { construct, manifests: [] };
      unit.manifests.push(finish(manifest, construct.node.path, this.problems));
      own.set(construct, unit);
    }
    for (const foreign of content.foreign) {
      const json = this.foreign(foreign);
      if (json) (EARLY.has(json.kind) ? early : late).push({ construct: foreign, manifests: [json] });
    }
    const namespace = own.get(content.chart);
    own.delete(content.chart);
    return [...(namespace ? [namespace] : []), ...early, ...own.values(), ...late];
  }

  private foreign(object: ApiObject): FinishedManifest | undefined {
    try {
      return finish(object.toJson(), object.node.path, this.problems);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      this.problems.push({ path: object.node.path, what, fix: 'see the construct that says so' });
      return undefined;
    }
  }
}
