import { Celery, ExistingSecret, Redis } from '../../lib';
import { type BadInput, IMAGE } from './case';

/** An application that is right but for these props. */
function application(mistake: string, wrong: object, message: string, mode: 'standalone' | 'cluster' = 'standalone'): BadInput {
  const build: BadInput['build'] = (scope) => {
    const secret = new ExistingSecret(scope, 'Secrets', { existing: 'secrets' });
    const passwords = { secret };
    const broker = new Redis(scope, 'Redis', { image: IMAGE, size: '5Gi', exporter: false, mode, passwords });
    const worker = { exporter: false, replicas: 1, ...('worker' in wrong ? (wrong.worker as object) : {}) };
    const said = typeof worker === 'object' && 'worker' in wrong && typeof wrong.worker !== 'object' ? wrong.worker : worker;
    new Celery(scope, 'Jobs', { image: IMAGE, app: 'shop.celery', broker, ...wrong, worker: said } as never);
  };
  return { mistake, build, message: `app/#/Jobs: ${message}` };
}

/** What may be wrong with an application of Celery. */
export const CELERY: readonly BadInput[] = [
  application(
    'no application',
    { app: 'a b' },
    `app: must be the module of a Celery application, got "a b"; write it as 'config.celery_app'`,
  ),
  application(
    'a broker in a word',
    { broker: 'redis' },
    `broker: needs a Redis, got "redis"; pass one: new Redis(this, 'Redis', { size: '5Gi' })`,
  ),
  application(
    'a cluster as a broker',
    {},
    `broker: Celery keeps its queues in one server of Redis, got "several servers"; use a Redis of mode 'standalone' for them`,
    'cluster',
  ),
  application('a database of Redis that is not there', { results: 16 }, 'results: is no number of a database, got 16; use 0 to 15'),
  application(
    'a pool that is none',
    { worker: { pool: 'fibers' } },
    'worker.pool: is no pool of Celery, got "fibers"; use one of prefork, gevent, eventlet, threads, solo',
  ),
  application(
    'queues in one text',
    { worker: { queues: 'mail,celery' } },
    `worker.queues: must be a list of names without commas and blanks, got "mail,celery"; write it as ['celery']`,
  ),
  application(
    'too many jobs at once',
    { worker: { concurrency: 2000 } },
    'worker.concurrency: must be a whole number from 1 to 1000, got 2000; use 4',
  ),
  application(
    'two jobs of a pool that does one',
    { worker: { pool: 'solo', concurrency: 2 } },
    'worker.concurrency: solo does one job at a time, got 2; leave it out',
  ),
  application(
    'a scheduler that is no class',
    { beat: { scheduler: 'in the database' } },
    `beat.scheduler: must be the class of a scheduler, got "in the database"; write it as 'django_celery_beat.schedulers:DatabaseScheduler'`,
  ),
  application(
    'a file of another scheduler',
    { beat: { scheduler: 'a.b:C', storage: '1Gi' } },
    'beat.storage: is for the file of the own scheduler of Celery, got "1Gi"; leave it out',
  ),
  application(
    'a pulse without a task',
    { beat: { pulse: {} } },
    "beat.pulse: needs the name of a task, got {}; write it as { task: 'config.tasks.pulse', within: '10m' }",
  ),
  application(
    'a pulse that is too fast',
    { beat: { pulse: { task: 'a.b', within: '5s' } } },
    `beat.pulse.within: must be at least a minute, got "5s"; use '10m'`,
  ),
  application(
    'a password of Flower as text',
    { flower: { basicAuth: { user: 'ops', password: 'abc' } } },
    "flower.basicAuth.password: must be a file of a secret; write it as secrets.file('flower-password')",
  ),
  application(
    'a share of failed jobs in percent',
    { flower: { alerts: { failures: 5 } } },
    'flower.alerts.failures: must be a share between 0 and 1, got 5; use 0.05',
  ),
  application(
    'no time between two writes',
    { flower: { saveInterval: '1ms' } },
    `flower.saveInterval: must be a duration of at least a second, got "1ms"; use '30s'`,
  ),
];
