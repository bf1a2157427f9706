import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  a,
  cname,
  type DnsRecord,
  type Ended,
  encoded,
  LOOPBACK_V6,
  NXDOMAIN,
  type Reply,
  reply,
  Stage,
  testWithIpv6,
  testWithNamespaces,
} from './harness';

describe('names of prober wait', () => {
  const stage = new Stage();
  const silent = { code: 0, signal: null, stdout: '', stderr: '' };
  const HERE = a('127.0.0.1');
  /** Nothing may ever connect to this one. */
  const DECOY = a('127.0.0.66');

  /** Waits for a target in a folder with these files; without them, in one that has none. */
  function wait(
    files: { hosts?: string; resolv?: string | readonly string[] },
    host: string,
    port: number,
    timeout = 20000,
  ): Promise<Ended> {
    for (const [name, content] of [
      ['hosts', files.hosts],
      ['resolv.conf', files.resolv],
    ] as const) {
      if (content === undefined) rmSync(join(stage.folder, name), { force: true });
      else stage.write(name, [content].flat().join('\n'));
    }
    return stage.start(stage.local, ['wait', '--timeout', timeout, 'tcp', host, port]).ended;
  }

  /** A zone: names of A and AAAA records, and everything else does not exist. */
  const zone = (records: Readonly<Record<string, readonly DnsRecord[]>>) =>
    stage.nameserver((query, name, type) => {
      const all = records[name];
      return all
        ? reply(
            query,
            all.filter(([kind]) => kind === { A: 1, AAAA: 28 }[type]),
          )
        : reply(query, [], { code: NXDOMAIN });
    });

  test('are asked for in a well-formed way, with another id and another port each time', async () => {
    const { port } = await stage.listen();
    const { line, queries } = await stage.nameserver((query, _, type) =>
      type === 'A' && queries.length < 8 ? reply(query, []) : reply(query, [HERE]),
    );
    expect((await wait({ resolv: line }, 'db.example', port)).code).toBe(0);
    for (const { bytes } of queries) {
      expect(bytes.subarray(2, 12).toString('hex')).toBe('01000001000000000000');
      expect(bytes.subarray(12).toString('hex')).toMatch(/^0264620765\w{12}0000(01|1c)0001$/);
      expect(bytes.subarray(16, 23).toString()).toBe('example');
    }
    expect(queries.length).toBeGreaterThanOrEqual(8);
    expect(new Set(queries.map(({ bytes }) => bytes.readUInt16BE(0))).size).toBeGreaterThan(queries.length - 3);
    expect(new Set(queries.map((query) => query.port)).size).toBeGreaterThan(1);
  });

  test('in hosts need no nameserver', async () => {
    const { port } = await stage.listen();
    const { line, asked } = await zone({});
    const hosts = [
      '# db 127.0.0.66',
      '127.0.0.66 not-db db.not # db',
      ' \t',
      '127.0.0.1\tother  DB.example Db # 127.0.0.66',
      '127.0.0.66',
    ].join('\r\n');
    expect(await wait({ hosts, resolv: line }, 'db', port)).toMatchObject(silent);
    expect(await wait({ hosts, resolv: line }, 'db.EXAMPLE', port)).toMatchObject(silent);
    expect(asked).toEqual([]);
  });

  test('with several addresses in hosts are tried at each of them', async () => {
    const { port } = await stage.listen();
    const hosts = ['127.0.0.66 db', '::2 db', 'nonsense db', '1.2.3.256 db', `${'x'.repeat(9000)} db`, '127.0.0.1 db'].join('\n');
    expect((await wait({ hosts }, 'db', port)).code).toBe(0);
  });

  const kubernetes = 'search shop.svc.cluster.local svc.cluster.local cluster.local';
  test.each([
    ['db', [kubernetes, 'options ndots:5'], ['db.shop.svc.cluster.local']],
    ['db.data', [kubernetes, 'options ndots:5'], ['db.data.shop.svc.cluster.local', 'db.data.svc.cluster.local']],
    ['db.data', [kubernetes, 'options edns0 ndots:2 rotate'], ['db.data.shop.svc.cluster.local', 'db.data.svc.cluster.local']],
    ['db.data', [kubernetes], ['db.data', 'db.data.shop.svc.cluster.local', 'db.data.svc.cluster.local']],
    ['host.example.', [kubernetes, 'options ndots:5'], ['host.example']],
    ['host.example', [kubernetes, 'options ndots:1'], ['host.example']],
    [
      'host.example',
      [kubernetes, 'options ndots:2'],
      [1, 2, 3].map((n) => `host.example.${kubernetes.split(' ')[n]}`).concat('host.example'),
    ],
    ['plain', ['options ndots:0', 'search example'], ['plain']],
    ['plain', ['domain nowhere', 'search   \tnowhere example.\t'], ['plain.nowhere', 'plain.example', 'plain']],
    ['plain', ['search nowhere', 'domain example'], ['plain.example', 'plain']],
    ['plain', ['search . example'], ['plain']],
    ['plain', ['; search example', '#search example', 'search', 'options ndots:x ndots:', 'nameserver', 'nonsense'], ['plain']],
    ['plain', [`search ${`${'x'.repeat(63)}.`.repeat(4)} ${'y'.repeat(64)} a..b`], ['plain']],
  ] as const)('%s with %j is looked up as %j', async (name, lines, candidates) => {
    const { port } = await stage.listen();
    const { line, asked } = await zone({
      'db.shop.svc.cluster.local': [HERE],
      'db.data.svc.cluster.local': [HERE],
      'host.example': [HERE],
      plain: [HERE],
    });
    expect(await wait({ resolv: [line, ...lines] }, name, port)).toMatchObject(silent);
    expect(asked).toEqual(candidates.map((candidate) => `${candidate} A`));
  });

  test('are looked up again each time', async () => {
    const { port } = await stage.listen();
    const answers = [NXDOMAIN, 2, undefined];
    const { line, asked } = await stage.nameserver((query) => {
      const code = answers.shift();
      return code ? reply(query, [], { code }) : reply(query, [HERE]);
    });
    expect(await wait({ resolv: line }, 'db', port)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(`^waiting for db:${port}: no such host\ndb:${port} is ready after 1 s\n$`),
    });
    expect(asked).toEqual(['db A', 'db A', 'db A']);
  });

  testWithIpv6('may have IPv6 addresses only', async () => {
    const { port } = await stage.listen(0, '::1');
    const { line, asked } = await zone({ 'db.b': [LOOPBACK_V6], 'db.a': [] });
    expect(await wait({ resolv: [line, 'search a b'] }, 'db', port)).toMatchObject(silent);
    expect(asked).toEqual(['db.a A', 'db.a AAAA', 'db.b A', 'db.b AAAA']);
  });

  testWithIpv6('are asked of nameservers with IPv6', async () => {
    const { port } = await stage.listen();
    const { line } = await stage.nameserver((query) => reply(query, [HERE]), { host: '::1' });
    expect(await wait({ resolv: line }, 'db', port)).toMatchObject(silent);
  });

  test('may be aliases', async () => {
    const { port } = await stage.listen();
    const { line } = await stage.nameserver((query) =>
      reply(query, [
        cname('a.example'),
        [5, encoded('b.example'), encoded('a.example')],
        [46, Buffer.alloc(90)],
        [1, HERE[1], encoded('b.example')],
      ]),
    );
    expect(await wait({ resolv: line }, 'db', port)).toMatchObject(silent);
  });

  test('with several addresses are tried at each of them', async () => {
    const { port } = await stage.listen();
    const { line } = await stage.nameserver((query) => reply(query, [DECOY, a('127.0.0.67'), HERE]));
    expect(await wait({ resolv: line }, 'db', port)).toMatchObject(silent);
  });

  test.each([
    ['refuses', () => undefined, 'closed'],
    ['is silent', () => undefined, 'open'],
    ['fails', (query: Buffer) => reply(query, [], { code: 2 }), 'open'],
    ['does not want to', (query: Buffer) => reply(query, [], { code: 5 }), 'open'],
  ] as const)('are asked of the next nameserver if one %s', async (_, answer, state) => {
    const { port } = await stage.listen();
    const bad = state === 'open' ? (await stage.nameserver(answer)).line : `nameserver [127.0.0.1]:${await stage.freePort()}`;
    const good = await zone({ 'db.b': [HERE] });
    const result = await wait({ resolv: [bad, 'nameserver 1.2.3', bad, good.line, 'search a b'] }, 'db', port);
    expect(result).toMatchObject(silent);
    expect(good.asked).toEqual(['db.a A', 'db.b A']);
    // a silent one costs its second once, and not for each candidate
    expect(result.elapsedMs).toBeLessThan(3500);
  });

  test('are asked of three nameservers and no more', async () => {
    const { port } = await stage.listen();
    const bad = await stage.nameserver((query) => reply(query, [], { code: 2 }));
    const fourth = await zone({ db: [HERE] });
    const { stderr } = await wait({ resolv: [bad.line, bad.line, bad.line, fourth.line] }, 'db', port, 300);
    expect(stderr).toContain(`waiting for db:${port}: the nameserver cannot tell\n`);
    expect(fourth.asked).toEqual([]);
  });

  test('that nobody knows do not stretch the timeout', async () => {
    const { line } = await stage.nameserver(() => undefined);
    const result = await wait({ resolv: line }, 'db', 80, 300);
    expect(result).toMatchObject({ code: 1, stderr: 'gave up on db:80 after 300 ms: no nameserver answers\n' });
    expect(result.elapsedMs).toBeLessThan(900);
  });

  test('need neither hosts nor resolv.conf to be there, or to be files', async () => {
    const { stderr } = await wait({}, 'nowhere.invalid', 80, 100);
    expect(stderr).toMatch(
      /gave up on nowhere.invalid:80 after 100 ms: (no such host|no nameserver answers|the nameserver cannot tell)\n$/,
    );
    const folder = stage.start(stage.local, ['wait', '--timeout', '100', 'tcp', 'nowhere.invalid', '80'], { cwd: '/proc/self' });
    expect((await folder.ended).code).toBe(1);
  });

  const flip =
    (at: number, bits = 1) =>
    (query: Buffer) => {
      const bytes = reply(query, [DECOY]);
      bytes.writeUInt8(bytes.readUInt8(at) ^ bits, at);
      return bytes;
    };
  const cut = (records: readonly DnsRecord[], bytes: number) => (query: Buffer) => reply(query, records).subarray(0, -bytes);
  const owner =
    (...bytes: number[]) =>
    (query: Buffer) =>
      reply(query, [[1, DECOY[1], Buffer.from(bytes)]]);
  const HOSTILE: readonly (readonly [string, (query: Buffer) => Reply])[] = [
    ['with the id of another', flip(1)],
    ['that is a question', flip(2, 0x80)],
    ['that is no answer to a query', flip(2, 0x78)],
    ['to two questions', flip(5, 3)],
    ['to another name', flip(13, 1)],
    ['to another type', (query) => flip(query.length - 3, 29)(query)],
    ['to another class', (query) => flip(query.length - 1, 2)(query)],
    ['without anything', () => Buffer.alloc(0)],
    ['of a header only', (query) => query.subarray(0, 12)],
    ['cut in the question', (query) => reply(query, [DECOY]).subarray(0, 18)],
    ['cut in a record', cut([DECOY], 3)],
    ['cut behind an address', cut([DECOY, DECOY], 5)],
    ['with fewer records than it says', (query) => reply(query, [DECOY], { count: 2 })],
    ['with 65535 records', (query) => reply(query, [DECOY], { count: 0xffff })],
    ['with a pointer as its last byte', (query) => Buffer.concat([reply(query, [], { count: 1 }), Buffer.from([0xc0])])],
    ['with a label that leads out', owner(63, 1, 0)],
    ['with a label of an unknown kind', owner(0x80, 12)],
    [
      'with data that leads out',
      (query) => {
        const r = reply(query, [DECOY]);
        r.writeUInt16BE(0xffff, r.length - 6);
        return r;
      },
    ],
    ['of a jumbo size', (query) => Buffer.concat([reply(query, [], { count: 500 }), Buffer.alloc(9000, 7)])],
  ];

  test.each(HOSTILE)('a reply %s is no reply', async (_, hostile) => {
    const { port } = await stage.listen();
    const decoy = await stage.listen(port, '127.0.0.66');
    const both = await stage.nameserver((query) => [hostile(query), reply(query, [HERE])]);
    expect(await wait({ resolv: both.line }, 'db.example', port)).toMatchObject(silent);
    const alone = await stage.nameserver(hostile);
    expect((await wait({ resolv: alone.line }, 'db.example', port, 100)).stderr).toBe(
      `gave up on db.example:${port} after 100 ms: no nameserver answers\n`,
    );
    expect(decoy.connections()).toBe(0);
  });

  test('pointers are not followed, so none can lead in a circle', async () => {
    const { port } = await stage.listen();
    const { line } = await stage.nameserver((query) => {
      const end = query.length;
      return reply(query, [
        [1, HERE[1], Buffer.from([0xc0 | (end >> 8), end & 255])],
        [5, Buffer.from([0xff, 0xff])],
      ]);
    });
    expect(await wait({ resolv: line }, 'db', port)).toMatchObject(silent);
  });

  test('records of another size, class or type are no addresses', async () => {
    const { port } = await stage.listen();
    const decoy = await stage.listen(port, '127.0.0.66');
    const { line } = await stage.nameserver((query) => {
      const chaos = reply(query, [DECOY]);
      chaos.writeUInt8(3, chaos.length - 11);
      const rest = reply(query, [[1, Buffer.from([127, 0, 0, 66, 0])], [1, Buffer.from([127])], [28, Buffer.alloc(16)], HERE]).subarray(
        query.length,
      );
      const all = Buffer.concat([chaos, rest]);
      all.writeUInt16BE(5, 6);
      return all;
    });
    expect(await wait({ resolv: line }, 'db', port)).toMatchObject(silent);
    expect(decoy.connections()).toBe(0);
  });

  test('a reply that says that it is cut short serves with what it has', async () => {
    const { port } = await stage.listen();
    const some = await stage.nameserver((query) => reply(query, [HERE, DECOY], { flags: 0x8380 }).subarray(0, -3));
    expect(await wait({ resolv: some.line }, 'db', port)).toMatchObject(silent);
    const none = await stage.nameserver((query) => reply(query, [], { flags: 0x8380 }));
    expect((await wait({ resolv: none.line }, 'db', port, 300)).stderr).toContain(`waiting for db:${port}: the nameserver cannot tell\n`);
  });

  test('no noise makes it fall', async () => {
    const { port } = await stage.listen();
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48271) % 0x7fffffff;
      return seed % below;
    };
    const noise = (query: Buffer) => {
      const bytes = reply(query, [cname('a.example'), HERE, a('127.0.0.1')]);
      for (let changes = 1 + random(6); changes; changes--) bytes.writeUInt8(random(256), random(bytes.length));
      return bytes.subarray(0, random(3) ? bytes.length : random(bytes.length));
    };
    const { line } = await stage.nameserver((query) => Array.from({ length: 50 }, () => noise(query)));
    for (let i = 0; i < 20; i++) {
      const { code, signal } = await wait({ resolv: line }, `n${i}.example`, port, 150);
      expect(signal).toBeNull();
      expect([0, 1]).toContain(code);
    }
  });

  testWithNamespaces('are found in the files of /etc', async () => {
    const { port } = await stage.listen();
    const answer = (query: Buffer, name: string) =>
      reply(query, name === 'db.shop.example' ? [HERE] : [], name === 'db.shop.example' ? {} : { code: NXDOMAIN });
    // the usual port, where this user may have it
    const server = await stage.nameserver(answer, { host: '127.0.53.53', port: 53 }).catch(() => stage.nameserver(answer));
    stage.write('etc-resolv', `${server.line}\nsearch shop.example\noptions ndots:5\n`);
    stage.write('etc-hosts', '127.0.0.1 cache\n');
    const script =
      'mount --bind etc-resolv /etc/resolv.conf && mount --bind etc-hosts /etc/hosts && exec ./prober wait --timeout 9000 "$@"';
    const args = ['-rm', 'sh', '-c', script, 'sh', 'tcp', 'cache', port, 'tcp', 'db', port];
    expect(await stage.start('unshare', args, { env: { PATH: process.env.PATH } }).ended).toMatchObject(silent);
    expect(server.asked).toEqual(['db.shop.example A']);
  });
});
