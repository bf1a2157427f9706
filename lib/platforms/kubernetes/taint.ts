import type { IConstruct } from 'constructs';
import { ackAt } from '../../model/features';
import { displayPath, type Problem } from '../../model/problems';
import { taintSearch } from '../../model/values/taint';
import type { FinishedManifest } from './finish';

/** Secret values in an object, unless the construct accepts them. */
export function taintProblems(json: FinishedManifest, construct: IConstruct): Problem[] {
  const problems: Problem[] = [];
  const search = taintSearch();
  if (!search || ackAt(construct, 'plain-secret') !== undefined) return problems;
  const fix = "refer to a Secret by its name instead, or acknowledge 'plain-secret' with a reason";
  search.find(json, (where, what) => problems.push({ path: `${displayPath(construct)}: ${where}`, what, fix }));
  return problems;
}
