import type { Construct } from 'constructs';
import fc from 'fast-check';
import { formatProblem, HardenedService, HardenedTask, nameOf, type Problem, type Runner } from '../../lib';
import { gatesOf, orderByGates } from '../../lib/platform/gates';
import { Testing } from '../../lib/testing';

const IMAGE = 'team/app:1';
const web = (scope: Construct, id: string, props: object = {}) =>
  new HardenedService(scope, id, { image: IMAGE, ports: { http: 8080 }, ...props });
const migrate = (scope: Construct, id = 'Migrate') => new HardenedTask(scope, id, { image: IMAGE });

/** What a part waits for, in words. */
const waits = (part: Runner) => gatesOf(part).map((one) => `${nameOf(one.part)} ${one.gate} ${one.port?.port ?? '-'}`);

/** Runners in their order, and what is wrong with it. */
function ordered(runners: readonly (HardenedService | HardenedTask)[]): { readonly order: string[]; readonly problems: string[] } {
  const problems: Problem[] = [];
  const order = orderByGates(
    runners.map(({ part }) => part as Runner),
    problems,
  ).map(nameOf);
  return { order, problems: problems.map(formatProblem) };
}

describe('what a workload waits for', () => {
  test('is each target once, at the first TCP port that an edge to it allows', () => {
    const root = Testing.root();
    const ports = { gossip: { port: 7946, protocol: 'udp' }, http: 8080, admin: 9000 } as const;
    const [a, b, api] = [web(root, 'A', { ports }), web(root, 'B', { ports }), web(root, 'Api')];
    api.network.allowTo(a);
    api.network.allowTo(b, 'gossip');
    api.network.allowTo(b, 'admin');
    api.network.allowTo(b, 'http');
    expect(waits(api.part)).toEqual(['a ready 8080', 'b ready 9000']);
  });

  test('has no port where the edge has none that a connection is made to', () => {
    const root = Testing.root();
    const [silent, gossip, task, api] = [
      web(root, 'Silent', { ports: {} }),
      web(root, 'Gossip', { ports: { gossip: { port: 7946, protocol: 'udp' } } }),
      migrate(root),
      web(root, 'Api'),
    ];
    api.network.allowTo(silent);
    api.network.allowTo(gossip);
    api.startAfter(task);
    expect(waits(api.part)).toEqual(['silent ready -', 'gossip ready -', 'migrate completed -']);
  });

  test('is nothing where an edge says so, unless another edge to the same target waits', () => {
    const root = Testing.root();
    const [db, api] = [web(root, 'Db', { ports: { sql: 5432, metrics: 9187 } }), web(root, 'Api')];
    api.network.allowTo(db, { ports: ['sql'], gate: 'none' });
    expect(waits(api.part)).toEqual([]);
    api.network.allowTo(db, 'metrics');
    expect(waits(api.part)).toEqual(['db ready 9187']);
  });
});

describe('the order', () => {
  test('puts tasks between what they need and what waits for them', () => {
    const root = Testing.root();
    const [api, task, db] = [web(root, 'Api'), migrate(root), web(root, 'Db')];
    api.startAfter(task);
    task.network.allowTo(db);
    api.network.allowTo(db);
    expect(ordered([api, task, db])).toEqual({ order: ['db', 'migrate', 'api'], problems: [] });
  });

  test('stays as it was where nothing is said', () => {
    const root = Testing.root();
    const all = ['C', 'A', 'B'].map((id) => web(root, id));
    (all[0] as HardenedService).network.allowTo(all[1] as HardenedService, { gate: 'none' });
    expect(ordered(all)).toEqual({ order: ['c', 'a', 'b'], problems: [] });
  });

  test('of a circle is an error that names it, without what leads to it', () => {
    const root = Testing.root();
    const [a, b, c, d] = ['A', 'B', 'C', 'D'].map((id) => web(root, id)) as [
      HardenedService,
      HardenedService,
      HardenedService,
      HardenedService,
    ];
    a.network.allowTo(b);
    b.network.allowTo(c);
    c.network.allowTo(d);
    d.network.allowTo(b);
    const fix = "say of one of these edges that nothing waits: network.allowTo(other, { gate: 'none' })";
    expect(ordered([a, b, c, d])).toEqual({
      order: ['d', 'c', 'b', 'a'],
      problems: [`test/D: would wait for itself to start: test/B → test/C → test/D → test/B; ${fix}`],
    });
    d.network.allowTo(b, { ports: ['http'], gate: 'none' });
    expect(ordered([a, b, c, d]).problems).toHaveLength(1);
  });

  test('always has each once, after all that it waits for; a problem exactly where there is a circle', () => {
    const graph = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.array(fc.tuple(fc.nat(8), fc.nat(8), fc.boolean()), { maxLength: 20 }));
    fc.assert(
      fc.property(graph, ([count, edges]) => {
        const root = Testing.root();
        const all = Array.from({ length: count }, (_, i) => web(root, `S${i}`));
        const waiting = new Set<string>();
        for (const [from, to, gate] of edges.map(([from, to, gate]) => [from % count, to % count, gate] as const)) {
          all[from]?.network.allowTo(all[to] as HardenedService, { gate: gate ? 'ready' : 'none' });
          if (gate && from !== to) waiting.add(`s${from} s${to}`);
        }
        const { order, problems } = ordered(all);
        expect([...order].sort()).toEqual(all.map((_, i) => `s${i}`));
        const pairs = [...waiting].map((pair) => pair.split(' ') as [string, string]);
        expect(problems.length > 0).toBe(hasCircle(pairs));
        if (problems.length === 0) for (const [from, to] of pairs) expect(order.indexOf(to)).toBeLessThan(order.indexOf(from));
      }),
      { numRuns: 150 },
    );
  });

  test('is found in linear time: each edge is looked at once, in a chain, around a hub and where all wait for all before them', () => {
    const looks = (count: number, edges: (i: number) => number[]): number => {
      const root = Testing.root();
      const all = Array.from({ length: count }, (_, i) => web(root, `S${i}`));
      all.forEach((one, i) => {
        for (const to of edges(i)) one.network.allowTo(all[to] as HardenedService);
      });
      let calls = 0;
      for (const { part } of all) {
        const resolve = part.resolve.bind(part);
        part.resolve = () => {
          calls++;
          return resolve();
        };
      }
      expect(ordered(all).order).toHaveLength(count);
      return calls;
    };
    for (const n of [10, 1000, 5000]) {
      expect(looks(n, (i) => (i + 1 < n ? [i + 1] : []))).toBe(n - 1);
      expect(looks(n, (i) => (i > 0 ? [0] : []))).toBe(n - 1);
    }
    expect(looks(60, (i) => Array.from({ length: i }, (_, j) => j))).toBe((60 * 59) / 2);
  });
});

/** By taking away, again and again, whoever waits for nobody. */
function hasCircle(pairs: readonly (readonly [string, string])[]): boolean {
  let left = pairs;
  for (;;) {
    const from = new Set(left.map(([one]) => one));
    const next = left.filter(([, to]) => from.has(to));
    if (next.length === left.length) return left.length > 0;
    left = next;
  }
}
