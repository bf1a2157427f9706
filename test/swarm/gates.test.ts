import { parse } from 'yaml';
import { HardenedTask } from '../../lib';
import { formatProblem } from '../../lib/model/problems';
import { swarmStackFile } from '../../lib/platforms/swarm';
import { planSwarm } from '../../lib/platforms/swarm/pulumi';
import { sentences, service, tree } from '../compose/build';

const acknowledge = { 'no-new-privileges': 'daemon.json of every node has it' };
const image = 'example/app:1.2.3';

/** A database, a migration that needs it, and a service that needs both. */
function system(api: Parameters<typeof service>[2] = { command: ['/app'], args: ['serve'] }, migration = 'migrate') {
  const root = tree();
  const database = service(root, 'Database', { acknowledge, ports: { sql: 5432 }, health: { tcp: { port: 'sql' }, startPeriod: '1m' } });
  const migrate = new HardenedTask(root, 'Migrate', { image, acknowledge, command: ['/app', migration], attempts: 2, timeout: '5m' });
  migrate.network.allowTo(database);
  const own = service(root, 'Api', { acknowledge, ports: { http: 8080 }, ...api });
  own.network.allowTo(database);
  own.startAfter(migrate);
  return root;
}

const servicesOf = (root: ReturnType<typeof tree>) => parse(swarmStackFile(root, { name: 'shop' }).text).services;
const taskIn = (services: object) => Object.keys(services).find((name) => name.startsWith('migrate-')) as string;

describe('a stack file, whose services Swarm starts all at once', () => {
  test('a task is a service of its own that answers once it is done', () => {
    const file = swarmStackFile(system(), { name: 'shop' });
    const { services, networks } = parse(file.text);
    const name = taskIn(services);
    expect(name).toMatch(/^migrate-[0-9a-f]{8}$/);
    expect(services[name]).toMatchObject({
      entrypoint: [
        '/.ironhull/prober',
        'run',
        '7070',
        '--',
        '/.ironhull/prober',
        'wait',
        'tcp',
        'database',
        '5432',
        '--',
        '/app',
        'migrate',
      ],
      configs: [{ source: 'prober', target: '/.ironhull/prober', mode: 0o555 }],
      // five minutes of its own, after up to a minute and three checks of the database
      healthcheck: { test: ['CMD', '/.ironhull/prober', 'tcp', '7070', '--timeout', '1500'], retries: 5, start_period: '6m45s' },
      networks: { database_migrate: {}, api_migrate: {} },
      deploy: {
        replicas: 1,
        restart_policy: { condition: 'on-failure', max_attempts: 1 },
        resources: { limits: { cpus: '0.5', memory: '256m' }, reservations: { cpus: '0.01', memory: '8m' } },
        update_config: { parallelism: 1, failure_action: 'pause', order: 'stop-first' },
      },
    });
    expect(networks.api_migrate).toEqual({ name: 'shop_api_migrate', driver: 'overlay', internal: true });
    expect(file.text.split('\n').slice(2, 4)).toEqual([
      '# A task is a service of its own for each version, and stays when it is done. Deploy without --prune: what is rolled back waits for',
      "# the task of its version. Remove those of earlier versions with 'docker service rm' once nobody goes back to them.",
    ]);
  });

  test('another version of a task is another service, and whoever waits for it another version too', () => {
    const [one, other] = [servicesOf(system()), servicesOf(system(undefined, 'migrate-again'))];
    expect(taskIn(one)).not.toBe(taskIn(other));
    expect(one.api.entrypoint).toContain(taskIn(one));
    expect(other.api.entrypoint).toContain(taskIn(other));
    expect(one.database).toEqual(other.database);
    expect(taskIn(servicesOf(system()))).toBe(taskIn(one));
  });

  test('the prober stands in front of the command, and a container that waits is not ill', () => {
    const services = servicesOf(system({ command: ['/app'], args: ['serve'], health: { http: { port: 'http', path: '/' } } }));
    const targets = ['tcp', 'database', '5432', 'tcp', taskIn(services), '7070'];
    expect(services.api).toMatchObject({
      entrypoint: ['/.ironhull/prober', 'wait', ...targets, '--', '/app'],
      command: ['serve'],
      // the task's 6m45s and its last checks, then the usual 30 s
      healthcheck: { test: ['CMD', '/.ironhull/prober', 'http', '8080', '/', '--timeout', '4500'], start_period: '7m35s' },
    });
  });

  test('what has no health check has one until it starts: an update would replace the old version by one that waits', () => {
    const services = servicesOf(system());
    const targets = ['tcp', 'database', '5432', 'tcp', taskIn(services), '7070'];
    expect(services.api).toMatchObject({
      entrypoint: ['/.ironhull/prober', 'wait', '--timeout', '425000', ...targets, '--', '/app'],
      configs: [{ source: 'prober' }],
      healthcheck: {
        test: ['CMD', '/.ironhull/prober', 'wait', '--timeout', '4000', ...targets],
        interval: '5s',
        timeout: '5s',
        retries: 1_000_000,
        start_period: '7m5s',
      },
    });
  });

  test('the command has to be known, or somebody says why not', () => {
    const ready =
      "Api: command: has to be said: what is put in front of it waits for database; give the image's entry point (docker image inspect shows it), let nothing wait (gate: 'none'), or acknowledge 'start.ready' with a reason";
    const completed =
      "Api: command: has to be said: what is put in front of it waits for migrate; give the image's entry point (docker image inspect shows it), or acknowledge 'start.completed' with a reason";
    expect(sentences(() => swarmStackFile(system({})))).toEqual([ready, completed]);
    const reasons = { ...acknowledge, 'start.ready': 'it connects again by itself' };
    expect(sentences(() => swarmStackFile(system({ acknowledge: reasons })))).toEqual([completed]);
    const all = servicesOf(system({ acknowledge: { ...reasons, 'start.completed': 'it checks the schema itself' } }));
    expect(all.api).not.toHaveProperty('entrypoint');
    expect(all.api).not.toHaveProperty('healthcheck');
  });

  test('and so has that of a task', () => {
    const build = (more: object) => {
      const root = tree();
      const seed = new HardenedTask(root, 'Seed', { image, acknowledge: { ...acknowledge, ...more } });
      service(root, 'Api', { acknowledge, command: ['/app'] }).startAfter(seed);
      return root;
    };
    expect(sentences(() => swarmStackFile(build({})))).toEqual([
      "Seed: command: has to be said: what runs it tells the others when it is done; give the image's entry point (docker image inspect shows it), or acknowledge 'task' with a reason",
    ]);
    const services = servicesOf(build({ task: 'the image brings its own gate' }));
    expect(Object.keys(services)).toEqual([expect.stringMatching(/^seed-/), 'api']);
    // nobody can wait for it
    expect(services.api.entrypoint).toEqual(['/app']);
  });

  test('what has no TCP port cannot be waited for', () => {
    const root = tree();
    const names = service(root, 'Names', { acknowledge, ports: { dns: { port: 5353, protocol: 'udp' } } });
    service(root, 'Api', { acknowledge, command: ['/app'] }).network.allowTo(names);
    expect(sentences(() => swarmStackFile(root))).toEqual([
      "Api: network.allowTo: waits for names, which has no TCP port that it may connect to; let nothing wait (gate: 'none'), or acknowledge 'start.ready' with a reason",
    ]);
  });

  test('nothing is put in front of what waits for nothing', () => {
    const root = tree();
    const database = service(root, 'Database', { acknowledge, ports: { sql: 5432 } });
    service(root, 'Api', { acknowledge }).network.allowTo(database, { gate: 'none' });
    expect(swarmStackFile(root).text).not.toContain('prober');
  });
});

describe('through Pulumi, which makes a service after what it waits for', () => {
  const drafted = (root: ReturnType<typeof tree>, name: string) => {
    const planned = planSwarm(root, { name: 'shop' });
    expect(planned.problems.map(formatProblem)).toEqual([]);
    const native = planned.drafted.find(({ at }) => at.name === name)?.native as { service: { entrypoint?: string[] } };
    return { ...planned, service: native.service };
  };

  test('a service asks at each start for what has to be ready, and never again for a task that is done', () => {
    const { service: api, networks } = drafted(system(), 'api');
    expect(api.entrypoint).toEqual(['/.ironhull/prober', 'wait', '--timeout', '105000', 'tcp', 'database', '5432', '--', '/app']);
    expect(networks.map(({ name }) => name)).not.toContain('api_migrate');
  });

  test('and needs no command for that', () => {
    expect(drafted(system({}), 'api').service).not.toHaveProperty('entrypoint');
  });
});

describe('names that a Swarm takes', () => {
  const long = 'a-name-with-which-a-service-has-fifty-two-characters';

  test('those of networks end in a hash', () => {
    const root = tree();
    service(root, 'Api', { acknowledge, name: long, ports: { http: 8080 } }).publish({ port: 'http' });
    const { networks } = parse(swarmStackFile(root, { name: 'production' }).text);
    const name = networks[`${long}_outside`].name;
    expect(name).toMatch(/^production_a-name-with-which-a-service-has-fifty-two.*-[0-9a-f]{8}$/);
    expect(name).toHaveLength(63);
  });

  test('those of services are a problem', () => {
    const root = tree();
    service(root, 'Api', { acknowledge, name: long });
    new HardenedTask(root, 'Seed', { image, acknowledge, name: `${long.slice(0, 40)}`, command: ['/app'] });
    expect(sentences(() => swarmStackFile(root, { name: 'production-of-shop' }))).toEqual([
      `Api: the name of its service, production-of-shop_${long}, has more than the 63 characters that a Swarm takes, got 71; give it a shorter name`,
      `Seed: the name of its service, production-of-shop_${long.slice(0, 40)}, has more than the 63 characters that a Swarm takes, got 68; give it a shorter name`,
    ]);
  });
});
