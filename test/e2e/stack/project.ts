/** The repository's own Pulumi project, in a copy: setting secrets changes the files of stacks. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { randomPlugin } from '../support/random/plugin';
import { must, type Ran, run } from '../support/run';

/** The repository. */
export const ROOT = resolve(__dirname, '../../..');

/** One resource that a preview plans. */
export interface Planned {
  readonly op: string;
  /** Its name in Pulumi, which need not be that on the engine. */
  readonly name: string;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: inputs of any resource
  readonly inputs: Record<string, any>;
}

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly newState: { readonly type: string; readonly inputs?: Planned['inputs'] };
}

/** What a preview plans. */
export interface Preview {
  /** Everything that Pulumi said of it, as JSON. */
  readonly text: string;
  /** The resources, without the stack itself. */
  readonly planned: readonly Planned[];
}

/** A copy of `Pulumi.yaml` and `Pulumi.<stack>.yaml` beside links to the programs, with a state of its own. */
export class OwnProject {
  private readonly folder = mkdtempSync(join(tmpdir(), 'ironhull-own-'));
  private plugins: NodeJS.ProcessEnv = {};

  constructor() {
    for (const file of readdirSync(ROOT)) if (/^Pulumi\..*yaml$/.test(file)) cpSync(join(ROOT, file), join(this.folder, file));
    for (const file of ['apps', 'node_modules', 'package.json']) symlinkSync(join(ROOT, file), join(this.folder, file));
    mkdirSync(join(this.folder, 'state'));
  }

  /** Makes stacks that files of the repository configure. */
  async init(stacks: readonly string[]): Promise<void> {
    this.plugins = await randomPlugin();
    for (const stack of stacks) await this.must('stack', 'init', stack);
  }

  /** Runs the commands that an error told to run, with this value: the first as it stands, and then all in one, which saves seconds. */
  async follow(stack: string, commands: readonly string[], value: string): Promise<void> {
    const said = commands.map((command) => command.split(' '));
    const [, ...first] = said[0] as string[];
    await this.must(...first, value, '--stack', stack);
    await this.must('config', 'set-all', ...said.flatMap((words) => ['--secret', `${words.at(-1)}=${value}`]), '--stack', stack);
  }

  /** A preview as somebody reads it. */
  preview(stack: string): Promise<Ran> {
    return run('pulumi', ['preview', '--stack', stack, '--non-interactive', '--color', 'never'], this.options());
  }

  /** A preview that has to succeed. */
  async planned(stack: string): Promise<Preview> {
    const text = await this.must('preview', '--json', '--stack', stack);
    const { steps } = JSON.parse(text) as { steps: readonly Step[] };
    const planned = steps
      .map(({ op, urn, newState }) => ({
        op,
        name: urn.slice(urn.lastIndexOf('::') + 2),
        type: newState.type,
        inputs: newState.inputs ?? {},
      }))
      .filter(({ type }) => !type.startsWith('pulumi:') && type !== 'ironhull:index:Stack');
    return { text, planned };
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
      ...this.plugins,
    };
    return { cwd: this.folder, env };
  }
}
