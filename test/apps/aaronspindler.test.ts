/** Rows of aaronspindler.com's documents that a small program shows, until the system stands under apps/. Engines: test/e2e. */
import { Construct } from 'constructs';
import { acknowledge, Environments, HardenedTask, Postgres } from '../../lib';
import { envOf, namesOf, settingsOf, TARGETS } from './database';
import { Views } from './views';

/** The tests of a Django project, and the database that they need. */
class Tests extends Construct {
  constructor(scope: Construct) {
    super(scope, 'site');
    acknowledge(this, { 'no-new-privileges': 'the engines have it in daemon.json' });
    const database = new Postgres(this, 'Database', { version: 16, size: '1Gi', databases: { site: {} }, exporter: false });
    const tests = new HardenedTask(this, 'Tests', { image: 'site/web:1.0.0', command: ['python', 'manage.py', 'test'], attempts: 1 });
    tests.network.allowTo(database);
  }
}

describe('A4: a database for tests, which is thrown away', () => {
  const thrownAway = ['fsync', 'synchronous_commit', 'full_page_writes'];
  const views = new Views('site', (scope) => new Tests(scope), Environments.test);

  test.each(TARGETS)('%s: nothing of it has to survive a power cut', (target) => {
    const settings = settingsOf(views, target, 'site-database');
    expect(thrownAway.map((name) => settings[name])).toEqual(['off', 'off', 'off']);
  });
  test.each(TARGETS)('%s: everywhere else it has to', (target) => {
    const staging = settingsOf(new Views('site', (scope) => new Tests(scope), Environments.staging), target, 'site-database');
    for (const name of thrownAway) expect([name, staging[name] ?? 'on']).toEqual([name, 'on']);
  });
  test.each(TARGETS)('%s: the tests know it, and wait until it is healthy', (target) => {
    const [tests] = namesOf(views, target).filter((name) => name.startsWith('site-tests'));
    expect(envOf(views, target, target === 'K' ? 'site-tests' : (tests as string))).toMatchObject({
      DATABASE_HOST: 'site-database',
      DATABASE_NAME: 'site',
      DATABASE_SSLMODE: 'require',
    });
  });
  test('C: by the health check of the database', () => {
    expect(views.C.services['site-tests'].depends_on).toEqual({ 'site-database': { condition: 'service_healthy' } });
    expect(views.C.services['site-database'].healthcheck.test).toContain('pg_isready');
  });
});
