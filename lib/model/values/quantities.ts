/**
 * The quantities of the model. They are written as text whose unit the compiler checks, and become plain numbers in a
 * spec. Only binary units of memory are taken: Docker reads `4G` as 2^32 bytes, Kubernetes as 4·10^9.
 */

/** A length of time: `500ms`, `30s`, `5m`, `1h`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h'}`;

/** An amount of memory or storage in binary units: `64Mi`, `4Gi`. */
export type Size = `${number}${'Ki' | 'Mi' | 'Gi' | 'Ti'}`;

/** Processor time in cores: `2`, `0.5`, or in thousandths: `500m`. */
export type Cpu = number | `${number}m`;

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const BYTES: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** Milliseconds, or `undefined` if the text is no duration. */
export function tryDuration(value: unknown): number | undefined {
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(value) : null;
  // 1.005 * 1000 is a little less than 1005
  const ms = match ? Math.round(Number(match[1]) * (MILLISECONDS[match[2] as string] as number) * 1e3) / 1e3 : Number.NaN;
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/** Bytes, or `undefined` if the text is no size. */
export function trySize(value: unknown): number | undefined {
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti)$/.exec(value) : null;
  const bytes = match ? Number(match[1]) * (BYTES[match[2] as string] as number) : Number.NaN;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Thousandths of a core, or `undefined` if the value is no amount of processor time. */
export function tryCpu(value: unknown): number | undefined {
  const match = typeof value === 'string' ? /^(\d+)m$/.exec(value) : null;
  const milli = typeof value === 'number' ? Math.round(value * 1e6) / 1e3 : match ? Number(match[1]) : Number.NaN;
  return Number.isInteger(milli) ? milli : undefined;
}

/** Go's canonical text of a duration (`1m30s`): what Docker reports back, so that nothing differs for ever. */
export function goDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 1000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = (ms % 60_000) / 1000;
  return `${hours ? `${hours}h` : ''}${hours || minutes ? `${minutes}m` : ''}${seconds}s`;
}

/** The shortest exact binary text of an amount of bytes: `4Gi`, `1536Mi`. */
export function binarySize(bytes: number): string {
  for (const unit of ['Ti', 'Gi', 'Mi', 'Ki']) {
    const factor = BYTES[unit] as number;
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return String(bytes);
}

/** Kubernetes' text of an amount of processor time: `2`, `500m`. */
export function cpuQuantity(milli: number): string {
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}
