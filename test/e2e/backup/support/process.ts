import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';

/** Who runs PostgreSQL, which refuses root. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** What a program said, and how it ended: by a code, or by a signal as 128 and its number. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 };

/** The user that the suite's servers run as: whoever runs the suite, or `postgres` or `nobody` if that is root. */
export function serverUser(): User {
  const { uid, gid } = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  if (uid !== 0) return { uid, gid };
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }).toString());
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // the next one
    }
  }
  throw new Error('This suite runs PostgreSQL, which refuses root, and there is neither a user postgres nor nobody.');
}

export function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv, user: User, input?: string): Running {
  const child = spawn(command, args, { env, uid: user.uid, gid: user.gid, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (data) => {
    stdout += data;
  });
  child.stderr?.on('data', (data) => {
    stderr += data;
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(input ?? '');
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    // `exit`, not `close`: a process that was orphaned by a kill may hold the pipes open
    child.on('exit', (code, signal) =>
      setTimeout(() => resolve({ code: code ?? 128 + (SIGNALS[signal ?? ''] ?? 0), stdout, stderr }), signal ? 20 : 5),
    );
  });
  return { pid: child.pid ?? 0, child, ended };
}

/** The children of a process, by whichever thread. */
function children(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' '))
      .filter((child) => child)
      .map(Number);
  } catch {
    return []; // it has ended
  }
}

/** The processes below one, and itself, the deepest last. */
export function family(pid: number): number[] {
  const all = [pid];
  for (let at = 0; at < all.length; at++) all.push(...children(all[at] ?? 0));
  return all;
}

/** The command line of a process, or empty if it has ended. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
  } catch {
    return '';
  }
}

/** Kills a whole container's worth of processes at once, as its end would. */
export function killFamily(pid: number): void {
  for (const one of family(pid)) {
    try {
      process.kill(one, 'SIGSTOP');
    } catch {}
  }
  for (const one of family(pid).reverse()) {
    try {
      process.kill(one, 'SIGKILL');
    } catch {}
  }
}

let port = 25_000 + Math.floor(Math.random() * 4000);

/** A port that nobody has: none of those that the kernel gives to whoever connects (from 32768 on), which may be taken at any moment. */
export function freePort(): Promise<number> {
  const found = ++port;
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(freePort()) : reject(error)));
    server.listen(found, '127.0.0.1', () => server.close(() => resolve(found)));
  });
}

/** Fails in one sentence where a program that the suite needs is missing. */
export function need(path: string, ...programs: readonly string[]): void {
  for (const program of programs) {
    if (!path.split(delimiter).some((folder) => existsSync(`${folder}/${program}`)))
      throw new Error(`This suite needs \`${program}\`, and it is not on the PATH.`);
  }
}

/** Copies a program of the PATH, if it is there, to a folder. */
export function copyProgram(program: string, path: string, folder: string): void {
  const at = path.split(delimiter).find((one) => existsSync(join(one, program)));
  if (at && at !== folder) copyFileSync(join(at, program), join(folder, program));
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
