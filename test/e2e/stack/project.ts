/** The repository's own Pulumi project, in a copy: setting secrets changes the files of stacks. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { must, type Ran, run } from '../support/run';

const ROOT = resolve(__dirname, '../../..');

/** One resource that a preview plans. */
export interface Planned {
  readonly op: string;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: inputs of any resource
  readonly inputs: Record<string, any>;
}

/** A copy of `Pulumi.yaml` and `Pulumi.<stack>.yaml` beside links to the programs, with a state of its own. */
export class OwnProject {
  private readonly folder = mkdtempSync(join(tmpdir(), 'ironhull-own-'));

  constructor() {
    for (const file of readdirSync(ROOT)) if (/^Pulumi\..*yaml$/.test(file)) cpSync(join(ROOT, file), join(this.folder, file));
    for (const file of ['apps', 'node_modules', 'package.json']) symlinkSync(join(ROOT, file), join(this.folder, file));
    mkdirSync(join(this.folder, 'state'));
  }

  /** Makes the stack that a file of the repository configures. */
  async init(stack: string): Promise<void> {
    await this.must('stack', 'init', stack);
  }

  /** Runs a command that an error told to run, with a value. */
  async follow(command: string, value: string): Promise<void> {
    await this.must(...command.replace(/^pulumi /, '').split(' '), value);
  }

  /** A preview as text. */
  preview(): Promise<Ran> {
    return run('pulumi', ['preview', '--non-interactive', '--color', 'never'], this.options());
  }

  /** What a preview plans, without the stack itself. */
  async planned(): Promise<Planned[]> {
    const { steps } = JSON.parse(await this.must('preview', '--json')) as {
      steps: { op: string; newState: { type: string; inputs?: Planned['inputs'] } }[];
    };
    return steps
      .map(({ op, newState }) => ({ op, type: newState.type, inputs: newState.inputs ?? {} }))
      .filter(({ type }) => !type.startsWith('pulumi:') && type !== 'ironhull:index:Stack');
  }

  /** Removes the copy; nothing was deployed. */
  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private must(...args: string[]): Promise<string> {
    return must('pulumi', [...args, '--non-interactive', '--color', 'never'], this.options());
  }

  private options() {
    const env = {
      PULUMI_BACKEND_URL: `file://${join(this.folder, 'state')}`,
      PULUMI_CONFIG_PASSPHRASE: 'e2e',
      PULUMI_SKIP_UPDATE_CHECK: 'true',
    };
    return { cwd: this.folder, env };
  }
}
