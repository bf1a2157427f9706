import { isIP } from 'node:net';
import { PROBER_BINARIES } from './binaries';

/** Where the prober is delivered to in a container. */
export const PROBER_PATH = '/.ironhull/prober';

/**
 * The command (argv, no shell involved) that checks the health of a container from the inside: status 200–399 for
 * `http`, an accepted connection for `tcp`. Characters of the path that may not appear in a request are
 * percent-encoded. Give the platform a slightly longer timeout than `timeoutMs`, so that the prober can still say why
 * it failed. In a Compose file each `$` of the path has to be doubled, as anywhere else.
 */
export function proberCommand(check: { http: { port: number; path: string } } | { tcp: { port: number } }, timeoutMs: number): string[] {
  const { port } = 'http' in check ? check.http : check.tcp;
  assertInteger('port of a health check', port, 65535);
  assertInteger('timeout in milliseconds of a health check', timeoutMs, LONGEST_MS);
  const timeout = ['--timeout', String(timeoutMs)];
  if (!('http' in check)) {
    return [PROBER_PATH, 'tcp', String(port), ...timeout];
  }
  const path = check.http.path.replace(/[^\x21-\x7e]+/g, encodeURIComponent);
  if (!path.startsWith('/') || path.length > 8192) {
    throw new RangeError(`The path of a health check must start with "/" and be reasonably short, got "${path}"`);
  }
  return [PROBER_PATH, 'http', String(port), path, ...timeout];
}

/** The command that looks at the age of a file. It waits for nothing, and so has no timeout of its own. */
export function heartbeatCommand({ path, maxAge }: { readonly path: string; readonly maxAge: number }): string[] {
  const seconds = Math.ceil(maxAge / 1000);
  assertInteger('age in seconds of a heartbeat', seconds, 31_536_000);
  if (!path.startsWith('/') || path.length > 4095 || path.includes('\0')) {
    throw new RangeError(`The path of a heartbeat must start with "/" and be reasonably short, got "${path}"`);
  }
  return [PROBER_PATH, 'heartbeat', path, String(seconds)];
}

/**
 * The command (argv, no shell involved) that waits, without a limit unless there is one, until every target accepts a TCP connection. A
 * host is a DNS name, which is looked up anew at each attempt, or an IPv4 or IPv6 address without brackets. With a
 * command the prober then becomes that command, in the same process; a name without a slash is searched in `PATH`. As
 * process 1 of a container it ends at once when it is told to stop. In a Compose file each `$` has to be doubled, as
 * anywhere else.
 */
export function waitCommand(targets: readonly { host: string; port: number }[], command?: readonly string[], timeoutMs?: number): string[] {
  if (targets.length === 0) {
    throw new RangeError('There must be a target to wait for, got none');
  }
  for (const { host, port } of targets) {
    assertHost(host);
    assertInteger('port to wait for', port, 65535);
  }
  if (command) {
    assertCommand('command behind a wait', command);
  }
  if (timeoutMs !== undefined) {
    assertInteger('timeout in milliseconds of a wait', timeoutMs, LONGEST_MS);
  }
  const words = targets.flatMap(({ host, port }) => ['tcp', host, String(port)]);
  const timeout = timeoutMs === undefined ? [] : ['--timeout', String(timeoutMs)];
  return [PROBER_PATH, 'wait', ...timeout, ...words, ...(command ? ['--', ...command] : [])];
}

/**
 * The command (argv, no shell involved) that runs a job and, once it has ended well, accepts connections on the port
 * (of all addresses) until it is told to stop, so that others can wait for the job with `waitCommand`. If the job
 * fails, its exit code is that of the prober. The port must be one that the user of the container may listen on.
 */
export function gateCommand(port: number, command: readonly string[]): string[] {
  assertInteger('port of a gate', port, 65535);
  assertCommand('command of a gate', command);
  return [PROBER_PATH, 'run', String(port), '--', ...command];
}

/** How much less time the prober gets than the engine gives it, so that it can still say why it failed. */
const MARGIN_MS = 500;
/** The prober's own longest time: a day. */
const LONGEST_MS = 86_400_000;

/** The prober's own timeout in a check that the engine gives this much time. */
export function proberTimeout(timeoutMs: number): number {
  return Math.min(Math.max(1, timeoutMs - MARGIN_MS), LONGEST_MS);
}

/** The static prober executable for Linux on an architecture; deliver it with mode 0555 or 0755. */
export function proberBinary(architecture: 'amd64' | 'arm64'): Buffer {
  return Buffer.from(PROBER_BINARIES[architecture], 'base64');
}

function assertInteger(what: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new RangeError(`The ${what} must be an integer from 1 to ${max}, got ${value}`);
  }
}

/** What the prober would refuse, because it could never be reached. */
function assertHost(host: string): void {
  const labels = host.replace(/\.$/, '').split('.');
  const isName = /^[\x21-\x7e]+$/.test(host) && !host.includes(':') && labels.every(({ length }) => length > 0 && length < 64);
  if (!isIP(host.replace('%', ' ')) && !(isName && labels.join('.').length <= 253)) {
    throw new RangeError(`The host to wait for must be a DNS name or an IP address, got "${host}"`);
  }
}

function assertCommand(what: string, command: readonly string[]): void {
  if (!command[0] || command.some((word) => word.includes('\0'))) {
    throw new RangeError(`The ${what} must have a program, and no null byte, got ${JSON.stringify(command)}`);
  }
}
