/**
 * Seeded fault runs: `npx tsx test/e2e/backup/soak.ts --runs 2000 --seed 1 [--lanes 2] [--minutes 10] [--out FILE]`. Each lane has
 * a server, a bucket and dice of its own. It ends at the first run that is bad, or after so many minutes with what it has reached.
 * FILE keeps the round of each seed: several can be made one after the other, where one machine has no time for all.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { CHAOS, chaos, dice, type Ground, whole } from './support/chaos';
import { type Bench, bench } from './support/faults';
import { Toxiproxy } from './support/toxiproxy';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    lanes: { type: 'string', default: String(cpus().length) },
    minutes: { type: 'string', default: '1000' },
    out: { type: 'string' },
    only: { type: 'string' },
  },
});
const [runs, seed, lanes, minutes] = [values.runs, values.seed, values.lanes, values.minutes].map(Number) as [
  number,
  number,
  number,
  number,
];
const names = Object.keys(CHAOS).filter((name) => !values.only || name.includes(values.only));
const began = Date.now();
const benches: Bench[] = [];
const faults: Record<string, { runs: number; codes: Record<string, number> }> = {};
const result = {
  seed,
  lanes,
  asked: runs,
  runs: 0,
  bad: [] as string[],
  restored: 0,
  seconds: 0,
  secondsPerRun: 0,
  cpuSecondsPerRun: 0,
  faults,
};
let begun = 0;
let before = 0;

function note(name: string, code: number): void {
  const entry = faults[name] ?? { runs: 0, codes: {} };
  faults[name] = { runs: entry.runs + 1, codes: { ...entry.codes, [code]: (entry.codes[code] ?? 0) + 1 } };
}

/** Processor time of this process and all that it has waited for: the runs and the checks, without the servers. */
function processorSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) / 100, 0);
}

/** The rounds of all seeds, with this one in its place. */
function writeRound(file: string): void {
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { rounds: (typeof result)[] }).rounds : [];
  const rounds = [...kept.filter((one) => one.seed !== seed), result].sort((a, b) => a.seed - b.seed);
  const sum = (of: (one: typeof result) => number) => rounds.reduce((total, one) => total + of(one), 0);
  const all = { runs: sum(({ runs }) => runs), bad: sum(({ bad }) => bad.length), restored: sum(({ restored }) => restored), rounds };
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
}

const hundredth = (value: number) => Math.round(value * 100) / 100;

function count(): void {
  result.runs++;
  result.seconds = Math.round((Date.now() - began) / 1000);
  result.secondsPerRun = hundredth(result.seconds / result.runs);
  result.cpuSecondsPerRun = hundredth((processorSeconds() - before) / result.runs);
  result.restored = benches.reduce((sum, { ledger }) => sum + ledger.restored, 0);
  if (values.out) writeRound(values.out);
  if (result.runs % 25 === 0) process.stderr.write(`${result.runs} of ${runs} in ${result.seconds} s\n`);
}

async function lane(number: number): Promise<void> {
  const roll = dice(seed * 1000 + number);
  const at = await bench();
  benches.push(at);
  const ground: Ground = { ...at, toxiproxy: await Toxiproxy.start(at.lab), roll, lengths: new Map() };
  for (const verb of ['backup', 'restore', 'drill', 'prune']) await whole(ground, verb);
  before = processorSeconds();
  for (let run = 0; begun < runs && result.bad.length === 0 && Date.now() - began < minutes * 60_000; run++) {
    begun++;
    const name = names[roll(names.length)] ?? 'none';
    try {
      note(name, await chaos(ground, name));
    } catch (error) {
      result.bad.push(`lane ${number}, run ${run}, ${name}: ${error instanceof Error ? error.message : error}`);
    }
    count();
  }
}

const stop = () => Promise.all(benches.map(({ lab }) => lab.stop()));

async function main(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop().finally(() => process.exit(1)));
  try {
    await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
  } finally {
    await stop();
  }
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  process.exit(result.bad.length === 0 ? 0 : 1);
}

void main();
