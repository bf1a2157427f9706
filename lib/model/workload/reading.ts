import type { Kind } from '../kinds';
import { Part, type Resolution } from '../part';
import { tryCpu, tryDuration, trySize } from '../values/quantities';

/** Kubernetes counts in 32-bit numbers of seconds, and nothing of a container takes longer than a year. */
const YEAR = 31_536_000_000;

/** Whether something has properties by name. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

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

  /** One of a few words. */
  oneOf<T extends string>(where: string, value: T | undefined, words: readonly T[], fallback: T): T;
  oneOf<T extends string>(where: string, value: T | undefined, words: readonly T[]): T | undefined;
  oneOf<T extends string>(where: string, value: T | undefined, words: readonly T[], fallback?: T): T | undefined {
    if (value === undefined || words.includes(value)) return value ?? fallback;
    this.problem(where, `must be ${words.map((word) => `'${word}'`).join(' or ')}`, value, fallback ? `use '${fallback}'` : 'leave it out');
    return fallback;
  }

  /** Yes or no. */
  flag(where: string, value: boolean | undefined, fallback: boolean): boolean {
    if (value === undefined || typeof value === 'boolean') return value ?? fallback;
    this.problem(where, 'must be true or false', value, `use ${fallback}, without quotes`);
    return fallback;
  }

  /** A list of texts: a single text would become a list of its letters. */
  textList(where: string, value: readonly string[] | undefined): string[] {
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return [...value];
    const example = typeof value === 'string' ? (value as string).split(/\s+/).filter((word) => word !== '') : ['one', 'two'];
    const list = example.map((word) => `'${word}'`).join(', ');
    this.problem(where, 'must be a list of texts', value, `write it as [${list.length > 80 ? "'one', 'two'" : list}]`);
    return [];
  }

  /** A list of things that are looked at one by one. */
  list<T>(where: string, value: readonly T[] | undefined, example: string): readonly T[] {
    if (value === undefined || Array.isArray(value)) return value ?? [];
    this.problem(where, 'must be a list', value, `write it as ${example}`);
    return [];
  }

  /** Properties by name; none where nothing was said, or something else. */
  object<T extends object>(where: string, value: T | undefined, example: string): Partial<T> {
    if (isObject(value)) return value;
    if (value !== undefined && value !== null) this.problem(where, 'must be an object', value, `write it as ${example}`);
    return {};
  }

  /** Values of one type by names that the user chose. */
  record<V>(where: string, value: Readonly<Record<string, V>> | undefined, example: string): Readonly<Record<string, V>> {
    return this.object(where, value, example) as Readonly<Record<string, V>>;
  }

  /** As `object`, where nothing said is something of its own. */
  tryObject<T extends object>(where: string, value: T | undefined, example: string): T | undefined {
    if (value === undefined || value === null || isObject(value)) return value ?? undefined;
    this.object(where, value, example);
    return undefined;
  }

  /** A construct's part of a kind; `undefined` where there is none. */
  part<K extends Kind>(where: string, value: unknown, kind: K, fix: string): Part<K> | undefined {
    const part: unknown = Part.isPart(value) || !isObject(value) ? value : (value as { part?: unknown }).part;
    if (Part.isPart(part) && part.kind === kind) return part as unknown as Part<K>;
    const given = Part.isPart(part) ? `a ${part.kind}` : isObject(value) ? 'an object' : value;
    this.problem(where, `must be a ${kind === 'network' ? 'network segment' : kind}`, given, fix);
    return undefined;
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
