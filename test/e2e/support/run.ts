import { execFile } from 'node:child_process';

/** What a command said. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command without a shell. Its failure is a result, not an error. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; timeout?: number } = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(
      command,
      args,
      { cwd: options.cwd, env: { ...process.env, ...options.env }, timeout: options.timeout ?? 600_000, maxBuffer: 64 * 2 ** 20 },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
        resolve({ code, stdout, stderr: code === -1 ? `${stderr}\n${error?.message}` : stderr });
      },
    );
  });
}

/** A command has failed that had to succeed. */
export class CommandFailed extends Error {}

/** Runs a command that has to succeed, and returns what it wrote. */
export async function must(command: string, args: readonly string[], options: Parameters<typeof run>[2] = {}): Promise<string> {
  const ran = await run(command, args, options);
  if (ran.code !== 0) throw new CommandFailed(`${command} ${args.join(' ')} failed (${ran.code}):\n${ran.stdout}\n${ran.stderr}`);
  return ran.stdout;
}

/**
 * A port of this machine for a suite, each with a number of its own. It is none of those that the kernel gives to whoever
 * connects (from 32768 on), which may be taken at any moment.
 */
export function portOf(suite: number): number {
  return 20_000 + suite * 100 + (process.pid % 100);
}

/**
 * Asks until the answer is right, or fails with the last answer. A command that fails is asked again: an engine may be busy for a moment.
 * Each question may be a process or several, and takes from what is waited for: it is asked again after a tenth of the time that it took so far,
 * at most two seconds, and not before twice the time that it took itself, at most ten.
 */
export async function until<T>(what: string, ask: () => Promise<T>, right: (answer: T) => boolean, timeoutMs = 30_000): Promise<T> {
  const begin = Date.now();
  const end = begin + timeoutMs;
  for (;;) {
    const asked = Date.now();
    let last: string;
    try {
      const answer = await ask();
      if (right(answer)) return answer;
      last = `the last answer was ${JSON.stringify(answer)?.slice(0, 600)}`;
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      last = error.message;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${timeoutMs / 1000} s; ${last}`);
    const now = Date.now();
    const pause = Math.max(250, Math.min(2000, (now - begin) / 10), Math.min(10_000, 2 * (now - asked)));
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Does something over and over, with a pause, for as long as something else goes on: no longer, also where that fails. */
export async function whileDoing<T>(again: () => Promise<unknown>, pauseMs: number, work: () => Promise<T>): Promise<T> {
  let over = false;
  const loop = (async () => {
    while (!over) {
      await again();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  })();
  try {
    return await work();
  } finally {
    over = true;
    await loop;
  }
}

/** Does it with each, so many at a time: a machine that is asked for everything at once starves what is being tested. */
export async function atMost<T, R>(most: number, all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < all.length) {
      const index = next++;
      results[index] = await work(all[index] as T);
    }
  };
  await Promise.all(Array.from({ length: most }, worker));
  return results;
}

/**
 * Fails, in one sentence, where an engine that a suite needs does not answer. A suite without its engine is a failure:
 * skipped, it would look like a success.
 */
export async function requireEngine(...commands: readonly (readonly [string, ...string[]])[]): Promise<void> {
  for (const [command, ...args] of commands) {
    const ran = await run(command, args, { timeout: 60_000 });
    if (ran.code !== 0) {
      throw new Error(
        `This suite needs \`${[command, ...args].join(' ')}\` to work, and it does not: ${(ran.stderr || ran.stdout).trim()}`,
      );
    }
  }
}
