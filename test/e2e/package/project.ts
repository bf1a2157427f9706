/** Foreign repositories that install the package as npm publishes it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../support/run';

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
    await must('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', ...packages], { cwd: this.folder });
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

  /** Compiles main.ts against the declarations that are installed, strictly, and those declarations too. */
  async compile(): Promise<void> {
    const options = [
      '--strict',
      '--exactOptionalPropertyTypes',
      '--module',
      'node16',
      '--moduleResolution',
      'node16',
      '--target',
      'es2022',
    ];
    await this.node(join(root, 'node_modules/typescript/bin/tsc'), ...options, '--types', '', '--skipLibCheck', 'main.ts');
  }

  /** Runs node in the folder, and returns what it printed. */
  node(...args: string[]): Promise<string> {
    return must(process.execPath, args, { cwd: this.folder });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
