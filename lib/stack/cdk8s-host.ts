import type { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { registerHost } from '../model/host';
import { formatProblem, type Problem } from '../model/problems';
import type { ChartLike } from '../platforms/kubernetes/chart-plan';

const CHART = Symbol.for('cdk8s.Chart');
/** On every class that jsii compiled: an App has no symbol of its own. */
const RTTI = Symbol.for('jsii.rtti');
const OURS = Symbol.for('ironhull.Manifest');
const PAUSED = Symbol.for('ironhull.ValidationPaused');
const WARNED = new Set<string>();

/**
 * Lets charts of any cdk8s app hold the library's constructs: a validation, which cdk8s runs before it collects objects,
 * plans the chart and then adds an ApiObject for each manifest, or answers with everything that is wrong. An App is
 * claimed too, to say what stands outside its charts: cdk8s would leave it out without a word.
 */
function hostInCdk8s(): void {
  const charts = new WeakMap<IConstruct, ChartObjects>();
  registerHost({
    claims: (scope) => CHART in scope || isApp(scope),
    attach(scope) {
      if (!(CHART in scope)) {
        scope.node.addValidation({ validate: () => (isPaused(scope) ? [] : outside(scope)) });
        return;
      }
      const chart = scope as ChartLike;
      const objects = new ChartObjects(chart);
      charts.set(chart, objects);
      chart.node.addValidation({ validate: () => (isPaused(chart) ? [] : objects.validate()) });
    },
    grew: (scope) => charts.get(scope)?.forget(),
  });
}

/** Whether a construct is a cdk8s App, of whatever copy of cdk8s; the root of a Pulumi stack is none. */
function isApp(construct: IConstruct): boolean {
  if (construct.node.scope !== undefined) return false;
  for (let at: unknown = construct.constructor; typeof at === 'function'; at = Object.getPrototypeOf(at)) {
    const own = Object.getOwnPropertyDescriptor(at, RTTI)?.value as { readonly fqn?: unknown } | undefined;
    if (own?.fqn === 'cdk8s.App') return true;
  }
  return false;
}

function outside(app: IConstruct): string[] {
  const { outsideProblems } = require('../platforms/kubernetes/outside') as typeof import('../platforms/kubernetes/outside');
  return outsideProblems(app).map(formatProblem);
}

/** Whether an ApiObject is one that stands for a manifest of ours. */
export function isOurs(construct: IConstruct): boolean {
  return OURS in construct;
}

/** Runs something while charts of an app add no objects: a rendering that has manifests at hand. */
export function pauseHosts<T>(app: IConstruct, run: () => T): T {
  const paused = app as { [PAUSED]?: boolean };
  const before = paused[PAUSED];
  Object.defineProperty(app, PAUSED, { value: true, configurable: true });
  try {
    return run();
  } finally {
    Object.defineProperty(app, PAUSED, { value: before ?? false, configurable: true });
  }
}

/** Tells of each warning once in the life of a process. */
export function emitWarnings(warnings: readonly Problem[]): void {
  for (const warning of warnings) {
    const text = formatProblem(warning);
    if (WARNED.has(text)) continue;
    WARNED.add(text);
    process.emitWarning(text, 'IronhullWarning');
  }
}

function isPaused(chart: IConstruct): boolean {
  return (chart.node.root as { [PAUSED]?: boolean })[PAUSED] ?? false;
}

/** The objects of a chart, made when it is validated for the first time. */
class ChartObjects {
  private answer: readonly string[] | undefined;
  private made: ApiObject[] = [];

  constructor(private readonly chart: ChartLike) {}

  /** Something was added after the chart had been rendered, as tests do: everything is made again. */
  forget(): void {
    if (this.answer === undefined) return;
    this.answer = undefined;
    for (const object of this.made) object.node.scope?.node.tryRemoveChild(object.node.id);
    this.made = [];
  }

  validate(): string[] {
    // cdk8s asks again for each chart of the app
    this.answer ??= this.make();
    return [...this.answer];
  }

  private make(): string[] {
    // required late: importing the package must not need cdk8s
    const { chartObjects } = require('../platforms/kubernetes/chart-plan') as typeof import('../platforms/kubernetes/chart-plan');
    const { addForeign } = require('../platforms/kubernetes/content') as typeof import('../platforms/kubernetes/content');
    const { Ledger } = require('../platforms/kubernetes/ledger') as typeof import('../platforms/kubernetes/ledger');
    const { finishOurs } = require('../platforms/kubernetes/check') as typeof import('../platforms/kubernetes/check');
    const { plan, objects } = chartObjects(this.chart);
    const problems: Problem[] = [...plan.problems];
    const finished = objects.map((one) => ({ construct: one.construct, json: finishOurs(one, problems) }));
    const ledger = new Ledger();
    for (const { construct, json } of finished) ledger.add({ ...json, ...json.metadata }, construct, this.chart);
    addForeign(ledger, this.chart, problems);
    problems.push(...ledger.problems());
    emitWarnings(plan.warnings);
    if (problems.length > 0) return [...new Set(problems.map(formatProblem))];
    const make = factory();
    this.made = finished.map(({ construct, json }) => make(scopeOf(construct), json));
    return [];
  }
}

/** The namespace stands before everything else of its chart. */
function scopeOf(construct: IConstruct): IConstruct {
  const place = CHART in construct ? construct.node.tryFindChild('Namespace') : undefined;
  return place ?? construct;
}

type Make = (construct: IConstruct, json: { apiVersion: string; kind: string; metadata: { name: string } }) => ApiObject;

function factory(): Make {
  const { ApiObject: Base } = require('cdk8s') as typeof import('cdk8s');
  /** An object that is written as it is: cdk8s neither resolves nor sorts it again. */
  class ManifestObject extends Base {
    constructor(
      scope: IConstruct,
      id: string,
      private readonly manifest: ConstructorParameters<typeof Base>[2],
    ) {
      super(scope as ConstructorParameters<typeof Base>[0], id, manifest);
      Object.defineProperty(this, OURS, { value: true });
    }

    override toJson(): unknown {
      return this.manifest;
    }
  }
  return (construct, json) => new ManifestObject(construct, freeId(construct, json.kind), json);
}

function freeId(scope: IConstruct, id: string): string {
  let free = id;
  for (let n = 2; scope.node.tryFindChild(free) !== undefined; n++) free = `${id}${n}`;
  return free;
}

hostInCdk8s();
