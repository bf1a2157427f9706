import type { Resolution } from '../part';
import { tryCpu, tryDuration, trySize } from '../values/quantities';

/** Kubernetes counts in 32-bit numbers of seconds, and nothing of a container takes longer than a year. */
const YEAR = 31_536_000_000;

/** Stands for a path that was reported already. */
export const INVALID_PATH = '/invalid';

/** Reads values out of props, reports what is wrong with them, and goes on with a value that is right. */
export class Reading {
  constructor(
    readonly r: Resolution,
    private readonly prefix = '',
  ) {}

  /** Reading below a property. */
  at(where: string): Reading {
    return new Reading(this.r, this.prefix ? `${this.prefix}.${where}` : where);
  }

  /** Reports a problem with a property. */
  problem(where: string, what: string, value: unknown, fix: string): void {
    this.r.problem(this.where(where), what, value, fix);
  }

  /** Needs an acknowledgement of what takes security off. */
  weakness(where: string, weakness: Parameters<Resolution['acknowledged']>[0], what: string, value: unknown): void {
    if (this.r.acknowledged(weakness) === undefined) {
      this.problem(where, what, value, `leave it out, or acknowledge '${weakness}' with a reason`);
    }
  }

  /** A whole number in a range. */
  integer(where: string, value: number | undefined, fallback: number, min: number, max: number): number {
    if (value === undefined) return fallback;
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    this.problem(where, `must be a whole number from ${min} to ${max}`, value, `use a whole number, such as ${fallback}`);
    return fallback;
  }

  /** A duration in milliseconds; in whole seconds where Kubernetes needs that. */
  duration(
    where: string,
    value: string | undefined,
    fallback: number,
    limits: { min?: number; max?: number; wholeSeconds?: boolean } = {},
  ): number {
    if (value === undefined) return fallback;
    const ms = tryDuration(value);
    const min = limits.min ?? 0;
    if (ms === undefined) {
      this.problem(where, 'must be a duration', value, "write it as '30s', '5m' or '1h'");
      return fallback;
    }
    if (ms < min) this.problem(where, `must be at least ${min / 1000}s`, value, 'give it more time');
    else if (ms > (limits.max ?? YEAR)) this.problem(where, `must be at most ${(limits.max ?? YEAR) / 1000}s`, value, 'give it less time');
    else if (limits.wholeSeconds && ms % 1000 !== 0) this.problem(where, 'must be whole seconds', value, `use '${Math.ceil(ms / 1000)}s'`);
    else return ms;
    return fallback;
  }

  /** A duration in whole seconds. */
  seconds(where: string, value: string | undefined, fallbackMs: number, min = 0, max = YEAR / 1000): number {
    return this.duration(where, value, fallbackMs, { min: min * 1000, max: max * 1000, wholeSeconds: true }) / 1000;
  }

  /** An amount of bytes. */
  size(where: string, value: string | undefined, fallback: number, min: number): number {
    if (value === undefined) return fallback;
    const bytes = trySize(value);
    if (bytes === undefined) {
      this.problem(
        where,
        'must be a size in binary units',
        value,
        "write it as '512Mi' or '4Gi': G and M mean different things to Docker and Kubernetes",
      );
    } else if (bytes < min) {
      this.problem(where, `must be at least ${min / 2 ** 20}Mi`, value, 'give it more');
    } else return bytes;
    return fallback;
  }

  /** Thousandths of a core. */
  cpu(where: string, value: number | string | undefined, fallback: number): number {
    if (value === undefined) return fallback;
    const milli = tryCpu(value);
    if (milli !== undefined && milli >= 1 && milli <= 1_000_000) return milli;
    this.problem(where, 'must be an amount of processor time', value, "write cores as 2 or 0.5, or thousandths as '500m'");
    return fallback;
  }

  /** An absolute path without surprises. */
  path(where: string, value: unknown): string {
    if (
      typeof value === 'string' &&
      /^\/[^\0:,]*$/.test(value) &&
      value !== '/' &&
      !value.split('/').some((part) => part === '..' || part === '.') &&
      !value.includes('//')
    ) {
      return value.replace(/\/$/, '');
    }
    this.problem(where, 'must be an absolute path below /', value, "write it as '/var/lib/app', without colons, commas or '..'");
    return INVALID_PATH;
  }

  private where(where: string): string {
    return this.prefix && where ? `${this.prefix}.${where}` : this.prefix || where;
  }
}
