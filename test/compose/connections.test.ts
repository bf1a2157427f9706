import { parse } from 'yaml';
import { HardenedTask, NetworkSegment, Peers } from '../../lib';
import { formatProblem } from '../../lib/model/problems';
import { composeFile } from '../../lib/platforms/compose';
import { sentences, service, tree } from './build';

describe('networks', () => {
  test('an edge has one of its own that leads nowhere, and only what is published or may go out has a way out', () => {
    const root = tree();
    const inner = new NetworkSegment(root, 'Inner', { internal: true });
    const database = service(root, 'Database', { ports: { sql: 5432 } });
    const api = service(root, 'Api', { ports: { http: 8080 }, networks: [{ network: inner }] });
    const gateway = service(root, 'Gateway', { ports: { http: 8080 }, networks: [{ network: inner }] });
    const worker = service(root, 'Worker');
    service(root, 'Lonely');
    api.network.allowTo(database);
    gateway.network.allowTo(api);
    gateway.publish({ port: 'http' });
    worker.network.allowTo(Peers.internet(443));
    const { services, networks } = parse(composeFile(root, { name: 'shop' }).text);
    const outside = { driver: 'bridge', driver_opts: { 'com.docker.network.bridge.enable_icc': 'false' } };
    const joined = Object.entries<{ networks: object }>(services).map(([name, one]) => [name, Object.keys(one.networks).sort()]);
    expect(Object.fromEntries(joined)).toEqual({
      database: ['api_database'],
      api: ['api_database', 'inner'],
      gateway: ['gateway_outside', 'inner'],
      worker: ['worker_outside'],
      lonely: ['lonely_alone'],
    });
    expect(networks).toEqual({
      inner: { name: 'shop_inner', driver: 'bridge', internal: true },
      api_database: { name: 'shop_api_database', driver: 'bridge', internal: true },
      gateway_outside: { name: 'shop_gateway_outside', ...outside },
      worker_outside: { name: 'shop_worker_outside', ...outside },
      lonely_alone: { name: 'shop_lonely_alone', driver: 'bridge', internal: true },
    });
  });

  test('a segment called as the network that leads out is a problem, and one called default is none', () => {
    const root = tree();
    new NetworkSegment(root, 'Outside');
    service(root, 'Api', { networks: [{ network: new NetworkSegment(root, 'Own', { name: 'default' }) }] });
    expect(sentences(() => composeFile(root))).toEqual([
      'Outside: the name is that of the network that leads out of the stack, got "outside"; choose another id, or give the segment a name',
    ]);
  });
});

describe('start order', () => {
  test('a task is waited for until it has ended, a service until it is well, and nobody where nothing waits', () => {
    const root = tree();
    const database = service(root, 'Database', { ports: { sql: 5432 }, health: { tcp: { port: 'sql' } } });
    const cache = service(root, 'Cache', { ports: { redis: 6379 } });
    const migrate = new HardenedTask(root, 'Migrate', { image: 'example/app:1.2.3', command: ['/app', 'migrate'], attempts: 1 });
    migrate.network.allowTo(database);
    const seed = new HardenedTask(root, 'Seed', { image: 'example/app:1.2.3', attempts: 4 });
    seed.startAfter(migrate);
    const api = service(root, 'Api');
    api.network.allowTo(database);
    api.network.allowTo(cache, { gate: 'none' });
    api.startAfter(migrate, seed);
    const file = composeFile(root, { name: 'shop' });
    const { services, networks } = parse(file.text);
    expect(services.migrate).toMatchObject({
      restart: 'no',
      deploy: { replicas: 1 },
      depends_on: { database: { condition: 'service_healthy' } },
      networks: { database_migrate: {} },
    });
    expect(services.seed).toMatchObject({
      restart: 'on-failure:3',
      depends_on: { migrate: { condition: 'service_completed_successfully' } },
      networks: { seed_alone: {} },
    });
    expect(services.api.depends_on).toEqual({
      database: { condition: 'service_healthy' },
      migrate: { condition: 'service_completed_successfully' },
      seed: { condition: 'service_completed_successfully' },
    });
    // nobody has to reach a task
    expect(Object.keys(networks)).not.toContain('api_migrate');
    expect(file.text.split('\n').slice(0, 4)).toEqual([
      '# Generated: change the program that made it, not this file.',
      "# Named volumes stay on 'docker compose down'; 'down --volumes' deletes them, and what is in them.",
      '# Compose stops what it replaces before a task has run. Deploy a new version with this, and a task that fails stops it before that:',
      '#   docker compose run --rm migrate && docker compose run --rm seed && docker compose up --detach --wait',
    ]);
    expect(file.warnings).toEqual([]);
  });

  test('a task that nothing starts after is taken for a failure', () => {
    const root = tree();
    new HardenedTask(root, 'Seed', { image: 'example/app:1.2.3' });
    expect(composeFile(root).warnings.map(formatProblem)).toEqual([
      "Seed: nothing starts after the task, and 'docker compose up --wait' takes its end for a failure; let a service start after it, or deploy without --wait",
    ]);
  });

  test('a task and a service cannot be one service of the file', () => {
    const root = tree();
    new HardenedTask(root, 'Api', { image: 'example/app:1.2.3', name: 'same' });
    service(root, 'Other', { name: 'same' });
    expect(sentences(() => composeFile(root))).toEqual([
      'Other: the workload name is taken by Api, got "same"; choose another id, or give one of them a name',
    ]);
  });
});
