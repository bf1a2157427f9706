/**
 * Breaks the runner in one place at a time, and asks whether a test of the suite notices:
 * `npx tsx test/e2e/backup/mutants.ts [--only TEXT] [--out FILE]`. Each mutant names the suite and the tests that ought to.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly suite: 'database' | 'storage' | 'restore' | 'prune' | 'retention' | 'operation';
  /** A pattern for jest's `-t`. */
  readonly tests: string;
}

const MUTANTS = JSON.parse(readFileSync(join(__dirname, 'mutants.json'), 'utf8')) as readonly Mutant[];

const { values } = parseArgs({ options: { only: { type: 'string' }, out: { type: 'string' } } });
const source = resolve(__dirname, '../../../images/postgres-backup');
const results: { name: string; killed: boolean; seconds: number }[] = [];

for (const { name, file, from, to, suite, tests } of MUTANTS.filter((one) => !values.only || one.name.includes(values.only))) {
  const copy = mkdtempSync(join(tmpdir(), 'mutant'));
  cpSync(source, copy, { recursive: true });
  const text = readFileSync(join(copy, file), 'utf8');
  if (text.split(from).length < 2) throw new Error(`${name}: ${file} does not have ${from}`);
  writeFileSync(
    join(copy, file),
    text.replace(from, () => to),
  );
  const began = Date.now();
  const env = { ...process.env, PG_BACKUP_RUNNER: copy };
  const args = ['jest', '-c', 'jest.e2e.config.js', '--runInBand', '--bail', `test/e2e/backup/${suite}`, '-t', tests];
  const ran = spawnSync('npx', args, { env, encoding: 'utf8', timeout: 900_000 });
  const wasRun = /Tests: +.*[1-9]\d* (passed|failed)/.test(ran.stderr);
  if (!wasRun) throw new Error(`${name}: no test was run\n${ran.stderr.slice(-2000)}`);
  results.push({ name, killed: ran.status !== 0, seconds: Math.round((Date.now() - began) / 1000) });
  process.stderr.write(`${ran.status !== 0 ? 'killed  ' : 'SURVIVED'} ${name}\n`);
  rmSync(copy, { recursive: true });
  const killed = results.filter((one) => one.killed).length;
  const report = `${JSON.stringify({ mutants: results.length, killed, share: killed / results.length, results }, null, 2)}\n`;
  if (values.out) writeFileSync(values.out, report);
}
