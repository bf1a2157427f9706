const UNRESOLVED = /Calling \[to(?:String|JSON)\] on an \[Output<T>\]|\[object [A-Z]\w*\]/;

/** Whether something is a reason: text of at least ten characters. */
export function isReason(x: unknown): x is string {
  return typeof x === 'string' && x.trim().length >= 10;
}

/** What is wrong with a text that goes into a manifest, and the way out; `undefined` if nothing is. */
export function badText(text: string): readonly [what: string, fix: string] | undefined {
  if (text.includes('\0')) return ['must not hold a NUL character', 'remove it'];
  if (UNRESOLVED.test(text)) return ['is text that was made of a value not yet known', 'pass the value itself, or use pulumi.interpolate'];
  return undefined;
}

/** Calls back for every bad text in plain data, with the way to it in dots; a named item stands under its name. */
export function findBadTexts(value: unknown, found: (where: string, text: string) => void, where = ''): void {
  if (typeof value === 'string') {
    if (badText(value)) found(where, value);
  } else if (isPlain(value)) {
    for (const [key, child] of Object.entries(value)) {
      const name = Array.isArray(value) && isPlain(child) && 'name' in child ? String(child.name) : key;
      findBadTexts(child, found, where ? `${where}.${name}` : name);
    }
  }
}

/**
 * A copy of what a user said. Props are resolved when the system is rendered: an object that is changed in between, or
 * used for several constructs, must not carry the change over. Constructs and late-bound values stay what they are.
 */
export function snapshot<T>(value: T): T {
  if (Array.isArray(value)) return value.map(snapshot) as T;
  if (value instanceof Uint8Array) return Uint8Array.from(value) as T;
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, snapshot(child)])) as T;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}

const SECRET_NAME = /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i;
const URL_PASSWORD = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]+@/i;

/** Whether a variable looks like a secret: by its name, or by a URL with a password. A name that ends in _FILE does not. */
export function looksSecret(name: string, value: unknown): boolean {
  return typeof value === 'string' && value !== '' && (SECRET_NAME.test(name) || URL_PASSWORD.test(value));
}

/** Text as it may stand in a message: the password of a URL is left out. */
export function withoutPassword(text: string): string {
  return text.replace(URL_PASSWORD, '$1:…@');
}
