import { existsSync } from 'node:fs';
import { disguises } from './disguises';
import { badText, looksSecret } from './text';

const TAINTED = Symbol.for('ironhull.Tainted');
const PART = Symbol.for('ironhull.Part');
/** Shorter values of variables, such as `postgres`, stand in harmless text too. */
const LEAST = 12;
/** Nothing shorter is looked for at all. */
const LEAST_MARKED = 4;
/** Longer text is a file, and a file may well hold a program that holds such text. */
const FILE = 1024;

function marked(): Map<string, string> {
  const holder = globalThis as { [TAINTED]?: Map<string, string> };
  holder[TAINTED] ??= new Map();
  return holder[TAINTED];
}

/**
 * Says that a text is secret: whatever would be written or deployed with it as plain text, also as part of a longer text, in
 * base64, or as a URL or JSON writes it, is refused with the place where it stands; and it is left out of messages. The
 * values of the process's own variables that are called like secrets (`DB_PASSWORD`, `API_TOKEN`) or are URLs with a
 * password are secret without being told, from twelve characters on.
 *
 * @param value the text; nothing shorter than four characters is looked for
 * @param name what it is called in an error; the value never stands there
 */
export function markSecret(value: string, name: string): void {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text.length >= LEAST_MARKED) marked().set(text, name);
}

/** What a search tells of a place: the way to it in dots, and what is wrong there. */
export type Found = (where: string, what: string) => void;

/** Looks for secret texts. */
export class TaintSearch {
  private readonly least: number;
  private readonly any: RegExp;
  private readonly all: RegExp;

  private readonly forms: ReadonlyMap<string, string>;

  /** @param forms what is searched for, and what an error calls it */
  constructor(forms: ReadonlyMap<string, string>) {
    this.forms = new Map([...forms].map(([form, name]) => [oneDollar(form), name] as const));
    // the longest first, so that no end of a secret is left where one begins with another
    const texts = [...forms.keys()].sort((a, b) => b.length - a.length);
    this.least = Math.min(...texts.map((text) => oneDollar(text).length));
    const source = texts.map(patternOf).join('|');
    this.any = new RegExp(source);
    this.all = new RegExp(source, 'g');
  }

  /** What is wrong with a text; `undefined` if no secret is in it. */
  in(text: string): string | undefined {
    if (text.length < this.least) return undefined;
    const hit = this.any.exec(text)?.[0];
    return hit === undefined ? undefined : `holds the value of ${this.forms.get(oneDollar(hit))}`;
  }

  /** Calls back for each text and key of plain data that holds a secret. */
  find(data: unknown, found: Found): void {
    if (this.holds(data)) this.walk(data, '', found);
  }

  /** A text without the secrets in it. */
  redact(text: string): string {
    return text.length < this.least ? text : text.replace(this.all, '…');
  }

  /** Without a way to the place, which costs more than the search. */
  private holds(value: unknown): boolean {
    if (typeof value === 'string') return value.length >= this.least && this.any.test(value);
    if (typeof value !== 'object' || value === null) return false;
    if (Array.isArray(value)) return value.some((one) => this.holds(one));
    if (value instanceof Uint8Array) return this.any.test(textOf(value));
    if (value instanceof Map) return [...value].some((pair) => this.holds(pair));
    if (!isPlain(value)) return false;
    for (const key in value) {
      if (key.length >= this.least && this.any.test(key)) return true;
      if (this.holds((value as Record<string, unknown>)[key])) return true;
    }
    return false;
  }

  private walk(value: unknown, where: string, found: Found): void {
    const text = typeof value === 'string' ? value : value instanceof Uint8Array ? textOf(value) : undefined;
    const what = text === undefined ? undefined : this.in(text);
    if (what !== undefined) found(where, what);
    if (text !== undefined) return;
    for (const [label, key, child] of childrenOf(value)) {
      const inKey = this.in(key);
      if (inKey !== undefined) found(where, `${inKey} in a key`);
      this.walk(child, below(where, this.redact(label)), found);
    }
  }
}

/** Compose doubles every dollar, and Kubernetes those in front of a bracket. */
function oneDollar(text: string): string {
  return text.replace(/\$+/g, '$');
}

function patternOf(text: string): string {
  return text.replace(/[.*+?^{}()|[\]\\]/g, '\\$&').replace(/\$+/g, '\\$+');
}

/** The search of the last call, since the same few secrets are asked for again and again. */
let last: { readonly key: string; readonly search: TaintSearch } | undefined;

/** A search for everything that is secret now; `undefined` if nothing is. */
export function taintSearch(): TaintSearch | undefined {
  const secrets = new Map(marked());
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && value.length >= LEAST && looksSecret(name, value) && !isFile(value)) add(secrets, name, value);
  }
  if (secrets.size === 0) return undefined;
  const key = JSON.stringify([...secrets]);
  if (last?.key === key) return last.search;
  const forms = new Map<string, string>();
  for (const [value, name] of secrets) {
    for (const [form, how] of disguises(value)) if (!forms.has(form)) forms.set(form, `${name}${how}`);
  }
  last = { key, search: new TaintSearch(forms) };
  return last.search;
}

/** A text without anything that is secret now. */
export function redact(text: string): string {
  return taintSearch()?.redact(text) ?? text;
}

/**
 * Calls back for whatever stands in data before its value is known: text that was made of such a value, and values of
 * libraries that are resolved by themselves alone.
 *
 * @param late whether a value that is not known yet may stand there itself
 */
export function findUnresolved(value: unknown, late: boolean, found: Found, where = ''): void {
  if (typeof value === 'string') {
    const bad = value.length > 7 && value.length <= FILE && value.includes('[') ? badText(value) : undefined;
    if (bad) found(where, bad[0]);
  } else if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    if (isLate(value)) {
      if (!late) found(where, 'is a value not yet known');
    } else if (isToken(value)) found(where, 'is a value not yet known');
    else for (const [label, , child] of childrenOf(value)) findUnresolved(child, late, found, below(where, label));
  }
}

/** An Output or a promise. */
function isLate(value: object): boolean {
  return isFunction(value, 'apply') || isFunction(value, 'then');
}

/** What another library resolves by itself, such as cdk8s' Lazy; a part resolves itself, too, and is none. */
function isToken(value: object): boolean {
  return !(PART in value) && (isFunction(value, 'produce') || isFunction(value, 'resolve'));
}

function isFunction(value: object, name: string): boolean {
  return typeof (value as Record<string, unknown>)[name] === 'function';
}

/** The label for people, the key, and the value of what is in a list, an object or a map; nothing is within anything else. */
function childrenOf(value: unknown): [label: string, key: string, child: unknown][] {
  if (value instanceof Map) return [...value].map(([key, child]) => [String(key), String(key), child]);
  if (Array.isArray(value)) {
    return value.map((child, i) => [isPlain(child) && 'name' in child ? String(child.name) : String(i), '', child]);
  }
  return isPlain(value) ? Object.entries(value).map(([key, child]) => [key, key, child]) : [];
}

function add(secrets: Map<string, string>, name: string, value: string): void {
  const text = value.trim();
  if (!secrets.has(text)) secrets.set(text, `the variable ${name}`);
  const password = /:\/\/[^\s:/@]*:([^\s@/]+)@/.exec(text)?.[1];
  if (password !== undefined && password.length >= LEAST && !secrets.has(password)) secrets.set(password, `the variable ${name}`);
}

/** `SERVICE_CREDENTIALS=/etc/credentials.json` tells where a secret is. */
function isFile(value: string): boolean {
  return value.startsWith('/') && existsSync(value);
}

/** One character for each byte: what is searched for in files may stand beside bytes that are no text. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function below(where: string, label: string): string {
  return where ? `${where}.${label}` : label;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null;
}
