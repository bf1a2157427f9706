/** Foreign repositories that install the package as npm publishes it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must, run } from '../support/run';

const root = join(__dirname, '../../..');

/** The versions that this repository is tested with. */
export const VERSIONS: Readonly<Record<string, string>> = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies;

/** The tarball that `npm publish` would send; it builds first. */
export async function pack(folder: string): Promise<string> {
  const said = await must('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root });
  return join(folder, said.trim().split('\n').at(-1) as string);
}

/** An empty repository of somebody else. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'foreign-'));

  /** Installs packages as a user would. */
  async install(...packages: string[]): Promise<void> {
    writeFileSync(join(this.folder, 'package.json'), JSON.stringify({ name: 'shop', version: '1.0.0', private: true }));
    await must('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--fetch-retries=5', ...packages], {
      cwd: this.folder,
    });
  }

  /** The version of a package that a file of another installed package gets. */
  versionOf(name: string, importer = ''): string {
    const nested = join(this.folder, 'node_modules', importer, 'node_modules', name, 'package.json');
    const file = existsSync(nested) ? nested : join(this.folder, 'node_modules', name, 'package.json');
    return JSON.parse(readFileSync(file, 'utf8')).version;
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  /**
   * Compiles main.ts strictly; returns what is wrong with it or with our declarations, not with those of others.
   *
   * @param module how modules are found: as Node.js does, or `node10` as in the templates of cdk8s and Pulumi
   */
  async compile(module: 'node16' | 'node10' = 'node16'): Promise<string[]> {
    const compilerOptions = {
      ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, target: 'es2022', types: [] },
      ...{ module: module === 'node10' ? 'commonjs' : module, moduleResolution: module },
    };
    // not tsconfig.json: Pulumi would load that with a compiler of its own
    this.write('tsconfig.check.json', JSON.stringify({ compilerOptions, files: ['main.ts'] }));
    const { stdout } = await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.check.json'], {
      cwd: this.folder,
    });
    return stdout.split('\n').filter((line) => /^(main\.ts|node_modules\/ironhull\/)|^error/.test(line));
  }

  /** Runs node in the folder, and returns what it printed. */
  node(...args: string[]): Promise<string> {
    return must(process.execPath, args, { cwd: this.folder });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
