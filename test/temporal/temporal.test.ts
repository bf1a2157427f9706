import { Construct } from 'constructs';
import { parse } from 'yaml';
import {
  acknowledge,
  alertGroups,
  type Environment,
  Environments,
  ExistingSecret,
  HardenedService,
  Monitor,
  Postgres,
  Temporal,
  type TemporalProps,
} from '../../lib';
import { configOf, envOf, namesOf, podOf, settingsOf, TARGETS, type Target } from '../apps/database';
import { type Json, Views } from '../apps/views';

class Orders extends Construct {
  readonly temporal: Temporal;

  constructor(scope: Construct, props: TemporalProps | ((scope: Construct) => TemporalProps)) {
    super(scope, 'orders');
    acknowledge(this, { 'no-new-privileges': 'the engines have it in daemon.json' });
    this.temporal = new Temporal(this, 'Temporal', typeof props === 'function' ? props(this) : props);
    const worker = new HardenedService(this, 'Worker', { image: 'orders/worker:1.0.0', command: ['worker'] });
    worker.network.allowTo(this.temporal, 'grpc');
    worker.startAfter(this.temporal.namespaces);
  }
}

type Said = TemporalProps | ((scope: Construct) => TemporalProps);
const views = (props: Said = {}, environment: Environment = Environments.test) =>
  new Views('orders', (scope) => new Orders(scope, props), environment);
const all = views();
const SERVER = 'orders-temporal';

/** A task's whole name: a version follows it on some targets. */
const task = (name: string, target: Target) =>
  target === 'K' ? name : (namesOf(all, target).find((one) => new RegExp(`^${name}(-[0-9a-f]{8})?$`).test(one)) as string);
const server = (of: Views, target: Target): Json => parse(configOf(of, target, SERVER)['temporal.yaml'] as string);

describe('the server', () => {
  test('K: one, of a stable identity, hardened', () => {
    const { spec } = all.kind('StatefulSet', SERVER);
    const [main] = spec.template.spec.containers;
    expect([spec.replicas, main.image]).toEqual([1, 'temporalio/server:1.31.2']);
    expect(main.securityContext).toMatchObject({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, runAsUser: 65532 });
    expect([...main.command, ...main.args]).toEqual([
      'temporal-server',
      '--config-file',
      '/etc/ironhull/temporal/temporal.yaml',
      '--allow-no-auth',
      'start',
    ]);
    expect(spec.template.metadata.annotations).toMatchObject({ 'prometheus.io/port': '9090' });
    expect(main.livenessProbe.httpGet).toMatchObject({ path: '/api/v1/system-info', port: 'http' });
  });
  test.each(['S', 'C'] as const)('%s: the same, and the old one stops before the new one starts', (target) => {
    const { deploy, ...service }: Json = (all[target] as Json).services[SERVER];
    expect(service).toMatchObject({ image: 'temporalio/server:1.31.2', read_only: true, cap_drop: ['ALL'], user: '65532:65532' });
    if (target === 'S') expect(deploy.update_config.order).toBe('stop-first');
  });
  test('D: the same', () => {
    expect(all.D.get(SERVER).containers).toHaveLength(1);
    expect(all.D.get(SERVER).containers[0].args).toMatchObject({ image: 'temporalio/server:1.31.2', readOnly: true });
  });
  test.each(TARGETS)('%s: both databases over TLS, the password from its file alone', (target) => {
    const { persistence } = server(all, target);
    const path = '/run/secrets/orders-temporal-database-passwords/temporal-password';
    const sql = (name: string) => persistence.datastores[name].sql;
    expect([sql('default').databaseName, sql('visibility').databaseName]).toEqual(['temporal', 'temporal_visibility']);
    for (const name of ['default', 'visibility']) {
      expect(sql(name)).toMatchObject({
        pluginName: 'postgres12',
        connectAddr: 'orders-temporal-database:5432',
        user: 'temporal',
        passwordCommand: { command: 'cat', args: [path] },
        tls: { enabled: true, enableHostVerification: false },
      });
      expect(sql(name)).not.toHaveProperty('password');
    }
    if (target === 'K') expect(JSON.stringify(all.pod(SERVER).volumes)).toContain('temporal-password');
    if (target === 'C' || target === 'S')
      expect((all[target] as Json).services[SERVER].secrets).toContainEqual(expect.objectContaining({ target: path }));
  });
  test.each(TARGETS)('%s: only the frontend listens to others', (target) => {
    const { services, global } = server(all, target);
    expect(services.frontend.rpc).toEqual({ grpcPort: 7233, membershipPort: 6933, bindOnIP: '0.0.0.0', httpPort: 7243 });
    for (const role of ['history', 'matching', 'worker']) expect(services[role].rpc.bindOnLocalHost).toBe(true);
    expect(global.metrics.prometheus.listenAddress).toBe('0.0.0.0:9090');
  });
  test.each([
    ['test', Environments.test, {}, 4],
    ['development, as said', Environments.development, { historyShards: 16 }, 16],
  ] as const)('parts of the histories in %s', (_name, environment, props, shards) => {
    expect(server(views(props, environment), 'C').persistence.numHistoryShards).toBe(shards);
  });
  test('512 where data counts', () => {
    const own = { database: { backup: { enabled: false, reason: 'the test has none' } } } as const;
    expect(server(views(own, Environments.production), 'C').persistence.numHistoryShards).toBe(512);
  });
  test('the dynamic configuration, sorted', () => {
    const of = views({ dynamicConfig: { 'system.forceSearchAttributesCacheRefreshOnRead': true, 'limit.blobSize.error': 4_194_304 } });
    const { 'dynamic.yaml': dynamic, 'temporal.yaml': text } = configOf(of, 'C', SERVER);
    expect(dynamic).toBe('limit.blobSize.error:\n  - value: 4194304\nsystem.forceSearchAttributesCacheRefreshOnRead:\n  - value: true\n');
    expect(parse(text as string).dynamicConfigClient.filepath).toBe('/etc/ironhull/temporal/dynamic.yaml');
  });
});

describe('its database', () => {
  test('one of its own: PostgreSQL 16 with both databases, owned by one role', () => {
    const { spec } = all.kind('StatefulSet', 'orders-temporal-database');
    expect(spec.template.spec.containers[0].image).toBe('postgres:16-bookworm');
    const sql = configOf(all, 'K', 'orders-temporal-database')['setup.sql'] as string;
    expect(sql).toContain('CREATE DATABASE "temporal" OWNER "temporal"');
    expect(sql).toContain('CREATE DATABASE "temporal_visibility" OWNER "temporal"');
    expect(sql).toContain('CREATE EXTENSION IF NOT EXISTS "btree_gin"');
    expect(settingsOf(all, 'K', 'orders-temporal-database').max_connections).toBe('200');
  });
  const given = views((scope) => {
    const tls = { secret: new ExistingSecret(scope, 'Tls', { existing: 'certificate' }) };
    const databases = { orders: {}, temporal: {}, temporal_visibility: { owner: 'temporal' } };
    return { database: new Postgres(scope, 'Database', { version: 17, size: '20Gi', databases, tls }) };
  });
  test.each(TARGETS)('%s: one that is there, whose certificate is verified', (target) => {
    const { sql } = server(given, target).persistence.datastores.default;
    expect(sql.connectAddr).toBe('orders-database:5432');
    expect(sql.tls).toEqual({
      enabled: true,
      enableHostVerification: true,
      caFile: '/run/secrets/certificate/ca.crt',
      serverName: 'orders-database',
    });
    expect(namesOf(given, target).filter((name) => name.includes('temporal-database'))).toEqual([]);
  });
});

describe('the order', () => {
  test.each(TARGETS)('%s: schemas by the tool of the image, with the password from its file', (target) => {
    // of a Job, the main container leaves the mark: the task's own is an init container
    const named = () =>
      podOf(all, 'orders-temporal-schema').initContainers.find((one: Json) => /SQL_HOST/.test(JSON.stringify(one.env))).env;
    const env =
      target === 'K'
        ? Object.fromEntries(named().map(({ name, value }: Json) => [name, value]))
        : envOf(all, target, task('orders-temporal-schema', target));
    expect(env).toMatchObject({
      SQL_PLUGIN: 'postgres12',
      SQL_HOST: 'orders-temporal-database',
      SQL_USER: 'temporal',
      SQL_TLS: 'true',
      SQL_PASSWORD_FILE: '/run/secrets/orders-temporal-database-passwords/temporal-password',
    });
    expect(env).not.toHaveProperty('SQL_PASSWORD');
  });
  test('K: database, schemas, server, namespaces, workers', () => {
    const inits = (name: string) => podOf(all, name).initContainers.map((one: Json) => one.name);
    const waits = (name: string) => JSON.stringify(podOf(all, name).initContainers);
    expect(waits('orders-temporal-schema')).toContain('orders-temporal-database');
    expect(inits(SERVER)).toContain('after-orders-temporal-schema');
    expect(waits('orders-temporal-namespaces')).toContain('7233');
    expect(inits('orders-worker')).toContain('after-orders-temporal-namespaces');
  });
  test('C: the same', () => {
    const { services } = all.C;
    expect(services['orders-temporal-schema'].depends_on).toEqual({ 'orders-temporal-database': { condition: 'service_healthy' } });
    expect(services[SERVER].depends_on['orders-temporal-schema']).toEqual({ condition: 'service_completed_successfully' });
    expect(services['orders-temporal-namespaces'].depends_on).toEqual({ [SERVER]: { condition: 'service_healthy' } });
    expect(services['orders-worker'].depends_on['orders-temporal-namespaces']).toEqual({ condition: 'service_completed_successfully' });
  });
  test.each(['D', 'S'] as const)('%s: schemas and namespaces are tasks', (target) => {
    for (const name of ['orders-temporal-schema', 'orders-temporal-namespaces']) expect(task(name, target)).toBeDefined();
  });
});

describe('namespaces', () => {
  const script = (props: TemporalProps) => {
    const of = views(props);
    return configOf(of, 'C', 'orders-temporal-namespaces')['namespaces.sh'] as string;
  };
  test('`default` where nothing is said', () => expect(script({})).toContain("\nkeep default 72h ''\n"));
  test('those that are said, quoted', () => {
    const text = script({ namespaces: { shop: { retention: '168h', description: "it's the shop" }, billing: {} } });
    expect(text.split('\n').slice(-3, -1)).toEqual(["keep billing 72h ''", "keep shop 168h 'it'\\''s the shop'"]);
  });
});

describe('who may connect', () => {
  test.each(TARGETS)('%s: is told the address', (target) => {
    expect(envOf(all, target, 'orders-worker')).toMatchObject({
      TEMPORAL_HOST: 'orders-temporal:7233',
      TEMPORAL_ADDRESS: 'orders-temporal:7233',
    });
    expect(Object.keys(envOf(all, target, 'orders-worker')).filter((name) => name.startsWith('DATABASE'))).toEqual([]);
  });
});

describe('the web interface', () => {
  test.each(TARGETS)('%s: reaches the frontend, with a configuration of its own', (target) => {
    const ui = parse(configOf(all, target, 'orders-temporal-ui')['ui.yaml'] as string);
    expect(ui).toMatchObject({ temporalGrpcAddress: 'orders-temporal:7233', port: 8080, defaultNamespace: 'default' });
  });
  test.each(TARGETS)('%s: not where it is not wanted', (target) => {
    expect(namesOf(views({ ui: false }), target).filter((name) => name.includes('temporal-ui'))).toEqual([]);
  });
});

test('its alerts and panels', () => {
  const [group] = alertGroups(all.tree).filter(({ name }) => name === 'Temporal');
  expect(group?.rules.map(({ alert }) => alert)).toEqual([
    'TemporalMissing',
    'TemporalPersistenceErrors',
    'TemporalPersistenceSlow',
    'TemporalTasksWithoutWorkers',
    'TemporalBacklogOld',
    'TemporalResourceExhausted',
  ]);
  expect(Monitor.within(all.tree).find(({ title }) => title === 'Temporal')?.panels).toHaveLength(8);
});
