/** Rules by Prometheus' own evaluation. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './run';

/** A file of rules, the alerts in it, and how often they are evaluated. */
export interface Rules {
  readonly file: string;
  readonly names: readonly string[];
  readonly interval: '1m' | '5m';
}

/** A series as promtool reads it, a value for each interval. */
export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/** Which alerts fire at each of these times (in seconds), as Prometheus says: it is told that none does, and contradicts. */
export async function firing(
  { file, names, interval }: Rules,
  input_series: readonly InputSeries[],
  times: readonly number[],
): Promise<Map<number, string[]>> {
  const none = times.flatMap((time) => names.map((alertname) => ({ eval_time: `${time}s`, alertname, exp_alerts: [] })));
  const test = join(dirname(file), 'test.json');
  const tests = [{ interval, input_series, alert_rule_test: none }];
  writeFileSync(test, JSON.stringify({ rule_files: [file], evaluation_interval: interval, tests }));
  const { stdout, stderr } = await run('promtool', ['test', 'rules', test]);
  const said = stdout + stderr;
  if (!said.includes('SUCCESS') && !said.includes('FAILED:')) throw new Error(said);
  const found = new Map(times.map((time) => [time, [] as string[]]));
  for (const [, alert, at] of said.matchAll(/alertname: (\w+), time: (\w+),/g)) found.get(seconds(at as string))?.push(alert as string);
  if (said.includes('FAILED:') && [...found.values()].every((list) => list.length === 0)) throw new Error(said);
  return found;
}

/** `1d7h30m`, as promtool writes it. */
function seconds(text: string): number {
  const unit: Readonly<Record<string, number>> = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 };
  return [...text.matchAll(/(\d+)([wdhms])/g)].reduce((sum, [, count, of]) => sum + Number(count) * (unit[of as string] as number), 0);
}
