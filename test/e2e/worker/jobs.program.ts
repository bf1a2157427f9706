/** A queue with a producer, workers and a singleton; also the Pulumi program of jobs.docker.test.ts. */
import type { Construct } from 'constructs';
import { acknowledge, Environments, ExistingSecret, HardenedService, MonitoredWorker, Queues, Redis } from '../../../lib';
import { deployStack } from '../../../lib/stack/pulumi';

/** How many jobs there are. */
export const JOBS = 10_000;
/** The image of everything here that is no Redis; see program/. */
export const IMAGE = 'shop/jobs:1.0.0';
/** Names and keys of the passwords. */
export const PASSWORDS = { name: 'jobs-passwords', keys: ['default-password', 'admin-password', 'monitoring-password'] } as const;

/** What differs from version to version. */
export interface Version {
  readonly release: string;
  readonly replicas: number;
}

const SMALL = {
  cpu: { limit: '500m', reservation: '5m' },
  memory: { limit: '32Mi', reservation: '16Mi' },
} as const;
const STREAM = { WORKER_QUEUE: 'orders', WORKER_GROUP: 'workers' } as const;

/** A stream that is full from the beginning, since jobs come faster than they are done; and a ledger of what was done. */
export function buildJobs(scope: Construct, { release, replicas }: Version, storageClass?: string): Redis {
  acknowledge(scope, { 'low-user-id': 'the image of Redis has its user 999' });
  const secret = new ExistingSecret(scope, 'Passwords', { existing: PASSWORDS.name });
  const server = { size: '1Gi', passwords: { secret }, exporter: false, ...(storageClass !== undefined && { storageClass }) } as const;
  const resources = { cpu: { limit: '500m', reservation: '5m' }, memory: { limit: '96Mi', reservation: '32Mi' } } as const;
  const queue = new Redis(scope, 'Queue', { ...server, resources, persistence: 'aof', maxMemory: '8Mi' });
  const ledger = new Redis(scope, 'Ledger', { ...server, resources, persistence: 'none', variables: 'LEDGER' });
  const producer = new HardenedService(scope, 'Producer', {
    image: IMAGE,
    command: ['/jobs', 'produce'],
    replicas: 1,
    env: { ...STREAM, JOBS, JOB_BYTES: 4096 },
    resources: SMALL,
    writable: [],
    shutdown: { grace: '5s' },
  });
  for (const one of [queue, ledger]) producer.network.allowTo(one);

  const program = { image: IMAGE, resources: SMALL, writable: [{ path: '/tmp', size: '1Mi' }], exporter: false } as const;
  // a look may take as long as the interval: a machine that stands still for a few seconds starts nothing again
  const liveness = { maxAge: '15s', interval: '5s' } as const;
  const workers = new MonitoredWorker(scope, 'Worker', {
    ...program,
    command: ['/jobs', 'work'],
    queue: Queues.redisStream(queue, STREAM.WORKER_QUEUE, { group: STREAM.WORKER_GROUP }),
    concurrency: 4,
    drain: '20s',
    replicas,
    // few of them take their time, so that there is enough to do for as long as something happens; many do the rest
    env: { RELEASE: release, JOB_MS: replicas > 2 ? 20 : 400 },
    liveness,
    rollout: { delay: '2s' },
  });
  workers.network.allowTo(ledger);
  const one = new MonitoredWorker(scope, 'Singleton', {
    ...program,
    command: ['/jobs', 'singleton'],
    queue: Queues.redisList(queue, 'alone'),
    singleton: true,
    drain: '20s',
    env: { RELEASE: release },
    liveness,
    rollout: { delay: '0s' },
  });
  one.network.allowTo(ledger);
  return queue;
}

const { E2E_NAMESPACE: namespace, E2E_RELEASE: release = 'one', E2E_REPLICAS: replicas = '2' } = process.env;

if (namespace !== undefined) {
  deployStack(
    'jobs',
    { platform: 'docker', environment: Environments.test, namespace },
    (root) => void buildJobs(root, { release, replicas: Number(replicas) }),
  );
}
