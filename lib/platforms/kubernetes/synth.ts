import type { App } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { IdentityLedger } from '../../identity';
import { type Problem, ProblemsError } from '../../model/problems';
import type { Difference } from '../../platform/platform';
import { emitWarnings, pauseHosts } from '../../stack/cdk8s-host';
import { writeFiles } from '../../stack/write';
import { isChart } from './chart-plan';
import { ChartContent } from './content';
import type { FinishedManifest } from './finish';
import { Ledger } from './ledger';
import { cycleProblem, orderBy } from './order';
import { outsideProblems } from './outside';
import { validationProblems } from './validation';
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
export function synthesize(app: IConstruct, options: Pick<SynthOptions, 'identities'> = {}): Synthesized {
  return pauseHosts(app.node.root, () => new Synthesis(app, ledgerOf(options)).run());
}

function ledgerOf({ identities }: Pick<SynthOptions, 'identities'>): IdentityLedger | undefined {
  return typeof identities === 'string' ? IdentityLedger.read(identities) : identities;
}

/** Where the files go. */
export interface SynthOptions {
  /**
   * The identity ledger, or the path of its file: names and volumes that it holds must stay. `synthApp` writes what is new
   * into it together with the manifests, unless the variable `CI` is set; `synthesize` only checks.
   * @default - none
   */
  readonly identities?: string | IdentityLedger;
  /** The folder. @default - `CDK8S_OUTDIR`, where the cdk8s command line sets it, or that of the app */
  readonly outdir?: string;
}

/**
 * Writes all charts of a cdk8s app, all or none.
 *
 * @throws ProblemsError with what is wrong in any of the charts; nothing was written then
 */
export function synthApp(app: App, options: SynthOptions = {}): Synthesized {
  const ledger = ledgerOf(options);
  const result = synthesize(app, ledger ? { identities: ledger } : {});
  emitWarnings(result.warnings);
  const write = (): void => writeFiles(options.outdir ?? process.env.CDK8S_OUTDIR ?? app.outdir, result.files);
  if (ledger) ledger.write(write);
  else write();
  return result;
}

class Synthesis {
  private readonly problems: Problem[] = [];
  private readonly warnings: Problem[] = [];
  private readonly differences: Difference[] = [];
  private readonly contents = new Map<IConstruct, ChartContent>();
  private readonly ledger = new Ledger();
  private readonly linked: (readonly [IConstruct, ChartContent])[] = [];

  constructor(
    private readonly app: IConstruct,
    private readonly identities?: IdentityLedger,
  ) {}

  run(): Synthesized {
    this.problems.push(...outsideProblems(this.app));
    this.walk();
    const manifests = new Map<string, readonly FinishedManifest[]>();
    const { Names } = require('cdk8s') as typeof import('cdk8s');
    const extension = (this.app as Partial<App>).outputFileExtension ?? '.k8s.yaml';
    for (const content of this.orderedCharts()) {
      const file = `${Names.toDnsLabel(content.chart)}${extension}`;
      if (manifests.has(file)) {
        const fix = 'give one of them another id';
        this.problems.push({ path: content.chart.node.path, what: 'another chart has the same file', value: file, fix });
      }
      const { units, planned } = content.finish(this.problems, this.ledger);
      this.warnings.push(...planned.plan.warnings);
      this.differences.push(...planned.plan.differences);
      this.identities?.observe(content.chart, planned.plan, isChart);
      manifests.set(
        file,
        units.flatMap((unit) => unit.manifests),
      );
    }
    this.problems.push(...this.ledger.problems());
    this.warnings.push(...this.ledger.warnings());
    const found = this.identities?.check();
    this.problems.push(...(found?.problems ?? []));
    this.warnings.push(...(found?.warnings ?? []));
    if (this.problems.length > 0) throw new ProblemsError(this.problems);
    const files = new Map([...manifests].map(([file, objects]) => [file, toYaml(objects)] as const));
    return { files, manifests, differences: this.differences, warnings: this.warnings };
  }

  /** One walk over the whole app: who is in which chart, what they say of themselves, and who depends on others. */
  private walk(): void {
    const stack: (readonly [IConstruct, ChartContent | undefined])[] = [[this.app, undefined]];
    for (let top = stack.pop(); top; top = stack.pop()) {
      const [construct, outer] = top;
      const content = isChart(construct) ? new ChartContent(construct) : outer;
      if (content && content !== outer) this.contents.set(construct, content);
      content?.add(construct);
      this.problems.push(...validationProblems(construct));
      if (content && construct.node.dependencies.length > 0) this.linked.push([construct, content]);
      const { children } = construct.node;
      for (let i = children.length - 1; i >= 0; i--) stack.push([children[i] as IConstruct, content]);
    }
  }

  /** Charts after those that they, or anything in them, depend on. */
  private orderedCharts(): ChartContent[] {
    const before = new Map<ChartContent, Set<ChartContent>>();
    for (const [construct, content] of this.linked) {
      for (const target of construct.node.dependencies) {
        const other = this.contentOf(target);
        if (other && other !== content) before.set(content, (before.get(content) ?? new Set()).add(other));
      }
    }
    return orderBy(
      this.contents.values(),
      (content) => before.get(content) ?? [],
      (way) => this.problems.push(cycleProblem(way.map((content) => content.chart))),
    );
  }

  private contentOf(construct: IConstruct): ChartContent | undefined {
    for (let at: IConstruct | undefined = construct; at; at = at.node.scope) {
      const content = this.contents.get(at);
      if (content) return content;
    }
    return undefined;
  }
}
