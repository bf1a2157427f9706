/**
 * The places in a native where an object of the spec stands itself: an edit there would change the spec, and with it what
 * other platforms and other constructs see.
 */
export function sharedObjects(spec: object, native: object): string[] {
  const own = new Map<object, string>();
  walk(spec, '', (value, where) => own.set(value, where));
  const shared: string[] = [];
  walk(native, '', (value, where) => {
    const from = own.get(value);
    if (from !== undefined) shared.push(`${where} is the spec's ${from}`);
  });
  return shared;
}

function walk(value: unknown, where: string, visit: (value: object, where: string) => void, seen = new Set<object>()): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  const prototype = Object.getPrototypeOf(value) as unknown;
  // constructs and late-bound values are the same everywhere by design
  if (prototype !== Object.prototype && prototype !== null && !Array.isArray(value)) return;
  seen.add(value);
  visit(value, where);
  for (const [key, child] of Object.entries(value)) walk(child, where ? `${where}.${key}` : key, visit, seen);
}
