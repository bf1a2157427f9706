import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';

/** Puts the table of a benchmark into docs/bench.md, and leaves what others wrote there. */
export function writeSection(program: string, title: string, text: string): void {
  const file = join(__dirname, '../docs/bench.md');
  const [begin, finish] = [`<!-- bench/${program}: begin -->`, `<!-- bench/${program}: end -->`];
  let before = '# Measurements\n';
  try {
    before = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const how = `Written by \`npx tsx bench/${program} --write\`; what is compared stands at the head of that file.`;
  const section = `${begin}\n## ${title}\n\n${how}\n\n${text}\n${finish}`;
  const [start, end] = [before.indexOf(begin), before.indexOf(finish)];
  const after = start < 0 ? `${before.trimEnd()}\n\n${section}\n` : before.slice(0, start) + section + before.slice(end + finish.length);
  writeFileSync(file, after);
}

/** On what was measured. */
export function machine(rounds: number): string {
  return [
    `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.version}; median of up to ${rounds} rounds, in turns.`,
    `Load at the end: ${loadavg()[0]?.toFixed(1)}. Above the number of cores, times say little; ratios within a round still do.`,
  ].join('\n');
}
