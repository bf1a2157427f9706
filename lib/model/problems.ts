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

/** `<path>: <what>, got <value>; <what to do>`, on one line. */
export function formatProblem(problem: Problem): string {
  const got = 'value' in problem && problem.value !== undefined ? `, got ${show(problem.value)}` : '';
  return `${problem.path}: ${problem.what}${got}; ${problem.fix}`;
}

/** A value as it stands in an error: short, on one line, and never the inside of a late-bound value. */
export function show(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = 'a value that cannot be printed';
  }
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/**
 * All problems of one run, in one error.
 *
 * Nothing is written and no resource is registered when it is thrown.
 */
export class ProblemsError extends Error {
  /** `ProblemsError`, also where `instanceof` fails between two copies of the package. */
  override readonly name = 'ProblemsError';
  /** What was wrong, in the order of the construct tree, each thing once. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const lines = [...new Set(problems.map(formatProblem))];
    super(`${lines.length} problem${lines.length === 1 ? '' : 's'}:\n  ${lines.join('\n  ')}`);
    this.problems = problems;
  }
}
