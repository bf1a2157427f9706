import { EventEmitter } from 'node:events';

/** What the docker command would do. */
export interface Ran {
  readonly code?: number;
  readonly out?: string | Buffer;
  readonly err?: string;
  /** Milliseconds until it ends. */
  readonly after?: number;
}

type Handler = Record<'create' | 'update' | 'diff', (...args: unknown[]) => Promise<unknown>>;

/** Loads the module of a dynamic resource, as Pulumi's host would, with a docker command that answers as it is told. */
export function loadModule(text: string, docker: (args: readonly string[], call: number) => Ran): { handler: Handler; calls: string[] } {
  const calls: string[] = [];
  const spawn = (command: string, args: string[]) => {
    if (command !== 'docker') throw new Error(`not ${command}`);
    calls.push(args.join(' '));
    const { code = 0, out = '', err = '', after = 0 } = docker(args, calls.length);
    const child = Object.assign(new EventEmitter(), { stdout: new EventEmitter(), stderr: new EventEmitter() });
    setTimeout(() => {
      if (out.length > 0) child.stdout.emit('data', Buffer.from(out));
      if (err !== '') child.stderr.emit('data', Buffer.from(err));
      child.emit('close', code);
    }, after);
    return child;
  };
  const module: { handler?: () => Handler } = {};
  new Function('exports', 'require', text)(module, (name: string) => {
    if (name !== 'child_process') throw new Error(`not ${name}`);
    return { spawn };
  });
  return { handler: module.handler?.() as Handler, calls };
}
