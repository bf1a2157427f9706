import * as pulumi from '@pulumi/pulumi';
import type { Part } from '../model/part';
import type { WorkloadSpec } from '../model/workload/spec';
import type { At, Natives } from '../platform/platform';

/** A program that is run when a guard is asked. */
export interface Step {
  /** Its name on the PATH. */
  readonly program: string;
  /** Its arguments; `{}` stands for the first line that the step before wrote. */
  readonly args: pulumi.Input<string>[];
  /** What it has to write. @default - anything */
  readonly writes?: pulumi.Input<string>;
  /** What is wrong where it writes something else, or nothing although the next step needs it. */
  readonly otherwise?: string;
}

/** A command of a service that has to succeed before the stack is destroyed. */
export interface DestroyGuard {
  /** The service's name. */
  readonly name: string;
  /** Path of the construct. */
  readonly path: string;
  /** The command. */
  readonly command: readonly string[];
  /** The reason with which it was acknowledged that nobody asks. */
  readonly acknowledged: string | undefined;
  /** How the command is run in the service, one after the other. */
  readonly steps: readonly Step[];
}

/**
 * What Pulumi runs for a guard: the text of a module, for the reasons that the modules of the Docker platform have. Its
 * `delete` is the question: where that fails, nothing of the stack is deleted, since a guard is deleted before all it waits for.
 */
export const GUARD_PROVIDER = `exports.handler = () => {
  const { execFile } = require('child_process');
  // programs that log in JSON say what is the matter in their messages
  const message = (line) => { try { return JSON.parse(line).message || line; } catch { return line; } };
  const lines = (text) => [...new Set(text.trim().split('\\n').map(message))];
  const run = (program, args) => new Promise((resolve) => {
    execFile(program, args, { timeout: 300000 }, (error, stdout, stderr) => {
      if (error && error.code === 'ENOENT') resolve({ failed: 'needs the program ' + program + ' on the PATH' });
      else if (error) resolve({ failed: lines(stderr).slice(-3).join('; ') || error.message });
      else resolve({ said: stdout.trim() });
    });
  });
  const ask = async (steps) => {
    let before = '';
    for (const [n, { program, args, writes, otherwise }] of steps.entries()) {
      const { said, failed } = await run(program, args.map((one) => (one === '{}' ? before : one)));
      if (failed !== undefined) return failed;
      if (writes !== undefined ? said !== writes : said === '' && n < steps.length - 1) return otherwise;
      before = said.split('\\n')[0];
    }
    return undefined;
  };
  return {
    create: async (inputs) => ({ id: inputs.path, outs: inputs }),
    update: async (id, olds, news) => ({ outs: news }),
    diff: async (id, olds, news) => {
      const of = ({ path, command, acknowledged, steps }) => JSON.stringify([path, command, acknowledged || null, steps]);
      return { changes: of(olds) !== of(news), replaces: [] };
    },
    delete: async (id, { path, command, acknowledged, steps }) => {
      if (acknowledged !== undefined) return;
      const failed = await ask(steps);
      if (failed !== undefined)
        throw new Error(path + ': \`' + command.join(' ') + '\` does not agree that the stack is destroyed: ' + failed
          + "; mend that, or acknowledge 'destroy.guard' with a reason and run pulumi up");
    },
  };
};`;

class Guard extends pulumi.CustomResource {
  constructor({ name, path, command, acknowledged, steps }: DestroyGuard, opts: pulumi.CustomResourceOptions) {
    const said = { path, command: [...command], ...(acknowledged !== undefined && { acknowledged }), steps: [...steps] };
    super('pulumi-nodejs:dynamic/ironhull:DestroyGuard', `${name}-destroy-guard`, { ...said, __provider: GUARD_PROVIDER }, opts);
  }
}

/** The guards of a planned stack. `how` says how a command is run in a service; nothing, if there is no such service. */
export function guardsOf<D extends { readonly part: Part; readonly at: At<Natives> }>(
  drafted: readonly D[],
  how: (service: D, command: readonly string[]) => readonly Step[] | undefined,
): DestroyGuard[] {
  return drafted.flatMap((service) => {
    const { part, at } = service;
    const command = part.kind === 'workload' ? (part.resolve().spec as WorkloadSpec).beforeDestroy : undefined;
    const steps = command && how(service, command);
    return steps ? [{ name: at.name, path: at.path, command, acknowledged: at.acknowledged('destroy.guard'), steps }] : [];
  });
}

/** Has guards asked before anything of a stack is deleted. */
export function guardDestroy(guards: readonly DestroyGuard[], parent: pulumi.Resource, all: Iterable<pulumi.Resource>): void {
  const dependsOn = [...all];
  for (const guard of guards) new Guard(guard, { parent, dependsOn });
}
