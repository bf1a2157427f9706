import type { IConstruct } from 'constructs';
import { redact, taintSearch } from './values/taint';

/** One thing that is wrong: where, what, the value, and the way out. */
export interface Problem {
  /** Construct path, with the property behind it: `veogen/Backend: ports.http`. */
  readonly path: string;
  /** What is wrong, without the value. */
  readonly what: string;
  /** The offending value, as the user wrote it; absent where nothing was written. */
  readonly value?: unknown;
  /** What to do about it. */
  readonly fix: string;
}

/** `<path>: <what>, got <value>; <what to do>`, on one line. What is known to be secret is left out. */
export function formatProblem(problem: Problem): string {
  const got = 'value' in problem && problem.value !== undefined ? `, got ${show(problem.value)}` : '';
  return redact(`${problem.path}: ${problem.what}${got}; ${problem.fix}`);
}

/** Each problem once, in the order in which they were found. */
export function once(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [formatProblem(problem), problem] as const)).values()];
}

/** The way out where a port is named that a container does not have. */
export function usePort(ports: readonly { readonly name: string }[]): string {
  return ports.length > 0 ? `use one of ${ports.map((port) => port.name).join(', ')}` : 'give it a port of that name';
}

/** A value as it stands in an error: short, on one line, and never the inside of a late-bound value. */
export function show(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  if (typeof value === 'object' && value !== null && 'apply' in value) return 'a value that is not known yet';
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = 'a value that cannot be printed';
  }
  // before it is cut: half a secret would not be found any more
  text = redact(text);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** A problem as others may print it. */
function withoutSecrets(problem: Problem): Problem {
  let secret = false;
  taintSearch()?.find({ ...problem }, () => {
    secret = true;
  });
  if (!secret) return problem;
  const { path, what, value, fix } = problem;
  const shown = typeof value === 'string' ? redact(value) : show(value);
  return { path: redact(path), what: redact(what), ...(value !== undefined && { value: shown }), fix: redact(fix) };
}

const CALL = Symbol.for('ironhull.Call');

/** Remembers the call to its scope by which a user made a construct, such as `publish http`: problems stand there. */
export function madeBy<C extends IConstruct>(construct: C, call: string): C {
  return Object.defineProperty(construct, CALL, { value: call });
}

/** The path of the construct that a user wrote: a part named `Default`, or made by a call, stands for its scope. */
export function displayPath(construct: IConstruct): string {
  const { scope, id } = construct.node;
  const call = (construct as { [CALL]?: string })[CALL];
  const path = ((id === 'Default' || call !== undefined) && scope ? scope : construct).node.path || 'the stack';
  return call === undefined ? path : `${path}: ${call}`;
}

/** A path with a property behind it, in dots; the path itself if there is none. */
export function below(path: string, where: string): string {
  return where === '' ? path : `${path}${path.includes(': ') ? '.' : ': '}${where}`;
}

const REPORTED = Symbol.for('ironhull.Reported');

/**
 * Remembers what is wrong with a construct itself, such as its id, so that it is reported together with everything else
 * instead of stopping the program. `where` is the property, in dots; empty for the construct as a whole.
 */
export function report(construct: IConstruct, where: string, what: string, value: unknown, fix: string): void {
  const holder = construct as { [REPORTED]?: Problem[] };
  if (!holder[REPORTED]) Object.defineProperty(construct, REPORTED, { value: [] });
  holder[REPORTED]?.push({ path: below(displayPath(construct), where), what, value, fix });
}

/** What was reported above, at and below a construct, in the order of the tree. */
export function reported(root: IConstruct, stop: (scope: IConstruct) => boolean = () => false): Problem[] {
  // above too: an acknowledgement there counts for what is below
  const problems: Problem[] = [];
  for (let at = root.node.scope; at; at = at.node.scope) problems.unshift(...reportedAt(at));
  const stack: IConstruct[] = [root];
  for (let at = stack.pop(); at; at = stack.pop()) {
    problems.push(...reportedAt(at));
    for (const child of at.node.children.reverse()) if (!stop(child)) stack.push(child);
  }
  return problems;
}

/** What was reported at exactly this construct. */
export function reportedAt(construct: IConstruct): readonly Problem[] {
  return (construct as { [REPORTED]?: Problem[] })[REPORTED] ?? [];
}

/**
 * All problems of one run, in one error.
 *
 * Nothing is written and no resource is registered when it is thrown.
 */
export class ProblemsError extends Error {
  /** `ProblemsError`, also where `instanceof` fails between two copies of the package. */
  override readonly name = 'ProblemsError';
  /** What was wrong, in the order in which it was found, each thing once. */
  declare readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const found = once(problems);
    super(`${found.length} problem${found.length === 1 ? '' : 's'}:\n  ${found.map(formatProblem).join('\n  ')}`);
    this.problems = found.map(withoutSecrets);
  }
}
