/** Which tests show a row of the five systems: read from their titles, without running them. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { ROWS, type Target, targetsOf } from '../../test/systems/rows';

/** A test file that shows a row. */
export interface Evidence {
  readonly row: string;
  /** From the root of the repository. */
  readonly file: string;
  /** Those that its titles name, or its path. */
  readonly targets: readonly Target[];
  /** Whether it needs a real engine. */
  readonly engine: boolean;
}

/** A title that begins with rows, where it stands, and the targets that the tests under it name. */
export interface Titled {
  readonly rows: readonly string[];
  /** The exported function around it, of a file that tests share. */
  readonly within?: string;
  readonly targets: readonly Target[];
}

const ORDER: readonly Target[] = ['K', 'D', 'S', 'C'];
const FOLDERS: Readonly<Record<string, Target>> = { kubernetes: 'K', docker: 'D', swarm: 'S', compose: 'C' };

/** The rows that a title begins with: `V1, V2: hardening` has two. */
export function rowsOf(title: string): string[] {
  return /^[VXOAG]\d+(?:, [VXOAG]\d+)*(?=:)/.exec(title)?.[0].split(', ') ?? [];
}

/** All evidence of the tests below a folder, which is the root of a repository. */
export function evidenceIn(root: string): Evidence[] {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ts$/.test(file))
    .map((file) => `test/${file.replaceAll('\\', '/')}`)
    .sort();
  const sources = new Map(files.map((file) => [file, parse(file, readFileSync(join(root, file), 'utf8'))]));
  const titles = new Map([...sources].map(([file, source]) => [file, titlesOf(source)]));
  return [...sources].flatMap(([file, source]) => {
    if (!file.endsWith('.test.ts')) return [];
    const shared = importsOf(source).flatMap(({ from, names }) => {
      const helper = join(dirname(file), `${from}.ts`);
      return (titles.get(helper) ?? []).filter(({ within }) => within !== undefined && names.includes(within));
    });
    return merged(file, [...(titles.get(file) ?? []), ...shared]);
  });
}

/** One piece of evidence for each row of a test file. */
function merged(file: string, titles: readonly Titled[]): Evidence[] {
  const placed = targetOfPath(file);
  return [...new Set(titles.flatMap(({ rows }) => rows))].map((row) => {
    const own = titles.filter(({ rows }) => rows.includes(row)).flatMap(({ targets }) => targets);
    const known = ROWS.find(({ id }) => id === row);
    const asked = known ? targetsOf(known) : [];
    // where nothing says which, it is the only one that the row names
    const found = placed ? [placed] : own.length === 0 && asked.length === 1 ? asked : own;
    return { row, file, targets: ORDER.filter((target) => found.includes(target)), engine: file.startsWith('test/e2e/') };
  });
}

/** `docker` of test/e2e/docker/veogen.test.ts, of test/docker/… and of …/octocode.docker.test.ts. */
function targetOfPath(file: string): Target | undefined {
  const [, suffix] = /\.(\w+)\.test\.ts$/.exec(file) ?? [];
  const [, folder] = /^test\/(?:e2e\/)?(\w+)\//.exec(file) ?? [];
  return FOLDERS[suffix ?? ''] ?? FOLDERS[folder ?? ''];
}

export function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
}

/** The titles of `describe` and `test` that begin with rows. */
export function titlesOf(source: ts.SourceFile): Titled[] {
  const found: Titled[] = [];
  const visit = (node: ts.Node, within?: string): void => {
    const call = testCall(node);
    const rows = call ? rowsOf(call.title) : [];
    if (rows.length > 0) found.push({ rows, targets: targetsUnder(node), ...(within !== undefined && { within }) });
    const outer = ts.isFunctionDeclaration(node) && node.parent === source ? node.name?.text : within;
    ts.forEachChild(node, (child) => visit(child, outer));
  };
  visit(source);
  return found;
}

/** The targets that tests name at the beginning of their titles, after the rows: `K`, `K: …`, and `%s: …` of a table. */
function targetsUnder(node: ts.Node): Target[] {
  const found: Target[] = [];
  const visit = (one: ts.Node): void => {
    const call = testCall(one);
    if (call) {
      const title = call.title.slice(rowsOf(call.title).join(', ').length).replace(/^: /, '');
      const [word] = /^(?:[KDSC]|%s)(?=:|$)/.exec(title) ?? [];
      if (word === '%s') found.push(...firstOfEach(call.table));
      else if (word !== undefined) found.push(word as Target);
    }
    ts.forEachChild(one, visit);
  };
  visit(node);
  return found;
}

/** `describe('…', …)`, `test.each(…)('…', …)` and the like. */
function testCall(node: ts.Node): { title: string; table?: ts.Expression } | undefined {
  if (!ts.isCallExpression(node)) return undefined;
  const [title] = node.arguments;
  if (!title || !/^(describe|test|it)\b/.test(node.expression.getText())) return undefined;
  const text = ts.isStringLiteralLike(title) ? title.text : ts.isTemplateExpression(title) ? title.head.text : undefined;
  if (text === undefined) return undefined;
  const table = ts.isCallExpression(node.expression) ? node.expression.arguments[0] : undefined;
  return { title: text, ...(table && { table }) };
}

/** The targets in a table of cases: in a list of them, at the beginning of each of its rows, or all for TARGETS. */
function firstOfEach(table: ts.Expression | undefined): Target[] {
  if (!table) return [];
  if (ts.isAsExpression(table) || ts.isParenthesizedExpression(table)) return firstOfEach(table.expression);
  if (ts.isIdentifier(table)) return table.text === 'TARGETS' ? [...ORDER] : [];
  if (!ts.isArrayLiteralExpression(table)) return [];
  return table.elements.flatMap((element) => {
    const first = ts.isArrayLiteralExpression(element) ? element.elements[0] : element;
    return first && ts.isStringLiteral(first) ? ORDER.filter((target) => target === first.text) : [];
  });
}

/** What a file takes from its neighbours, without types. */
function importsOf(source: ts.SourceFile): { from: string; names: string[] }[] {
  return source.statements.flatMap((one) => {
    if (!ts.isImportDeclaration(one) || !ts.isStringLiteral(one.moduleSpecifier)) return [];
    const bindings = one.importClause?.namedBindings;
    if (!one.moduleSpecifier.text.startsWith('.') || one.importClause?.isTypeOnly || !bindings || !ts.isNamedImports(bindings)) return [];
    const names = bindings.elements.filter(({ isTypeOnly }) => !isTypeOnly).map(({ name, propertyName }) => (propertyName ?? name).text);
    return [{ from: one.moduleSpecifier.text, names }];
  });
}
