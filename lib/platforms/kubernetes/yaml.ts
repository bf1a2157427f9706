import { dump } from 'js-yaml';
import { YAML_OPTIONS as OPTIONS } from '../../stack/yaml';
import type { FinishedManifest, Json } from './finish';

/** Objects as a YAML file: one document each, no anchors, no folded lines, text quoted wherever YAML 1.1 or 1.2 needs it. */
export function toYaml(manifests: readonly FinishedManifest[]): string {
  return manifests.map(document).join('---\n');
}

/**
 * One document, to the byte as js-yaml writes it, in a tenth of the time: nearly everything in a manifest is a name that
 * needs no quotes, and js-yaml is asked only for the rest, and only once for the same text.
 */
export function document(manifest: FinishedManifest): string {
  const out: string[] = [];
  try {
    mapping(manifest, '', out);
  } catch (error) {
    if (error !== ODD) throw error;
    return dump(manifest, OPTIONS);
  }
  // joined for each document: text that is put together piece by piece keeps all the pieces in memory
  return out.join('');
}

/** A key of several lines, and text that ends in empty lines, take another layout. */
const ODD = Symbol('odd');

function mapping(value: { readonly [key: string]: Json }, indent: string, out: string[]): void {
  let first = true;
  for (const key in value) {
    if (first) first = false;
    else if (indent !== '') out.push(indent);
    out.push(keyOf(key));
    field(value[key] as Json, indent, out);
  }
}

/** What stands behind a key. */
function field(value: Json, indent: string, out: string[]): void {
  const deeper = `${indent}  `;
  if (typeof value !== 'object') out.push(': ', scalar(value, indent, false), '\n');
  else if (isEmpty(value)) out.push(Array.isArray(value) ? ': []\n' : ': {}\n');
  else {
    out.push(':\n', deeper);
    if (Array.isArray(value)) sequence(value, deeper, out);
    else mapping(value, deeper, out);
  }
}

function sequence(values: readonly Json[], indent: string, out: string[]): void {
  const deeper = `${indent}  `;
  let first = true;
  for (const value of values) {
    if (first) first = false;
    else out.push(indent);
    out.push('- ');
    if (typeof value !== 'object') out.push(scalar(value, indent, true), '\n');
    else if (isEmpty(value)) out.push(Array.isArray(value) ? '[]\n' : '{}\n');
    else if (Array.isArray(value)) sequence(value, deeper, out);
    else mapping(value, deeper, out);
  }
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}

/** A name that nobody reads as anything but text; `e0` and `e-1` are numbers to some. */
const NAME = /^(?![Ee]-?\d+$)[A-Za-z][A-Za-z0-9_./-]*$/;
const WORDS = new Set(['y', 'n', 'yes', 'no', 'on', 'off', 'true', 'false', 'null', 'nan', 'inf']);
const LONGEST_WORD = 5;

function isName(text: string): boolean {
  return NAME.test(text) && !(text.length <= LONGEST_WORD && WORDS.has(text.toLowerCase()));
}

function scalar(value: string | number | boolean, indent: string, item: boolean): string {
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : asked(value);
  if (isName(value)) return value;
  if (!value.includes('\n')) return asked(value);
  // the lines of a block are indented relative to what it stands in
  const block = item ? dump([value], OPTIONS).slice(2) : dump({ k: value }, OPTIONS).slice(3);
  if (/^\|\d?\+/.test(block)) throw ODD;
  return (block.endsWith('\n') ? block.slice(0, -1) : block).replace(/\n(?=[^\n])/g, `\n${indent}`);
}

const MOST = 10_000;
const answers = new Map<string | number, string>();
const keys = new Map<string, string>();

function asked(value: string | number): string {
  return remember(answers, value, () => dump({ k: value }, OPTIONS).slice(3, -1));
}

function keyOf(key: string): string {
  if (isName(key)) return key;
  const text = remember(keys, key, () => dump({ [key]: 0 }, OPTIONS).slice(0, -4));
  if (text.startsWith('? ')) throw ODD;
  return text;
}

function remember<K>(known: Map<K, string>, key: K, make: () => string): string {
  let text = known.get(key);
  if (text === undefined) {
    if (known.size >= MOST) known.clear();
    text = make();
    known.set(key, text);
  }
  return text;
}
