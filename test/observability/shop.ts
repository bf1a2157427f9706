import { RootConstruct } from 'constructs';
import {
  Celery,
  Environment,
  Environments,
  ExistingSecret,
  MonitoredWorker,
  PostgresWithBackup,
  QuestDb,
  Queues,
  Redis,
  ScheduledWorker,
  Temporal,
} from '../../lib';

const image = 'shop/worker:1.0.0';

/** A system with one of each construct that is monitored, and two of some. */
export function shop(): RootConstruct {
  const root = new RootConstruct('shop');
  Environment.set(root, Environments.production);
  const secret = new ExistingSecret(root, 'S3', { existing: 's3' });
  const key = { id: secret.file('id'), secret: secret.file('key') };
  for (const id of ['Orders', 'Customers'])
    new PostgresWithBackup(root, id, {
      version: 16,
      size: '10Gi',
      databases: { [id.toLowerCase()]: {} },
      passwords: { secret },
      backup: {
        destinations: { main: { bucket: 'backups', writer: key, pruner: key, restorer: key } },
        encryption: { kind: 'age', recipients: [`age1${'q'.repeat(58)}`], identity: secret.file('identity') },
        pitr: id === 'Orders' && { engine: 'pgbackrest', cipher: secret.file('cipher') },
      },
    });
  const redis = new Redis(root, 'Redis', { size: '5Gi' });
  new Redis(root, 'Sessions', { mode: 'replicated', size: '1Gi' });
  const failures = { failed: 'jobs_failed_total', total: 'jobs_total' };
  new MonitoredWorker(root, 'Mailer', { image, queue: Queues.redisStream(redis, 'mail', { group: 'mailers' }), alerts: { failures } });
  const temporal = new Temporal(root, 'Temporal', {});
  new MonitoredWorker(root, 'Flows', { image, queue: Queues.temporal(temporal, { taskQueue: 'flows' }), singleton: true });
  new MonitoredWorker(root, 'Biller', { image, queue: Queues.amqp({ host: 'mq.example.com', queue: 'bills' }) });
  // has rules, and nothing that is drawn
  new ScheduledWorker(root, 'Nightly', { image, queue: Queues.celery(redis, ['reports', 'exports']), schedule: { cron: '15 3 * * *' } });
  new Celery(root, 'Celery', { image: 'shop/app:1.0.0', app: 'shop.celery', broker: redis });
  new QuestDb(root, 'Series', { size: '20Gi', passwords: { secret } });
  return root;
}
