/**
 * Reports of the public interface, one for each entry point of package.json: `docs/api/<entry>.api.md`.
 *
 * A change of the interface shows in review as a change of its report. Fails on what is exported without a comment and
 * on what an exported declaration mentions but no entry point exports. `--check` writes nothing and fails where a
 * report is stale. Needs `build/`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, type ExtractorMessage } from '@microsoft/api-extractor';
import ts from 'typescript';

/** An entry point: the name of its report and the file that declares it. */
interface Entry {
  readonly name: string;
  readonly file: string;
}

const root = join(__dirname, '..');
const reports = join(root, 'docs/api');
const NO_WARNINGS = /^\/\/ Warnings were encountered during analysis:\n\/\/\n(?=\n)/m;
/** API Extractor looks at one entry point at a time. */
const FORGOTTEN = /^ *\/\/ (?:Warning:|\S+ -) \(ae-forgotten-export\) The symbol "([^"]+)".*\n(?: *\/\/\n(?= *\/\/))?/gm;

function entries(): Entry[] {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { types: string }>;
  };
  return Object.entries(exports).flatMap(([key, target]) =>
    typeof target === 'string' ? [] : [{ name: key === '.' ? 'index' : key.slice(2).replaceAll('/', '-'), file: join(root, target.types) }],
  );
}

/** The names that some entry point exports: one entry point may mention what another one exports. */
function exportedNames(all: readonly Entry[]): Set<string> {
  const options = { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16, skipLibCheck: true };
  const program = ts.createProgram({ rootNames: all.map((entry) => entry.file), options });
  const checker = program.getTypeChecker();
  return new Set(
    all.flatMap((entry) => {
      const source = program.getSourceFile(entry.file);
      const module = source && checker.getSymbolAtLocation(source);
      return module ? checker.getExportsOfModule(module).map((symbol) => symbol.name) : [];
    }),
  );
}

function report(entry: Entry, exported: ReadonlySet<string>, check: boolean): string[] {
  const problems: string[] = [];
  const configObject = ExtractorConfig.loadFile(join(root, 'api-extractor.json'));
  configObject.mainEntryPointFilePath = entry.file;
  if (configObject.apiReport) configObject.apiReport.reportFileName = `${entry.name}.api.md`;
  const config = ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: join(root, 'api-extractor.json'),
    packageJsonFullPath: join(root, 'package.json'),
  });
  Extractor.invoke(config, {
    localBuild: false,
    messageCallback: (message: ExtractorMessage) => {
      message.handled = true;
      if (message.logLevel === 'error') problems.push(message.formatMessageWithLocation(root));
    },
  });
  const text = readFileSync(config.reportTempFilePath, 'utf8')
    .replace(FORGOTTEN, (warning, name: string) => {
      if (exported.has(name)) return '';
      problems.push(`docs/api/${entry.name}.api.md: mentions ${name}, which no entry point exports`);
      return warning;
    })
    .replace(NO_WARNINGS, '');
  const same = existsSync(config.reportFilePath) && readFileSync(config.reportFilePath, 'utf8') === text;
  if (check && !same) problems.push(`docs/api/${entry.name}.api.md: the report is stale; run npm run api`);
  if (!check && !same) writeFileSync(config.reportFilePath, text);
  return problems;
}

function main(check: boolean): void {
  const all = entries();
  const missing = all
    .filter((entry) => !existsSync(entry.file))
    .map((entry) => `${entry.name}: ${entry.file} does not exist; run npm run build`);
  const present = all.filter((entry) => existsSync(entry.file));
  mkdirSync(reports, { recursive: true });
  const exported = exportedNames(present);
  const problems = [...missing, ...present.flatMap((entry) => report(entry, exported, check))];
  for (const file of readdirSync(reports)) {
    if (all.some((entry) => file === `${entry.name}.api.md`)) continue;
    if (check) problems.push(`docs/api/${file}: no entry point has this report; run npm run api`);
    else rmSync(join(reports, file));
  }
  for (const problem of [...new Set(problems)]) console.error(problem);
  console.log(`${all.length} entry points, ${problems.length} problems`);
  if (problems.length > 0) process.exitCode = 1;
}

main(process.argv.includes('--check'));
