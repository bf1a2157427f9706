import { randomBytes } from 'node:crypto';
import type { Problem } from '../../model/problems';
import { isLateBound } from '../../model/workload/references';

/** What is written of an object: sorted, without anything undefined, and only what JSON knows. */
export type Json = string | number | boolean | Json[] | { [key: string]: Json };

/** A finished object. */
export interface FinishedManifest {
  /** Everything else. */
  [key: string]: Json;
  /** Group and version. */
  apiVersion: string;
  /** Kind. */
  kind: string;
  /** Name, namespace, labels and annotations. */
  metadata: { [key: string]: Json; name: string };
}

const LEAK = /Calling \[toString\] on an \[Output<T>\]/;
/** Begins what stands for a Pulumi Output in what other libraries made. Nobody can write it beforehand, and it is never output. */
export const OUTPUT_PREFIX = `__IRONHULL_OUTPUT_${randomBytes(16).toString('hex')}_`;
const OBJECT_TEXT = /\[object [A-Z]\w*\]/;
/** Longer text is a file, and a file may well hold a program that holds such text. */
const FILE = 1024;
const FIRST = ['apiVersion', 'kind', 'metadata'];

/**
 * Finishes an object: keys sorted, behind `apiVersion`, `kind` and `metadata`; nothing undefined; plain data only. What
 * cannot be written is reported with its place.
 *
 * @param late whether values that are not known yet may stand in it: for Pulumi, not for text
 */
export function finish(manifest: object, path: string, problems: Problem[], late = false): FinishedManifest {
  const finished = new Finisher(path, problems, late).object(manifest as Record<string, unknown>, '');
  const result: Record<string, Json> = {};
  for (const key of FIRST) if (key in finished) result[key] = finished[key] as Json;
  for (const key of Object.keys(finished)) if (!(key in result)) result[key] = finished[key] as Json;
  return result as FinishedManifest;
}

class Finisher {
  constructor(
    private readonly path: string,
    private readonly problems: Problem[],
    private readonly late: boolean,
  ) {}

  /** The object itself where nothing has to be changed: drafts are nearly always in order, and copies cost. */
  object(source: Record<string, unknown>, where: string): Record<string, Json> {
    if (!isInOrder(source)) return this.sorted(source, where);
    let copy: Record<string, Json> | undefined;
    for (const key in source) {
      const value = source[key];
      const finished = this.value(value, where, key);
      if (finished === value) continue;
      copy ??= { ...(source as Record<string, Json>) };
      copy[key] = finished;
    }
    return copy ?? (source as Record<string, Json>);
  }

  private sorted(source: Record<string, unknown>, where: string): Record<string, Json> {
    const result: Record<string, Json> = {};
    for (const key of Object.keys(source).sort()) {
      const value = source[key];
      if (value !== undefined && value !== null) result[key] = this.value(value, where, key);
    }
    return result;
  }

  private value(value: unknown, where: string, key: string | number): Json {
    if (typeof value === 'string') {
      if (value.length > 7 && leaks(value, this.late)) {
        this.refuse(where, key, 'is text that was made of a value not yet known', value, 'pass the value itself, and deploy with Pulumi');
      }
      return value;
    }
    if (typeof value === 'boolean') return value;
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) this.refuse(where, key, 'is no number that can be written', String(value), 'use a finite number');
      return value;
    }
    const at = typeof key === 'number' ? `${where}[${key}]` : where ? `${where}.${key}` : key;
    if (Array.isArray(value)) {
      return this.list(value, at);
    }
    if (typeof value === 'object' && value !== null) {
      const prototype = isLateBound(value) ? undefined : Object.getPrototypeOf(value);
      if (prototype === null || prototype?.constructor?.name === 'Object') return this.object(value as Record<string, unknown>, at);
      return this.refuseObject(value, where, key);
    }
    this.refuse(where, key, 'cannot be written', typeof value, 'use text, a number, a boolean, a list or a plain object');
    return '';
  }

  private list(source: readonly unknown[], where: string): Json[] {
    let changed = false;
    const list: Json[] = [];
    for (let i = 0; i < source.length; i++) {
      const value = source[i];
      const finished = value === undefined || value === null ? undefined : this.value(value, where, i);
      if (finished !== value || finished === undefined) changed = true;
      if (finished !== undefined) list.push(finished);
    }
    return changed ? list : (source as Json[]);
  }

  private refuseObject(value: object, where: string, key: string | number): Json {
    if (isLateBound(value)) {
      if (this.late) return value as unknown as Json;
      this.refuse(where, key, 'is known only after deployment, so it cannot be written', undefined, 'deploy with Pulumi, or give a value');
    } else {
      const name = (value.constructor as { name?: string } | undefined)?.name ?? 'object';
      this.refuse(where, key, 'is no plain data', `a ${name}`, 'use text, a number, a boolean, a list or a plain object');
    }
    return '';
  }

  private refuse(where: string, key: string | number, what: string, value: unknown, fix: string): void {
    const at = typeof key === 'number' ? `${where}[${key}]` : where ? `${where}.${key}` : key;
    this.problems.push({ path: `${this.path}: ${at}`, what, ...(value !== undefined && { value }), fix });
  }
}

function leaks(text: string, late: boolean): boolean {
  if (text.includes('[object ') && text.length <= FILE && OBJECT_TEXT.test(text)) return true;
  if (!late && text.includes('__IRONHULL_OUTPUT_')) return true;
  return text.includes('Calling [') && LEAK.test(text);
}

/** Whether the keys are sorted, and nothing is undefined. */
function isInOrder(source: Record<string, unknown>): boolean {
  let previous = '';
  for (const key in source) {
    const value = source[key];
    if (value === undefined || value === null || key < previous) return false;
    previous = key;
  }
  return true;
}
