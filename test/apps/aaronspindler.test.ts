/** Rows of aaronspindler.com's documents on what it is written as: K Kubernetes, D Docker, S Swarm, C Compose. Engines: test/e2e. */
import { AaronSpindler } from '../../apps/aaronspindler/aaronspindler';
import { Environments } from '../../lib';
import { envOf, namesOf, settingsOf, TARGETS, type Target } from './database';
import { type Json, Views } from './views';

const view = (environment: (typeof Environments)[keyof typeof Environments]) =>
  new Views('aaronspindler', (scope) => new AaronSpindler(scope), environment);
const [production, development, testing] = [Environments.production, Environments.development, Environments.test].map(view) as [
  Views,
  Views,
  Views,
];
const named = (name: string) => `aaronspindler-${name}`;
const folder = '/run/secrets/aaronspindler-secrets';

/** What a container is made of, wherever it is. */
function imageOf(of: Views, target: Target, name: string): string {
  if (target === 'K') return of.pod(name).containers[0].image;
  if (target === 'D') return of.D.get(name).containers[0].args.image;
  return (of[target] as Json).services[name].image;
}

/** The whole command of a program. */
function commandOf(of: Views, target: Target, name: string): string {
  const { command, args }: Json = target === 'K' ? of.pod(name).containers[0] : {};
  const native: Json = target === 'D' ? of.D.get(name).containers[0].args : {};
  const service: Json = target === 'S' || target === 'C' ? (of[target] as Json).services[name] : {};
  return [command, args, native.entrypoints, native.command, service.entrypoint, service.command].flat().filter(Boolean).join(' ');
}

describe('A1: web, celery, celerybeat and flower', () => {
  const [web, worker, beat, flower] = ['web', 'celery-worker', 'celery-beat', 'celery-flower'].map(named) as [
    string,
    string,
    string,
    string,
  ];

  test.each(TARGETS)('%s: each of its own image', (target) => {
    const images = [web, worker, beat, flower].map((name) => imageOf(production, target, name));
    expect(images).toEqual(['web', 'celery', 'celerybeat', 'flower'].map((one) => `ghcr.io/aaronspindler/aaronspindler.com-${one}:1.0.0`));
  });
  test('K: Django on 8000, asked at /health/', () => {
    const [main] = production.pod(web).containers;
    expect(main.ports).toContainEqual(expect.objectContaining({ containerPort: 8000 }));
    for (const probe of [main.livenessProbe, main.readinessProbe]) expect(probe.httpGet).toMatchObject({ path: '/health/', port: 'http' });
    expect(production.kind('Deployment', web).spec.replicas).toBe(3);
  });
  test.each(['S', 'C'] as const)('%s: Django on 8000, asked at /health/', (target) => {
    const { healthcheck } = (production[target] as Json).services[web];
    expect(healthcheck.test.join(' ')).toMatch(/8000.*\/health\//);
    expect(healthcheck).toMatchObject({ interval: '30s', timeout: '3s', retries: 3 });
  });
  test('D: Django on 8000, asked at /health/', () => {
    expect(JSON.stringify(production.D.get(web).containers[0].args.healthcheck.tests)).toMatch(/8000.*\/health\//);
  });
  test.each(TARGETS)('%s: celery with gevent, 200 jobs at once', (target) => {
    expect(commandOf(production, target, worker)).toContain('celery -A config.celery_app worker --pool gevent --concurrency 200 ');
  });
  test.each(TARGETS)('%s: celerybeat with its schedules in the database', (target) => {
    const scheduler = '--scheduler django_celery_beat.schedulers:DatabaseScheduler';
    expect(commandOf(production, target, beat)).toContain(`celery -A config.celery_app beat ${scheduler} `);
  });
  test('K: exactly one beat: a StatefulSet never has two', () => {
    expect(production.kind('StatefulSet', beat).spec.replicas).toBe(1);
  });
  test('S: exactly one beat: the old one stops first', () => {
    expect(production.S.services[beat].deploy).toMatchObject({ replicas: 1, update_config: { order: 'stop-first' } });
  });
  test('D, C: exactly one beat', () => {
    expect(production.D.get(beat).containers).toHaveLength(1);
    expect(production.C.services[beat].deploy?.replicas ?? 1).toBe(1);
  });
  test.each(TARGETS)('%s: flower keeps what it has seen', (target) => {
    expect(commandOf(production, target, flower)).toContain('--persistent=True --db=/data/flower.db --state_save_interval=30000');
    if (target === 'K') expect(production.kind('StatefulSet', flower).spec.volumeClaimTemplates).toHaveLength(1);
    if (target === 'D')
      expect(production.D.get(flower).containers[0].args.volumes).toContainEqual(expect.objectContaining({ containerPath: '/data' }));
    if (target === 'S' || target === 'C')
      expect((production[target] as Json).services[flower].volumes).toContainEqual(expect.objectContaining({ target: '/data' }));
  });
  test.each(TARGETS)('%s: flower asks for a password, but where people develop', (target) => {
    expect(envOf(production, target, flower)).toMatchObject({ FLOWER_USER: 'admin', FLOWER_PASSWORD_FILE: `${folder}/flower-password` });
    expect(envOf(development, target, flower)).not.toHaveProperty('FLOWER_USER');
  });
  test.each(TARGETS)('%s: passwords stand in files alone', (target) => {
    for (const name of [web, worker, beat, flower]) {
      const env = envOf(production, target, name);
      const secret = Object.keys(env).filter((key) => /PASSWORD|SECRET/.test(key));
      expect(secret.length).toBeGreaterThan(0);
      expect(secret.filter((key) => !key.endsWith('_FILE'))).toEqual([]);
    }
  });
  test('K, C: migrations are over before web, celery and beat start', () => {
    for (const name of [web, worker, beat]) {
      const gates = production.pod(name).initContainers.map((one: Json) => one.name);
      expect(gates).toContain('after-aaronspindler-migrate');
      expect(production.C.services[name].depends_on[named('migrate')]).toEqual({ condition: 'service_completed_successfully' });
    }
  });
});

describe('A2: PostgreSQL 16, Redis 7 and QuestDB 8.2.1', () => {
  test.each(TARGETS)('%s: these versions', (target) => {
    const images = ['database', 'redis', 'series'].map((name) => imageOf(production, target, named(name)));
    expect(images).toEqual(['postgres:16-bookworm', expect.stringMatching(/^redis:7\./), 'questdb/questdb:8.2.1']);
  });
  test.each(TARGETS)('%s: Redis for sessions, cache and jobs, results in a database of their own', (target) => {
    expect(envOf(production, target, named('web'))).toMatchObject({
      REDIS_HOST: named('redis'),
      REDIS_PASSWORD_FILE: `${folder}/redis-password`,
    });
    expect(envOf(production, target, named('celery-worker'))).toMatchObject({
      BROKER_HOST: named('redis'),
      BROKER_DATABASE: '0',
      RESULTS_DATABASE: '1',
    });
  });
  test.each(TARGETS)('%s: QuestDB by REST and by SQL, with metrics', (target) => {
    for (const name of ['web', 'celery-worker'].map(named))
      expect(envOf(production, target, name)).toMatchObject({
        QUESTDB_HOST: named('series'),
        QUESTDB_HTTP_PORT: '9000',
        QUESTDB_PG_PORT: '8812',
        QUESTDB_PASSWORD_FILE: `${folder}/questdb-password`,
      });
    expect(envOf(production, target, named('series')).QDB_METRICS_ENABLED).toBe('true');
  });
  test.each(TARGETS)('%s: backups of the database, but where people develop', (target) => {
    expect(envOf(production, target, named('database-backup'))).toMatchObject({ BACKUP_DEST_MAIN_BUCKET: 'aaronspindler-backups' });
    expect(namesOf(development, target)).not.toContain(named('database-backup'));
  });
});

describe('A4: servers for tests, which are thrown away, and the tests', () => {
  const thrownAway = ['fsync', 'synchronous_commit', 'full_page_writes'];
  const servers = ['database', 'redis', 'series'].map(named);
  const testsOf = (target: Target) => namesOf(testing, target).find((name) => name.startsWith(named('tests'))) as string;

  test.each(TARGETS)('%s: nothing of the database has to survive a power cut', (target) => {
    const settings = settingsOf(testing, target, named('database'));
    expect(thrownAway.map((name) => settings[name])).toEqual(['off', 'off', 'off']);
    expect(settings.max_connections).toBe('200');
  });
  test.each(TARGETS)('%s: everywhere else it has to', (target) => {
    for (const views of [development, production]) {
      const settings = settingsOf(views, target, named('database'));
      for (const name of thrownAway) expect([name, settings[name] ?? 'on']).toEqual([name, 'on']);
    }
  });
  test.each(TARGETS)('%s: three servers and the tests, and nothing else', (target) => {
    expect(namesOf(testing, target).sort()).toEqual([...servers, testsOf(target)].sort());
  });
  test.each(TARGETS)('%s: the tests know every server', (target) => {
    expect(envOf(testing, target, target === 'K' ? named('tests') : testsOf(target))).toMatchObject({
      CI: 'true',
      DATABASE_HOST: named('database'),
      DATABASE_NAME: 'site',
      DATABASE_SSLMODE: 'require',
      REDIS_HOST: named('redis'),
      QUESTDB_HOST: named('series'),
    });
  });
  test('K: they wait for each server, run once, and their exit code is the result of the Job', () => {
    const { spec } = testing.kind('Job', named('tests'));
    expect([spec.backoffLimit, spec.template.spec.restartPolicy]).toEqual([0, 'Never']);
    expect(spec.template.spec.containers[0].command).toEqual(['python', 'manage.py', 'test']);
    const waits = JSON.stringify(spec.template.spec.initContainers);
    for (const server of servers) expect(waits).toContain(`"${server}"`);
  });
  test('C: they wait until each server is healthy, and are not started again', () => {
    const { depends_on, restart, ...tests } = testing.C.services[testsOf('C')];
    expect(depends_on).toEqual(Object.fromEntries(servers.map((name) => [name, { condition: 'service_healthy' }])));
    expect(restart).toBe('no');
    expect([...tests.entrypoint, ...(tests.command ?? [])]).toEqual(['python', 'manage.py', 'test']);
    expect(testing.C.services[named('database')].healthcheck.test).toContain('pg_isready');
  });
  test('D: they run to their end within the update, which fails if they do', () => {
    expect(testing.D.get(testsOf('D')).containers[0].args).toMatchObject({ mustRun: false, restart: 'no' });
  });
  test.each(TARGETS)('%s: nobody has to make their secrets', (target) => {
    const env = envOf(testing, target, target === 'K' ? named('tests') : testsOf(target));
    expect(env.DATABASE_PASSWORD_FILE).toBe('/run/secrets/aaronspindler-database-passwords/site-password');
  });
});
