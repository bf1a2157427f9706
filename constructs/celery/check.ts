import type { IConstruct } from 'constructs';
import { Peers } from '../../lib/model/edges/peers';
import { tryDuration } from '../../lib/model/values/quantities';
import { isObject } from '../../lib/model/workload/reading';
import { isSeveral, Queues } from '../monitored-worker/queues';
import { type Say, sayAt } from '../postgres/check';
import type { CeleryBeatProps, CeleryFlowerProps, CeleryPool, CeleryProps, CeleryWorkerProps } from './props';

const POOLS: readonly CeleryPool[] = ['prefork', 'gevent', 'eventlet', 'threads', 'solo'];
const APP = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*(:[A-Za-z_][A-Za-z0-9_]*)?$/;
const QUEUE = /^[\x21-\x2b\x2d-\x7e]{1,200}$/;

/** Stands for a broker that was reported. */
const NOWHERE = { host: 'none', network: undefined, login: () => ({ user: 'none', password: 'none' }) };
/** Its queue. */
export const NO_QUEUE = Queues.amqp({ host: 'none', queue: 'none', broker: Peers.cidr('192.0.2.1/32', 1) });

/** Reports everything that is wrong, and answers with props that can be worked on. */
export function checkCelery(scope: IConstruct, props: Partial<CeleryProps>): CeleryProps {
  const say = sayAt(scope);
  const { app, broker, beat, flower, worker } = props;
  if (typeof app !== 'string' || !APP.test(app))
    say('app', 'must be the module of a Celery application', app, "write it as 'config.celery_app'");
  checkDatabase('database', props.database, say);
  checkDatabase('results', props.results, say);
  checkBroker(broker, say);
  if (worker !== undefined && !isObject(worker)) say('worker', 'must be an object', worker, "write it as { pool: 'gevent' }");
  if (beat) checkBeat(beat, say);
  if (flower) checkFlower(flower, say);
  const said = props as CeleryProps;
  const authority = said.authority ?? (isBroker(broker) ? said.broker.authority : undefined);
  return {
    ...said,
    ...(authority && { authority }),
    app: typeof app === 'string' && APP.test(app) ? app : 'app',
    // a broker that was reported is not reported by its queue as well
    broker: isBroker(broker) && !isSeveral(broker) ? said.broker : (NOWHERE as unknown as CeleryProps['broker']),
    ...(worker !== undefined && { worker: isObject(worker) ? worker : {} }),
  };
}

/** Whether jobs can be sent anywhere at all. */
export function isBroker(broker: unknown): boolean {
  return isObject(broker) && 'network' in broker && broker.network !== undefined && 'login' in broker;
}

function checkBroker(broker: unknown, say: Say): void {
  if (!isBroker(broker))
    say('broker', 'needs a Redis', isObject(broker) ? 'an object' : broker, "pass one: new Redis(this, 'Redis', { size: '5Gi' })");
  else if (isSeveral(broker))
    say('broker', 'Celery keeps its queues in one server of Redis', 'several servers', "use a Redis of mode 'standalone' for them");
}

function checkDatabase(where: string, value: unknown, say: Say): void {
  if (value !== undefined && !(Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 15))
    say(where, 'is no number of a database', value, 'use 0 to 15');
}

/** What is wrong with workers, and a worker that can be worked on. */
export function checkCeleryWorker(scope: IConstruct, where: string, props: CeleryWorkerProps): CeleryWorkerProps {
  const say = sayAt(scope);
  const { pool, queues, concurrency } = props;
  const at = (property: string) => (where === '' ? property : `${where}.${property}`);
  if (pool !== undefined && !POOLS.includes(pool)) say(at('pool'), 'is no pool of Celery', pool, `use one of ${POOLS.join(', ')}`);
  const isList = Array.isArray(queues) && queues.length > 0 && queues.every((name) => typeof name === 'string' && QUEUE.test(name));
  if (queues !== undefined && !isList)
    say(at('queues'), 'must be a list of names without commas and blanks', queues, "write it as ['celery']");
  const isCount = Number.isInteger(concurrency) && (concurrency as number) >= 1 && (concurrency as number) <= 1000;
  if (concurrency !== undefined && !isCount) say(at('concurrency'), 'must be a whole number from 1 to 1000', concurrency, 'use 4');
  if (pool === 'solo' && isCount && (concurrency as number) > 1)
    say(at('concurrency'), 'solo does one job at a time', concurrency, 'leave it out');
  const { pool: _pool, queues: _queues, concurrency: _concurrency, ...rest } = props;
  return {
    ...rest,
    ...(pool !== undefined && POOLS.includes(pool) && { pool }),
    ...(isList && { queues: queues as readonly string[] }),
    ...(isCount && { concurrency: concurrency as number }),
  };
}

function checkBeat({ scheduler, storage, pulse }: CeleryBeatProps, say: Say): void {
  if (scheduler !== undefined && !(typeof scheduler === 'string' && APP.test(scheduler)))
    say('beat.scheduler', 'must be the class of a scheduler', scheduler, "write it as 'django_celery_beat.schedulers:DatabaseScheduler'");
  if (scheduler !== undefined && storage !== undefined)
    say('beat.storage', 'is for the file of the own scheduler of Celery', storage, 'leave it out');
  if (pulse !== undefined && (!isObject(pulse) || typeof pulse.task !== 'string' || pulse.task === ''))
    say('beat.pulse', 'needs the name of a task', pulse, "write it as { task: 'config.tasks.pulse', within: '10m' }");
  else if (pulse?.within !== undefined && (tryDuration(pulse.within) ?? 0) < 60_000)
    say('beat.pulse.within', 'must be at least a minute', pulse.within, "use '10m'");
}

function checkFlower({ basicAuth, saveInterval, purgeAfter, alerts }: CeleryFlowerProps, say: Say): void {
  const { user, password } = (basicAuth ?? {}) as Partial<NonNullable<CeleryFlowerProps['basicAuth']>>;
  if (basicAuth !== undefined && !(typeof user === 'string' && /^[^:,\s]+$/.test(user)))
    say('flower.basicAuth.user', 'must be a name without colons, commas and blanks', user, "choose a name such as 'ops'");
  if (basicAuth !== undefined && !(isObject(password) && 'path' in password))
    say('flower.basicAuth.password', 'must be a file of a secret', undefined, "write it as secrets.file('flower-password')");
  for (const [name, value] of Object.entries({ saveInterval, purgeAfter })) {
    if (value !== undefined && (tryDuration(value) ?? 0) < 1000)
      say(`flower.${name}`, 'must be a duration of at least a second', value, "use '30s'");
  }
  const { failures } = alerts ?? {};
  if (failures !== undefined && !(typeof failures === 'number' && failures > 0 && failures < 1))
    say('flower.alerts.failures', 'must be a share between 0 and 1', failures, 'use 0.05');
}
