import * as pulumi from '@pulumi/pulumi';
import fc from 'fast-check';
import { contains, isCidr, isHostAddress, parseCidr, type Range } from '../../lib/model/values/address';
import { parseImage } from '../../lib/model/values/image';
import { binarySize, cpuQuantity, goDuration, tryCpu, tryDuration, trySize } from '../../lib/model/values/quantities';
import { findBadTexts, snapshot } from '../../lib/model/values/text';

describe('durations', () => {
  test.each([
    ['0s', 0],
    ['500ms', 500],
    ['1.5s', 1500],
    ['1.005s', 1005],
    ['0.29s', 290],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
  ])('%s', (text, ms) => expect(tryDuration(text)).toBe(ms));

  test.each([
    '',
    '5',
    '5 s',
    '-5s',
    '+5s',
    '1e3s',
    '5S',
    '5d',
    '0.5ms',
    '.5s',
    '5.s',
    's',
    ' 5s',
    '5s\n',
    `${'9'.repeat(400)}s`,
    '9007199254740993ms',
  ])('%j is none', (text) => expect(tryDuration(text)).toBeUndefined());

  test.each([5, null, undefined, {}, ['5s']])('%j is none', (value) => expect(tryDuration(value)).toBeUndefined());

  test('as Go writes them', () => {
    const texts = [0, 1, 999, 1000, 1500, 59_999, 60_000, 90_000, 3_600_000, 3_601_000, 86_400_001].map(goDuration);
    expect(texts).toEqual(['0s', '1ms', '999ms', '1s', '1.5s', '59.999s', '1m0s', '1m30s', '1h0m0s', '1h0m1s', '24h0m0.001s']);
  });

  test('what Go writes is what was meant', () => {
    const parse = (text: string) =>
      [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)].reduce((sum, [part]) => sum + (tryDuration(part) ?? Number.NaN), 0);
    fc.assert(fc.property(fc.integer({ min: 0, max: 31_536_000_000 }), (ms) => parse(goDuration(ms)) === ms));
  });
});

describe('sizes', () => {
  test.each([
    ['1Ki', 1024],
    ['64Mi', 67_108_864],
    ['1.5Gi', 1_610_612_736],
    ['2Ti', 2_199_023_255_552],
  ])('%s', (text, bytes) => expect(trySize(text)).toBe(bytes));

  test.each([
    '4G',
    '4g',
    '4GB',
    '512',
    '512M',
    '-1Mi',
    '0.1Ki',
    '1 Mi',
    'Mi',
    '1Pi',
    '1e3Mi',
    `${'9'.repeat(30)}Ti`,
  ])('%s is none', (text) => expect(trySize(text)).toBeUndefined());

  test('print and parse', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 42 }), (kib) => trySize(binarySize(kib * 1024)) === kib * 1024));
  });

  test('the shortest text is chosen', () => {
    expect([2 ** 32, 1536 * 2 ** 20, 1024, 1000].map(binarySize)).toEqual(['4Gi', '1536Mi', '1Ki', '1000']);
  });
});

describe('processor time', () => {
  test.each([
    [2, 2000],
    [0.5, 500],
    [0.1 + 0.2, 300],
    ['500m', 500],
    ['0500m', 500],
  ])('%p', (value, milli) => expect(tryCpu(value)).toBe(milli));

  test.each(['2', '0.5', '500', 'm', '-1m', '1.5m', 0.0001, Number.NaN, Number.POSITIVE_INFINITY, null, {}])('%p is none', (value) =>
    expect(tryCpu(value)).toBeUndefined());

  test('print and parse', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (milli) => {
        const text = cpuQuantity(milli);
        return tryCpu(text.endsWith('m') ? text : Number(text)) === milli;
      }),
    );
  });
});

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('images', () => {
  test.each([
    ['postgres:15', { registry: 'docker.io', repository: 'library/postgres', tag: '15' }],
    ['veogen/backend:1.0.0', { registry: 'docker.io', repository: 'veogen/backend', tag: '1.0.0' }],
    ['docker.io/postgres:15', { registry: 'docker.io', repository: 'library/postgres', tag: '15' }],
    ['localhost/app:1', { registry: 'localhost', repository: 'app', tag: '1' }],
    ['localhost:5000/a/b/c:1', { registry: 'localhost:5000', repository: 'a/b/c', tag: '1' }],
    ['registry.example:443/a__b/c-d.e:V_1.x-y', { registry: 'registry.example:443', repository: 'a__b/c-d.e', tag: 'V_1.x-y' }],
    [`app@${DIGEST}`, { registry: 'docker.io', repository: 'library/app', digest: DIGEST }],
    [`10.0.0.1/app:1@${DIGEST}`, { registry: '10.0.0.1', repository: 'app', tag: '1', digest: DIGEST }],
    ['localhost:5000', { registry: 'docker.io', repository: 'library/localhost', tag: '5000' }],
  ])('%s', (reference, parts) => expect(parseImage(reference)).toEqual({ reference, ...parts }));

  test('print and parse', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const host = fc
      .tuple(word, word, fc.option(fc.integer({ min: 1, max: 65535 })))
      .map(([a, b, port]) => `${a}.${b}${port ? `:${port}` : ''}`);
    const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/);
    fc.assert(
      fc.property(host, fc.array(word, { minLength: 1, maxLength: 4 }), tag, fc.boolean(), (registry, path, version, pinned) => {
        const reference = `${registry}/${path.join('/')}:${version}${pinned ? `@${DIGEST}` : ''}`;
        expect(parseImage(reference)).toEqual({
          reference,
          registry,
          repository: path.join('/'),
          tag: version,
          ...(pinned && { digest: DIGEST }),
        });
      }),
    );
  });

  test('any text is a reference or told why not, and nothing takes long', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const image = parseImage(text);
        expect(typeof image === 'string' ? image.length : image.reference).toBe(typeof image === 'string' ? image.length : text);
      }),
    );
    const started = performance.now();
    for (const hostile of [`${'a-'.repeat(5000)}!`, `${'a__'.repeat(5000)}!`, `${'a.'.repeat(5000)}!/x`, `${'-'.repeat(10_000)}`])
      parseImage(hostile);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('addresses', () => {
  const network = parseCidr('172.20.0.0/24') as Range;

  test.each(['172.20.0.0/16', '0.0.0.0/0', '10.0.0.1/32'])('%s', (text) => expect(parseCidr(text)).toBeDefined());
  test.each([
    '172.20.0.0',
    '172.20.0.1/16',
    '172.20.0.0/33',
    '172.20.0.0/016',
    '1.2.3/8',
    '256.0.0.0/8',
    '2001:db8::/32',
    ' 10.0.0.0/8',
    10,
    null,
  ])('%j is none', (text) => expect(parseCidr(text)).toBeUndefined());
  test('IPv6 is a network too where the platform only passes it on', () => {
    expect(['2001:db8::/32', '::/0', '10.0.0.0/8'].map(isCidr)).toEqual([true, true, true]);
    expect(['2001:db8::/129', '2001:db8::', 'x::/1', '10.0.0.1/8'].map(isCidr)).toEqual([false, false, false, false]);
  });
  test('the first and the last address are not for hosts', () => {
    expect(
      ['172.20.0.0', '172.20.0.1', '172.20.0.254', '172.20.0.255', '172.20.1.1', 'x'].map((one) => isHostAddress(network, one)),
    ).toEqual([false, true, true, false, false, false]);
    expect(isHostAddress(parseCidr('10.0.0.0/31') as Range, '10.0.0.0')).toBe(true);
  });
  test('every address of a network is in it, and the next is not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 32 }), (address, bits) => {
        const size = 2 ** (32 - bits);
        const first = Math.floor(address / size) * size;
        const text = (n: number) => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join('.');
        const range = parseCidr(`${text(first)}/${bits}`);
        expect(range).toEqual({ first, size });
        expect(contains(range as Range, text(address))).toBe(true);
        if (first + size < 2 ** 32) expect(contains(range as Range, text(first + size))).toBe(false);
      }),
    );
  });
});

describe('texts', () => {
  test('what Pulumi makes of an Output in a text is found, wherever it is', () => {
    const output = pulumi.output('x');
    const found: string[] = [];
    findBadTexts({ a: [{ name: 'one', b: `${output}` }], c: JSON.stringify({ d: output }), e: 'good', f: output }, (where) =>
      found.push(where),
    );
    expect(found).toEqual(['a.one.b', 'c']);
  });

  test('a snapshot does not change with what it was made of, and keeps what is no plain data', () => {
    const output = pulumi.output('x');
    const props = { env: { A: '1' }, list: [{ deep: ['x'] }], output, nothing: undefined };
    const copy = snapshot(props);
    expect(copy).toEqual(props);
    expect(copy.output).toBe(output);
    props.env.A = '2';
    (props.list[0] as { deep: string[] }).deep.push('y');
    expect(copy).toMatchObject({ env: { A: '1' }, list: [{ deep: ['x'] }] });
  });
});
