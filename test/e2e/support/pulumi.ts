import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { must, type Ran, requireEngine, run } from './run';

const DESTROY = ['destroy', '--yes', '--skip-preview', '--stack', 'e2e'];
const ROOT = resolve(__dirname, '../../..');

/** Fails unless the Pulumi command works. */
export async function requirePulumi(): Promise<void> {
  await requireEngine(['pulumi', 'version']);
}

/** A Pulumi program in a folder of its own, with its state in that folder. */
export class PulumiProject {
  private readonly folder = mkdtempSync(join(tmpdir(), 'ironhull-e2e-'));

  /**
   * @param name the project's name
   * @param program path of the program, from the repository's root
   * @param env what the program reads from its environment; a call can override it
   */
  constructor(
    readonly name: string,
    program: string,
    private readonly env: Readonly<Record<string, string>> = {},
  ) {
    mkdirSync(join(this.folder, 'state'));
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'));
    writeFileSync(join(this.folder, 'package.json'), JSON.stringify({ name, private: true, main: 'index.js' }));
    // tsx last, so that it and not ts-node loads the program: language hosts before 2024 take no options from Pulumi.yaml
    writeFileSync(join(this.folder, 'index.js'), `require('tsx/cjs');\nrequire(${JSON.stringify(join(ROOT, program))});\n`);
    writeFileSync(join(this.folder, 'Pulumi.yaml'), JSON.stringify({ name, runtime: { name: 'nodejs', options: { typescript: false } } }));
  }

  /** Makes the stack `e2e` with this config; keys that start with `secret ` are secret. */
  async init(config: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.must(['stack', 'init', 'e2e']);
    await this.configure(config);
  }

  /** Sets values of the config; keys that start with `secret ` are secret. */
  async configure(config: Readonly<Record<string, string>>): Promise<void> {
    const args = Object.entries(config).map(([key, value]) =>
      key.startsWith('secret ') ? `--secret=${key.slice(7)}=${value}` : `--plaintext=${key}=${value}`,
    );
    if (args.length > 0) await this.must(['config', 'set-all', ...args]);
  }

  /** Brings the stack to what the program says, and returns what Pulumi said. */
  async up(env: Readonly<Record<string, string>> = {}): Promise<string> {
    return this.must(['up', '--yes', '--skip-preview', '--stack', 'e2e'], env);
  }

  /** An update that may fail. */
  async tryUp(env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    return this.run(['up', '--yes', '--skip-preview', '--stack', 'e2e'], env);
  }

  /** What an update would do; with `--expect-no-changes` it fails if that is something. */
  async preview(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    return this.run(['preview', '--diff', ...args, '--stack', 'e2e'], env);
  }

  /** The state as it is stored: secrets are encrypted there. */
  async state(): Promise<string> {
    return this.must(['stack', 'export', '--stack', 'e2e']);
  }

  /** Destroys all resources. */
  async destroy(): Promise<string> {
    return this.must(DESTROY);
  }

  /** A destruction that may be refused. */
  async tryDestroy(): Promise<Ran> {
    return this.run(DESTROY);
  }

  /** Destroys what is left, if anything is, and removes the folder. Fails nothing: what may not be destroyed yet is told first that it may. */
  async dispose(): Promise<void> {
    if ((await this.tryDestroy()).code !== 0) {
      await this.tryUp({ E2E_DESTROY: 'the suite is over, and its data may go' });
      await this.tryDestroy();
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    return run('pulumi', ['--non-interactive', '--color', 'never', ...args], { cwd: this.folder, env: this.environment(env) });
  }

  private must(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    return must('pulumi', ['--non-interactive', '--color', 'never', ...args], { cwd: this.folder, env: this.environment(env) });
  }

  private environment(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    return {
      PULUMI_BACKEND_URL: `file://${join(this.folder, 'state')}`,
      PULUMI_CONFIG_PASSPHRASE: 'e2e',
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      ...this.env,
      ...env,
    };
  }
}
