import { App } from 'cdk8s';
import { RootConstruct } from 'constructs';
import { type Acknowledgements, Environment, Environments, type MonitoredWorkerProps, Peers, plan, Queues } from '../../lib';
import { docker } from '../../lib/platforms/docker';
import { IronhullChart, synthesize } from '../../lib/platforms/kubernetes';
import { type Json, Views } from '../apps/views';
import { mistakes } from './schema';
import { ACCEPTED, Frontend, type QueueOf, Shop } from './shop';

const scaling = { min: 2, max: 10, jobsPerReplica: 20 };

function views(props: Partial<MonitoredWorkerProps> = { scaling }, queue?: QueueOf): Views {
  return new Views('shop', (scope) => new Shop(scope, props, queue), Environments.production);
}

function specOf(kind: string, name: string, all = views()): Json {
  return all.kind(kind, name).spec;
}

const KINDS = { ScaledObject: 'scaledobjects', TriggerAuthentication: 'triggerauthentications' } as const;

/** What KEDA would find wrong. */
function wrong(all: Views): string[] {
  return Object.entries(KINDS).flatMap(([kind, plural]) =>
    all.K.filter((one) => one.kind === kind).flatMap((one) => mistakes(plural, 'v1alpha1', one)),
  );
}

describe('by the length of the queue', () => {
  const all = views();

  test('KEDA looks at the list, and asks with a password that it reads by reference', () => {
    expect(specOf('ScaledObject', 'shop-worker-scaler', all)).toEqual({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop-worker' },
      pollingInterval: 15,
      cooldownPeriod: 300,
      minReplicaCount: 2,
      maxReplicaCount: 10,
      fallback: { failureThreshold: 3, replicas: 2 },
      advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 300 } } } },
      triggers: [
        {
          type: 'redis',
          metadata: {
            address: 'shop-redis.shop.svc:6379',
            databaseIndex: '0',
            enableTLS: 'false',
            username: 'default',
            listName: 'jobs',
            listLength: '20',
          },
          authenticationRef: { name: 'shop-worker-queue-login' },
        },
      ],
    });
    const [secret] = specOf('TriggerAuthentication', 'shop-worker-queue-login', all).secretTargetRef;
    expect(secret).toEqual({ parameter: 'password', name: expect.stringMatching(/^shop-redis-passwords/), key: 'default' });
    // the same Secret as the worker's own
    const [main] = all.pod('shop-worker').containers;
    expect(JSON.stringify(all.pod('shop-worker').volumes)).toContain(`"${secret.name}"`);
    expect(main.name).toBe('shop-worker');
  });

  test('the Deployment leaves its replicas to it, and there is no second scaler', () => {
    expect(specOf('Deployment', 'shop-worker', all)).not.toHaveProperty('replicas');
    expect(all.K.some(({ kind }) => kind === 'HorizontalPodAutoscaler')).toBe(false);
    expect(specOf('Deployment', 'shop-worker', views({}))).toHaveProperty('replicas', 3);
  });

  test('KEDA may connect to the queue, and to that port alone', () => {
    const { ingress } = specOf('NetworkPolicy', 'shop-redis', all);
    expect(ingress).toContainEqual({
      from: [
        {
          podSelector: { matchLabels: { app: 'keda-operator' } },
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'keda' } },
        },
      ],
      ports: [{ port: 6379, protocol: 'TCP' }],
    });
    const other = views({ scaling: { ...scaling, operator: Peers.pods({ app: 'scaler' }) } });
    expect(JSON.stringify(specOf('NetworkPolicy', 'shop-redis', other).ingress)).toContain('"app":"scaler"');
  });

  test('elsewhere the number is fixed, and that is said', () => {
    expect(all.C.services['shop-worker'].deploy.replicas).toBe(2);
    expect(all.S.services['shop-worker'].deploy.replicas).toBe(2);
    expect(all.D.get('shop-worker').containers).toHaveLength(2);
    const fixed = views({ scaling: { min: 0, max: 10, fixed: 4 } });
    expect(fixed.C.services['shop-worker'].deploy.replicas).toBe(4);
    expect(specOf('ScaledObject', 'shop-worker-scaler', fixed)).toMatchObject({ minReplicaCount: 0, fallback: { replicas: 4 } });
    expect(views({ scaling: { min: 0, max: 10 } }).S.services['shop-worker'].deploy.replicas).toBe(1);
  });

  test('elsewhere it is refused until somebody says that it may be fixed, and a difference then', () => {
    const planned = (accepted?: Acknowledgements) => {
      const scope = new RootConstruct('shop');
      Environment.set(scope, Environments.staging);
      new Shop(scope, { scaling }, undefined, accepted);
      return plan(scope, docker, { name: 'shop' });
    };
    const { autoscaling: _, ...others } = ACCEPTED;
    expect(planned(others).problems.map(({ what }) => what)).toEqual([expect.stringContaining('Docker does not scale')]);
    const { problems, differences } = planned();
    expect(problems).toEqual([]);
    for (const feature of ['autoscaling', 'operator.object']) expect(JSON.stringify(differences)).toContain(`"${feature}"`);
  });
});

describe('what KEDA reads is right by its own definitions', () => {
  const QUEUES: readonly (readonly [string, QueueOf, Json])[] = [
    ['a list', (redis) => Queues.redisList(redis, 'jobs'), [{ type: 'redis' }]],
    [
      'a stream',
      (redis) => Queues.redisStream(redis, 'orders', { group: 'billing', database: 2, tls: true, user: 'reporter' }),
      [
        {
          type: 'redis-streams',
          metadata: {
            stream: 'orders',
            consumerGroup: 'billing',
            lagCount: '20',
            databaseIndex: '2',
            enableTLS: 'true',
            username: 'reporter',
          },
        },
      ],
    ],
    [
      'Celery, with a trigger for each queue',
      (redis) => Queues.celery(redis, ['celery', 'mail']),
      [
        { type: 'redis', metadata: { listName: 'celery' } },
        { type: 'redis', metadata: { listName: 'mail' } },
      ],
    ],
    [
      'Temporal',
      (_, scope) => Queues.temporal(new Frontend(scope), { taskQueue: 'orders', namespace: 'shop' }),
      [
        {
          type: 'temporal',
          metadata: { endpoint: 'shop-temporal.shop.svc:7233', namespace: 'shop', taskQueue: 'orders', targetQueueSize: '20' },
        },
      ],
    ],
    [
      'RabbitMQ',
      (redis) => Queues.amqp({ host: 'mq.example.com', queue: 'jobs', vhost: 'shop', login: redis.login() }),
      [
        {
          type: 'rabbitmq',
          metadata: {
            host: 'amqp://mq.example.com:5672',
            vhostName: 'shop',
            protocol: 'amqp',
            queueName: 'jobs',
            mode: 'QueueLength',
            value: '20',
            usernameFromEnv: 'AMQP_USER',
          },
        },
      ],
    ],
  ];

  test.each(QUEUES)('%s', (_, queue, triggers) => {
    const all = views({ scaling }, queue);
    expect(wrong(all)).toEqual([]);
    expect(specOf('ScaledObject', 'shop-worker-scaler', all).triggers).toMatchObject(triggers);
  });

  test('and the definitions do look', () => {
    const scaled = structuredClone(views().kind('ScaledObject', 'shop-worker-scaler'));
    delete scaled.spec.triggers;
    scaled.spec.minReplicas = 2;
    scaled.spec.maxReplicaCount = 'ten';
    expect(mistakes('scaledobjects', 'v1alpha1', scaled)).toEqual([
      '.spec.triggers is missing',
      '.spec.maxReplicaCount: string is no integer',
      '.spec.minReplicas is not known',
    ]);
    const login = structuredClone(views().kind('TriggerAuthentication', 'shop-worker-queue-login'));
    delete login.spec.secretTargetRef[0].name;
    expect(mistakes('triggerauthentications', 'v1alpha1', login)).toEqual(['.spec.secretTargetRef[0].name is missing']);
  });
});

test('no password stands in any file', () => {
  for (const text of views().texts) expect(text).not.toMatch(/password: [A-Za-z0-9]{8}/);
});

test('a chart without a namespace cannot tell an operator where the queue is', () => {
  const app = new App();
  new Shop(new IronhullChart(app, 'shop', { environment: Environments.staging }), { scaling });
  expect(() => synthesize(app)).toThrow(
    'shop/shop/Worker/Scaler: spec: an operator is in another namespace, and nothing says in which one the service is, got "shop-redis"; give the chart a namespace',
  );
});
