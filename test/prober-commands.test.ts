import { gateCommand, PROBER_PATH, proberCommand, waitCommand } from '../lib/platforms/prober/prober';

describe('proberCommand', () => {
  test('gives argv for http and tcp', () => {
    expect(proberCommand({ http: { port: 8080, path: '/healthz?full=1' } }, 2500)).toEqual([
      PROBER_PATH,
      'http',
      '8080',
      '/healthz?full=1',
      '--timeout',
      '2500',
    ]);
    expect(proberCommand({ tcp: { port: 5432 } }, 1000)).toEqual([PROBER_PATH, 'tcp', '5432', '--timeout', '1000']);
  });

  test('percent-encodes what cannot be in a request line, and nothing else', () => {
    expect(proberCommand({ http: { port: 80, path: '/a b/ü/😀\r\n%20' } }, 1)[3]).toBe('/a%20b/%C3%BC/%F0%9F%98%80%0D%0A%20');
  });

  test.each([0, -1, 65536, 80.5, NaN])('rejects port %p', (port) => {
    expect(() => proberCommand({ tcp: { port } }, 1000)).toThrow(RangeError);
    expect(() => proberCommand({ http: { port, path: '/' } }, 1000)).toThrow(RangeError);
  });

  test.each([0, -1, 1.5, NaN, Infinity])('rejects timeout %p', (timeoutMs) => {
    expect(() => proberCommand({ tcp: { port: 80 } }, timeoutMs)).toThrow(RangeError);
  });

  test.each(['', 'healthz', `/${'x'.repeat(8192)}`])('rejects path %#', (path) => {
    expect(() => proberCommand({ http: { port: 80, path } }, 1000)).toThrow(RangeError);
  });
});

describe('waitCommand', () => {
  const db = { host: 'db', port: 5432 };

  test('gives argv, with and without a command', () => {
    expect(waitCommand([db])).toEqual([PROBER_PATH, 'wait', 'tcp', 'db', '5432']);
    expect(waitCommand([db, { host: '::1', port: 1 }], ['sh', '-c', ''])).toEqual(
      [PROBER_PATH, 'wait', 'tcp', 'db', '5432', 'tcp', '::1', '1', '--', 'sh', '-c', ''], // biome-ignore format: as it is run
    );
  });

  test.each(['db_1.shop', 'db.', '10.0.0.1', 'fd00::1', '::ffff:1.2.3.4', `${'x'.repeat(63)}.`.repeat(3)])('accepts host %j', (host) => {
    expect(waitCommand([{ host, port: 1 }])[3]).toBe(host);
  });

  test.each([
    '',
    '.',
    'a..b',
    'a b',
    'a\n',
    'ä',
    'a:1',
    '[::1]',
    'fe80::1%eth0',
    'x'.repeat(64),
    'x.'.repeat(128),
  ])('rejects host %j', (host) => {
    expect(() => waitCommand([db, { host, port: 1 }])).toThrow(RangeError);
  });

  test.each([0, -1, 65536, 80.5, NaN])('rejects port %p', (port) => {
    expect(() => waitCommand([{ host: 'db', port }])).toThrow(RangeError);
    expect(() => gateCommand(port, ['true'])).toThrow(RangeError);
  });

  test('rejects what has no target or no program', () => {
    expect(() => waitCommand([])).toThrow(RangeError);
    for (const command of [[], [''], ['a\0']]) {
      expect(() => waitCommand([db], command)).toThrow(RangeError);
      expect(() => gateCommand(80, command)).toThrow(RangeError);
    }
  });
});

test('gateCommand gives argv', () => {
  expect(gateCommand(9000, ['migrate', '--all'])).toEqual([PROBER_PATH, 'run', '9000', '--', 'migrate', '--all']);
});
