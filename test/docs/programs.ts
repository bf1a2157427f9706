/** The programs and their output in the documentation. The conventions stand in CONTRIBUTING.md. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** A TypeScript block, with the YAML or text block that follows it, if one does. */
export interface Program {
  readonly document: string;
  readonly line: number;
  readonly marker: string;
  /** The whole program; for `more`, the last `run` with the block in front of its `app.synth()`. */
  readonly code: string;
  readonly output?: { readonly line: number; readonly text: string };
}

/** The documents whose programs are tested. */
export function documents(): string[] {
  const folders = readdirSync(join(root, 'constructs')).map((name) => `constructs/${name}/README.md`);
  const guides = readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : []));
  return ['README.md', 'CONTRIBUTING.md', ...guides, ...folders].filter((file) => existsSync(join(root, file)));
}

/** The programs of a document, in order. */
export function programsOf(document: string): Program[] {
  const text = readFileSync(join(root, document), 'utf8');
  const fences = [...text.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] as string,
    marker: match[2] as string,
    body: match[3] as string,
    line: text.slice(0, match.index).split('\n').length,
  }));
  const programs: Program[] = [];
  fences.forEach((fence, i) => {
    if (fence.language !== 'ts') return;
    const next = fences[i + 1];
    const output = next && ['yaml', 'text'].includes(next.language) ? { line: next.line, text: next.body } : undefined;
    const before = programs.filter((program) => program.marker === 'run').at(-1)?.code ?? '';
    const code = fence.marker === 'more' ? before.replace(/(?=app\.synth\(\);\s*$)|$/, `${fence.body}\n`) : fence.body;
    programs.push({ document, line: fence.line, marker: fence.marker, code, ...(output && { output }) });
  });
  return programs;
}

/** The entry points of the package, as TypeScript sources. */
function paths(): Record<string, string[]> {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const entries = Object.entries(exports as Record<string, string | { types: string }>);
  return Object.fromEntries(
    entries.flatMap(([key, to]) => {
      return typeof to === 'string'
        ? []
        : [[`${name}${key.slice(1)}`, [join(root, to.types.replace('./build/', '').replace('.d.ts', '.ts'))]]];
    }),
  );
}

/** A folder with every program as a file of its own, as in a project that has the package installed. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'programs-'));

  constructor(programs: readonly Program[]) {
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
    const compilerOptions = { paths: paths(), noUnusedLocals: false };
    writeFileSync(
      join(this.folder, 'tsconfig.json'),
      JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.ts'] }),
    );
    // `export {}`: each file is a module, so that two may use the same names
    for (const program of programs) writeFileSync(this.file(program), `${program.code}\nexport {};\n`);
  }

  private file({ document, line }: Program): string {
    return join(this.folder, `${document.replace(/\W+/g, '-')}-${line}.ts`);
  }

  /** What the compiler says of all programs; empty if nothing. */
  compile(): string {
    try {
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      execFileSync(process.execPath, [tsc, '-p', this.folder, '--typeRoots', join(root, 'node_modules/@types')], { encoding: 'utf8' });
      return '';
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  }

  /** Runs a program: what it prints, or else the manifests that it wrote. */
  run(program: Program): string {
    const cwd = mkdtempSync(join(this.folder, 'run-'));
    const env = { ...process.env, TSX_TSCONFIG_PATH: join(this.folder, 'tsconfig.json') };
    const args = ['--import', join(root, 'node_modules/tsx/dist/loader.mjs'), this.file(program)];
    const printed = execFileSync(process.execPath, args, { cwd, env, encoding: 'utf8' });
    if (printed !== '' || !existsSync(join(cwd, 'dist'))) return printed;
    const files = readdirSync(join(cwd, 'dist')).sort();
    return files.map((file) => readFileSync(join(cwd, 'dist', file), 'utf8')).join('---\n');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** Whether an output is as documented, where a line `# ...` stands for any lines that are left out. */
export function asDocumented(output: string, documented: string): boolean {
  const lines = documented.trimEnd().split('\n');
  const pattern = lines.map((line) => (line.trim() === '# ...' ? '(?:.*\\n)*?' : `${line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\n`));
  return new RegExp(`^${pattern.join('')}$`).test(`${output.trimEnd()}\n`);
}
