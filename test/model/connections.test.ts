import type { Construct } from 'constructs';
import { type Connectable, ExistingSecret, edgesOf, formatProblem, HardenedService, HardenedTask, Part, Peers, plan } from '../../lib';
import { Testing } from '../../lib/testing';
import { recording } from './recording';

const IMAGE = 'team/app:1';
const platform = recording();
const web = (scope: Construct, id: string, props: object = {}) =>
  new HardenedService(scope, id, { image: IMAGE, ports: { http: 8080 }, ...props });
const migrate = (scope: Construct, id: string, props: object = {}) => new HardenedTask(scope, id, { image: IMAGE, ...props });

/** The variables of the main container, by name, of what is right. */
function env(runner: HardenedService | HardenedTask): Record<string, unknown> {
  const { spec, problems } = runner.part.resolve();
  expect(problems).toEqual([]);
  return Object.fromEntries(spec.main.env.map(({ name, value }) => [name, value]));
}

/** A database that offers where it is. */
function database(scope: Construct, id = 'Database'): HardenedService {
  const db = web(scope, id, { ports: { postgres: 5432 } });
  db.network.offer({ DATABASE_HOST: db.endpoint('postgres'), DATABASE_POOL: 5 });
  return db;
}

describe('what is handed over', () => {
  test('is what the target offers, also what it offers later, and also to a task', () => {
    const root = Testing.root();
    const [db, api, seed] = [database(root), web(root, 'Api'), migrate(root, 'Seed')];
    api.network.allowTo(db);
    seed.network.allowTo(db, 'postgres');
    const secret = new ExistingSecret(root, 'Secrets', { existing: 'db' });
    db.network.offer({ DATABASE_PASSWORD_FILE: secret.file('password'), DATABASE_POOL: 9 });
    const all = { DATABASE_HOST: 'database:5432', DATABASE_PASSWORD_FILE: '/run/secrets/db/password', DATABASE_POOL: '9' };
    expect(env(api)).toEqual(all);
    expect(env(seed)).toEqual(all);
    expect(api.part.resolve().spec.main.files).toEqual([
      { path: '/run/secrets/db/password', from: { secret: secret.part, key: 'password' } },
    ]);
    expect(env(db)).toEqual({});
  });

  test('counts less than what the source says itself', () => {
    const root = Testing.root();
    const [db, api] = [database(root), web(root, 'Api', { env: { DATABASE_POOL: 1, LEVEL: 'info' } })];
    db.network.allowFrom(api);
    expect(env(api)).toEqual({ DATABASE_HOST: 'database:5432', DATABASE_POOL: '1', LEVEL: 'info' });
  });

  test('may be called otherwise, one by one, and twice where two edges do', () => {
    const root = Testing.root();
    const [db, api] = [database(root), web(root, 'Api')];
    api.network.allowTo(db, { env: { DATABASE_HOST: 'ORDERS_HOST' } });
    expect(env(api)).toEqual({ ORDERS_HOST: 'database:5432', DATABASE_POOL: '5' });
    api.network.allowTo(db, { env: { DATABASE_HOST: 'USERS_HOST' } });
    Testing.plan(root, platform);
    expect(env(api)).toEqual({ ORDERS_HOST: 'database:5432', USERS_HOST: 'database:5432', DATABASE_POOL: '5' });
  });

  test('may be refused as a whole', () => {
    const root = Testing.root();
    const [db, api] = [database(root), web(root, 'Api')];
    api.network.allowTo(db, { env: false });
    expect(env(api)).toEqual({});
  });

  test('comes from several targets; two may have one variable where the source has its own, or calls one otherwise', () => {
    const root = Testing.root();
    const [orders, users] = [database(root, 'Orders'), database(root, 'Users')];
    const own = web(root, 'Own', { env: { DATABASE_HOST: 'elsewhere', DATABASE_POOL: 2 } });
    const called = web(root, 'Called');
    for (const one of [own, called]) one.network.allowTo(orders);
    own.network.allowTo(users);
    called.network.allowTo(users, { env: { DATABASE_HOST: 'USERS_HOST', DATABASE_POOL: 'USERS_POOL' } });
    expect(env(own)).toEqual({ DATABASE_HOST: 'elsewhere', DATABASE_POOL: '2' });
    expect(env(called)).toEqual({ DATABASE_HOST: 'orders:5432', DATABASE_POOL: '5', USERS_HOST: 'users:5432', USERS_POOL: '5' });
    const clash = web(root, 'Clash');
    clash.network.allowTo(orders);
    clash.network.allowTo(users);
    expect(clash.part.resolve().problems.map(formatProblem)).toEqual(
      ['HOST', 'POOL'].map(
        (name) =>
          `test/Clash: network.allowTo: test/Orders and test/Users both hand over a variable of that name, got "DATABASE_${name}"; call one of them otherwise: allowTo(other, { env: { DATABASE_${name}: 'OTHER_DATABASE_${name}' } })`,
      ),
    );
  });

  test('does not go on from the source to those who connect to it, and not to sidecars', () => {
    const root = Testing.root();
    const [db, api, front] = [database(root), web(root, 'Api', { sidecars: { helper: { image: IMAGE } } }), web(root, 'Front')];
    api.network.allowTo(db);
    front.network.allowTo(api);
    expect(env(front)).toEqual({});
    expect(api.part.resolve().spec.sidecars.map((one) => one.env)).toEqual([[]]);
  });

  test('is not changed by what happens to the names that were given', () => {
    const root = Testing.root();
    const [db, api] = [database(root), web(root, 'Api')];
    const names = { DATABASE_HOST: 'ORDERS_HOST' };
    api.network.allowTo(db, { env: names });
    names.DATABASE_HOST = 'OTHER';
    expect(Object.keys(env(api))).toEqual(['DATABASE_POOL', 'ORDERS_HOST']);
  });
});

describe('an edge', () => {
  const said = (runner: { readonly part: HardenedService['part'] | HardenedTask['part'] }) =>
    edgesOf(runner.part).outgoing.map(({ ports, gate, env }) => ({ ports, gate, env }));

  test('waits until the target is ready unless told otherwise', () => {
    const root = Testing.root();
    const [db, api, task] = [database(root), web(root, 'Api'), migrate(root, 'Migrate')];
    api.network.allowTo(db);
    api.network.allowTo(db, { ports: ['postgres'], gate: 'none', env: false });
    api.startAfter(task);
    expect(said(api)).toEqual([
      { ports: [], gate: 'ready', env: {} },
      { ports: ['postgres'], gate: 'none', env: false },
      { ports: [], gate: 'completed', env: false },
    ]);
    expect(edgesOf(task.part).incoming.map(({ peer, gate }) => [peer === api.part, gate])).toEqual([[true, 'completed']]);
  });

  test('that is declared at both ends is one if both say the same', () => {
    const root = Testing.root();
    const [db, api, task] = [database(root), web(root, 'Api'), migrate(root, 'Migrate')];
    api.network.allowTo(db, { ports: ['postgres'], gate: 'ready' });
    db.network.allowFrom(api, 'postgres');
    api.startAfter(task, task);
    expect(said(api)).toHaveLength(2);
    expect(edgesOf(db.part).incoming).toHaveLength(1);
    db.network.allowFrom(api, { ports: ['postgres'], gate: 'none' });
    expect(said(api)).toHaveLength(3);
  });

  test('to oneself is for replicas: nobody waits for himself', () => {
    const root = Testing.root();
    const api = web(root, 'Api');
    api.network.allowTo(api);
    expect(said(api)).toEqual([{ ports: [], gate: 'none', env: {} }]);
    expect(Testing.problems(root, platform)).toEqual([]);
  });

  test('asks for what it needs of a platform', () => {
    const root = Testing.root();
    const [db, task] = [database(root), migrate(root, 'Migrate')];
    const asked = (id: string, build: (api: HardenedService) => void) => {
      const api = web(root, id);
      build(api);
      const { features } = api.part.resolve();
      return ['start.ready', 'start.completed', 'network.dns-name'].filter((one) => features.has(one as 'start.ready'));
    };
    expect(asked('A', (api) => api.network.allowTo(db))).toEqual(['start.ready']);
    expect(asked('B', (api) => api.network.allowTo(db, { gate: 'none' }))).toEqual([]);
    expect(asked('C', (api) => api.startAfter(task))).toEqual(['start.completed']);
    expect(asked('D', (api) => api.network.allowTo(Peers.dnsName('api.example.com', 443)))).toEqual(['network.dns-name']);
    expect(asked('E', (api) => api.network.allowTo(Peers.internet(443)))).toEqual([]);
    expect([...task.part.resolve().features]).toEqual(expect.arrayContaining(['task', 'network.edges', 'service-account']));
  });

  test('to a name of the DNS has its ports by number, hands nothing over and is waited for by nobody', () => {
    const root = Testing.root();
    const api = web(root, 'Api');
    api.network.allowTo(Peers.dnsName('api.example.com', 443, 8443));
    const { drafted, problems } = plan(root, platform);
    expect(problems).toEqual([]);
    expect(drafted[0]?.at.outgoing).toEqual([
      {
        peer: { dnsName: 'api.example.com', ports: [443, 8443] },
        ports: [
          { name: '443', port: 443, protocol: 'tcp' },
          { name: '8443', port: 8443, protocol: 'tcp' },
        ],
      },
    ]);
    expect(drafted[0]?.at.gates).toEqual([]);
  });

  test('may be to anything with the network of a service: a construct of several', () => {
    const root = Testing.root();
    const [db, api] = [database(root), web(root, 'Api')];
    const cluster: Connectable = { network: db.network };
    api.network.allowTo(cluster);
    expect(env(api)).toEqual({ DATABASE_HOST: 'database:5432', DATABASE_POOL: '5' });
    expect(edgesOf(api.part).outgoing.map(({ peer }) => Part.isPart(peer) && peer === (db.part as Part))).toEqual([true]);
  });
});

describe('a task', () => {
  test('is hardened as a service is, and has attempts and a deadline', () => {
    const root = Testing.root();
    const task = migrate(root, 'Migrate', { command: ['/app', 'migrate'], env: { LEVEL: 'info' } });
    const service = web(root, 'Api', { command: ['/app', 'migrate'], env: { LEVEL: 'info' }, ports: {} });
    const { attempts, timeout, main, ...group } = task.part.resolve().spec;
    expect({ attempts, timeout }).toEqual({ attempts: 3, timeout: 600_000 });
    const of = service.part.resolve().spec;
    expect({ ...main, name: 'api' }).toEqual(of.main);
    expect(of).toMatchObject(group);
    expect(migrate(root, 'Other', { attempts: 1, timeout: '30s' }).part.resolve().spec).toMatchObject({ attempts: 1, timeout: 30_000 });
  });

  test('may wait for a task, be called otherwise, be acknowledged and be edited', () => {
    const root = Testing.root();
    const schema = migrate(root, 'Schema', { name: 'shop-schema' });
    const seed = migrate(root, 'Seed', { user: '0:0', acknowledge: { 'root-user': 'the image of the vendor needs it' } });
    seed.startAfter(schema);
    seed.tune(platform, (native) => {
      native.label = 'edited';
    });
    const { drafted, problems } = plan(root, platform);
    expect(problems).toEqual([]);
    expect(drafted.map(({ native, part }) => [native.name, part.kind, native.label])).toEqual([
      ['shop-schema', 'task', undefined],
      ['seed', 'task', 'edited'],
    ]);
    expect(drafted[1]?.at.gates).toEqual([{ part: schema.part, gate: 'completed' }]);
  });
});
