import { Construct } from 'constructs';
import {
  type Acknowledgements,
  acknowledge,
  GeneratedSecret,
  HardenedService,
  MonitoredWorker,
  type MonitoredWorkerProps,
  Queues,
  type RedisServer,
  type Secret,
  type WorkerQueue,
} from '../../lib';

/** A server of Redis that is one to workers, whoever makes it. */
export class Server extends Construct implements RedisServer {
  readonly host = 'shop-redis';
  readonly passwords: Secret;
  private readonly service: HardenedService;

  constructor(scope: Construct, passwords?: Secret) {
    super(scope, 'Redis');
    this.passwords = passwords ?? new GeneratedSecret(this, 'Passwords', { values: { default: {}, reporter: {} } });
    this.service = new HardenedService(this, 'Default', { image: 'redis:7.4.1', ports: { redis: 6379 }, replicas: 1 });
    const { password } = this.login();
    this.service.network.offer({ REDIS_HOST: this.host, REDIS_PORT: 6379, REDIS_PASSWORD_FILE: password });
  }

  get network() {
    return this.service.network;
  }

  login(user = 'default') {
    return { user, password: this.passwords.file(user) };
  }
}

/** A service of Temporal that is one to workers. */
export class Frontend extends Construct {
  readonly host = 'shop-temporal';
  private readonly service: HardenedService;

  constructor(scope: Construct) {
    super(scope, 'Temporal');
    this.service = new HardenedService(this, 'Default', { image: 'temporalio/server:1.27.2', ports: { frontend: 7233 }, replicas: 1 });
  }

  get network() {
    return this.service.network;
  }
}

export const ACCEPTED = {
  'no-new-privileges': 'the engines have it in daemon.json',
  'start.ready': 'everybody tries again',
  autoscaling: 'the number of workers is fixed there',
};

/** Says of which queue. */
export type QueueOf = (redis: Server, scope: Construct) => WorkerQueue;

/** A shop with a worker. */
export class Shop extends Construct {
  readonly redis: Server;
  readonly worker: MonitoredWorker;

  constructor(
    scope: Construct,
    props: Partial<MonitoredWorkerProps> = {},
    queue: QueueOf = (redis) => Queues.redisList(redis, 'jobs'),
    accepted: Acknowledgements = ACCEPTED,
  ) {
    super(scope, 'shop');
    acknowledge(this, accepted);
    this.redis = new Server(this);
    this.worker = new MonitoredWorker(this, 'Worker', {
      image: 'shop/worker:1.0.0',
      command: ['/app/worker'],
      queue: queue(this.redis, this),
      ...props,
    });
  }
}
