import { Construct, type IConstruct } from 'constructs';
import type { Problem } from './problems';

const DUPLICATES = Symbol.for('ironhull.DuplicateIds');

/**
 * The base of every construct of the library. Where an id is taken, it takes another and remembers that, so that a
 * second use of an id is reported together with everything else that is wrong instead of stopping the program.
 */
export abstract class Composite extends Construct {
  constructor(scope: IConstruct, id: string) {
    super(scope as Construct, freeId(scope, id));
  }
}

function freeId(scope: IConstruct, id: string): string {
  if (scope.node.tryFindChild(id) === undefined) return id;
  const holder = scope as { [DUPLICATES]?: string[] };
  if (holder[DUPLICATES]) holder[DUPLICATES].push(id);
  else Object.defineProperty(scope, DUPLICATES, { value: [id] });
  for (let n = 2; ; n++) {
    const candidate = `${id}~${n}`;
    if (scope.node.tryFindChild(candidate) === undefined) return candidate;
  }
}

/** The ids that were used twice at and below a construct. */
export function duplicateIds(root: IConstruct, stop: (scope: IConstruct) => boolean = () => false): Problem[] {
  const problems: Problem[] = [];
  const stack: IConstruct[] = [root];
  for (let at = stack.pop(); at; at = stack.pop()) {
    for (const id of (at as { [DUPLICATES]?: string[] })[DUPLICATES] ?? []) {
      problems.push({
        path: at.node.path || at.node.id || 'the stack',
        what: 'two constructs have the same id',
        value: id,
        fix: 'give each an id of its own',
      });
    }
    stack.push(...at.node.children.filter((child) => !stop(child)));
  }
  return problems;
}
