import { Construct } from 'constructs';
import {
  acknowledge,
  alertGroups,
  Celery,
  type CeleryProps,
  Environments,
  ExistingSecret,
  HardenedService,
  HardenedTask,
  Monitor,
  PersistentVolume,
  Redis,
} from '../../lib';
import { configOf, envOf, namesOf, TARGETS, type Target } from '../apps/database';
import { type Json, Views } from '../apps/views';

class Shop extends Construct {
  readonly celery: Celery;

  constructor(scope: Construct, more: Partial<CeleryProps> | ((scope: Construct) => Partial<CeleryProps>)) {
    super(scope, 'shop');
    acknowledge(this, { 'no-new-privileges': 'the engines have it in daemon.json' });
    const secrets = new ExistingSecret(this, 'Secrets', { existing: 'shop-secrets' });
    const redis = new Redis(this, 'Redis', { size: '5Gi', passwords: { secret: secrets } });
    const database = new HardenedService(this, 'Database', {
      image: 'shop/database:1.0.0',
      replicas: 1,
      ports: { postgres: 5432 },
      mounts: [{ volume: new PersistentVolume(this, 'Data', { size: '1Gi' }), path: '/data' }],
      rollout: { strategy: 'recreate' },
    });
    const migrate = new HardenedTask(this, 'Migrate', { image: 'shop/app:1.0.0', command: ['migrate'] });
    migrate.network.allowTo(database);
    this.celery = new Celery(this, 'Celery', {
      image: 'shop/app:1.0.0',
      app: 'shop.celery',
      broker: redis,
      ...(typeof more === 'function' ? more(this) : more),
    });
    this.celery.allowTo(database);
    this.celery.startAfter(migrate);
  }
}

type More = ConstructorParameters<typeof Shop>[1];
const views = (more: More = {}) => new Views('shop', (scope) => new Shop(scope, more), Environments.staging);
const all = views();
const [WORKER, BEAT, FLOWER] = ['shop-celery-worker', 'shop-celery-beat', 'shop-celery-flower'] as const;

/** The whole command of a program, without what waits in front of it. */
function commandOf(of: Views, target: Target, name: string): string[] {
  const container = {
    K: () => [...(of.pod(name).containers[0].command ?? []), ...(of.pod(name).containers[0].args ?? [])],
    D: () => [...(of.D.get(name).containers[0].args.entrypoints ?? []), ...(of.D.get(name).containers[0].args.command ?? [])],
    S: () => [...of.S.services[name].entrypoint, ...(of.S.services[name].command ?? [])],
    C: () => [...of.C.services[name].entrypoint, ...(of.C.services[name].command ?? [])],
  }[target]();
  return container.slice(container.indexOf('python'));
}
const start = ['python', '/etc/ironhull/celery/start.py', 'celery', '-A', 'shop.celery'];

describe('the broker', () => {
  test.each(TARGETS)('%s: its password is in a file of every program, and in no variable', (target) => {
    for (const name of [WORKER, BEAT, FLOWER]) {
      const env = envOf(all, target, name);
      expect(env).toMatchObject({
        BROKER_HOST: 'shop-redis',
        BROKER_PORT: '6379',
        BROKER_USER: 'default',
        BROKER_PASSWORD_FILE: '/run/secrets/shop-secrets/default-password',
        BROKER_DATABASE: '0',
      });
      expect(Object.keys(env).filter((key) => /URL|BACKEND|RESULTS/.test(key))).toEqual([]);
    }
  });
  test.each(TARGETS)('%s: results in a database of their own', (target) => {
    expect(envOf(views({ results: 1, database: 2 }), target, WORKER)).toMatchObject({ RESULTS_DATABASE: '1', BROKER_DATABASE: '2' });
  });
  test('verified where its certificate can be', () => {
    const tls = views((scope) => ({ authority: new ExistingSecret(scope, 'Tls', { existing: 'certificate' }).file('ca.crt') }));
    expect(envOf(tls, 'C', BEAT).BROKER_CA_FILE).toBe('/run/secrets/certificate/ca.crt');
    expect(envOf(tls, 'C', 'shop-celery-worker-exporter').REDIS_ADDR).toBe('rediss://shop-redis:6379');
  });
});

describe('workers', () => {
  test.each(TARGETS)('%s: prefork, four at once, from the queue `celery`', (target) => {
    expect(commandOf(all, target, WORKER)).toEqual([
      ...start,
      'worker',
      ...['--pool', 'prefork', '--concurrency', '4', '--queues', 'celery', '--loglevel', 'info', '--task-events'],
    ]);
    expect(envOf(all, target, WORKER)).toMatchObject({ WORKER_CONCURRENCY: '4', WORKER_HEARTBEAT_FILE: '/tmp/heartbeat' });
  });
  test.each(TARGETS)('%s: gevent does 200 at once', (target) => {
    const gevent = views({ worker: { pool: 'gevent', queues: ['mail', 'celery'] } });
    expect(commandOf(gevent, target, WORKER).slice(6, 12)).toEqual(['--pool', 'gevent', '--concurrency', '200', '--queues', 'mail,celery']);
  });
  test('K: alive for as long as it says so, with time for the longest job', () => {
    const slow = views({ worker: { drain: '5m', replicas: 3 } });
    const { spec } = slow.kind('Deployment', WORKER);
    expect([spec.replicas, spec.template.spec.terminationGracePeriodSeconds]).toEqual([3, 310]);
    expect(JSON.stringify(spec.template.spec.containers[0].livenessProbe)).toContain('/tmp/heartbeat');
  });
  test.each(TARGETS)('%s: more of them, for another queue', (target) => {
    const more = new Views(
      'shop',
      (scope) => {
        const shop = new Shop(scope, {});
        shop.celery.addWorker('Mail', { queues: ['mail'], pool: 'threads' });
        return shop;
      },
      Environments.staging,
    );
    expect(namesOf(more, target)).toContain('shop-celery-mail');
    expect(commandOf(more, target, 'shop-celery-mail')).toContain('mail');
  });
  test('K: as many as the length of the queues asks for', () => {
    const scaled = views({ worker: { scaling: { min: 1, max: 9 } }, acknowledge: { autoscaling: 'a fixed number is enough elsewhere' } });
    const { spec } = scaled.kind('ScaledObject', WORKER);
    expect(spec).toMatchObject({ minReplicaCount: 1, maxReplicaCount: 9, scaleTargetRef: { name: WORKER } });
    expect(JSON.stringify(spec.triggers)).toContain('"listName":"celery"');
  });
  test('C: after migrations, the database and the broker', () => {
    for (const name of [WORKER, BEAT]) {
      expect(all.C.services[name].depends_on).toMatchObject({
        'shop-migrate': { condition: 'service_completed_successfully' },
        'shop-redis': { condition: 'service_healthy' },
      });
      expect(Object.keys(all.C.services[name].depends_on)).toContain('shop-database');
    }
    expect(Object.keys(all.C.services[FLOWER].depends_on)).toEqual(['shop-redis']);
  });
});

describe('beat', () => {
  test('K: exactly one, also during a roll-out: a StatefulSet never has two', () => {
    expect(all.kind('StatefulSet', BEAT).spec.replicas).toBe(1);
  });
  test('S: the old one stops first', () => {
    expect(all.S.services[BEAT].deploy).toMatchObject({ replicas: 1, update_config: { order: 'stop-first' } });
  });
  test('D, C: one', () => {
    expect(all.D.get(BEAT).containers).toHaveLength(1);
    expect(all.C.services[BEAT].deploy?.replicas ?? 1).toBe(1);
  });
  test.each(TARGETS)("%s: Celery's own scheduler, with its file where it may write", (target) => {
    expect(commandOf(all, target, BEAT)).toEqual([
      ...start,
      ...['beat', '--schedule', '/var/lib/celery/schedule', '--loglevel', 'info', '--max-interval', '60', '--pidfile='],
    ]);
    expect(envOf(all, target, BEAT).WORKER_HEARTBEAT_FILE).toBe('/tmp/heartbeat');
  });
  test.each(TARGETS)('%s: schedules in the database', (target) => {
    const scheduler = 'django_celery_beat.schedulers:DatabaseScheduler';
    expect(commandOf(views({ beat: { scheduler } }), target, BEAT).slice(6, 8)).toEqual(['--scheduler', scheduler]);
  });
  test('K: its file on a volume', () => {
    const { spec } = views({ beat: { storage: '1Gi' } }).kind('StatefulSet', BEAT);
    expect(spec.volumeClaimTemplates[0].spec.resources.requests.storage).toBe('1Gi');
  });
  test.each(TARGETS)('%s: none where none is wanted', (target) => {
    expect(namesOf(views({ beat: false }), target)).not.toContain(BEAT);
  });
});

describe('Flower', () => {
  test.each(TARGETS)('%s: keeps what it has seen', (target) => {
    expect(commandOf(all, target, FLOWER)).toEqual([
      ...start,
      'flower',
      '--port=5555',
      '--conf=/etc/ironhull/celery/flowerconfig.py',
      ...['--persistent=True', '--db=/data/flower.db', '--state_save_interval=30000'],
      '--purge_offline_workers=600',
    ]);
  });
  test('K: on a volume; Prometheus finds its metrics', () => {
    const { spec } = all.kind('StatefulSet', FLOWER);
    expect(spec.volumeClaimTemplates[0].spec.resources.requests.storage).toBe('1Gi');
    expect(spec.template.metadata.annotations).toMatchObject({ 'prometheus.io/port': '5555', 'prometheus.io/scrape': 'true' });
    expect(spec.template.spec.containers[0].livenessProbe.httpGet.path).toBe('/healthcheck');
  });
  test('nothing is kept where that is said', () => {
    expect(commandOf(views({ flower: { storage: false } }), 'C', FLOWER).join(' ')).not.toContain('persistent');
  });
  test.each(TARGETS)('%s: a password, from a file alone', (target) => {
    const basic = views((scope) => {
      const password = new ExistingSecret(scope, 'Web', { existing: 'web' }).file('flower');
      return { flower: { basicAuth: { user: 'ops', password } } };
    });
    expect(envOf(basic, target, FLOWER)).toMatchObject({ FLOWER_USER: 'ops', FLOWER_PASSWORD_FILE: '/run/secrets/web/flower' });
    expect(envOf(basic, target, WORKER)).not.toHaveProperty('FLOWER_PASSWORD_FILE');
    expect(envOf(all, target, FLOWER)).not.toHaveProperty('FLOWER_USER');
  });
  test('none, and no rules about jobs, where none is wanted', () => {
    const without = views({ flower: false });
    expect(namesOf(without, 'C')).not.toContain(FLOWER);
    expect(Monitor.within(without.tree).map(({ title }) => title)).not.toContain('Celery');
  });
});

describe('what is watched', () => {
  const rules = (of: Views): readonly Json[] => alertGroups(of.tree).find(({ name }) => name === 'Celery')?.rules ?? [];
  test('jobs', () => {
    expect(rules(all).map(({ alert }) => alert)).toEqual(['CeleryNoWorkers', 'CeleryJobsFail', 'CeleryJobsSlow']);
  });
  test('and beat, by a job that it sends all the time', () => {
    const pulse = rules(views({ beat: { pulse: { task: 'shop.pulse', within: '5m' } } }));
    expect(pulse.at(-1)).toMatchObject({ alert: 'CeleryBeatSilent', expr: expect.stringContaining('task="shop.pulse"}[300s]') });
  });
  test('limits', () => {
    const said = rules(views({ flower: { alerts: { failures: 0.2, runtime: '1h' } } }));
    expect([said[1]?.expr, said[2]?.expr]).toEqual([expect.stringMatching(/> 0\.2$/), expect.stringMatching(/> 3600$/)]);
  });
});

test.each(TARGETS)('%s: what starts them is in their files', (target) => {
  for (const name of [WORKER, BEAT, FLOWER]) {
    const files = configOf(all, target, target === 'C' || target === 'S' ? name : 'shop-celery');
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['flowerconfig.py', 'start.py']));
  }
});
