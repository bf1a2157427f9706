/**
 * `npm run systems -- REPORT...` takes the results of rows from reports of `jest --json`, writes them to docs/systems.json, and
 * docs/systems.md again. `--print` writes nothing: it says what these reports alone have of each row.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Report, type Results, withReports, written } from './results';
import { lines, systemsTable } from './table';
import { evidenceIn } from './titles';

const root = join(__dirname, '../..');
const file = join(root, 'docs/systems.json');

/** What was recorded. */
export function recorded(): Results {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : {};
}

if (require.main === module) {
  const paths = process.argv.slice(2).filter((one) => !one.startsWith('--'));
  const reports = paths.map((path) => JSON.parse(readFileSync(path, 'utf8')) as Report);
  const evidence = evidenceIn(root);
  if (process.argv.includes('--print')) {
    console.log(lines(evidence, withReports({}, reports, evidence)).join('\n'));
  } else {
    const results = withReports(recorded(), reports, evidence);
    writeFileSync(file, written(results));
    writeFileSync(join(root, 'docs/systems.md'), systemsTable(evidence, results));
    console.log(`docs/systems.json: ${Object.keys(results).length} files that show rows have results`);
  }
}
