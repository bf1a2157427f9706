import { Construct } from 'constructs';
import fc from 'fast-check';
import {
  commit,
  Environments,
  ExistingSecret,
  edgesOf,
  formatProblem,
  HardenedService,
  NetworkSegment,
  nameOf,
  Part,
  Peers,
  PersistentVolume,
  pinName,
  plan,
  render,
} from '../../lib';
import { orderByGates } from '../../lib/platform/gates';
import { Testing } from '../../lib/testing';
import { type Recorded, recording } from './recording';

const IMAGE = 'team/app:1';
const platform = recording();
const web = (scope: Construct, id: string, props: object = {}) =>
  new HardenedService(scope, id, { image: IMAGE, ports: { http: 8080 }, ...props });
const order = (root: Construct) => plan(root, platform).drafted.map(({ native }) => native.name);

describe('the order', () => {
  test('is by kind, then by the tree', () => {
    const root = Testing.root();
    web(root, 'Api').publish({ port: 'http' });
    new PersistentVolume(root, 'Data', { size: '1Gi' });
    new NetworkSegment(root, 'Net');
    web(root, 'Worker');
    expect(order(root)).toEqual(['net', 'data', 'api', 'worker', 'api-route-http-same']);
  });

  test('puts a workload after those that it connects to', () => {
    const root = Testing.root();
    const [a, b, c] = ['A', 'B', 'C'].map((id) => web(root, id)) as [HardenedService, HardenedService, HardenedService];
    a.network.allowTo(b);
    c.network.allowFrom(b);
    expect(order(root)).toEqual(['c', 'b', 'a']);
  });

  test('tolerates circles of mere reachability, and starts nobody after himself', () => {
    const root = Testing.root();
    const [a, b, c] = ['A', 'B', 'C'].map((id) => web(root, id)) as [HardenedService, HardenedService, HardenedService];
    a.network.allowTo(b);
    b.network.allowTo(c);
    c.network.allowTo(a, { gate: 'none' });
    a.network.allowTo(a);
    const { drafted, problems } = plan(root, platform);
    expect(problems).toEqual([]);
    expect(drafted.map(({ native }) => native.name)).toEqual(['c', 'b', 'a']);
    expect(drafted.map(({ at }) => at.gates.map(({ part }) => at.nameOf(part as Part)))).toEqual([[], ['c'], ['b']]);
  });

  test('has whom a workload of another stack is waited for, as far as the platform knows it', () => {
    const root = Testing.root('app');
    const mine = web(new Construct(root, 'Mine'), 'Web');
    const foreign = new Construct(root, 'Foreign');
    mine.network.allowTo(web(foreign, 'Db'));
    const { drafted, problems } = plan(root, platform, { foreign: (scope) => scope === foreign });
    expect(problems).toEqual([]);
    expect(drafted.map(({ native }) => native.name)).toEqual(['mine-web']);
    expect(drafted[0]?.at.outgoing.map(({ peer, ports }) => [Part.isPart(peer) && drafted[0]?.at.nameOf(peer), ports.length])).toEqual([
      ['foreign-db', 1],
    ]);
    const at = drafted[0]?.at;
    expect(at?.gates.map(({ part, gate, port }) => [at.nameOf(part as Part), at.owns(part as Part), gate, port?.port])).toEqual([
      ['foreign-db', false, 'ready', 8080],
    ]);
  });

  test('always has each workload once, after as many as circles allow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 30 }), (count, edges) => {
        const root = Testing.root();
        const services = Array.from({ length: count }, (_, i) => web(root, `S${i}`));
        for (const [from, to] of edges) services[from % count]?.network.allowTo(services[to % count] as HardenedService);
        const names = orderByGates(
          services.map(({ part }) => part),
          [],
        ).map(nameOf);
        expect([...names].sort()).toEqual(services.map((_, i) => `s${i}`).sort());
        // without circles every edge points to an earlier one
        const forward = edges.map(([from, to]) => [from % count, to % count] as const).filter(([from, to]) => from > to);
        const tree = Testing.root();
        const again = Array.from({ length: count }, (_, i) => web(tree, `S${i}`));
        for (const [from, to] of forward) again[from]?.network.allowTo(again[to] as HardenedService);
        const sorted = order(tree);
        for (const [from, to] of forward) expect(sorted.indexOf(`s${to}`)).toBeLessThan(sorted.indexOf(`s${from}`));
      }),
      { numRuns: 50 },
    );
  });
});

describe('edges', () => {
  test('declared at both ends are one', () => {
    const root = Testing.root();
    const [a, b] = [web(root, 'A'), web(root, 'B', { ports: { http: 8080, admin: 9000 } })];
    a.network.allowTo(b, 'http');
    b.network.allowFrom(a, 'http');
    a.network.allowTo(b, 'admin');
    expect(edgesOf(a.part).outgoing.map((edge) => edge.ports)).toEqual([['http'], ['admin']]);
    expect(edgesOf(b.part).incoming).toHaveLength(2);
  });

  test('have their ports looked up: all of the target if none is named, also those of its sidecars', () => {
    const root = Testing.root();
    const db = web(root, 'Db', { ports: { postgres: 5432 }, sidecars: { exporter: { image: IMAGE, ports: { metrics: 9187 } } } });
    const a = web(root, 'A');
    a.network.allowTo(db);
    a.network.allowTo(Peers.internet(443));
    db.network.allowFrom(Peers.pods({ app: 'prometheus' }), 'metrics');
    expect([db.endpoint('postgres'), db.endpoint('metrics')]).toEqual(['db:5432', 'db:9187']);
    db.publish({ port: 'metrics' });
    const { drafted, problems } = plan(root, platform);
    expect(problems).toEqual([]);
    const at = (name: string) => drafted.find(({ native }) => native.name === name)?.at;
    expect(at('a')?.outgoing.map(({ ports }) => ports.map((port) => port.port))).toEqual([[5432, 9187], [443]]);
    expect(at('db')?.incoming.map(({ ports }) => ports.map((port) => port.port))).toEqual([[5432, 9187], [9187]]);
  });

  test('from outside are for the named ports only, by name and by number', () => {
    const root = Testing.root();
    const db = web(root, 'Db', { ports: { postgres: 5432, metrics: 9187 } });
    db.network.allowFrom(Peers.cidr('203.0.113.0/24', 5432));
    db.network.allowFrom(Peers.cidr('198.51.100.0/24'), 'metrics');
    db.network.allowFrom(Peers.cidr('192.0.2.0/24'));
    const { drafted } = plan(root, platform);
    expect(drafted[0]?.at.incoming.map(({ ports }) => ports.map((port) => port.port))).toEqual([[5432], [9187], [5432, 9187]]);
    db.network.allowFrom(Peers.cidr('203.0.113.0/24', 5433));
    expect(Testing.problems(root, platform)).toEqual([
      'test/Db: an edge names a port that test/Db does not have, got 5433; use one of postgres, metrics',
    ]);
  });

  test('to the internet mean public addresses only', () => {
    expect(Peers.internet(443)).toEqual({
      cidr: '0.0.0.0/0',
      except: [
        '10.0.0.0/8',
        '100.64.0.0/10',
        '127.0.0.0/8',
        '168.63.129.16/32',
        '169.254.0.0/16',
        '172.16.0.0/12',
        '192.0.0.0/24',
        '192.168.0.0/16',
        '198.18.0.0/15',
        '240.0.0.0/4',
      ],
      ports: [443],
    });
    expect(Peers.cidr('0.0.0.0/0')).toEqual({ cidr: '0.0.0.0/0', ports: [] });
  });
});

describe('a plan', () => {
  const build = (root: Construct) => {
    const shop = new Construct(root, 'Shop');
    const data = new PersistentVolume(shop, 'Data', { size: '1Gi' });
    const api = web(shop, 'Api', { env: { B: '2', A: 1 }, mounts: [{ volume: data, path: '/data' }], labels: { team: 'shop' } });
    const front = web(shop, 'Front');
    front.network.allowTo(api);
    front.publish({ port: 'http' });
    return { shop, api, front };
  };
  const text = (root: Construct) =>
    JSON.stringify(plan(root, platform).drafted.map(({ native, at }) => [native.name, at.path, at.stack.name]));

  test('is the same every time, for the same tree and for another one that is alike', () => {
    const [one, two] = [Testing.root(), Testing.root()];
    build(one);
    build(two);
    expect(text(one)).toBe(text(one));
    expect(text(one)).toBe(text(two));
    const specs = (root: Construct) => plan(root, platform).drafted.map(({ part }) => [...part.resolve().features].sort());
    expect(specs(one)).toEqual(specs(two));
  });

  test('sees what was added since the last one', () => {
    const root = Testing.root();
    const { api } = build(root);
    const sidecars = () =>
      plan(root, platform)
        .drafted.find(({ part }) => part === (api.part as Part))
        ?.part.resolve().spec;
    expect(sidecars()).toMatchObject({ sidecars: [] });
    api.addSidecar('helper', { image: IMAGE });
    expect(sidecars()).toMatchObject({ sidecars: [{ name: 'helper' }] });
  });

  test('does not see what happened to the props afterwards, and does not change them', () => {
    const props = { labels: { team: 'shop' }, env: { A: '1' }, writable: ['/tmp'], sidecars: { one: { image: IMAGE } } };
    const before = structuredClone(props);
    const root = Testing.root();
    const api = web(root, 'Api', props);
    plan(root, platform);
    expect(props).toEqual(before);
    props.labels.team = 'other';
    props.writable.push('/data');
    plan(root, platform);
    expect(api.part.resolve().spec).toMatchObject({ labels: { team: 'shop' }, main: { writable: [{ path: '/tmp' }] } });
  });

  test('names the stack after its root, its pinned name, or as it is told, whatever stands in it', () => {
    const root = Testing.root('MyShop');
    build(root);
    expect(plan(root, platform).stack.name).toBe('my-shop');
    expect(plan(root, platform, { name: 'other' }).stack.name).toBe('other');
    pinName(root, 'kept');
    expect(plan(root, platform).stack.name).toBe('kept');
  });

  test('applies edits after everything else, those of its platform only, in their order', () => {
    const root = Testing.root();
    const { api } = build(root);
    api.tune(platform, (native) => {
      native.label = 'first';
    });
    api.tune(platform, (native) => {
      native.label += ', second';
    });
    api.tune({ natives: 'another' }, () => {
      throw new Error('this is an edit for another platform');
    });
    const handed: Recorded[] = [];
    render(root, platform, handed);
    expect(handed.map(({ name, label }) => [name, label])).toEqual([
      ['shop-data', undefined],
      ['shop-api', 'first, second'],
      ['shop-front', undefined],
      ['shop-front-route-http-same', undefined],
    ]);
  });

  test('with a problem hands nothing over, not even what is right', () => {
    const root = Testing.root();
    build(root);
    new PersistentVolume(root, 'Broken', { size: '1G' as never });
    const planned = plan(root, platform);
    const handed: Recorded[] = [];
    expect(() => commit(planned, handed)).toThrow(
      '1 problem:\n  test/Broken: size: a volume needs a size of at least 1Mi in binary units, got "1G"; write it as \'10Gi\'',
    );
    expect(handed).toEqual([]);
  });

  test('reports what it needs of another stack, with everything else', () => {
    const root = Testing.root('app');
    const [mine, foreign] = [new Construct(root, 'Mine'), new Construct(root, 'Foreign')];
    const secret = new ExistingSecret(foreign, 'Secrets', { existing: 'theirs' });
    web(mine, 'Api', { env: { PASSWORD: secret.key('password') } });
    const needing: typeof platform = {
      ...platform,
      cells: {
        ...platform.cells,
        workload: {
          ...platform.cells.workload,
          draft: (_spec, at) => ({ name: at.native(secret.part).name, spec: {} }),
        },
      },
    };
    const { problems, drafted } = plan(root, needing, { foreign: (scope) => scope === foreign });
    expect(problems.map(formatProblem)).toEqual([
      'app/Mine/Api: needs app/Foreign/Secrets, which is not part of this stack; put both into one stack',
    ]);
    expect(drafted).toEqual([]);
  });

  test('lists warnings without failing: an image without a digest, outside development and test', () => {
    const warnings = (environment: (typeof Environments)[keyof typeof Environments], acknowledged = {}) => {
      const root = Testing.root('app', environment);
      web(root, 'Api', { acknowledge: acknowledged });
      const planned = plan(root, platform);
      expect(planned.problems).toEqual([]);
      return planned.warnings.map(formatProblem);
    };
    const warning =
      "app/Api: image: outside development and test an image should have a digest, got \"team/app:1\"; append '@sha256:...', or acknowledge 'unpinned-image' with a reason";
    expect(warnings(Environments.production)).toEqual([warning]);
    expect(warnings(Environments.staging)).toEqual([warning]);
    expect(warnings(Environments.test)).toEqual([]);
    expect(warnings(Environments.production, { 'unpinned-image': 'the registry keeps tags for ever' })).toEqual([]);
  });
});

describe('size', () => {
  /** Milliseconds for a chain of services, each connected to the next. */
  function chain(length: number): number {
    const root = Testing.root();
    const services = Array.from({ length }, (_, i) => web(root, `S${i}`));
    for (let i = 0; i + 1 < length; i++) services[i]?.network.allowTo(services[i + 1] as HardenedService);
    const started = performance.now();
    const { drafted, problems } = plan(root, platform);
    const took = performance.now() - started;
    expect(problems).toEqual([]);
    expect(drafted.map(({ native }) => native.name)).toEqual(services.map((_, i) => `s${length - 1 - i}`));
    return took;
  }

  test('a chain of 5,000 takes about ten times as long as one of 500, and no stack overflows', () => {
    chain(500);
    const [short, long] = [Math.min(chain(500), chain(500)), chain(5000)];
    expect(long).toBeLessThan(Math.max(short, 20) * 40);
  });

  function star(points: number): number {
    const root = Testing.root();
    const hub = web(root, 'Hub');
    for (let i = 0; i < points; i++) hub.network.allowFrom(web(root, `S${i}`));
    const started = performance.now();
    const { drafted } = plan(root, platform);
    const took = performance.now() - started;
    expect(drafted).toHaveLength(points + 1);
    expect(drafted[0]?.at.incoming).toHaveLength(points);
    expect(drafted.every(({ at }, i) => at.gates.length === (i === 0 ? 0 : 1))).toBe(true);
    return took;
  }

  test('10,000 services around one take about ten times as long as 1,000', () => {
    star(1000);
    const [few, many] = [Math.min(star(1000), star(1000)), star(10_000)];
    expect(many).toBeLessThan(Math.max(few, 20) * 40);
  });
});
