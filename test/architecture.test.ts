import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { KINDS } from '../lib/model/kinds';

/** The plan of the house, in words, and a check of each sentence. */
const root = join(__dirname, '..');
const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => existsSync(join(root, file)) && file !== '');
const GENERATED = 'lib/platforms/prober/binaries.ts';

interface Import {
  readonly to: string;
  /** Gone when compiled. */
  readonly typeOnly: boolean;
  /** Loaded when a function runs. */
  readonly late: boolean;
}

interface Source {
  readonly file: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
}

const sources = tracked.filter((file) => /^(lib|constructs|apps|cli|test|bench|docs)\/.*\.ts$/.test(file) && file !== GENERATED).map(read);
const shipped = sources.filter(({ file }) => /^(lib|constructs|apps|cli)\//.test(file));

function read(file: string): Source {
  const text = readFileSync(join(root, file), 'utf8');
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const imports: Import[] = [];
  const add = (name: ts.Node | undefined, typeOnly: boolean, late = false) => {
    if (name && ts.isStringLiteralLike(name)) imports.push({ to: resolve(file, name.text), typeOnly, late });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) {
      const names = node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : undefined;
      add(node.moduleSpecifier, node.isTypeOnly || names?.every((one) => one.isTypeOnly) === true);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (
      ts.isCallExpression(node) &&
      (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText(tree) === 'require')
    )
      add(node.arguments[0], false, true);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { file, text, tree, imports };
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const named = clause.namedBindings;
  return !clause.name && named !== undefined && ts.isNamedImports(named) && named.elements.every((one) => one.isTypeOnly);
}

/** A file of this repository by its path, or a package by its name. */
function resolve(from: string, to: string): string {
  if (!to.startsWith('.')) return /^(@[^/]+\/)?[^/]+/.exec(to)?.[0] ?? to;
  const path = relative(root, join(root, dirname(from), to));
  return [`${path}.ts`, `${path}/index.ts`, path].find((candidate) => existsSync(join(root, candidate)) && candidate.includes('.')) ?? path;
}

/** What breaks a sentence: `lib/model/a.ts imports cdk8s`. */
function offenders(from: RegExp, allowed: (to: string, file: string) => boolean, among: readonly Source[] = shipped): string[] {
  const rooms = among.filter(({ file }) => from.test(file));
  if (rooms.length === 0) throw new Error(`no tracked file matches ${from}: is the sentence still about something?`);
  return rooms.flatMap(({ file, imports }) => imports.filter(({ to }) => !allowed(to, file)).map(({ to }) => `${file} imports ${to}`));
}

const isNode = (to: string) => to.startsWith('node:');
const platformOf = (file: string) => /^lib\/platforms\/(\w+)\//.exec(file)?.[1];

describe('who imports whom', () => {
  test('lib/model imports npm constructs and node:* only, and croner where cron expressions are read', () => {
    const allowed = (to: string, file: string) => {
      return to.startsWith('lib/model/') || to === 'constructs' || isNode(to) || (to === 'croner' && file === 'lib/model/values/cron.ts');
    };
    expect(offenders(/^lib\/model\//, allowed)).toEqual([]);
  });

  test('constructs/ imports no platform, no cdk8s and no Pulumi: only lib/model, what monitors are, and npm constructs', () => {
    const allowed = (to: string) => /^(constructs|lib\/model)\//.test(to) || ['constructs', 'lib/observability/monitor.ts'].includes(to);
    expect(offenders(/^constructs\//, (to) => allowed(to) || isNode(to))).toEqual([]);
  });

  test('lib/observability knows the model, node:* and how YAML is written', () => {
    const allowed = (to: string) => /^lib\/(model|observability)\//.test(to) || ['constructs', 'js-yaml', 'lib/stack/yaml.ts'].includes(to);
    expect(offenders(/^lib\/observability\//, (to) => allowed(to) || isNode(to))).toEqual([]);
  });

  test('lib/platform knows the model and no platform', () => {
    expect(offenders(/^lib\/platform\//, (to) => /^lib\/(model|platform)\//.test(to) || to === 'constructs')).toEqual([]);
  });

  test('platforms do not import each other but for swarm → compose, nor any construct; all may import the prober and lib/stack', () => {
    const allowed = (to: string, file: string) => {
      const [own, other] = [platformOf(file), platformOf(to)];
      if (other === undefined) return !/^(constructs|apps|cli|lib\/testing)\//.test(to) && to !== 'lib/index.ts';
      return other === own || other === 'prober' || (own === 'swarm' && other === 'compose');
    };
    expect(offenders(/^lib\/platforms\//, allowed)).toEqual([]);
  });

  test('whoever imports the main entry loads no platform, no cdk8s and no Pulumi, however far that goes', () => {
    const values = new Map(shipped.map(({ file, imports }) => [file, imports.filter((one) => !one.typeOnly && !one.late)]));
    const reached = new Set(['lib/index.ts']);
    for (const file of reached) for (const { to } of values.get(file) ?? []) reached.add(to);
    expect(reached.size).toBeGreaterThan(20);
    expect([...reached].filter((to) => /^(lib\/platforms\/|cdk8s|@pulumi\/)/.test(to))).toEqual([]);
  });

  test('lib/testing needs no platform, no cdk8s, no Pulumi and no test runner', () => {
    expect(
      offenders(/^lib\/testing\//, (to) => /^(constructs|lib\/model|lib\/platform|lib\/testing)\//.test(to) || to === 'constructs'),
    ).toEqual([]);
  });

  test.each([
    ['cdk8s-plus-27', /^lib\/platforms\/kubernetes\//],
    ['cdk8s', /^(lib\/platforms\/kubernetes\/|lib\/stack\/cdk8s|apps\/[\w-]+\.ts$)/],
    ['@pulumi/docker', /^lib\/platforms\/(docker|swarm)\//],
    ['@pulumi/kubernetes', /^lib\/platforms\/kubernetes\//],
    ['@pulumi/pulumi', /^(lib\/platforms\/(docker|swarm|kubernetes)\/|lib\/stack\/|apps\/[\w-]+\.ts$)/],
    ['kubernetes-types', /^lib\/platforms\/kubernetes\//],
  ])('%s is imported only in %s', (name, room) => {
    expect(offenders(/./, (to, file) => to !== name || room.test(file))).toEqual([]);
  });

  test('a system imports the public interface, its own files, and where backups go', () => {
    const allowed = (to: string, file: string) => {
      const system = /^apps\/[^/]+\//.exec(file)?.[0] as string;
      return ['lib/index.ts', 'constructs', 'apps/backups.ts'].includes(to) || to.startsWith(system) || isNode(to);
    };
    expect(offenders(/^apps\/[^/]+\//, allowed)).toEqual([]);
  });

  test('nothing that is shipped imports a test, a benchmark or the documentation', () => {
    expect(offenders(/^(lib|constructs|cli)\//, (to) => !/^(test|bench|docs|apps)\//.test(to))).toEqual([]);
  });

  test('no file imports itself by way of others', () => {
    const values = new Map(
      shipped.map(({ file, imports }) => [file, imports.filter((one) => !one.typeOnly && !one.late).map(({ to }) => to)]),
    );
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      const start = path.indexOf(file);
      if (start >= 0) circles.push([...path.slice(start), file].join(' → '));
      if (start >= 0 || done.has(file)) return;
      for (const to of values.get(file) ?? []) visit(to, [...path, file]);
      done.add(file);
    };
    for (const file of values.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });
});

/** Lines that are neither blank nor comments. */
function code({ tree }: Source): number {
  const lines = new Set<number>();
  const visit = (node: ts.Node): void => {
    if (node.getChildCount(tree) === 0 && node.end > node.getStart(tree)) {
      const [first, last] = [node.getStart(tree), node.end].map((at) => tree.getLineAndCharacterOfPosition(at).line) as [number, number];
      for (let line = first; line <= last; line++) lines.add(line);
    }
    for (const child of node.getChildren(tree)) if (!ts.isJSDoc(child)) visit(child);
  };
  visit(tree);
  return lines.size;
}

describe('sizes', () => {
  test('there are at most nine kinds', () => expect(KINDS.length).toBeLessThanOrEqual(9));

  test('a file has at most 300 lines, and a test at most 400', () => {
    const long = sources.flatMap(({ file, text }) => {
      const lines = text.split('\n').length - 1;
      return lines > (file.startsWith('test/') ? 400 : 300) ? [`${file}: ${lines}`] : [];
    });
    expect(long).toEqual([]);
  });

  test('the kernel, which is lib/model without its vocabulary and lib/platform, has at most 1150 lines of code', () => {
    const kernel = sources.filter(({ file }) => /^lib\/(model|platform)\/[^/]+\.ts$/.test(file));
    expect(kernel.length).toBeGreaterThan(10);
    expect(kernel.reduce((sum, source) => sum + code(source), 0)).toBeLessThanOrEqual(1150);
  });
});

describe('words', () => {
  test('there is no any in what is shipped; a test that reads foreign data says why', () => {
    const found: string[] = [];
    for (const { file, tree } of shipped) {
      const visit = (node: ts.Node): void => {
        if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(`${file}:${tree.getLineAndCharacterOfPosition(node.pos).line + 1}`);
        ts.forEachChild(node, visit);
      };
      visit(tree);
    }
    expect(found).toEqual([]);
  });

  test("a system's files do not contain the word platform, and do not ask which environment it is", () => {
    const systems = sources.filter(({ file }) => /^apps\/[^/]+\//.test(file));
    expect(systems.length).toBeGreaterThan(0);
    const found = systems
      .filter(({ text }) => /\bplatforms?\b|isProduction|environment\.name|env\.name/i.test(text))
      .map(({ file }) => file);
    expect(found).toEqual([]);
  });

  test('no tracked file names the place where it was made, or where packages were fetched from', () => {
    // put together, so that this file does not name them either
    const places = new RegExp(`(^|[^\\w.-])/(${['work', 'Users', 'home'].join('|')})/[\\w.-]+`);
    const engines = ['shared', 'engines'].join('/');
    const hosts = new RegExp(
      ['registry\\.npmjs', 'registry\\.yarnpkg', 'proxy\\.golang', 'pypi\\.org', 'arti' + 'factory', 'verda' + 'ccio'].join('|'),
      'i',
    );
    const found = tracked.flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      if (text.includes('\0')) return [];
      return text.split('\n').flatMap((line, i) => {
        const bad =
          places.exec(line)?.[0] ?? hosts.exec(line)?.[0] ?? (line.includes(engines) && !file.startsWith('.ci/') ? engines : undefined);
        return bad === undefined ? [] : [`${file}:${i + 1}: ${bad.trim()}`];
      });
    });
    expect(found).toEqual([]);
  });
});
