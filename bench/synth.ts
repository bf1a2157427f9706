/**
 * Measures synthesis against cdk8s-plus-27: `npx tsx bench/synth.ts [--write] [--rounds 3]`.
 *
 * - "ours": HardenedService under IronhullChart, written by `synthApp`.
 * - "plain": the same constructs, written by cdk8s' own `app.synth()`, as in a repo that knows nothing of this library.
 * - "peer": the same five kinds of objects made with cdk8s-plus-27 (bench/synth-peer.ts; level 2 constructs where they
 *   exist, the generated class for the PodDisruptionBudget), written by `app.synth()`. It gets every field that it can
 *   express, and none by JSON patches; its files are about a tenth smaller for that.
 *
 * Every measurement is a process of its own, and the three take turns, so that a busy machine hits all alike. A time is
 * from the first construct to the last file; loading modules is not counted. The median of the rounds stands in the table.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { machine, writeSection } from './section';

interface Case {
  readonly title: string;
  readonly services: number;
  readonly charts: number;
  /** Charts after each other by a dependency of cdk8s, or by edges between their services, which also wait for each other. */
  readonly chained?: 'charts' | 'edges';
  /** Seconds after which a run is given up. */
  readonly limit: number;
  /** The most rounds, for what takes minutes. */
  readonly rounds?: number;
  readonly who?: readonly Who[];
}

type Who = 'ours' | 'plain' | 'peer';
type Results = Readonly<Partial<Record<Who, Run | string>>>;
interface Run {
  readonly total: number;
  readonly bytes: number;
  readonly kinds: Readonly<Record<string, number>>;
}

const ALL: readonly Who[] = ['ours', 'peer', 'plain'];
const CASES: readonly Case[] = [
  { title: '5,000 services, 1 chart', services: 5000, charts: 1, limit: 300, who: ['ours'] },
  { title: '10,000 services, 1 chart', services: 10_000, charts: 1, limit: 300 },
  { title: '10,000 services, 500 charts', services: 10_000, charts: 500, limit: 150, rounds: 1 },
  { title: '100 services, 50 charts, each after the one before', services: 100, charts: 50, chained: 'charts', limit: 30, rounds: 1 },
  {
    title: '1,000 services, 50 charts of 100 objects, chained by edges',
    services: 1000,
    charts: 50,
    chained: 'edges',
    limit: 60,
    who: ['ours'],
  },
  {
    title: '2,000 services, 100 charts of 100 objects, chained by edges',
    services: 2000,
    charts: 100,
    chained: 'edges',
    limit: 60,
    who: ['ours'],
  },
];

const root = join(__dirname, '..');
const args = process.argv.slice(2);
const rounds = Number(args[args.indexOf('--rounds') + 1]) || 3;

async function main(): Promise<void> {
  const runs = new Map(CASES.map((one) => [one, new Map<Who, (Run | string)[]>()] as const));
  for (let round = 0; round < rounds; round++) {
    for (const [one, its] of runs) {
      if (round >= (one.rounds ?? rounds)) continue;
      for (const who of one.who ?? ALL) {
        const run = await measure(one, who);
        its.set(who, [...(its.get(who) ?? []), run]);
        console.error(`${one.title}: ${who} ${typeof run === 'string' ? run : seconds(run.total)}`);
      }
    }
  }
  const rows = [...runs].map(([one, its]) => {
    const results = Object.fromEntries([...its].map(([who, all]) => [who, median(all)])) as Results;
    check(one, results);
    return { one, results };
  });
  const text = report(rows, roundRatios(runs));
  console.log(text);
  if (args.includes('--write')) writeSection('synth.ts', 'Synthesis', text);
}

function measure(one: Case, who: Who): Promise<Run | string> {
  const script = ['node_modules/tsx/dist/cli.mjs', 'bench/synth-case.ts', who, one.services, one.charts, one.chained ?? ''];
  return new Promise((resolve, reject) => {
    const options = { cwd: root, timeout: one.limit * 1000, killSignal: 'SIGKILL', maxBuffer: 1 << 26 } as const;
    execFile(process.execPath, script.map(String), options, (error, stdout, stderr) => {
      if (error?.killed) resolve(`more than ${one.limit} s`);
      else if (error) reject(new Error(`${one.title}, ${who}: ${stderr}`));
      else resolve(JSON.parse(stdout) as Run);
    });
  });
}

/** The three must have made the same number of objects of the same kinds, or the comparison is worth nothing. */
function check(one: Case, results: Results): void {
  const kinds = Object.values(results)
    .filter((run) => typeof run === 'object')
    .map((run) => JSON.stringify(Object.entries(run.kinds).sort()));
  if (new Set(kinds).size > 1) throw new Error(`${one.title}: the objects differ: ${kinds.join(' and ')}`);
}

function median(runs: readonly (Run | string)[]): Run | string {
  const failed = runs.find((run) => typeof run === 'string');
  if (failed !== undefined) return failed;
  const sorted = [...(runs as readonly Run[])].sort((a, b) => a.total - b.total);
  return sorted[Math.floor(sorted.length / 2)] as Run;
}

function report(rows: readonly { readonly one: Case; readonly results: Results }[], pairs: string): string {
  const cell = (run: Run | string | undefined) => (typeof run === 'object' ? seconds(run.total) : (run ?? '-'));
  const ratio = (one: Case, a: Run | string | undefined, b: Run | string | undefined) => {
    if (typeof a !== 'object' || b === undefined) return '-';
    const [time, more] = typeof b === 'object' ? [b.total, ''] : [one.limit * 1000, 'more than '];
    return `${more}${(time / a.total).toFixed(1)} x`;
  };
  const lines = rows.map(({ one, results: { ours, peer, plain } }) => {
    const size = typeof ours === 'object' && typeof peer === 'object' ? `${mib(ours.bytes)} / ${mib(peer.bytes)}` : '-';
    return `| ${[one.title, cell(ours), cell(peer), ratio(one, ours, peer), cell(plain), ratio(one, plain, peer), size].join(' | ')} |`;
  });
  const growth = (half: number, full: number) => {
    const [one, two] = [rows[half]?.results.ours, rows[full]?.results.ours];
    return typeof one === 'object' && typeof two === 'object' ? (two.total / one.total).toFixed(2) : '-';
  };
  return [
    '| five objects a service | `synthApp` | cdk8s-plus-27 | faster | `app.synth()` over ours | faster | MiB, ours / peer |',
    '|---|--:|--:|--:|--:|--:|--:|',
    ...lines,
    '',
    `Twice the services take ${growth(0, 1)} times as long in one chart, and ${growth(4, 5)} times in twice the charts chained by edges. ${pairs}`,
    '',
    machine(rounds),
  ].join('\n');
}

/** The ratio within each round: what a machine that others use leaves comparable. */
function roundRatios(runs: ReadonlyMap<Case, ReadonlyMap<Who, readonly (Run | string)[]>>): string {
  const texts = [...runs].flatMap(([one, its]) => {
    const ratios = (its.get('ours') ?? []).flatMap((ours, i) => {
      const peer = its.get('peer')?.[i];
      return typeof ours === 'object' && typeof peer === 'object' ? [`${(peer.total / ours.total).toFixed(1)} x`] : [];
    });
    return ratios.length > 1 ? [`${one.title}, round by round: ${ratios.join(', ')}.`] : [];
  });
  return texts.join(' ');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 1000 ? 2 : 1)} s`;
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
