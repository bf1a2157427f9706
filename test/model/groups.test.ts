import type { Construct } from 'constructs';
import fc from 'fast-check';
import { edgesOf, formatProblem, HardenedService, NetworkSegment, nameOf, type Part, Peers, plan, ServiceNetwork } from '../../lib';
import type { Networking } from '../../lib/platform/networks';
import { Testing } from '../../lib/testing';
import { recording } from './recording';

const DOCKER: Networking = { outside: 'shared', tasksAreReached: false };
const SWARM: Networking = { outside: 'each', tasksAreReached: true };
const web = (scope: Construct, id: string, props: object = {}) =>
  new HardenedService(scope, id, { image: 'team/app:1', replicas: 1, ports: { http: 8080 }, ...props });

/** The networks of each workload by their names, and what is made. */
function networks(root: Construct, networking: Networking = DOCKER) {
  const { drafted, networks, problems } = plan(root, recording([], networking));
  const runners = drafted.filter(({ part }) => part.kind === 'workload');
  return {
    of: Object.fromEntries(runners.map(({ at }) => [at.name, at.networks.map(({ name }) => name)])),
    implied: networks.map(({ name, kind }) => `${kind} ${name}`),
    problems: problems.map(formatProblem),
  };
}

/** Nodes that meet in a segment of their own, and the network of all of them. */
function cluster(scope: Construct, id: string, count = 3, open = true) {
  const network = new NetworkSegment(scope, `${id}-nodes`, { internal: true, open });
  const nodes = Array.from({ length: count }, (_, n) => web(scope, `${id}${n + 1}`, { networks: [{ network }] }));
  const [first, ...more] = nodes as [HardenedService, ...HardenedService[]];
  return { nodes, network: ServiceNetwork.together(first, ...more) };
}

const env = (one: HardenedService) => Object.fromEntries(one.part.resolve().spec.main.env.map(({ name, value }) => [name, value]));
const out = (one: HardenedService) =>
  edgesOf(one.part).outgoing.map(({ peer, ports, gate, env }) => ({ to: nameOf(peer as Part), ports, gate, env }));

describe('several services that are one thing', () => {
  test('are connected to in all of them, and hand over once what they offer', () => {
    const root = Testing.root();
    const { network, nodes } = cluster(root, 'Db');
    network.offer({ NODES: 'db1,db2,db3' });
    nodes[1]?.network.offer({ SECOND: 'for who asks for the second alone' });
    const [all, second] = [web(root, 'All'), web(root, 'Second')];
    all.network.allowTo({ network }, { ports: ['http'], gate: 'none', env: { NODES: 'DB_NODES' } });
    second.network.allowTo(nodes[1] as HardenedService);
    expect(out(all)).toEqual([
      { to: 'db1', ports: ['http'], gate: 'none', env: { NODES: 'DB_NODES' } },
      { to: 'db2', ports: ['http'], gate: 'none', env: false },
      { to: 'db3', ports: ['http'], gate: 'none', env: false },
    ]);
    expect(env(all)).toEqual({ DB_NODES: 'db1,db2,db3' });
    expect(env(second)).toEqual({ SECOND: 'for who asks for the second alone' });
  });

  test('let another connect to each of them, and connect as each of them', () => {
    const root = Testing.root();
    const [db, app, store] = [cluster(root, 'Db', 2), web(root, 'App'), web(root, 'Store')];
    db.network.allowFrom(app);
    db.network.allowTo(store);
    db.network.allowTo(Peers.internet(443));
    expect(out(app).map(({ to }) => to)).toEqual(['db1', 'db2']);
    for (const node of db.nodes) {
      expect(edgesOf(node.part).outgoing.map(({ peer }) => peer === store.part)).toEqual([true, false]);
      expect(edgesOf(node.part).incoming.map(({ peer }) => peer === app.part)).toEqual([true]);
    }
  });

  test('have the ports that an edge names between them, each at least one', () => {
    const told = (...ports: string[]) => {
      const root = Testing.root();
      const [one, two, app] = [web(root, 'One'), web(root, 'Two', { ports: { watch: 9000, more: 9001 } }), web(root, 'App')];
      const network = ServiceNetwork.together(one, two);
      app.network.allowTo({ network }, ...ports);
      network.allowFrom(Peers.pods({ app: 'scraper' }), ...ports);
      const { problems, drafted } = plan(root, recording([], DOCKER));
      const seen = drafted.find(({ at }) => at.name === 'app')?.at.outgoing.map((edge) => edge.ports.map(({ name }) => name));
      return { problems: problems.map(formatProblem), seen };
    };
    expect(told('http', 'watch')).toEqual({ problems: [], seen: [['http'], ['watch']] });
    expect(told()).toEqual({ problems: [], seen: [['http'], ['watch', 'more']] });
    const left = 'an edge names ports, and none of test/Two, which is one thing with the others, got "http"';
    const fix = 'leave the names out, or add one: use one of watch, more';
    expect(told('http').problems).toEqual([`test/One: ${left}; ${fix}`, `test/App: ${left}; ${fix}`]);
    const unknown =
      'an edge names a port that neither test/One nor what is one thing with it has, got "https"; use one of http, watch, more';
    expect(told('http', 'https').problems).toEqual([`test/One: ${unknown}`, `test/App: ${unknown}`]);
  });

  test('have the numbers that a peer outside gives between them as well', () => {
    const told = (...ports: number[]) => {
      const root = Testing.root();
      const [one, two] = [web(root, 'One'), web(root, 'Two', { ports: { watch: 9000 } })];
      ServiceNetwork.together(one, two).allowFrom(Peers.cidr('10.1.0.0/16', ...ports));
      return plan(root, recording([], DOCKER)).problems.map(formatProblem);
    };
    expect(told(8080, 9000)).toEqual([]);
    expect(told(8080)).toEqual([expect.stringContaining('none of test/Two')]);
    expect(told(8080, 9000, 1)).toEqual([expect.stringContaining('nor what is one thing with it has, got 1')]);
  });

  test('may consist of others that do', () => {
    const root = Testing.root();
    const [one, two, app] = [cluster(root, 'One', 2), cluster(root, 'Two', 2), web(root, 'App')];
    app.network.allowTo({ network: ServiceNetwork.together(one, two) });
    expect(out(app).map(({ to }) => to)).toEqual(['one1', 'one2', 'two1', 'two2']);
    expect(networks(root).of.app).toEqual(['app_one-nodes', 'app_two-nodes']);
  });
});

describe('one network for several that meet anyway', () => {
  test('is one for each who may connect to them: two of those do not meet', () => {
    const root = Testing.root();
    const { network } = cluster(root, 'Db', 2);
    for (const id of ['Api', 'Web']) web(root, id).network.allowTo({ network });
    for (const networking of [DOCKER, SWARM])
      expect(networks(root, networking)).toEqual({
        of: {
          db1: ['db-nodes', 'api_db-nodes', 'db-nodes_web'],
          db2: ['db-nodes', 'api_db-nodes', 'db-nodes_web'],
          api: ['api_db-nodes'],
          web: ['db-nodes_web'],
        },
        implied: ['edge api_db-nodes', 'edge db-nodes_web'],
        problems: [],
      });
  });

  test('has only those in it that may be connected to', () => {
    const root = Testing.root();
    const { nodes } = cluster(root, 'Db', 4);
    const app = web(root, 'App');
    for (const node of nodes.slice(0, 2)) app.network.allowTo(node);
    expect(networks(root).of).toMatchObject({ app: ['app_db-nodes'], db1: ['db-nodes', 'app_db-nodes'], db3: ['db-nodes'] });
  });

  test('is none for one of them, for a segment that is not open, or for who is in the segment himself', () => {
    const root = Testing.root();
    const [db, shut] = [cluster(root, 'Db', 2), cluster(root, 'Shut', 2, false)];
    web(root, 'One').network.allowTo(db.nodes[0] as HardenedService);
    web(root, 'Two').network.allowTo(shut);
    const segment = root.node.findChild('Db-nodes') as NetworkSegment;
    web(root, 'Own', { networks: [{ network: segment }] }).network.allowTo(db);
    expect(networks(root).of).toMatchObject({ one: ['db1_one'], two: ['shut1_two', 'shut2_two'], own: ['db-nodes'] });
  });

  test('keeps a host below the addresses that it has for networks', () => {
    const root = Testing.root();
    const { network } = cluster(root, 'Db', 9);
    for (let i = 0; i < 10; i++) web(root, `S${i}`).network.allowTo({ network });
    const { networks: made, warnings } = plan(root, recording([], DOCKER));
    expect([made.length, warnings]).toEqual([10, []]);
  });

  test('does not take the name of the network of another edge', () => {
    const root = Testing.root();
    const { network } = cluster(root, 'Db', 2);
    const [app, other] = [web(root, 'App'), web(root, 'Other', { name: 'db-nodes' })];
    app.network.allowTo({ network });
    app.network.allowTo(other);
    expect(networks(root).problems.slice(0, 1)).toEqual([
      'test/App: needs a network whose name an edge has, got "app_db-nodes"; choose another id for one of the two',
    ]);
  });
});

test('for any system: two share a network exactly when an edge or a segment says so', () => {
  const COUNT = 8;
  const index = fc.nat(COUNT - 1);
  const system = fc.record({
    edges: fc.array(fc.tuple(index, index), { maxLength: 20 }),
    segments: fc.array(fc.record({ open: fc.boolean(), members: fc.uniqueArray(index, { maxLength: 4 }) }), { maxLength: 3 }),
    networking: fc.constantFrom(DOCKER, SWARM),
  });
  fc.assert(
    fc.property(system, ({ edges, segments, networking }) => {
      const root = Testing.root();
      const made = segments.map(({ open, members }, i) => ({
        members,
        network: new NetworkSegment(root, `Net${i}`, { internal: true, open }),
      }));
      const all = Array.from({ length: COUNT }, (_, i) =>
        web(root, `S${i}`, { networks: made.flatMap(({ members, network }) => (members.includes(i) ? [{ network }] : [])) }),
      );
      for (const [from, to] of edges) all[from]?.network.allowTo(all[to] as HardenedService, { gate: 'none' });
      const { of, problems } = networks(root, networking);
      expect(problems).toEqual([]);
      const meet = (a: number, b: number) => (of[`s${a}`] ?? []).some((name) => of[`s${b}`]?.includes(name));
      const said = (a: number, b: number) =>
        segments.some(({ members }) => members.includes(a) && members.includes(b)) ||
        edges.some(([from, to]) => (from === a && to === b) || (from === b && to === a));
      for (let a = 0; a < COUNT; a++) for (let b = 0; b < a; b++) expect([a, b, meet(a, b)]).toEqual([a, b, said(a, b)]);
    }),
    { numRuns: 200 },
  );
});
