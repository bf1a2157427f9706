import type { IConstruct } from 'constructs';
import { Part } from '../../model/part';
import { displayPath, type Problem } from '../../model/problems';
import { isChart } from './chart-plan';

/** Whether it is no object here, but what others refer to: it may stand above the charts that share it. */
function isReferred(part: Part): boolean {
  if (part.kind !== 'secret') return part.kind === 'network';
  return ['existing', 'vault'].includes((part as Part<'secret'>).resolve().spec.source);
}

/** What stands below an app and in none of its charts: no file would hold it. */
export function outsideProblems(app: IConstruct): Problem[] {
  if (isChart(app)) return [];
  const paths: string[] = [];
  for (const part of Part.within(app, isChart)) {
    const path = displayPath(part);
    // an entrance stands below the service that it leads to, and one message is enough
    const said = paths.some((other) => path === other || path.startsWith(`${other}/`));
    if (!said && !isReferred(part)) paths.push(path);
  }
  return paths.map((path) => ({ path, what: 'is in no cdk8s Chart, so no file would hold it', fix: 'put it under a Chart' }));
}
