/** Rules by Prometheus' own evaluation. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { IConstruct } from 'constructs';
import { alertGroups, ruleFile } from '../../../lib';
import { requireEngine, run } from './run';

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

/** The rules of a tree in a file, for as long as a suite runs. */
export function rulesOf(root: IConstruct, interval: Rules['interval']): Rules {
  const folder = mkdtempSync(join(tmpdir(), 'ironhull-rules-'));
  const file = join(folder, 'rules.yaml');
  beforeAll(async () => {
    await requireEngine(['promtool', '--version']);
    writeFileSync(file, ruleFile(root));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  return { file, names: [...new Set(alertGroups(root).flatMap(({ rules }) => rules.map(({ alert }) => alert)))], interval };
}

/** What Prometheus says of a file of rules. */
export async function checked({ file }: Rules): Promise<{ readonly code: number; readonly said: string }> {
  const { code, stdout, stderr } = await run('promtool', ['check', 'rules', file]);
  return { code, said: stdout + stderr };
}

/** Series by the second that they are asked for, as promtool reads them; `missing` stands where one has no value. */
export function inputSeries(
  all: Readonly<Record<string, (time: number) => number | undefined>>,
  { step, samples, missing = '_' }: { readonly step: number; readonly samples: number; readonly missing?: '_' | 'stale' },
): InputSeries[] {
  return Object.entries(all).map(([series, value]) => {
    const values = Array.from({ length: samples }, (_, n) => value(n * step));
    return { series, values: values.map((one) => (one === undefined ? missing : Number(one.toPrecision(15)))).join(' ') };
  });
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
