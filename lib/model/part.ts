import type { IConstruct } from 'constructs';
import { Composite } from './composite';
import { Environment } from './environment';
import { type Acknowledgeable, ackAt, type Feature } from './features';
import { attachToHost } from './host';
import type { Kind, Kinds } from './kinds';
import { below, displayPath, type Problem, ProblemsError } from './problems';
import { badText, findBadTexts, withoutPassword } from './values/text';

export { displayPath } from './problems';

const PART = Symbol.for('ironhull.Part');

/** What a resolve function may ask for and say while it turns props into a spec. */
export interface Resolution {
  /** The environment of the part. */
  readonly environment: Environment;
  /** Says that the user asked for something that not every platform can do. */
  feature(feature: Feature): void;
  /** Reports a problem; `where` is the property, in dots. */
  problem(where: string, what: string, value: unknown, fix: string): void;
  /** Reports something that is allowed, and yet should be known. */
  warning(where: string, what: string, value: unknown, fix: string): void;
  /** The reason with which something was acknowledged here or above, if it was. */
  acknowledged(what: Acknowledgeable): string | undefined;
}

/** What a part is after all defaults were filled in. */
export interface Resolved<K extends Kind = Kind> {
  /** Everything that is true of the part. */
  readonly spec: Kinds[K];
  /** What the user asked for that not every platform can do. */
  readonly features: ReadonlySet<Feature>;
  /** What is wrong with the props. */
  readonly problems: readonly Problem[];
  /** What is allowed, and yet should be known. */
  readonly warnings: readonly Problem[];
}

/** The name under which a platform's edits are kept; two platforms may share natives and so edits. */
export interface Tunable<N extends { readonly [K in Kind]: object }> {
  /** Which natives: `kubernetes`, `docker`, `swarm`, `compose`. */
  readonly natives: string;
  /** Carries the types of the natives; never present at run time. */
  readonly __natives?: N;
}

type Edit = (native: never) => void;

/**
 * A piece of a system, of one of the kernel's kinds. Constructs are made of parts; platforms turn parts into native
 * objects. Its props are resolved when the system is rendered, so that a construct can still be added to until then.
 */
export class Part<K extends Kind = Kind> extends Composite {
  /** Whether something is a part, also one of another copy of this package. */
  static isPart(x: unknown): x is Part {
    return typeof x === 'object' && x !== null && PART in x;
  }

  /** All parts at and below a construct, in the order of the tree. */
  static within(root: IConstruct, stop: (scope: IConstruct) => boolean = () => false): Part[] {
    const found: Part[] = [];
    const stack: IConstruct[] = [root];
    for (let at = stack.pop(); at; at = stack.pop()) {
      if (Part.isPart(at)) found.push(at);
      const children = at.node.children;
      for (let i = children.length - 1; i >= 0; i--) {
        const child = children[i] as IConstruct;
        if (!stop(child)) stack.push(child);
      }
    }
    return found;
  }

  /** The part's kind. */
  readonly kind: K;
  private readonly resolver: (resolution: Resolution) => Kinds[K];
  private readonly edits = new Map<string, Edit[]>();
  private known?: Resolved<K>;
  private busy = false;

  /**
   * @param kind the part's kind
   * @param resolve turns what the user said into what is true; called once, when the system is rendered
   */
  constructor(scope: IConstruct, id: string, kind: K, resolve: (resolution: Resolution) => Kinds[K]) {
    super(scope, id);
    Object.defineProperty(this, PART, { value: true });
    this.kind = kind;
    this.resolver = resolve;
    attachToHost(this);
  }

  /**
   * Edits the native object of one platform, after everything else was filled in: the way to anything that a construct
   * did not foresee.
   */
  tune<N extends { readonly [P in Kind]: object }>(platform: Tunable<N>, edit: (native: N[K]) => void): void {
    const list = this.edits.get(platform.natives) ?? [];
    list.push(edit as Edit);
    this.edits.set(platform.natives, list);
  }

  /** Applies the edits of a platform to a native object. @throws ProblemsError if one of them throws @internal */
  applyEdits(natives: string, native: object): void {
    for (const edit of this.edits.get(natives) ?? []) {
      try {
        edit(native as never);
      } catch (error) {
        const message = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');
        throw new ProblemsError([{ path: displayPath(this), what: `tune(${natives}) failed: ${message}`, fix: 'mend the edit' }]);
      }
    }
  }

  /** Has the part resolved again, because something may have been added to it since. @internal */
  forget(): void {
    delete this.known;
  }

  /** The part with everything filled in; done once in each render. @internal */
  resolve(): Resolved<K> {
    if (this.known) return this.known;
    if (this.busy)
      throw new ProblemsError([
        { path: displayPath(this), what: 'needs a value of its own', fix: 'break the circle of parts that need each other' },
      ]);
    this.busy = true;
    try {
      this.known = this.resolveNow();
    } finally {
      this.busy = false;
    }
    return this.known;
  }

  private resolveNow(): Resolved<K> {
    const features = new Set<Feature>();
    const problems: Problem[] = [];
    const warnings: Problem[] = [];
    const path = displayPath(this);
    const say = (list: Problem[]) => (where: string, what: string, value: unknown, fix: string) => {
      list.push({ path: below(path, where), what, value, fix });
    };
    const spec = this.resolver({
      environment: Environment.of(this),
      feature: (feature) => features.add(feature),
      problem: say(problems),
      warning: say(warnings),
      acknowledged: (what) => ackAt(this, what),
    });
    // a file may hold a program that holds such text
    const texts = this.kind === 'config' ? {} : spec;
    findBadTexts(texts, (where, text) => {
      const [what, fix] = badText(text) as readonly [string, string];
      const shown = withoutPassword(text);
      if (!problems.some((one) => one.value === shown)) say(problems)(where.replace(/^main\./, ''), what, shown, fix);
    });
    return { spec, features, problems, warnings };
  }
}
