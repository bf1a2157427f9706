import type { IConstruct } from 'constructs';
import { below, displayPath, type Problem, ProblemsError, report } from '../model/problems';
import { taintSearch } from '../model/values/taint';
import type { DashboardPanel } from './monitor';

const TYPES: readonly string[] = ['stat', 'timeseries', 'table', 'state-timeline'] satisfies readonly DashboardPanel['type'][];

/** Whether something is a length of time that Grafana and Prometheus read. */
export function isRange(value: unknown): boolean {
  return typeof value === 'string' && /^[1-9]\d{0,5}[smhd]$/.test(value);
}

/** Whether something is text that shows. */
export function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

/** Reports what nothing can be drawn of. */
export function checkPanel(monitor: IConstruct, at: string, { title, type, queries, limit, states = [], range }: DashboardPanel): void {
  const wrong = (where: string, what: string, value: unknown, fix: string) => report(monitor, `${at}.${where}`, what, value, fix);
  if (!isText(title)) wrong('title', 'a panel needs a title', title, 'say what it shows');
  if (!TYPES.includes(type)) wrong('type', 'is no kind of panel', type, `use one of ${TYPES.join(', ')}`);
  if (!Array.isArray(queries) || queries.length === 0) wrong('queries', 'a panel shows what it asks for', queries, 'give it a query');
  else
    for (const [i, query] of queries.entries())
      if (!isText(query?.expr)) wrong(`queries[${i}].expr`, 'must be PromQL', query?.expr, "write it as 'sum(up)'");
  if (limit !== undefined && !Number.isFinite(limit)) wrong('limit', 'must be a number', limit, 'give the value from which on it is red');
  if (range !== undefined && !isRange(range)) wrong('range', 'must be a length of time', range, "write it as '30d', '6h' or '15m'");
  const values = states.map(({ value }) => value);
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  if (twice !== undefined) wrong('states', 'one value has two meanings', twice, 'say each value once');
}

/** Refuses what would be written with the value of a secret in it. */
export function refuseSecrets(root: IConstruct, name: string, written: unknown, fix: string): void {
  const problems: Problem[] = [];
  taintSearch()?.find(written, (where, what) => {
    problems.push({ path: below(displayPath(root), `${name}.${where}`), what, fix });
  });
  if (problems.length > 0) throw new ProblemsError(problems);
}
