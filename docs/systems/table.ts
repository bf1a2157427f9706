/** `docs/systems.md`: each row of the five systems, what shows it, and what came of it. */
import { PARTS, type Pending, ROWS, type Row, SYSTEMS, targetsOf } from '../../test/systems/rows';
import { type Counts, type Results, said, sum } from './results';
import type { Evidence } from './titles';

/** What is missing of a row before it is shown in full: targets, or an engine. */
export function missingOf(row: Row, evidence: readonly Evidence[]): string[] {
  const own = evidence.filter((one) => one.row === row.id);
  const targets = targetsOf(row).filter((target) => !own.some((one) => one.targets.includes(target)));
  const engine = row.engine && !own.some((one) => one.engine) ? ['an engine'] : [];
  return [...(own.length === 0 ? ['a test'] : []), ...targets, ...engine];
}

type State = 'shown' | 'in part' | 'to come';

function stateOf(row: Row, evidence: readonly Evidence[]): State {
  if (!evidence.some((one) => one.row === row.id)) return 'to come';
  return row.waits === undefined && missingOf(row, evidence).length === 0 ? 'shown' : 'in part';
}

/** What came of a row, in a sentence. */
export function resultOf(row: Row, evidence: readonly Evidence[], results: Results): string {
  const own = evidence.filter((one) => one.row === row.id);
  const rest = row.waits ? [`${own.length > 0 ? 'the rest is ' : ''}to come: ${row.waits}`] : [];
  const sides = [
    ['output', own.filter(({ engine }) => !engine)],
    ['engines', own.filter(({ engine }) => engine)],
  ] as const;
  const ran = sides.flatMap(([title, files]) => {
    if (files.length === 0) return [];
    const counts = files.map(({ file }) => results[file]?.rows[row.id]);
    const known = counts.filter((one): one is Counts => one !== undefined);
    const lost = files.filter((_, i) => counts[i] === undefined).map(({ file }) => short(file));
    if (known.length === 0) return [`${title}: not run`];
    return [`${title}: ${[said(sum(known)), ...(lost.length > 0 ? [`not run: ${lost.join(' ')}`] : [])].join(', ')}`];
  });
  return [...ran, ...rest].join('; ');
}

/** Every row with its result, one a line, for a terminal. */
export function lines(evidence: readonly Evidence[], results: Results): string[] {
  return ROWS.map((row) => `${row.id.padEnd(4)} ${resultOf(row, evidence, results)}`);
}

/** The whole document. */
export function systemsTable(evidence: readonly Evidence[], results: Results): string {
  const states = ROWS.map((row) => stateOf(row, evidence));
  const files = [...new Set(evidence.map(({ file }) => file))].sort();
  const ran = files.flatMap((file) => results[file]?.tests ?? []);
  const count = (state: State) => states.filter((one) => one === state).length;
  return `${[
    '# The five systems, row by row',
    '',
    '<!-- Made of test/systems/rows.ts, of the titles of tests and of docs/systems.json by `npm run docs`; do not edit. -->',
    '',
    'Each row is something that the documents of a system show or promise. A test shows a row if its title begins with the id of the',
    'row. K Kubernetes, D Docker, S Swarm, C Compose; rows with ● have to be shown on a real engine. Results are those of the last run',
    'that was recorded (`npm run systems -- REPORT...`, with reports of `jest --json`): a test that no report has is not run.',
    '',
    `Of ${ROWS.length} rows, ${count('shown')} have tests in full, ${count('in part')} in part, and ${count('to come')} are still to come.`,
    `Of the tests that were recorded, ${said(sum(ran))}; of ${files.length} files with tests of rows, ${files.length - ran.length} were not run.`,
    '',
    ...SYSTEMS.flatMap(({ title, rows }) => [
      `## ${title}`,
      '',
      '| Row | What | Where | On what is written | On an engine | Result |',
      '|---|---|---|---|---|---|',
      ...rows.map((row) => line(row, evidence, results)),
      '',
    ]),
    '## To come',
    '',
    ...(Object.keys(PARTS) as Pending[]).flatMap((part) => {
      const rows = ROWS.filter(({ waits }) => waits === part).map(({ id }) => id);
      return rows.length > 0 ? [`- ${part} (${PARTS[part]}): ${rows.join(', ')}`] : [];
    }),
    '',
    '## Runs',
    '',
    'Tests that show a row, each once.',
    '',
    '| File | Date | Result |',
    '|---|---|---|',
    ...files.map((file) => {
      const result = results[file];
      return `| ${link(file)} | ${result?.date ?? ''} | ${result ? said(result.tests) : 'not run'} |`;
    }),
  ].join('\n')}\n`;
}

function line(row: Row, evidence: readonly Evidence[], results: Results): string {
  const own = evidence.filter((one) => one.row === row.id);
  const missing = row.waits ? [] : missingOf(row, evidence);
  const cells = [
    `${row.id}${row.engine ? ' ●' : ''}`,
    row.what,
    row.where,
    links(own.filter(({ engine }) => !engine)),
    links(own.filter(({ engine }) => engine)),
    [resultOf(row, evidence, results), ...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : [])].filter(Boolean).join('; '),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Files by the targets that they show: `C compose/a compose/b`. */
function links(evidence: readonly Evidence[]): string {
  const groups = new Map<string, string[]>();
  for (const { file, targets } of evidence) {
    const title = targets.join(' ');
    groups.set(title, [...(groups.get(title) ?? []), link(file)]);
  }
  return [...groups].map(([title, files]) => [title, ...files].filter(Boolean).join(' ')).join('<br>');
}

const link = (file: string) => `[${short(file)}](../${file})`;
const short = (file: string) => file.replace(/^test\/(e2e\/)?/, '').replace(/\.test\.ts$/, '');
