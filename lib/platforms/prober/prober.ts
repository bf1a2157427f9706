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
  assertInteger('port', port, 65535);
  assertInteger('timeout in milliseconds', timeoutMs, LONGEST_MS);
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
    throw new RangeError(`The ${what} of a health check must be an integer from 1 to ${max}, got ${value}`);
  }
}
