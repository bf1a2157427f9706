import { type Problem, ProblemsError } from '../model/problems';

/** Ends a program. Pulumi then shows the message alone, and not the inside of the error and a stack trace. */
export function failWith(problems: readonly Problem[]): never {
  // what Pulumi's own RunError is recognised by, also in another copy of its package
  throw Object.defineProperty(new ProblemsError(problems), '__pulumiRunError', { value: true });
}
