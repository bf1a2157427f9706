import { Construct } from 'constructs';
import { Environments, type MonitoredWorkerProps, Queues } from '../../lib';
import { Views } from '../apps/views';
import { Frontend, type QueueOf, Shop } from './shop';

function views(props: Partial<MonitoredWorkerProps> = {}, queue?: QueueOf, environment = Environments.staging): Views {
  return new Views('shop', (scope) => new Shop(scope, props, queue), environment);
}

const HEARTBEAT = ['/.ironhull/prober', 'heartbeat', '/tmp/heartbeat', '90'];

describe('a worker', () => {
  const all = views();
  const [main] = all.pod('shop-worker').containers;

  test('listens nowhere, and nothing may connect to it', () => {
    expect(main).not.toHaveProperty('ports');
    expect(all.K.some(({ kind, metadata }) => kind === 'Service' && metadata.name === 'shop-worker')).toBe(false);
    expect(all.kind('NetworkPolicy', 'shop-worker').spec.ingress ?? []).toEqual([]);
    for (const one of [all.C.services['shop-worker'], all.S.services['shop-worker']]) expect(one).not.toHaveProperty('ports');
  });

  test('is told of its queue by the edge that the queue makes, and of the rest', () => {
    const environment = {
      REDIS_HOST: 'shop-redis',
      REDIS_PASSWORD_FILE: '/run/secrets/shop-redis-passwords/default',
      REDIS_PORT: '6379',
      WORKER_CONCURRENCY: '1',
      WORKER_DRAIN_SECONDS: '60',
      WORKER_HEARTBEAT_FILE: '/tmp/heartbeat',
      WORKER_QUEUE: 'jobs',
    };
    expect(all.C.services['shop-worker'].environment).toEqual(environment);
    expect(all.S.services['shop-worker'].environment).toEqual(environment);
    expect(all.edges()).toContain('shop-worker shop-redis');
    expect(all.edges()).toContain('shop-worker-exporter shop-redis');
  });

  test('is alive for as long as it touches its heartbeat, on every target', () => {
    for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) expect(main[probe].exec.command).toEqual(HEARTBEAT);
    expect(main.volumeMounts).toContainEqual({ mountPath: '/.ironhull', name: 'prober', readOnly: true });
    expect(all.C.services['shop-worker'].healthcheck.test).toEqual(['CMD', ...HEARTBEAT]);
    expect(all.S.services['shop-worker'].healthcheck.test).toEqual(['CMD', ...HEARTBEAT]);
    expect(all.D.get('shop-worker').containers[0].args.healthcheck.tests).toEqual(['CMD', ...HEARTBEAT]);
  });

  test('has the time of its longest job, and ten seconds to close connections, before it is killed', () => {
    expect(all.pod('shop-worker').terminationGracePeriodSeconds).toBe(70);
    expect(main).not.toHaveProperty('lifecycle');
    expect(all.C.services['shop-worker'].stop_grace_period).toBe('1m10s');
    expect(all.S.services['shop-worker'].stop_grace_period).toBe('1m10s');
    expect(all.D.get('shop-worker').containers[0].args.destroyGraceSeconds).toBe(70);
  });

  test('a longer job has more time, and its heartbeat too', () => {
    const long = views({ drain: '10m' });
    expect(long.C.services['shop-worker']).toMatchObject({
      stop_grace_period: '10m10s',
      environment: { WORKER_DRAIN_SECONDS: '600' },
      healthcheck: { test: ['CMD', ...HEARTBEAT.slice(0, 3), '630'] },
    });
  });

  test('a command tells instead of the heartbeat, or nothing does', () => {
    const command = views({ liveness: { exec: ['/app/worker', 'ping'] } });
    expect(command.C.services['shop-worker'].healthcheck.test).toEqual(['CMD', '/app/worker', 'ping']);
    expect(command.C.services['shop-worker'].environment).not.toHaveProperty('WORKER_HEARTBEAT_FILE');
    expect(views({ liveness: false }).C.services['shop-worker']).not.toHaveProperty('healthcheck');
  });

  test('concurrency and the memory of a process go into variables of its own names', () => {
    const { environment } = views({
      concurrency: { count: 4, variable: 'CELERYD_CONCURRENCY' },
      processMemory: { limit: '60Mi', variable: 'CELERYD_MAX_MEMORY_PER_CHILD', unit: 'KiB' },
    }).C.services['shop-worker'];
    expect(environment).toMatchObject({ CELERYD_CONCURRENCY: '4', CELERYD_MAX_MEMORY_PER_CHILD: '61440' });
    expect(views({ concurrency: 2, processMemory: '64Mi' }).C.services['shop-worker'].environment).toMatchObject({
      WORKER_CONCURRENCY: '2',
      WORKER_PROCESS_MEMORY: '67108864',
    });
  });

  test('what the user says of a variable counts more', () => {
    expect(views({ env: { WORKER_QUEUE: 'mine' } }).C.services['shop-worker'].environment.WORKER_QUEUE).toBe('mine');
  });

  test('tells of itself on a port that metrics alone have', () => {
    const told = views({ metrics: { port: 9100 } });
    expect(told.pod('shop-worker').containers[0].ports).toEqual([{ containerPort: 9100, name: 'metrics', protocol: 'TCP' }]);
    expect(told.pod('shop-worker').containers[0]).not.toHaveProperty('lifecycle');
    expect(told.C.services['shop-worker'].labels).toMatchObject({ 'prometheus.io/port': '9100' });
  });

  test('a sidecar is beside each replica where the platform has them', () => {
    const { worker } = new Shop(new Construct(all.tree, 'again'));
    worker.addSidecar('node-exporter', { image: 'quay.io/prometheus/node-exporter:v1.8.2', shareProcesses: true });
    const { sidecars } = worker.part.resolve().spec;
    expect(sidecars.map(({ name, shareProcesses }) => [name, shareProcesses])).toEqual([['node-exporter', true]]);
  });
});

describe('the queue', () => {
  test('a stream is told of its group, and other users of their password', () => {
    const stream: QueueOf = (redis) => Queues.redisStream(redis, 'orders', { group: 'billing', database: 3, user: 'reporter' });
    const all = views({}, stream);
    expect(all.C.services['shop-worker'].environment).toMatchObject({
      REDIS_DATABASE: '3',
      REDIS_PASSWORD_FILE: '/run/secrets/shop-redis-passwords/reporter',
      REDIS_USER: 'reporter',
      WORKER_GROUP: 'billing',
      WORKER_QUEUE: 'orders',
    });
    const { environment } = all.C.services['shop-worker-exporter'];
    expect(environment).toMatchObject({ REDIS_EXPORTER_CHECK_SINGLE_STREAMS: 'db3=orders', REDIS_USER: 'reporter' });
  });

  test('the exporter has the password as a file, and one replica', () => {
    const all = views();
    const [exporter] = all.pod('shop-worker-exporter').containers;
    expect(exporter.env).toContainEqual({ name: 'REDIS_EXPORTER_CHECK_SINGLE_KEYS', value: 'db0=jobs' });
    expect(exporter.env).toContainEqual({ name: 'PASSWORD_FILE', value: '/run/secrets/shop-redis-passwords/default' });
    expect(JSON.stringify(exporter.env)).not.toContain('secretKeyRef');
    expect(all.kind('Deployment', 'shop-worker-exporter').spec.replicas).toBe(1);
    expect(views({ exporter: false }).runners()).not.toContain('shop-worker-exporter');
  });

  test('Celery has several', () => {
    const all = views({}, (redis) => Queues.celery(redis, ['celery', 'mail']));
    expect(all.C.services['shop-worker'].environment.WORKER_QUEUE).toBe('celery,mail');
    expect(all.C.services['shop-worker-exporter'].environment.REDIS_EXPORTER_CHECK_SINGLE_KEYS).toBe('db0=celery,db0=mail');
  });

  test('Temporal and brokers somewhere else are told of by themselves', () => {
    const temporal = views({}, (_, scope) => Queues.temporal(new Frontend(scope), { taskQueue: 'orders', namespace: 'shop' }));
    expect(temporal.C.services['shop-worker'].environment).toMatchObject({
      TEMPORAL_ADDRESS: 'shop-temporal:7233',
      TEMPORAL_NAMESPACE: 'shop',
      WORKER_QUEUE: 'orders',
    });
    expect(temporal.edges()).toContain('shop-worker shop-temporal');
    const amqp = views({}, (redis) => Queues.amqp({ host: 'mq.example.com', queue: 'jobs', vhost: 'shop', login: redis.login() }));
    expect(amqp.C.services['shop-worker'].environment).toMatchObject({
      AMQP_HOST: 'mq.example.com',
      AMQP_PASSWORD_FILE: '/run/secrets/shop-redis-passwords/default',
      AMQP_PORT: '5672',
      AMQP_USER: 'default',
      AMQP_VHOST: 'shop',
    });
    for (const one of [temporal, amqp]) expect(one.runners()).not.toContain('shop-worker-exporter');
  });
});

describe('a singleton', () => {
  const all = views({ singleton: true }, undefined, Environments.production);

  test('is one everywhere, and the old one ends before the new one starts', () => {
    const set = all.kind('StatefulSet', 'shop-worker').spec;
    expect(set.replicas).toBe(1);
    expect(all.S.services['shop-worker'].deploy).toMatchObject({
      replicas: 1,
      update_config: { order: 'stop-first', parallelism: 1 },
      rollback_config: { order: 'stop-first', parallelism: 1 },
    });
    expect(all.C.services['shop-worker'].deploy?.replicas ?? 1).toBe(1);
    expect(all.D.get('shop-worker').containers).toHaveLength(1);
  });
});
