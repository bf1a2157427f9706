/** A queue in a Redis that takes TLS: whoever looks at it verifies the server, as the worker does. */
import { Construct } from 'constructs';
import {
  acknowledge,
  Celery,
  Environments,
  ExistingSecret,
  MonitoredWorker,
  Queues,
  Redis,
  type RedisQueueProps,
  type SecretFile,
} from '../../lib';
import { type Json, Views } from '../apps/views';
import { secretsOf } from '../redis/shop';
import { mistakes } from './schema';
import { ACCEPTED } from './shop';

const AUTHORITY = '/run/secrets/certificate/ca.crt';

type Say = (certificate: ExistingSecret) => RedisQueueProps;

/** A shop with a worker, and an application of Celery. */
class Encrypted extends Construct {
  constructor(scope: Construct, say: Say = () => ({}), tls = true) {
    super(scope, 'shop');
    acknowledge(this, ACCEPTED);
    const secret = new ExistingSecret(this, 'Tls', { existing: 'certificate' });
    const redis = new Redis(this, 'Redis', { size: '5Gi', ...(tls && { tls: { secret } }) });
    const image = 'shop/worker:1.0.0';
    const queue = Queues.redisList(redis, 'jobs', say(secret));
    new MonitoredWorker(this, 'Worker', { image, queue, scaling: { max: 5 } });
    new Celery(this, 'Celery', { image, app: 'shop.celery', broker: redis, worker: { scaling: { max: 5 } } });
  }
}

const views = (say?: Say, tls?: boolean) => new Views('shop', (scope) => new Encrypted(scope, say, tls), Environments.staging);
const WORKERS = ['shop-worker', 'shop-celery-worker'];
const trigger = (all: Views, worker: string): Json => all.kind('ScaledObject', `${worker}-scaler`).spec.triggers[0];
const login = (all: Views, worker: string): Json => all.kind('TriggerAuthentication', `${worker}-queue-login`);
const exporter = (all: Views, worker: string): Json => all.C.services[`${worker}-exporter`].environment;

describe('the authority of the server', () => {
  const all = views();

  test('is what the exporter verifies it by, with the authority and without the key', () => {
    for (const worker of WORKERS) {
      expect(exporter(all, worker)).toMatchObject({
        REDIS_ADDR: 'rediss://shop-redis:6379',
        REDIS_EXPORTER_TLS_CA_CERT_FILE: AUTHORITY,
      });
      for (const { services } of [all.C, all.S]) {
        const has = secretsOf(services[`${worker}-exporter`]).filter((path) => path.startsWith('certificate/'));
        expect(has).toEqual(['certificate/ca.crt']);
      }
      expect(JSON.stringify(all.pod(`${worker}-exporter`).volumes)).not.toContain('tls.key');
    }
  });

  test('is what KEDA verifies it by, from the Secret itself', () => {
    for (const worker of WORKERS) {
      expect(trigger(all, worker).metadata).toMatchObject({ enableTLS: 'true', address: 'shop-redis.shop.svc:6379' });
      expect(trigger(all, worker).metadata).not.toHaveProperty('unsafeSsl');
      expect(login(all, worker).spec.secretTargetRef).toEqual([
        { parameter: 'password', name: expect.stringMatching(/^shop-redis-passwords/), key: 'default-password' },
        { parameter: 'ca', name: 'certificate', key: 'ca.crt' },
      ]);
      expect(mistakes('triggerauthentications', 'v1alpha1', login(all, worker))).toEqual([]);
    }
  });

  test('is what workers verify it by', () => {
    expect(all.C.services['shop-worker'].environment).toMatchObject({ REDIS_CA_FILE: AUTHORITY });
    for (const name of ['worker', 'beat', 'flower'])
      expect(all.C.services[`shop-celery-${name}`].environment).toMatchObject({ BROKER_CA_FILE: AUTHORITY });
  });
});

test('what is said of a queue counts more than what the server says', () => {
  const of = (file: SecretFile) => ({ key: file.key });
  const other = views((secret) => ({ authority: secret.file('other.crt') }));
  expect(exporter(other, 'shop-worker')).toMatchObject({ REDIS_EXPORTER_TLS_CA_CERT_FILE: '/run/secrets/certificate/other.crt' });
  expect(login(other, 'shop-worker').spec.secretTargetRef.map(of)).toEqual([{ key: 'default-password' }, { key: 'other.crt' }]);
  const clear = views(() => ({ tls: false }));
  expect(exporter(clear, 'shop-worker').REDIS_ADDR).toBe('redis://shop-redis:6379');
  expect(trigger(clear, 'shop-worker').metadata.enableTLS).toBe('false');
  expect(login(clear, 'shop-worker').spec.secretTargetRef).toHaveLength(1);
});

test('without an authority the server is one that any image trusts, or is not encrypted', () => {
  const trusted = views(() => ({ tls: true }), false);
  expect(exporter(trusted, 'shop-worker')).toMatchObject({ REDIS_ADDR: 'rediss://shop-redis:6379' });
  const plain = views(undefined, false);
  for (const [all, tls] of [
    [trusted, 'true'],
    [plain, 'false'],
  ] as const) {
    expect(trigger(all, 'shop-worker').metadata.enableTLS).toBe(tls);
    expect(login(all, 'shop-worker').spec.secretTargetRef).toHaveLength(1);
    expect(exporter(all, 'shop-worker')).not.toHaveProperty('REDIS_EXPORTER_TLS_CA_CERT_FILE');
  }
  expect(exporter(plain, 'shop-celery-worker').REDIS_ADDR).toBe('redis://shop-redis:6379');
});
