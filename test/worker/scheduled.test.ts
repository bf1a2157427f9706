import { Construct, RootConstruct } from 'constructs';
import { acknowledge, alertGroups, Environments, Monitor, MonitoredWorker, Queues, ScheduledWorker } from '../../lib';
import { Views } from '../apps/views';
import { ACCEPTED, Server, Shop } from './shop';

class Night extends Construct {
  constructor(scope: Construct) {
    super(scope, 'shop');
    acknowledge(this, ACCEPTED);
    const redis = new Server(this);
    new ScheduledWorker(this, 'Reports', {
      image: 'shop/worker:1.0.0',
      command: ['/app/worker', '--once'],
      queue: Queues.redisList(redis, 'reports'),
      schedule: { cron: '30 2 * * *', resident: ['/app/cron'] },
      concurrency: 2,
      drain: '5m',
    });
  }
}

describe('a worker on a schedule', () => {
  const all = new Views('shop', (scope) => new Night(scope), Environments.staging);
  const told = {
    REDIS_HOST: 'shop-redis',
    REDIS_PASSWORD_FILE: '/run/secrets/shop-redis-passwords/default',
    REDIS_PORT: '6379',
    WORKER_CONCURRENCY: '2',
    WORKER_DRAIN_SECONDS: '300',
    WORKER_QUEUE: 'reports',
  };

  test('is a CronJob that is told of its queue, and never runs twice at once', () => {
    const { spec } = all.kind('CronJob', 'shop-reports');
    expect(spec).toMatchObject({ schedule: '30 2 * * *', concurrencyPolicy: 'Forbid' });
    const pod = spec.jobTemplate.spec.template.spec;
    expect(pod.terminationGracePeriodSeconds).toBe(310);
    const env = Object.fromEntries(pod.containers[0].env.map(({ name, value }: { name: string; value: string }) => [name, value]));
    expect(env).toEqual(told);
    expect(pod.containers[0]).not.toHaveProperty('livenessProbe');
  });

  test('is a process that keeps the schedule elsewhere', () => {
    for (const one of [all.C.services['shop-reports'], all.S.services['shop-reports']])
      expect(one).toMatchObject({ environment: told, stop_grace_period: '5m10s' });
    expect(all.edges()).toContain('shop-reports shop-redis');
  });

  test('is missed an hour after the longest pause of its schedule, and has failed when it ended without success', () => {
    const [missed, failed] = alertGroups(all.tree).flatMap(({ rules }) => rules);
    const of = (what: string) => `max(kube_cronjob_${what}{cronjob="shop-reports"})`;
    expect(missed).toMatchObject({
      alert: 'ShopReportsMissed',
      expr: `time() - (${of('status_last_successful_time')} or ${of('created')}) > 90000`,
    });
    expect(failed).toMatchObject({
      alert: 'ShopReportsFailed',
      expr: `${of('status_last_schedule_time')} > (${of('status_last_successful_time')} or vector(0)) and on() ${of('status_active')} == 0`,
    });
  });
});

describe('what is watched', () => {
  const queue = (scope: Construct) => Queues.redisList(new Server(scope), 'jobs');

  test('two workers have two of each rule, and a row of panels each', () => {
    const root = new RootConstruct('shop');
    const jobs = queue(root);
    for (const id of ['Mail', 'Bills']) new MonitoredWorker(root, id, { image: 'shop/worker:1.0.0', queue: jobs });
    const groups = alertGroups(root);
    expect(groups.map(({ name }) => name)).toEqual(['Worker mail', 'Worker bills']);
    const names = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('MailBacklog');
    expect(names).toContain('BillsBacklog');
    const titles = Monitor.within(root).map(({ panels }) => panels.map(({ title }) => title));
    expect(titles).toEqual(Array(2).fill(['Jobs', 'Containers that run', 'Memory', 'Restarts']));
  });

  test('limits and labels are the user’s, and no rule is made where none is wanted', () => {
    const root = new RootConstruct('shop');
    const alerts = { backlog: 5, backlogFor: '1m', matchers: { namespace: 'shop' } } as const;
    new MonitoredWorker(root, 'Mail', { image: 'shop/worker:1.0.0', queue: queue(root), alerts });
    const rules = alertGroups(root).flatMap((group) => group.rules);
    expect(rules.find(({ alert }) => alert === 'MailBacklog')).toMatchObject({
      expr: 'max(redis_key_size{db="db0",key="jobs",namespace="shop"}) > 5',
      for: '1m',
    });
    for (const { expr } of rules) expect(expr).toContain('namespace="shop"');
    const { worker } = new Shop(new RootConstruct('shop'), { alerts: false });
    expect(worker.monitor).toBeUndefined();
  });

  test('a worker that may stop is only missed while something waits, and a singleton must not be two', () => {
    const rulesOf = (props: ConstructorParameters<typeof Shop>[1]) => {
      const root = new RootConstruct('shop');
      new Shop(root, props);
      return new Map(alertGroups(root).flatMap(({ rules }) => rules.map(({ alert, expr }) => [alert, expr] as const)));
    };
    expect(rulesOf({ scaling: { min: 0, max: 3 } }).get('ShopWorkerDown')).toMatch(/ and on\(\) max\(redis_key_size.*\) > 0$/);
    expect(rulesOf({}).get('ShopWorkerDown')).not.toContain(' and on() ');
    expect(rulesOf({})).not.toContain('ShopWorkerTwice');
    expect(rulesOf({ singleton: true }).get('ShopWorkerTwice')).toMatch(/^count\(.*\) > 1$/);
  });
});
