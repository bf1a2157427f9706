import type { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { Problem } from '../../model/problems';
import { isOurs } from '../../stack/cdk8s-host';
import { type ChartLike, chartObjects, isChart, type StackObjects } from './chart-plan';
import { finishOurs } from './check';
import { type FinishedManifest, finish } from './finish';
import type { Ledger } from './ledger';
import type { Live } from './natives';
import { orderByDependencies } from './order';
import { taintProblems } from './taint';

const API_OBJECT = Symbol.for('cdk8s.ApiObject');
/** What others need before they can be made at all. */
const EARLY = new Set(['Namespace', 'CustomResourceDefinition']);

/** A construct of a chart with its finished objects. */
export interface Unit {
  /** A part, an ApiObject that somebody else made, or the chart for its namespace. */
  readonly construct: IConstruct;
  /** Its objects. */
  readonly manifests: FinishedManifest[];
}

/** What a chart holds, without what nested charts hold. */
export class ChartContent {
  private readonly members = new Set<IConstruct>();
  private readonly foreign: ApiObject[] = [];
  private linked = false;

  constructor(readonly chart: ChartLike) {}

  /** Takes a construct of the chart, in the order of the tree. */
  add(construct: IConstruct): void {
    this.members.add(construct);
    if (API_OBJECT in construct && !isOurs(construct)) this.foreign.push(construct as unknown as ApiObject);
    if (construct.node.dependencies.length > 0) this.linked = true;
  }

  /** Whether a construct is in the chart. */
  has(construct: IConstruct): boolean {
    return this.members.has(construct);
  }

  /**
   * Finishes everything: namespaces and definitions first, then ours as it was drafted, then what others made as it
   * stands in the tree, and all that only as far as dependencies do not want it otherwise.
   */
  finish(problems: Problem[], ledger: Ledger, live?: Live): { readonly units: Unit[]; readonly planned: StackObjects } {
    const planned = chartObjects(this.chart, live);
    problems.push(...planned.plan.problems);
    const units = this.units(planned, problems, live !== undefined);
    for (const { construct, manifests } of units) {
      for (const { apiVersion, kind, metadata } of manifests) ledger.add({ apiVersion, kind, ...metadata }, construct, this.chart);
    }
    if (!this.linked) return { units, planned };
    const byConstruct = new Map(units.map((unit) => [unit.construct, unit] as const));
    const ordered = orderByDependencies([...byConstruct.keys()], (construct) => this.has(construct), problems);
    return { units: ordered.map((construct) => byConstruct.get(construct) as Unit), planned };
  }

  private units(planned: StackObjects, problems: Problem[], late: boolean): Unit[] {
    const own = new Map<IConstruct, Unit>();
    for (const object of planned.objects) {
      const { construct } = object;
      const unit = own.get(construct) ?? { construct, manifests: [] };
      unit.manifests.push(finishOurs(object, problems, late));
      own.set(construct, unit);
    }
    const early: Unit[] = [];
    const rest: Unit[] = [];
    for (const object of this.foreign) {
      const json = foreignJson(object, problems, late);
      if (json) (EARLY.has(json.kind) ? early : rest).push({ construct: object, manifests: [json] });
    }
    const namespace = own.get(this.chart);
    own.delete(this.chart);
    return [...(namespace ? [namespace] : []), ...early, ...own.values(), ...rest];
  }
}

/** Writes down and checks what others made in a chart, without what nested charts hold. */
export function addForeign(ledger: Ledger, chart: ChartLike, problems: Problem[]): void {
  const stack: IConstruct[] = [chart];
  for (let at = stack.pop(); at; at = stack.pop()) {
    if (API_OBJECT in at && !isOurs(at)) {
      const { apiVersion, kind, name, metadata } = at as unknown as ApiObject;
      ledger.add({ apiVersion, kind, name, namespace: metadata.namespace }, at, chart);
      foreignJson(at as unknown as ApiObject, problems, false);
    }
    const { children } = at.node;
    for (let i = children.length - 1; i >= 0; i--) if (!isChart(children[i] as IConstruct)) stack.push(children[i] as IConstruct);
  }
}

function foreignJson(object: ApiObject, problems: Problem[], late: boolean): FinishedManifest | undefined {
  try {
    const before = problems.length;
    const json = finish(object.toJson(), object.node.path, problems, late);
    if (problems.length === before) problems.push(...taintProblems(json, object));
    return json;
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    problems.push({ path: object.node.path, what, fix: 'see the construct that says so' });
    return undefined;
  }
}
