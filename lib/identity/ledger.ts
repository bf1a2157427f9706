import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { IConstruct } from 'constructs';
import { displayPath, type Problem } from '../model/problems';
import type { Inspector, PlannedStack } from '../platform/platform';
import { checkStack, type StackFindings } from './check';
import { type Consent, consentsAt } from './consent';
import { type Identity, identitiesOf } from './facts';
import { type Entry, formatStacks, parseStacks, type Stacks } from './file';

/** The usual name of the file, beside `Pulumi.yaml` or `package.json`. */
export const LEDGER_FILE = 'ironhull.identities.json';

/** How a ledger is used. */
export interface IdentityLedgerOptions {
  /**
   * What happens to what the file does not hold yet: `write` adds it, `warn` tells of it, `frozen` refuses it.
   * @default - `frozen` where the variable `CI` is set, else `write`
   */
  readonly mode?: 'write' | 'warn' | 'frozen';
}

/** What a ledger has to say of the stacks of one run. */
export interface LedgerFindings {
  /** What is refused. */
  readonly problems: readonly Problem[];
  /** What should be known. */
  readonly warnings: readonly Problem[];
}

/** A stack as it was planned, for one platform or for several. */
class Observed {
  readonly identities = new Map<string, Identity>();
  readonly clashes: Problem[] = [];
  /** Consents at and below its roots, which are its own; those above may be others' as well. */
  readonly consents = new Set<Consent>();
  readonly above = new Set<Consent>();
  findings: StackFindings | undefined;

  constructor(readonly root: IConstruct) {}
}

/**
 * A committed file that holds the names of everything that must keep its name, and what cannot be changed of it, by stack
 * (`<system>-<environment>`, whatever the platform) and construct. What would lose data, or what no platform can change in
 * place, is refused, with the way out.
 *
 * @example
 * const ledger = IdentityLedger.read('ironhull.identities.json');
 * const file = composeFile(root, { name: 'shop', identities: ledger });
 * ledger.write(() => writeComposeFile('compose.yaml', file));
 */
export class IdentityLedger implements Inspector {
  /** Reads a file; one that does not exist is empty. What is wrong with its text is told by `check`. */
  static read(path: string = LEDGER_FILE, options: IdentityLedgerOptions = {}): IdentityLedger {
    return new IdentityLedger(path, options.mode ?? (inCi() ? 'frozen' : 'write'));
  }

  private readonly recorded: Stacks;
  private readonly garbage: Problem | undefined;
  private readonly stacks = new Map<string, Observed>();
  private readonly walked = new Set<IConstruct>();
  private readonly before: string;
  private names: ReadonlySet<string> | undefined;

  private constructor(
    /** The path of the file. */
    readonly path: string,
    /** What happens to what the file does not hold yet. */
    readonly mode: 'write' | 'warn' | 'frozen',
  ) {
    this.before = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const parsed = this.before === '' ? new Map() : parseStacks(this.before, path);
    this.garbage = parsed instanceof Map ? undefined : (parsed as Problem);
    this.recorded = parsed instanceof Map ? (parsed as Stacks) : new Map();
  }

  /**
   * Takes a planned stack. Several of one name, such as two charts of one system, are one stack; the same stack for
   * another platform adds what that platform knows.
   *
   * @param foreign constructs that belong to another stack
   */
  observe(root: IConstruct, planned: PlannedStack, foreign?: (scope: IConstruct) => boolean): void {
    const key = keyOf(planned);
    const observed = this.stacks.get(key) ?? new Observed(root);
    this.stacks.set(key, observed);
    observed.findings = undefined;
    for (const identity of identitiesOf(root, planned, foreign)) this.add(key, observed, identity);
    this.gather(root, observed);
  }

  /** Takes a planned stack, and says what is wrong with it alone. */
  inspect(root: IConstruct, planned: PlannedStack, foreign?: (scope: IConstruct) => boolean): LedgerFindings {
    this.observe(root, planned, foreign);
    if (this.garbage) return { problems: [this.garbage], warnings: [] };
    const key = keyOf(planned);
    const observed = this.stacks.get(key) as Observed;
    const found = this.findingsOf(key, observed);
    const consents = this.consentFindings(observed.consents, found.used);
    return { problems: [...found.problems, ...consents.problems], warnings: [...found.warnings, ...consents.warnings] };
  }

  /** What is wrong, in all stacks together, and what should be known. */
  check(): LedgerFindings {
    if (this.garbage) return { problems: [this.garbage], warnings: [] };
    const found = [...this.stacks].map(([key, observed]) => this.findingsOf(key, observed));
    const all = [...this.stacks.values()].flatMap(({ consents, above }) => [...consents, ...above]);
    found.push({
      ...this.consentFindings(new Set(all), new Set(found.flatMap(({ used }) => [...used]))),
      used: new Set(),
      next: new Map(),
    });
    return { problems: found.flatMap((one) => one.problems), warnings: found.flatMap((one) => one.warnings) };
  }

  /** The text that the file holds once what is new was written. */
  text(): string {
    const next = new Map(this.recorded);
    for (const [key, observed] of this.stacks) {
      const entries = this.findingsOf(key, observed).next;
      if (entries.size > 0) next.set(key, entries);
      else next.delete(key);
    }
    return formatStacks(next);
  }

  /**
   * Writes the file if it changed and may be written; nothing while something is wrong.
   *
   * @param outputs writes what belongs to it: if that fails, the file stays as it was
   */
  write(outputs: () => void = () => undefined): void {
    const text = this.mode === 'write' && this.check().problems.length === 0 ? this.text() : this.before;
    if (text === this.before) {
      outputs();
      return;
    }
    const temporary = `${this.path}.${process.pid}.tmp`;
    try {
      writeFileSync(temporary, text);
      outputs();
      renameSync(temporary, this.path);
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  private add(key: string, { identities, clashes }: Observed, identity: Identity): void {
    const id = `${identity.part.kind}\0${identity.name}`;
    const known = identities.get(id);
    if (!known) identities.set(id, identity);
    else if (known.part === identity.part) Object.assign(known.facts, identity.facts);
    else if (known.part.node.root === identity.part.node.root) {
      const what = `the ${identity.part.kind} name is taken by ${displayPath(known.part)}, which is in the stack ${key}, too`;
      const fix = 'choose another id, or give charts a `system` each';
      clashes.push({ path: displayPath(identity.part), what, value: identity.name, fix });
    } else {
      const what = `another program's stack is called ${key}, too`;
      clashes.push({ path: displayPath(identity.part), what, fix: 'use a ledger of its own for each program' });
    }
  }

  /** Consents at, above and below a root; once, however many platforms are rendered. */
  private gather(root: IConstruct, { consents, above }: Observed): void {
    if (this.walked.has(root)) return;
    this.walked.add(root);
    for (let at = root.node.scope; at; at = at.node.scope) for (const one of consentsAt(at)) above.add(one);
    const stack: IConstruct[] = [root];
    for (let at = stack.pop(); at; at = stack.pop()) {
      for (const one of consentsAt(at)) consents.add(one);
      stack.push(...at.node.children);
    }
  }

  private findingsOf(key: string, observed: Observed): StackFindings {
    observed.findings ??= this.compare(key, observed);
    return observed.findings;
  }

  private compare(key: string, { root, identities, clashes, consents, above }: Observed): StackFindings {
    const before = this.recorded.get(key) ?? new Map<string, Entry>();
    const shown = (path: string) => [root.node.path, path].filter((one) => one !== '').join('/');
    const found = checkStack(before, [...identities.values()], [...consents, ...above], this.path, shown);
    if (found.problems.length === 0) this.stale(key, before, found, root, this.mode === 'frozen' ? found.problems : found.warnings);
    found.problems.unshift(...clashes);
    return found;
  }

  /** What the file does not hold yet, where it is not written. */
  private stale(key: string, before: ReadonlyMap<string, Entry>, { next }: StackFindings, root: IConstruct, list: Problem[]): void {
    if (this.mode === 'write') return;
    const fix = `run synth where CI is not set, and commit ${this.path}`;
    if (before.size === 0 && next.size > 0) {
      list.push({ path: displayPath(root), what: `${this.path} does not know the stack ${key}`, fix });
      return;
    }
    for (const [path, entry] of next) {
      const known = before.get(path);
      if (known && says(known, entry)) continue;
      const what = `${this.path} ${known ? 'holds something else of' : 'does not hold'} the ${entry.kind} at ${path}`;
      list.push({ path: displayPath(root), what, value: entry.name, fix });
    }
    for (const [path, entry] of before) {
      if (next.has(path)) continue;
      list.push({ path: displayPath(root), what: `${this.path} still holds the ${entry.kind} at ${path}`, value: entry.name, fix });
    }
  }

  private consentFindings(consents: ReadonlySet<Consent>, used: ReadonlySet<Consent>): { problems: Problem[]; warnings: Problem[] } {
    const problems: Problem[] = [];
    const warnings: Problem[] = [];
    for (const consent of consents) {
      const path = displayPath(consent.scope);
      if ('moved' in consent) {
        if (this.knows(consent.moved)) continue;
        const what = `moved() names something that ${this.path} does not hold`;
        problems.push({ path, what, value: consent.moved, fix: 'use the name that it holds, or leave the call out' });
      } else if (!used.has(consent)) {
        const [call, value] = 'retired' in consent ? ['retire()', consent.retired] : ['migrated()', `${consent.changed}: ${consent.to}`];
        warnings.push({ path, what: `${call} allows something that happens no more`, value, fix: 'remove it from the program' });
      }
    }
    return { problems, warnings };
  }

  /** A name, or the beginning of names; in any stack, since the same program makes all of them. */
  private knows(name: string): boolean {
    // there is nothing to compare with before the first run
    if (this.recorded.size === 0) return true;
    this.names ??= namesIn(this.recorded);
    return this.names.has(name);
  }
}

function keyOf({ stack }: PlannedStack): string {
  return `${stack.name}-${stack.environment.name}`;
}

function namesIn(stacks: Stacks): Set<string> {
  const names = new Set<string>();
  for (const entries of stacks.values()) {
    for (const { name } of entries.values()) {
      for (let end = name.length; end > 0; end = name.lastIndexOf('-', end - 1)) names.add(name.slice(0, end));
    }
  }
  return names;
}

/** Whether an entry of the file holds for what is there now; a fact that only another platform has need not stand in it. */
function says(known: Entry, { kind, name, facts }: Entry): boolean {
  const now: Readonly<Record<string, unknown>> = { kind, name, ...facts };
  const before = Object.entries({ kind: known.kind, name: known.name, ...known.facts });
  return before.every(([fact, value]) => JSON.stringify(now[fact]) === JSON.stringify(value));
}

/** Whether this runs where nobody commits what it writes. */
export function inCi(): boolean {
  return !['', '0', 'false'].includes((process.env.CI ?? '').toLowerCase());
}
