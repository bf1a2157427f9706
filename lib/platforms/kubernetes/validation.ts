import type { IConstruct } from 'constructs';
import type { Problem } from '../../model/problems';

/** What a construct says of itself, in cdk8s' way. */
export function validationProblems(construct: IConstruct): Problem[] {
  return construct.node.validate().map((what) => ({ path: construct.node.path || 'the app', what, fix: 'see the construct that says so' }));
}
