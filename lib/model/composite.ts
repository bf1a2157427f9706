import { Construct, type IConstruct } from 'constructs';
import { report, reportedAt } from './problems';

/**
 * The base of every construct of the library. Where an id is missing or taken, it takes another and reports that, so
 * that it is seen together with everything else that is wrong instead of stopping the program.
 */
export abstract class Composite extends Construct {
  constructor(scope: IConstruct, id: string) {
    super(scope as Construct, freeId(scope, id));
  }
}

function freeId(scope: IConstruct, id: string): string {
  const given = typeof id === 'string' && id !== '';
  // npm constructs looks children up in a plain object
  const word = given && id in Object.prototype;
  if (given && !word && scope.node.tryFindChild(id) === undefined) return id;
  if (word) report(scope, '', 'an id must not be a name that every object of JavaScript has', id, 'choose another');
  else if (given) report(scope, '', 'two constructs have the same id', id, 'give each an id of its own');
  else report(scope, '', 'a construct has no id', id, 'give it one, such as its name');
  // from the number of reports on, so that many constructs with one id do not take a quadratic time
  for (let n = reportedAt(scope).length + 1; ; n++) {
    const candidate = `${given ? id : 'without-id'}~${n}`;
    if (scope.node.tryFindChild(candidate) === undefined) return candidate;
  }
}
