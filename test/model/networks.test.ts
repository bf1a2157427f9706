import type { Construct } from 'constructs';
import fc from 'fast-check';
import { formatProblem, HardenedService, HardenedTask, NetworkSegment, Peers, plan } from '../../lib';
import { manyNetworks, type Networking } from '../../lib/platform/networks';
import { Testing } from '../../lib/testing';
import { recording } from './recording';

const IMAGE = 'team/app:1';
const DOCKER: Networking = { outside: 'shared', tasksAreReached: false };
const SWARM: Networking = { outside: 'each', tasksAreReached: true };
const web = (scope: Construct, id: string, props: object = {}) =>
  new HardenedService(scope, id, { image: IMAGE, replicas: 1, ports: { http: 8080 }, ...props });
const task = (scope: Construct, id = 'Migrate', props: object = {}) => new HardenedTask(scope, id, { image: IMAGE, ...props });

/** The networks of each workload and task by their names, what is made, and what is wrong. */
function networks(root: Construct, networking: Networking = DOCKER) {
  const { drafted, networks, problems, warnings } = plan(root, recording([], networking));
  const runners = drafted.filter(({ part }) => part.kind === 'workload' || part.kind === 'task');
  return {
    of: Object.fromEntries(runners.map(({ at }) => [at.name, at.networks.map((one) => one.name)])),
    implied: networks.map(({ name, kind }) => `${kind} ${name}`),
    problems: problems.map(formatProblem),
    warnings: warnings.map(formatProblem),
    at: (name: string) => runners.find(({ at }) => at.name === name)?.at.networks,
  };
}

describe('networks that nobody declared', () => {
  test('are one for each pair that an edge connects, called after both in the order of the alphabet', () => {
    const root = Testing.root();
    const [web1, api, db] = [web(root, 'Web'), web(root, 'Api'), web(root, 'Db')];
    web1.network.allowTo(api);
    api.network.allowTo(db);
    api.network.allowTo(web1, { gate: 'none' });
    expect(networks(root)).toMatchObject({
      of: { web: ['api_web'], api: ['api_db', 'api_web'], db: ['api_db'] },
      implied: ['edge api_db', 'edge api_web'],
      problems: [],
      warnings: [],
    });
  });

  test('are none where the platform does not isolate by networks', () => {
    const root = Testing.root();
    web(root, 'Web').network.allowTo(web(root, 'Api'));
    const { drafted, networks } = plan(root, recording());
    expect(networks).toEqual([]);
    expect(drafted.map(({ at }) => at.networks)).toEqual([[], []]);
  });

  test('are none for an edge without a port, or within one workload', () => {
    const root = Testing.root();
    const [api, silent] = [web(root, 'Api'), web(root, 'Silent', { ports: {} })];
    api.network.allowTo(silent);
    api.network.allowTo(api);
    expect(networks(root)).toMatchObject({
      of: { silent: ['silent_alone'], api: ['api_alone'] },
      implied: ['alone silent_alone', 'alone api_alone'],
    });
  });

  test('are none for an edge within a segment; beside segments there are those of other edges', () => {
    const root = Testing.root();
    const segment = new NetworkSegment(root, 'Backend', { internal: true, subnet: '172.28.0.0/24' });
    const [api, db, cache] = [
      web(root, 'Api', { networks: [{ network: segment, address: '172.28.0.5', aliases: ['front'] }] }),
      web(root, 'Db', { networks: [{ network: segment }] }),
      web(root, 'Cache'),
    ];
    api.network.allowTo(db);
    api.network.allowTo(cache);
    const planned = networks(root);
    expect(planned).toMatchObject({
      of: { api: ['backend', 'api_cache'], db: ['backend'], cache: ['api_cache'] },
      implied: ['edge api_cache'],
    });
    expect(planned.at('api')).toEqual([
      { name: 'backend', segment: segment.part, address: '172.28.0.5', aliases: ['front'] },
      { name: 'api_cache', aliases: [] },
    ]);
  });

  test('join who waits for a task with it only where the task has to be reached', () => {
    const root = Testing.root();
    const [api, migrate, db] = [web(root, 'Api'), task(root), web(root, 'Db')];
    api.startAfter(migrate);
    migrate.network.allowTo(db);
    expect(networks(root, DOCKER).of).toEqual({ db: ['db_migrate'], migrate: ['db_migrate'], api: ['api_alone'] });
    expect(networks(root, SWARM).of).toEqual({ db: ['db_migrate'], migrate: ['db_migrate', 'api_migrate'], api: ['api_migrate'] });
  });

  test('have names of at most 52 characters, which stay apart', () => {
    const root = Testing.root();
    const long = `a${'b'.repeat(45)}`;
    const [one, two, db] = [web(root, 'One', { name: `${long}-one` }), web(root, 'Two', { name: `${long}-two` }), web(root, 'Db')];
    one.network.allowTo(db);
    two.network.allowTo(db);
    const { implied } = networks(root);
    expect(implied).toEqual([
      'edge abbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-9360eba9',
      'edge abbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-3666ecef',
    ]);
  });
});

describe('the way out', () => {
  const build = (root: Construct) => {
    const open = new NetworkSegment(root, 'Open');
    const inner = new NetworkSegment(root, 'Inner', { internal: true });
    web(root, 'Published').publish({ port: 'http' });
    web(root, 'Stripe').network.allowTo(Peers.dnsName('api.stripe.com', 443));
    web(root, 'Office').network.allowFrom(Peers.cidr('203.0.113.0/24'));
    web(root, 'Pods').network.allowFrom(Peers.pods({ app: 'prometheus' }));
    web(root, 'OpenOne', { networks: [{ network: open }] }).publish({ port: 'http', listen: 8081 });
    web(root, 'InnerOne', { networks: [{ network: inner }] }).publish({ port: 'http', listen: 8082 });
    task(root, 'Seed').network.allowTo(Peers.internet(443));
    web(root, 'Alone');
  };

  test('is one network of all who need it, where its members cannot use it among each other', () => {
    const root = Testing.root();
    build(root);
    expect(networks(root, DOCKER)).toMatchObject({
      of: {
        published: ['outside'],
        stripe: ['outside'],
        office: ['outside'],
        pods: ['pods_alone'],
        'open-one': ['open'],
        'inner-one': ['inner', 'outside'],
        seed: ['outside'],
        alone: ['alone_alone'],
      },
      implied: ['outside outside', 'alone pods_alone', 'alone alone_alone'],
      problems: [],
    });
  });

  test('is a network of each elsewhere', () => {
    const root = Testing.root();
    build(root);
    expect(networks(root, SWARM).of).toMatchObject({
      published: ['published_outside'],
      stripe: ['stripe_outside'],
      'open-one': ['open'],
      'inner-one': ['inner', 'inner-one_outside'],
      seed: ['seed_outside'],
    });
  });

  test('has a name that no segment may have, and that of no edge', () => {
    const root = Testing.root();
    new NetworkSegment(root, 'Outside');
    expect(networks(root).problems).toEqual([
      'test/Outside: the name is that of the network that leads out of the stack, got "outside"; choose another id, or give the segment a name',
    ]);
    const other = Testing.root();
    const api = web(other, 'Api');
    api.network.allowTo(web(other, 'Outside'));
    api.publish({ port: 'http' });
    expect(networks(other, DOCKER).problems).toEqual([]);
    expect(networks(other, SWARM).problems).toEqual([
      'test/Api: needs a network whose name an edge has, got "api_outside"; choose another id for one of the two',
    ]);
  });
});

describe('what is wrong', () => {
  test('is an edge to another stack: no network of this one leads there', () => {
    const root = Testing.root();
    const foreign = new HardenedService(Testing.root('other'), 'Db', { image: IMAGE, ports: { sql: 5432 } });
    web(root, 'Api').network.allowTo(foreign);
    expect(networks(root).problems).toEqual([
      'test/Api: an edge leads to other/Db, which is not part of this stack; put both into one stack, or publish it there and use Peers.cidr here',
    ]);
    expect(Testing.problems(root, recording())).toEqual([]);
  });

  test('are more networks than a host has addresses for: a warning, where all are of one host', () => {
    const root = Testing.root();
    const hub = web(root, 'Hub');
    for (let i = 0; i < 26; i++) hub.network.allowFrom(web(root, `S${i}`));
    expect(networks(root, DOCKER).warnings).toEqual([
      "test: needs more networks than a Docker host has addresses for by default (about 30), got 26; put workloads that may all meet into one NetworkSegment, or widen default-address-pools in the host's daemon.json",
    ]);
    expect(networks(root, SWARM).warnings).toEqual([]);
    expect(manyNetworks('test', [])).toEqual([]);
  });
});

describe('for any system', () => {
  const COUNT = 7;
  const index = fc.nat(COUNT - 1);
  const system = fc.record({
    edges: fc.array(fc.tuple(index, index), { maxLength: 12 }),
    silent: fc.uniqueArray(index, { maxLength: 2 }),
    segments: fc.array(fc.record({ internal: fc.boolean(), members: fc.uniqueArray(index, { maxLength: 4 }) }), { maxLength: 3 }),
    published: fc.uniqueArray(index, { maxLength: 3 }),
    out: fc.uniqueArray(index, { maxLength: 3 }),
    networking: fc.constantFrom(DOCKER, SWARM),
  });
  type System = typeof system extends fc.Arbitrary<infer S> ? S : never;

  function build({ edges, silent, segments, published, out, networking }: System) {
    const root = Testing.root();
    const made = segments.map(({ internal, members }, i) => ({ members, network: new NetworkSegment(root, `Net${i}`, { internal }) }));
    const all = Array.from({ length: COUNT }, (_, i) =>
      web(root, `S${i}`, {
        ...(silent.includes(i) && { ports: {} }),
        networks: made.flatMap(({ members, network }) => (members.includes(i) ? [{ network }] : [])),
      }),
    );
    for (const [from, to] of edges) all[from]?.network.allowTo(all[to] as HardenedService, { gate: 'none' });
    const listening = published.filter((i) => !silent.includes(i));
    for (const i of listening) all[i]?.publish({ port: 'http', listen: 9000 + i });
    for (const i of out) all[i]?.network.allowTo(Peers.internet(443));
    const planned = plan(root, recording([], networking));
    expect(planned.problems).toEqual([]);
    const of = (i: number) => planned.drafted.find(({ part }) => part === all[i]?.part)?.at.networks ?? [];
    const kinds = new Map(planned.networks.map(({ name, kind }) => [name, kind] as const));
    // what is shared and leads outside does not let its members meet
    const meeting = (i: number) => of(i).filter(({ name }) => !(networking.outside === 'shared' && kinds.get(name) === 'outside'));
    const meet = (a: number, b: number) => meeting(a).some(({ name }) => meeting(b).some((other) => other.name === name));
    const inSegment = (a: number, b: number) => segments.some(({ members }) => members.includes(a) && members.includes(b));
    const connected = (a: number, b: number) =>
      edges.some(([from, to]) => ((from === a && to === b) || (from === b && to === a)) && !silent.includes(to));
    return { planned, of, kinds, meet, inSegment, connected, needsOut: (i: number) => listening.includes(i) || out.includes(i) };
  }
  const everyPair = (check: (a: number, b: number) => void): void => {
    for (let a = 0; a < COUNT; a++) for (let b = 0; b < a; b++) check(a, b);
  };

  test('two share a network exactly when an edge with ports or a segment says so', () => {
    fc.assert(
      fc.property(system, (one) => {
        const { meet, inSegment, connected } = build(one);
        everyPair((a, b) => expect([a, b, meet(a, b)]).toEqual([a, b, inSegment(a, b) || connected(a, b)]));
      }),
    );
  });

  test('who is published or may connect to the outside has a way out; nobody else has but in a segment that leads out', () => {
    fc.assert(
      fc.property(system, (one) => {
        const { of, kinds, needsOut } = build(one);
        for (let i = 0; i < COUNT; i++) {
          const open = one.segments.some(({ internal, members }) => !internal && members.includes(i));
          const implied = of(i).filter(({ name }) => kinds.get(name) === 'outside');
          expect([i, implied.length]).toEqual([i, needsOut(i) && !open ? 1 : 0]);
        }
      }),
    );
  });

  test('there is no network too many: each of an edge has exactly the two, who share no segment; nobody is without one', () => {
    fc.assert(
      fc.property(system, (one) => {
        const { planned, of, inSegment, connected } = build(one);
        for (const { name, kind } of planned.networks) {
          const members = Array.from({ length: COUNT }, (_, i) => i).filter((i) => of(i).some((other) => other.name === name));
          if (kind === 'edge') {
            const [a, b] = members as [number, number];
            expect([members.length, connected(a, b), inSegment(a, b)]).toEqual([2, true, false]);
          } else if (kind === 'alone') expect(members.map((i) => of(i).length)).toEqual([1]);
          else if (one.networking.outside === 'each') expect(members).toHaveLength(1);
        }
        for (let i = 0; i < COUNT; i++) expect(of(i)).not.toEqual([]);
      }),
    );
  });

  test('another edge adds its own network and changes no name of the others', () => {
    fc.assert(
      fc.property(system, index, index, (one, from, to) => {
        const names = ({ planned }: ReturnType<typeof build>) =>
          planned.networks.filter(({ kind }) => kind !== 'alone').map(({ name }) => name);
        const before = names(build(one));
        const after = names(build({ ...one, edges: [...one.edges, [from, to]] }));
        const added = after.filter((name) => !before.includes(name));
        expect(before.filter((name) => !after.includes(name))).toEqual([]);
        expect([[], [[`s${from}`, `s${to}`].sort().join('_')]]).toContainEqual(added);
      }),
    );
  });
});
