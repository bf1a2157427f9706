/** The table of the five systems: what it takes from titles and from reports, and that the rows are what they claim to be. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Report, said, withReports, written } from '../../docs/systems/results';
import { lines, missingOf, resultOf, systemsTable } from '../../docs/systems/table';
import { type Evidence, evidenceIn, parse, rowsOf, titlesOf } from '../../docs/systems/titles';
import { ROWS, type Row, targetsOf } from '../systems/rows';

const row = (id: string) => ROWS.find((one) => one.id === id) as Row;

describe('the rows', () => {
  const evidence = evidenceIn(join(__dirname, '../..'));

  test('each has an id of its own, in order', () => {
    const ids = ROWS.map(({ id }) => id);
    const numbered = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
    expect(ids).toEqual([...numbered('V', 16), ...numbered('X', 17), ...numbered('O', 15), ...numbered('A', 10), ...numbered('G', 10)]);
  });

  test('targets are what a row names outside of brackets', () => {
    expect(['V1', 'V10', 'X16', 'V5', 'G6', 'O6'].map((id) => targetsOf(row(id)).join(''))).toEqual(['KDSC', 'KDSC', 'KS', '', '', '']);
  });

  test('every title of a test begins with rows that there are', () => {
    expect(evidence.length).toBeGreaterThan(50);
    expect(evidence.filter((one) => !row(one.row))).toEqual([]);
  });

  test('a row that waits for nothing is shown on all its targets, and on an engine if it has to be; others say what they wait for', () => {
    const short = ROWS.filter(({ waits }) => waits === undefined).map((one) => [one.id, missingOf(one, evidence)]);
    expect(short.filter(([, missing]) => missing?.length !== 0)).toEqual([]);
  });
});

describe('titles', () => {
  const found = (text: string) => titlesOf(parse('a.test.ts', text)).map(({ rows, targets }) => `${rows} ${targets}`);

  test.each([
    ['V4: Postgres', ['V4']],
    ['V13, V15: kernel', ['V13', 'V15']],
    ['about V4: Postgres', []],
    ['V4 Postgres', []],
    ['X: nothing', []],
  ])('%s', (title, rows) => expect(rowsOf(title)).toEqual(rows));

  test.each<[string, string, string[]]>([
    ['a test', `test('V6: Swarm', () => {})`, ['V6 ']],
    ['a test of a target', `test('V6: S', () => {})`, ['V6 S']],
    ['tests below', `describe('V1: a', () => { test('K', f); test('S: more', f); test('Kept', f); test('other', f) })`, ['V1 K,S']],
    ['all targets', `describe('V1: a', () => { test.each(TARGETS)('%s: b', f) })`, ['V1 K,D,S,C']],
    ['a list', `describe('V1: a', () => { test.each(['D', 'C'] as const)('%s: b', f) })`, ['V1 D,C']],
    ['rows of a table', `describe('V1: a', () => { test.each([['S', s], ['C', c]])('%s', f) })`, ['V1 S,C']],
    ['a table of others', `describe('V1: a', () => { test.each([['/tmp', 1]])('%s is there', f) })`, ['V1 ']],
    ['another table', `describe('V1: a', () => { test.each(others)('%s: b', f) })`, ['V1 ']],
    ['within others', `describe('a', () => { describe('b', () => { test.each(x)(\`V2: \${y}\`, f) }) })`, ['V2 ']],
    ['text that is no call', `const text = "test('V1: a', f)"; // describe('V2: b', f)`, []],
    ['other calls', `expect('V1: a'); testing('V1: a')`, []],
  ])('%s', (_, text, titles) => expect(found(text)).toEqual(titles));

  test('of files that tests share, those count whose functions are imported; targets come from paths, and else from the row', () => {
    const root = mkdtempSync(join(tmpdir(), 'ironhull-rows-'));
    const files = {
      'test/e2e/docker/a.test.ts': `import { type Seen, values } from '../shared';\nvalues(); test('G2: b', f)`,
      'test/e2e/shared.ts': `export interface Seen {}\nexport function values() { test('V1: a', f) }\nexport function others() { test('V2: a', f) }`,
      'test/e2e/systems/b.compose.test.ts': `import type { values } from '../shared';\ntest('V4: a', f)`,
      'test/apps/c.test.ts': `test('V6: a', f); test('V3: a', f)`,
    };
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    expect(evidenceIn(root)).toEqual([
      { row: 'V6', file: 'test/apps/c.test.ts', targets: ['S'], engine: false },
      { row: 'V3', file: 'test/apps/c.test.ts', targets: [], engine: false },
      { row: 'G2', file: 'test/e2e/docker/a.test.ts', targets: ['D'], engine: true },
      { row: 'V1', file: 'test/e2e/docker/a.test.ts', targets: ['D'], engine: true },
      { row: 'V4', file: 'test/e2e/systems/b.compose.test.ts', targets: ['C'], engine: true },
    ]);
    rmSync(root, { recursive: true });
  });
});

const EVIDENCE: readonly Evidence[] = [
  { row: 'V2', file: 'test/apps/a.test.ts', targets: ['K', 'D', 'S', 'C'], engine: false },
  { row: 'V4', file: 'test/apps/a.test.ts', targets: ['K', 'D', 'S', 'C'], engine: false },
  { row: 'V4', file: 'test/e2e/docker/b.test.ts', targets: ['D'], engine: true },
];

/** A report of one file: tests as `status: title < around`. */
function report(name: string, day: number, ...tests: string[]): Report {
  const assertionResults = tests.map((test) => {
    const [, status, title, around] = /^(\w+) (.*?)(?: < (.*))?$/.exec(test) as unknown as [string, string, string, string?];
    return { status, title, ancestorTitles: around === undefined ? [] : [around] };
  });
  const status = tests.length > 0 && tests.every((one) => one.startsWith('passed')) ? 'passed' : 'failed';
  return { testResults: [{ name, status, endTime: Date.UTC(2026, 0, day), assertionResults }] };
}

describe('reports', () => {
  const first = report('/a/clean/checkout/test/apps/a.test.ts', 1, 'passed K < V2: a', 'passed D < V2: a', 'failed V2, V4: b', 'passed c');

  test('count the tests of a row, wherever the checkout was', () => {
    expect(withReports({}, [first], EVIDENCE)).toEqual({
      'test/apps/a.test.ts': {
        date: '2026-01-01',
        tests: { passed: 2, failed: 1, skipped: 0 },
        rows: { V2: { passed: 2, failed: 1, skipped: 0 }, V4: { passed: 0, failed: 1, skipped: 0 } },
      },
    });
  });

  test('the last run of a file counts, and the others stay', () => {
    const before = withReports({}, [first], EVIDENCE);
    const engines = report('test/e2e/docker/b.test.ts', 2, 'passed V4: x');
    expect(Object.keys(withReports(before, [engines], EVIDENCE))).toEqual(['test/apps/a.test.ts', 'test/e2e/docker/b.test.ts']);
    const later = report('test/apps/a.test.ts', 3, 'passed V2: a', 'passed V4: b');
    const after = withReports(before, [later, first], EVIDENCE)['test/apps/a.test.ts'];
    expect([after?.date, after?.tests]).toEqual(['2026-01-03', { passed: 2, failed: 0, skipped: 0 }]);
  });

  test('a file that could not be loaded has failed; one of which nothing was chosen was not run; what was skipped is said', () => {
    const file = 'test/apps/a.test.ts';
    expect(withReports({}, [report(file, 1)], EVIDENCE)[file]?.rows.V2).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(withReports({}, [report(file, 1, 'pending V2: a')], EVIDENCE)).toEqual({});
    const some = withReports({}, [report(file, 1, 'passed V2: a', 'pending V2: b', 'todo V2: c')], EVIDENCE)[file];
    expect(said(some?.rows.V2 as never)).toBe('1 passed, 2 skipped');
  });

  test('a file that shows no row any more is left out', () => {
    const before = withReports({}, [first], EVIDENCE);
    expect(withReports(before, [], EVIDENCE.slice(2))).toEqual({});
  });

  test('are written with the counts of a row on one line', () => {
    const text = written(withReports({}, [first], EVIDENCE));
    expect(text).toContain('      "V2": { "passed": 2, "failed": 1, "skipped": 0 },\n');
    expect(JSON.parse(text)).toEqual(withReports({}, [first], EVIDENCE));
  });
});

describe('the table', () => {
  const results = withReports({}, [report('test/apps/a.test.ts', 1, 'passed V2: a', 'failed V4: b')], EVIDENCE);
  const text = systemsTable(EVIDENCE, results);
  const lineOf = (id: string) => text.split('\n').find((line) => new RegExp(`^\\| ${id} `).test(line));

  test('says of each row what it came to', () => {
    expect(lineOf('V2')).toMatch(/\| K D S C \[apps\/a\]\(\.\.\/test\/apps\/a\.test\.ts\) \| {2}\| output: 1 passed \|$/);
    expect(lineOf('V4')).toMatch(/\| output: 1 failed; engines: not run \|$/);
    expect(lineOf('V5')).toMatch(/\| to come: pipelines \|$/);
    // it waits for nothing, and nothing shows it
    expect(lineOf('V1')).toMatch(/\| missing: a test, K, D, S, C, an engine \|$/);
    expect(text).toContain('Of 68 rows, 2 have tests in full, 0 in part, and 66 are still to come.');
    expect(text).toContain('Of the tests that were recorded, 1 passed, 1 failed; of 2 files with tests of rows, 1 were not run.');
  });

  test('says what was not run, also beside what was', () => {
    const more: Evidence[] = [...EVIDENCE, { row: 'V2', file: 'test/apps/c.test.ts', targets: [], engine: false }];
    expect(resultOf(row('V2'), more, results)).toBe('output: 1 passed, not run: apps/c');
    expect(systemsTable(EVIDENCE, {})).toContain('| [apps/a](../test/apps/a.test.ts) |  | not run |');
    expect(lines(EVIDENCE, results)[1]).toBe('V2   output: 1 passed');
  });

  test('a row that is shown in part says what the rest waits for', () => {
    const part: Evidence[] = [{ row: 'A4', file: 'test/apps/a.test.ts', targets: ['K'], engine: false }];
    expect(resultOf(row('A4'), part, {})).toBe('output: not run; the rest is to come: services');
  });

  test('is another one when the titles of tests are others', () => {
    expect(systemsTable(EVIDENCE.slice(1), results)).not.toBe(text);
    expect(systemsTable([{ ...(EVIDENCE[0] as Evidence), targets: ['K'] }, ...EVIDENCE.slice(1)], results)).not.toBe(text);
  });
});
