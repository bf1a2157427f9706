import type { IConstruct } from 'constructs';
import { type Edge, edgesOf } from '../model/edges';
import { Environment } from '../model/environment';
import { ackAt, type Feature } from '../model/features';
import { KINDS, type Kind, type Kinds } from '../model/kinds';
import { isDnsLabel, kebab, nameOf, tryPinnedName } from '../model/names';
import { displayPath, Part } from '../model/part';
import { below, once, type Problem, ProblemsError, reported, usePort } from '../model/problems';
import { overlap, parseCidr, type Range } from '../model/values/address';
import { peerProblems } from '../model/workload/peers';
import { replicasFix } from '../model/workload/replicas';
import { view } from './edge-view';
import type { At, Difference, Drafted, Natives, Plan, Platform } from './platform';
import { references } from './references';

/** Which part of a tree is a stack. */
export interface RenderOptions {
  /** The stack's name without its environment. @default - the pinned name or the id of the root */
  readonly name?: string;
  /** Constructs that belong to another stack, such as nested charts. @default - none */
  readonly foreign?: (scope: IConstruct) => boolean;
}

/**
 * Renders a stack for a platform without handing anything over: resolves all parts, checks names and what was asked
 * for, and drafts the native objects. It throws nothing: what is wrong is in the plan.
 */
export function plan<N extends Natives, O>(root: IConstruct, platform: Platform<N, O>, options: RenderOptions = {}): Plan<N, O> {
  return new Planner(root, platform, options).run();
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
  private readonly claims = new Map<string, string>();
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
    for (const part of this.parts) if (part.kind === 'workload') this.checkMetrics(part as Part<'workload'>);
    // a draft may rely on a spec that is right; what only the platform finds wrong elsewhere is told in the same run
    const drafted = this.order()
      .filter((part) => !this.wrong.has(part) && !references(part).some((other) => this.wrong.has(other)))
      .flatMap((part) => this.tryDraft(part));
    return {
      platform: this.platform,
      stack: this.stack,
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
    if (part.kind === 'network') this.takeSubnet(part as Part<'network'>);
    if (part.kind === 'route') {
      const { to } = (part as Part<'route'>).resolve().spec;
      const list = this.routes.get(to);
      if (list) list.push(part as Part<'route'>);
      else this.routes.set(to, [part as Part<'route'>]);
    }
    if (part.kind === 'workload') {
      this.checkEdges(part as Part<'workload'>);
      for (const { network, address } of (part as Part<'workload'>).resolve().spec.networks) {
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
    this.claim(part, `${part.kind} name`, name);
  }

  private claim(part: Part, space: string, name: string, fix = 'choose another id, or give one of them a name', owner?: string): void {
    const key = `${space}\0${name}`;
    const other = this.claims.get(key);
    const path = displayPath(part);
    if (other === undefined) this.claims.set(key, owner ?? path);
    else if (other !== owner) this.problems.push({ path, what: `the ${space} is taken by ${other}`, value: name, fix });
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

  private checkEdges(part: Part<'workload'>): void {
    const { incoming, outgoing } = edgesOf(part);
    for (const edge of outgoing) {
      if (Part.isPart(edge.peer)) this.checkPorts(part, edge, edge.peer as Part<'workload'>);
      else this.problems.push(...peerProblems(displayPath(part), edge.peer));
    }
    for (const edge of incoming) {
      if (Part.isPart(edge.peer)) continue;
      this.checkPorts(part, edge, part);
      this.problems.push(...peerProblems(displayPath(part), edge.peer));
      for (const value of edge.peer.ports) this.checkPort(part, part, value);
    }
  }

  /** Metrics that nobody may fetch, where edges are kept. */
  private checkMetrics(part: Part<'workload'>): void {
    const port = part.resolve().spec.metrics?.port;
    if (!port || this.platform.support['network.edges'] !== 'native') return;
    const open = edgesOf(part).incoming.some((edge) => view(edge, part).ports.some(({ name }) => name === port.name));
    if (open || this.routes.get(part)?.some((route) => route.resolve().spec.port === port.name)) return;
    const fix = `set metrics.from to the peer that fetches them, or call network.allowFrom with '${port.name}'`;
    this.warnings.push({
      path: below(displayPath(part), 'metrics'),
      what: 'nobody may connect to the metrics port',
      value: port.name,
      fix,
    });
  }

  private checkPorts(part: Part, edge: Edge, target: Part<'workload'>): void {
    for (const value of edge.ports) this.checkPort(part, target, value);
  }

  private checkPort(part: Part, target: Part<'workload'>, value: string | number): void {
    const { ports } = target.resolve().spec;
    // said already, where the port of the metrics is wrong
    if (part.resolve().problems.some((one) => one.value === value)) return;
    if (ports.some((port) => port.name === value || port.port === value)) return;
    const what = `an edge names a port that ${displayPath(target)} does not have`;
    this.problems.push({ path: displayPath(part), what, value, fix: usePort(ports) });
  }

  /** By kind; workloads after those that they connect to, as far as there is no cycle. Linear. */
  private order(): Part[] {
    const rank = new Map(KINDS.map((kind, i) => [kind, i] as const));
    const byKind: Part[][] = KINDS.map(() => []);
    for (const part of this.parts) (byKind[rank.get(part.kind) as number] as Part[]).push(part);
    const own = new Set(this.parts);
    const workloads = byKind[rank.get('workload') as number] as Part<'workload'>[];
    const sorted: Part[] = [];
    const seen = new Set<Part>();
    for (const start of workloads) {
      const stack: { part: Part<'workload'>; next: number }[] = seen.has(start) ? [] : [{ part: start, next: 0 }];
      seen.add(start);
      while (stack.length > 0) {
        const top = stack[stack.length - 1] as { part: Part<'workload'>; next: number };
        const edge = edgesOf(top.part).outgoing[top.next++];
        if (edge === undefined) {
          sorted.push(top.part);
          stack.pop();
        } else if (Part.isPart(edge.peer) && own.has(edge.peer) && !seen.has(edge.peer)) {
          seen.add(edge.peer);
          stack.push({ part: edge.peer as Part<'workload'>, next: 0 });
        }
      }
    }
    byKind[rank.get('workload') as number] = sorted;
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
    this.natives.set(part as Part, native);
    return { part: part as Part, native: native as N[Kind], at: at as unknown as At<N> };
  }

  private at<K extends Kind>(part: Part<K>): At<N, K> {
    const path = displayPath(part);
    const resolved = part.resolve();
    const edges = part.kind === 'workload' ? edgesOf(part as unknown as Part<'workload'>) : { incoming: [], outgoing: [] };
    const own = part as unknown as Part<'workload'>;
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
      incoming: edges.incoming.map((edge) => view(edge, own)),
      outgoing: edges.outgoing.map((edge) => view(edge, Part.isPart(edge.peer) ? (edge.peer as Part<'workload'>) : undefined)),
      startsAfter: [
        ...new Set(
          edges.outgoing.flatMap((edge) => (Part.isPart(edge.peer) && this.natives.has(edge.peer) ? [edge.peer as Part<'workload'>] : [])),
        ),
      ],
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
