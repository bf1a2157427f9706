/** What reports of real runs say about the rows of the five systems. */
import type { Evidence } from './titles';
import { rowsOf } from './titles';

/** A report of jest, as `jest --json` writes it, as far as it is read. */
export interface Report {
  readonly testResults: readonly {
    /** The path of the file, wherever it was run. */
    readonly name: string;
    readonly status: string;
    /** Milliseconds since 1970. */
    readonly endTime: number;
    readonly assertionResults: readonly { readonly ancestorTitles: readonly string[]; readonly title: string; readonly status: string }[];
  }[];
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Tests that nobody ran, though others of their file were. */
  readonly skipped: number;
}

/** The last run of a test file. */
export interface FileResult {
  /** Such as 2026-11-29. */
  readonly date: string;
  /** Each test that shows a row, once. */
  readonly tests: Counts;
  readonly rows: Readonly<Record<string, Counts>>;
}

export type Results = Readonly<Record<string, FileResult>>;

/** The results with those of reports: of a file, the last run counts. A file that shows no row any more is left out. */
export function withReports(before: Results, reports: readonly Report[], evidence: readonly Evidence[]): Results {
  const files = [...new Set(evidence.map(({ file }) => file))].sort();
  const suites = reports.flatMap(({ testResults }) => testResults).sort((a, b) => a.endTime - b.endTime);
  return Object.fromEntries(
    files.flatMap((file) => {
      const ran = suites.filter(({ name, assertionResults: all, status }) => {
        // where tests were chosen by their titles, those of other files are all skipped: such a file was not run
        const none = all.every((one) => one.status === 'pending') && (all.length > 0 || status !== 'failed');
        return !none && (name === file || name.replaceAll('\\', '/').endsWith(`/${file}`));
      });
      const last = ran.at(-1);
      const rows = evidence.filter((one) => one.file === file).map(({ row }) => row);
      const result = last ? resultOf(last, rows) : before[file];
      return result ? [[file, result] as const] : [];
    }),
  );
}

function resultOf({ assertionResults, endTime }: Report['testResults'][number], rows: readonly string[]): FileResult {
  const date = new Date(endTime).toISOString().slice(0, 10);
  const tests = assertionResults.map(({ ancestorTitles, title, status }) => ({
    rows: [...ancestorTitles, title].flatMap(rowsOf),
    status,
  }));
  // what cannot even be loaded shows nothing
  if (tests.length === 0) {
    const lost: Counts = { passed: 0, failed: 1, skipped: 0 };
    return { date, tests: lost, rows: Object.fromEntries(rows.map((row) => [row, lost])) };
  }
  const shown = rows.flatMap((row) => {
    const own = tests.filter((test) => test.rows.includes(row));
    return own.length > 0 ? [[row, count(own)] as const] : [];
  });
  return { date, tests: count(tests.filter((test) => test.rows.length > 0)), rows: Object.fromEntries(shown) };
}

function count(tests: readonly { readonly status: string }[]): Counts {
  const of = (...status: string[]) => tests.filter((test) => status.includes(test.status)).length;
  return { passed: of('passed'), failed: of('failed'), skipped: tests.length - of('passed', 'failed') };
}

export function sum(all: readonly Counts[]): Counts {
  const of = (key: keyof Counts) => all.reduce((total, one) => total + one[key], 0);
  return { passed: of('passed'), failed: of('failed'), skipped: of('skipped') };
}

/** `9 passed, 1 failed` */
export function said({ passed, failed, skipped }: Counts): string {
  const parts = [passed > 0 || failed + skipped === 0 ? `${passed} passed` : '', failed > 0 ? `${failed} failed` : ''];
  return [...parts, skipped > 0 ? `${skipped} skipped` : ''].filter(Boolean).join(', ');
}

/** As a file: counts on one line. */
export function written(results: Results): string {
  const text = JSON.stringify(results, undefined, 2);
  return `${text.replace(/\{\s+("passed"[^}]*?)\s+\}/g, (_, counts: string) => `{ ${counts.replace(/\s+/g, ' ')} }`)}\n`;
}
