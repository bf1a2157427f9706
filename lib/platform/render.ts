import type { IConstruct } from 'constructs';
import { edgesOf, type Runner } from '../model/edges/edges';
import { Environment } from '../model/environment';
import { ackAt, type Feature } from '../model/features';
import { KINDS, type Kind, type Kinds } from '../model/kinds';
import { isDnsLabel, kebab, nameOf, tryPinnedName } from '../model/names';
import { displayPath, Part } from '../model/part';
import { below, once, type Problem, ProblemsError, reported } from '../model/problems';
import { overlap, parseCidr, type Range } from '../model/values/address';
import { findUnresolved, taintSearch } from '../model/values/taint';
import { replicasFix } from '../model/workload/replicas';
import { edgeProblems, unseenMetrics } from './checks/edges';
import { planOwnVolumes } from './checks/volumes';
import { view } from './edge-view';
import { gatesOf, orderByGates } from './gates';
import { manyNetworks, type NetworkPlan, planNetworks, takenByOutside } from './networks';
import type { At, Difference, Drafted, Inspector, Natives, Plan, Platform } from './platform';
import { references } from './references';

/** Which part of a tree is a stack. */
export interface RenderOptions {
  /** The stack's name without its environment. @default - the pinned name or the id of the root */
  readonly name?: string;
  /** Constructs that belong to another stack, such as nested charts. @default - none */
  readonly foreign?: (scope: IConstruct) => boolean;
  /** The identity ledger that the stack is compared with. @default - none */
  readonly identities?: Inspector;
}

/**
 * Renders a stack for a platform without handing anything over: resolves all parts, checks names and what was asked
 * for, and drafts the native objects. It throws nothing: what is wrong is in the plan.
 */
export function plan<N extends Natives, O>(root: IConstruct, platform: Platform<N, O>, options: RenderOptions = {}): Plan<N, O> {
  const planned = new Planner(root, platform, options).run();
  const found = options.identities?.inspect(root, planned, options.foreign);
  if (!found) return planned;
  return { ...planned, problems: [...planned.problems, ...found.problems], warnings: [...planned.warnings, ...found.warnings] };
}

/**
 * Hands a plan over.
 *
 * @throws ProblemsError with everything that is wrong; nothing was handed over then
 */
export function commit<N extends Natives, O>(planned: Plan<N, O>, out: O): void {
  if (planned.problems.length > 0) throw new ProblemsError(planned.problems);
  planned.platform.begin?.(planned, out);
  const cells = planned.platform.cells as { readonly [K in Kind]: { commit(native: object, spec: object, at: object, out: O): void } };
  for (const { part, native, at } of planned.drafted) cells[part.kind].commit(native, part.resolve().spec, at, out);
}

/** Renders a stack and hands it over. */
export function render<N extends Natives, O>(root: IConstruct, platform: Platform<N, O>, out: O, options: RenderOptions = {}): Plan<N, O> {
  const planned = plan(root, platform, options);
  commit(planned, out);
  return planned;
}

class Planner<N extends Natives, O> {
  private readonly parts: readonly Part[];
  private readonly problems: Problem[];
  private readonly warnings: Problem[] = [];
  private readonly differences: Difference[] = [];
  private readonly names = new Map<Part, string>();
  private readonly natives = new Map<Part, object>();
  private readonly routes = new Map<Part, Part<'route'>[]>();
  private readonly wrong = new Set<Part>();
  private readonly claims = new Map<string, { readonly part: Part; readonly owner: string }>();
  private readonly taint = taintSearch();
  private networks: NetworkPlan | undefined;
  private owners: ReadonlyMap<Part, Part<'workload'>> = new Map();
  private readonly subnets: { readonly range: Range; readonly path: string }[] = [];
  private readonly stack: Plan<N, O>['stack'];

  constructor(
    root: IConstruct,
    private readonly platform: Platform<N, O>,
    options: RenderOptions,
  ) {
    this.parts = Part.within(root, options.foreign);
    for (const part of this.parts) part.forget();
    this.problems = reported(root, options.foreign);
    this.stack = { name: options.name ?? tryPinnedName(root) ?? (kebab(root.node.id) || 'stack'), environment: Environment.of(root) };
  }

  run(): Plan<N, O> {
    for (const part of this.parts) {
      const before = this.problems.length;
      this.examine(part);
      if (this.problems.length > before) this.wrong.add(part);
    }
    this.planOwnVolumes();
    if (this.platform.support['network.edges'] === 'native') this.warnings.push(...this.parts.flatMap((part) => this.unseenMetrics(part)));
    const ordered = this.order();
    this.planNetworks(ordered.filter(isRunner));
    // a draft may rely on a spec that is right; what only the platform finds wrong elsewhere is told in the same run
    const drafted = ordered
      .filter((part) => !this.wrong.has(part) && !references(part).some((other) => this.wrong.has(other)))
      .flatMap((part) => this.tryDraft(part));
    return {
      platform: this.platform,
      stack: this.stack,
      networks: this.networks?.implied ?? [],
      drafted,
      problems: once(this.problems),
      warnings: this.warnings,
      differences: this.differences,
    };
  }

  private examine(part: Part): void {
    const resolved = part.resolve();
    this.problems.push(...resolved.problems);
    this.warnings.push(...resolved.warnings);
    this.takeName(part);
    if (part.kind === 'network') this.examineSegment(part as Part<'network'>);
    if (part.kind === 'route') {
      const { to } = (part as Part<'route'>).resolve().spec;
      const list = this.routes.get(to);
      if (list) list.push(part as Part<'route'>);
      else this.routes.set(to, [part as Part<'route'>]);
    }
    if (isRunner(part)) {
      this.problems.push(...edgeProblems(part));
      for (const { network, address } of part.resolve().spec.networks) {
        if (address !== undefined) this.claim(part, `address in ${displayPath(network)}`, address, 'choose another');
      }
    }
    for (const feature of resolved.features) this.compare(part, feature);
  }

  private takeName(part: Part): void {
    const name = nameOf(part);
    this.names.set(part, name);
    const fix = 'start the id with a letter and use letters, digits and dashes';
    if (!isDnsLabel(name))
      this.problems.push({ path: displayPath(part), what: 'the name made of the ids is no DNS label', value: name, fix });
    // networks, policies and identities are called after both
    this.claim(part, `${isRunner(part) ? 'workload' : part.kind} name`, name);
  }

  private claim(part: Part, space: string, name: string, fix = 'choose another id, or give one of them a name', owner?: string): void {
    const key = `${space}\0${name}`;
    const other = this.claims.get(key);
    const path = displayPath(part);
    if (other === undefined) this.claims.set(key, { part, owner: owner ?? path });
    else if (owner === undefined ? other.part !== part : other.owner !== owner)
      this.problems.push({ path, what: `the ${space} is taken by ${other.owner}`, value: name, fix });
  }

  private examineSegment(part: Part<'network'>): void {
    if (this.platform.networking) this.problems.push(...takenByOutside(part, this.names.get(part as Part) as string));
    this.takeSubnet(part);
  }

  private takeSubnet(part: Part<'network'>): void {
    const { subnet } = part.resolve().spec;
    const range = parseCidr(subnet);
    if (!range) return;
    const path = displayPath(part);
    const clash = this.subnets.find((other) => overlap(other.range, range));
    const fix = 'give each segment a range of its own';
    if (clash) this.problems.push({ path: below(path, 'subnet'), what: `the subnet overlaps that of ${clash.path}`, value: subnet, fix });
    this.subnets.push({ range, path });
  }

  private compare(part: Part, feature: Feature): void {
    const support = this.platform.support[feature];
    if (support === 'native') return;
    const path = displayPath(part);
    if ('emulated' in support) {
      this.differences.push({ path, feature, how: 'emulated', reason: support.emulated });
      return;
    }
    const reason = ackAt(part, feature);
    if (reason !== undefined) {
      this.differences.push({ path, feature, how: 'acknowledged', reason: `${support.unsupported} (${reason})` });
    } else {
      this.problems.push({
        path,
        what: `${this.platform.title} cannot do '${feature}': ${support.unsupported}`,
        fix: `${leaveOut(part, feature)}, or acknowledge '${feature}' with a reason`,
      });
    }
  }

  private planOwnVolumes(): void {
    const { owners, wrong, problems } = planOwnVolumes(this.parts);
    this.owners = owners;
    this.problems.push(...problems);
    for (const volume of wrong) this.wrong.add(volume);
  }

  /** Networks of the engine, where they isolate. */
  private planNetworks(runners: readonly Runner[]): void {
    const { networking } = this.platform;
    if (!networking) return;
    const published = new Set<unknown>(this.routes.keys());
    this.networks = planNetworks(runners, published, networking, (part) => this.names.get(part) ?? nameOf(part), this.problems);
    if (networking.bridges ?? networking.outside === 'shared') this.warnings.push(...manyNetworks(this.stack.name, this.networks.implied));
  }

  private unseenMetrics(part: Part): Problem[] {
    return part.kind === 'workload' ? unseenMetrics(part as Part<'workload'>, this.routes.get(part) ?? []) : [];
  }

  /** By kind; workloads and tasks among each other, after those that they wait for. Linear. */
  private order(): Part[] {
    const rank = new Map(KINDS.map((kind, i) => [kind, i] as const));
    const byKind: Part[][] = KINDS.map(() => []);
    for (const part of this.parts) (byKind[rank.get(isRunner(part) ? 'workload' : part.kind) as number] as Part[]).push(part);
    const runners = rank.get('workload') as number;
    byKind[runners] = orderByGates(byKind[runners] as unknown as Runner[], this.problems) as unknown as Part[];
    return byKind.flat();
  }

  private tryDraft(part: Part): Drafted<N>[] {
    try {
      return [this.draft(part)];
    } catch (error) {
      // a cell that stumbles over what was left out must not hide why it was
      if (!(error instanceof ProblemsError) && this.wrong.size === 0) throw error;
      if (error instanceof ProblemsError) this.problems.push(...error.problems);
      return [];
    }
  }

  private draft<K extends Kind>(part: Part<K>): Drafted<N> {
    const at = this.at(part);
    const native = this.platform.cells[part.kind].draft(part.resolve().spec as Kinds[K], at);
    part.applyEdits(this.platform.natives, native);
    this.guard(part as Part, native);
    this.natives.set(part as Part, native);
    return { part: part as Part, native: native as N[Kind], at: at as unknown as At<N> };
  }

  /** What is secret, or not known yet, must not stand in what is written or deployed. */
  private guard(part: Part, native: object): void {
    const problem = (fix: string) => (where: string, what: string) =>
      this.problems.push({ path: below(displayPath(part), where), what, fix });
    if (this.taint && ackAt(part, 'plain-secret') === undefined)
      this.taint.find({ name: this.names.get(part), ...native }, problem('refer to a secret instead: secret.file(…), secret.key(…)'));
    if (this.platform.finishes) return;
    const late = !(typeof this.platform.support['late-bound'] === 'object' && 'unsupported' in this.platform.support['late-bound']);
    findUnresolved(native, late, problem('pass the value itself, or give one that is known'));
  }

  private at<K extends Kind>(part: Part<K>): At<N, K> {
    const path = displayPath(part);
    const resolved = part.resolve();
    const runner = isRunner(part as Part) ? (part as unknown as Runner) : undefined;
    const edges = runner ? edgesOf(runner) : { incoming: [], outgoing: [] };
    return {
      part,
      path,
      name: this.names.get(part as Part) as string,
      stack: this.stack,
      environment: Environment.of(part),
      asked: (feature) => resolved.features.has(feature),
      acknowledged: (what) => ackAt(part, what),
      nameOf: (other) => this.names.get(other) ?? nameOf(other),
      spec: (other) => other.resolve().spec,
      native: (other) => {
        const native = this.natives.get(other as unknown as Part);
        const what = `needs ${displayPath(other)}, which is not part of this stack`;
        // a part of this stack without a native has a problem of its own
        const missing = this.names.has(other as unknown as Part) ? [] : [{ path, what, fix: 'put both into one stack' }];
        if (!native) throw new ProblemsError(missing);
        return native as N[typeof other.kind];
      },
      routes: this.routes.get(part as Part) ?? [],
      incoming: edges.incoming.map((edge) => view(edge, runner)),
      outgoing: edges.outgoing.map((edge) => view(edge, Part.isPart(edge.peer) ? (edge.peer as Runner) : undefined)),
      gates: runner ? gatesOf(runner) : [],
      owns: (other) => this.names.has(other),
      networks: (runner && this.networks?.of(runner)) ?? [],
      perReplicaOf: this.owners.get(part as Part),
      claim: (space, name, fix, owner) => this.claim(part as Part, fix === undefined ? `${space} name` : space, name, fix, owner),
      problem: (where, what, value, fix) => {
        this.problems.push({ path: below(path, where), what, value, fix });
      },
    };
  }
}

/** Nobody can leave out what nobody asked for: the replicas may be a default. */
function leaveOut(part: Part, feature: Feature): string {
  const spec = part.kind === 'workload' && /^(sidecar\.)?replica/.test(feature) && (part as Part<'workload'>).resolve().spec;
  return spec && spec.replicasOf !== undefined ? replicasFix(spec, 'set replicas to 1') : 'leave it out';
}

function isRunner(part: Part): part is Part<'workload' | 'task'> {
  return part.kind === 'workload' || part.kind === 'task';
}
