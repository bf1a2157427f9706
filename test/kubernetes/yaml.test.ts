import fc from 'fast-check';
import { dump, load, YAML11_SCHEMA } from 'js-yaml';
import { parse } from 'yaml';
import { type FinishedManifest, finish } from '../../lib/platforms/kubernetes/finish';
import { document } from '../../lib/platforms/kubernetes/yaml';
import { YAML_OPTIONS } from '../../lib/stack/yaml';
import { READ_BY_GO } from '../yaml/go';

/** Text that one version of YAML or another reads as something else, or that has a layout of its own. */
const TRICKY = [
  ...'yes on 1_000 0o17 12:30 1e3 0x1f ~ null Null NO y n Y = << 0777 1. .5 .inf 2001-01-01 - 0b11 +1 1,000 .NaN 08 NaN inf'.split(' '),
  ...['a: b', 'a #b', '', '  x', 'x ', '- a', '%a', '@a', '`a', 'a:', '!x', '&a', '*a', '{}', '[]', '? a', '# c', "'", '"', '\\'],
  ...['x\n', 'a\nb\n', 'a\n\n', '\n', ' \n a', 'a\n ---\nb', '---', '...', '\t', '\r\n', '\u007f', '\u2028', '\ufeffx', 'a\u0085b', '😀'],
];

const asManifest = (value: object) => value as FinishedManifest;

test('text comes back as the same text, whoever reads it', () => {
  const value = { list: TRICKY, map: Object.fromEntries(TRICKY.map((text, i) => [`k${i}`, text])) };
  const text = document(asManifest(value));
  expect(load(text)).toEqual(value);
  expect(load(text, { schema: YAML11_SCHEMA })).toEqual(value);
  expect(parse(text, { version: '1.1' })).toEqual(value);
  expect(parse(text)).toEqual(value);
});

test('what only Go reads as something else is quoted, as a key too', () => {
  const plain = READ_BY_GO.filter((one) => !document(asManifest({ [one]: one })).startsWith(`'${one}': '${one}'`));
  expect(plain).toEqual([]);
});

const text = fc.oneof(
  fc.constantFrom(...TRICKY, ...READ_BY_GO),
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.constantFrom(...TRICKY)).map((lines) => lines.join('\n')),
);
const key = text.filter((one) => one !== '__proto__');
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
  ),
}));

test('any document is what js-yaml writes, to the byte', () => {
  fc.assert(
    fc.property(fc.dictionary(key, tree, { minKeys: 1, maxKeys: 4 }), (value) => {
      expect(document(asManifest(value))).toBe(dump(value, YAML_OPTIONS));
    }),
    { numRuns: 2000, seed: 7 },
  );
});

test('an object is finished in order and without anything undefined', () => {
  const source = { kind: 'B', z: { b: 1, a: [undefined, { d: null, c: 'x' }] }, a: undefined, metadata: { name: 'n' }, apiVersion: 'v1' };
  const finished = finish(source, 'path', []);
  expect(JSON.stringify(finished)).toBe('{"apiVersion":"v1","kind":"B","metadata":{"name":"n"},"z":{"a":[{"c":"x"}],"b":1}}');
  expect(source.z.a).toHaveLength(2);
});

test('what is no data is refused with its place', () => {
  class Thing {}
  const data = {
    a: new Thing(),
    b: [{ c: () => 1 }],
    d: new Date(0),
    e: Number.NaN,
    f: 'Calling [toString] on an [Output<T>] is not supported.',
    g: { apply: () => undefined },
    h: 'x-__IRONHULL_OUTPUT_3__',
    file: `${'x'.repeat(2000)}[object Object]`,
  };
  const problems: { path: string; what: string; value?: unknown }[] = [];
  finish({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data }, 'shop/web', problems as never);
  expect(problems.map(({ path, what, value }) => [path, what, value])).toEqual([
    ['shop/web: data.a', 'is no plain data', 'a Thing'],
    ['shop/web: data.b[0].c', 'cannot be written', 'function'],
    ['shop/web: data.d', 'is no plain data', 'a Date'],
    ['shop/web: data.e', 'is no number that can be written', 'NaN'],
    ['shop/web: data.f', 'is text that was made of a value not yet known', data.f],
    ['shop/web: data.g', 'is known only after deployment, so it cannot be written', undefined],
    ['shop/web: data.h', 'is text that was made of a value not yet known', data.h],
  ]);
});
