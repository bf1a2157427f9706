import type { Problem } from '../model/problems';

/** What is true of one identity beside its kind and name: what cannot be changed once it exists, by name. */
export type Facts = Readonly<Record<string, string>>;

/** One identity as it stands in the file. */
export interface Entry {
  /** `volume`, `workload`, `task`, `secret`, `network`. */
  readonly kind: string;
  /** Its name on every platform. */
  readonly name: string;
  /** What is true of it. */
  readonly facts: Facts;
}

/** Identities by stack, and within it by the path of the construct. */
export type Stacks = ReadonlyMap<string, ReadonlyMap<string, Entry>>;

const VERSION = '1';
const TOKEN = /"(?:[^"\\\n]|\\[^\n])*"|[{}:,]|\d+/y;

/** The file's text: sorted, one line a value, so that a merge touches only what both sides changed. */
export function formatStacks(stacks: Stacks): string {
  const tree = sorted(stacks, (entries) => sorted(entries, ({ kind, name, facts }) => sortedRecord({ kind, name, ...facts })));
  return `${JSON.stringify({ stacks: tree, version: Number(VERSION) }, null, 2)}\n`;
}

function sorted<V>(map: ReadonlyMap<string, V>, inner: (value: V) => object): object {
  return sortedRecord(Object.fromEntries([...map].map(([key, value]) => [key, inner(value)] as const)));
}

function sortedRecord<V>(record: Readonly<Record<string, V>>): Record<string, V> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The identities of a file, or what is wrong with its text: the first mistake, with its line. */
export function parseStacks(text: string, path: string): Stacks | Problem {
  try {
    return new Reader(text).file();
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    const got = text.split('\n')[error.line - 1]?.trim() ?? '';
    const conflict = /^(<{7}|={7}|>{7}|\|{7})/.test(got);
    return {
      path: `${path}:${error.line}`,
      what: conflict ? 'holds a merge conflict' : error.message,
      value: got,
      fix: conflict
        ? 'keep the lines of both sides that are still true, then run synth'
        : 'restore the file from version control; it is written by synth alone',
    };
  }
}

class Mistake extends Error {
  constructor(
    readonly line: number,
    what: string,
  ) {
    super(what);
  }
}

type Value = string | ReadonlyMap<string, Value>;

/** JSON of objects and texts. JSON.parse knows no lines, and takes the last of two keys without a word. */
class Reader {
  private at = 0;
  private line = 1;

  constructor(private readonly text: string) {}

  file(): Stacks {
    const top = this.object(0);
    this.space();
    if (this.at < this.text.length) this.fail('goes on after its end');
    if (top.get('version') !== VERSION) throw new Mistake(1, `is not of version ${VERSION}`);
    const stacks = top.get('stacks');
    if (typeof stacks !== 'object') throw new Mistake(1, "has no 'stacks'");
    return stacks as unknown as Stacks;
  }

  /** Depth 0 is the file, 1 the stacks, 2 one stack, 3 one identity. */
  private object(depth: number): ReadonlyMap<string, Value> {
    const found = new Map<string, Value>();
    this.take('{');
    while (this.peek() !== '}') {
      if (found.size > 0) this.take(',');
      const key = this.string();
      if (found.has(key)) this.fail('is there twice');
      this.take(':');
      found.set(key, this.value(depth, key));
    }
    this.take('}');
    return found;
  }

  private value(depth: number, key: string): Value {
    if (depth === 3) return this.string();
    if (depth === 0 && key !== 'stacks') return this.token();
    const inner = this.object(depth + 1);
    return depth === 2 ? (this.entry(inner as ReadonlyMap<string, string>) as unknown as Value) : inner;
  }

  private entry(fields: ReadonlyMap<string, string>): Entry {
    const { kind, name, ...facts } = Object.fromEntries(fields) as Record<string, string>;
    if (kind === undefined || name === undefined) this.fail("an identity without 'kind' and 'name' ends");
    return { kind: kind as string, name: name as string, facts };
  }

  private string(): string {
    const token = this.token();
    if (!token.startsWith('"')) this.fail('is no text in quotes');
    try {
      return JSON.parse(token) as string;
    } catch {
      return this.fail('is no text in quotes');
    }
  }

  private take(wanted: string): void {
    if (this.token() !== wanted) this.fail(`lacks a '${wanted}'`);
  }

  private peek(): string {
    const [at, line] = [this.at, this.line];
    const token = this.token();
    [this.at, this.line] = [at, line];
    return token;
  }

  private token(): string {
    this.space();
    TOKEN.lastIndex = this.at;
    const token = TOKEN.exec(this.text)?.[0];
    if (token === undefined) return this.fail(this.at < this.text.length ? 'is no JSON of texts' : 'ends too early');
    this.at += token.length;
    return token;
  }

  private space(): void {
    for (; ' \t\r\n'.includes(this.text[this.at] ?? 'x'); this.at++) if (this.text[this.at] === '\n') this.line++;
  }

  private fail(what: string): never {
    throw new Mistake(this.line, what);
  }
}
