import fc from 'fast-check';
import { parse } from 'yaml';
import { toYaml } from '../../lib/platforms/compose/yaml';
import type { FinishedManifest } from '../../lib/platforms/kubernetes/finish';
import { document } from '../../lib/platforms/kubernetes/yaml';
import { READ_BY_GO } from './go';

/** Both writers, and how they write a literal dollar sign. */
const WRITERS = [
  ['kubernetes', (value: object) => document(value as FinishedManifest), (text: string) => text],
  ['compose', toYaml, (text: string) => text.replaceAll('$', '$$$$')],
] as const;

const numberLike = fc.string({ unit: fc.constantFrom(...'0179xXoObBeEfF._-+: yn~'), maxLength: 7 });
const text = fc.oneof(fc.constantFrom(...READ_BY_GO), numberLike, fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }));

describe.each(WRITERS)('%s', (_name, write, literal) => {
  test.each(['1.1', '1.2'] as const)('any text is the same text to a reader of YAML %s', (version) => {
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 3 }), (one, list) => {
        expect(parse(write({ one, list }), { version })).toEqual({ one: literal(one), list: list.map(literal) });
      }),
      { numRuns: 3000, seed: 11 },
    );
  });

  test.each(READ_BY_GO)('%s is quoted, since Go reads a number or a time', (one) => {
    expect(write({ k: one, list: [one], [one]: 1 })).toBe([`k: '${one}'`, 'list:', `  - '${one}'`, `'${one}': 1`, ''].join('\n'));
  });
});
