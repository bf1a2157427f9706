/**
 * What KEDA reads is valid: a real API server takes it strictly, by KEDA's own definitions, and a Deployment leaves the number
 * of its replicas to whoever scales it. KEDA itself does not run here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { loadAll } from 'js-yaml';
import { Environments, ExistingSecret, MonitoredWorker, Queues, type WorkerQueue } from '../../../lib';
import { IronhullChart } from '../../../lib/platforms/kubernetes';
import { Frontend, Server } from '../../worker/shop';
import { createNamespace, kubectl, Namespace, removeNamespace, requireCluster, served } from '../kubernetes/kubectl';

const namespace = new Namespace('ironhull-keda');
const KINDS = ['scaledobjects', 'triggerauthentications'] as const;
const definitions = KINDS.map((one) => readFileSync(join(__dirname, '..', 'kubernetes', 'crds', `${one}.yaml`), 'utf8')).join('---\n');
/** Definitions that were there before are not ours to remove. */
let made: string[] = [];

function manifests(): string {
  const app = new App();
  const chart = new IronhullChart(app, 'keda', { environment: Environments.test, namespace: namespace.name, createNamespace: false });
  // nobody makes the secrets, so nothing that is made of this starts
  const redis = new Server(chart, new ExistingSecret(chart, 'Passwords', { existing: 'passwords' }));
  const queues: Record<string, WorkerQueue> = {
    List: Queues.redisList(redis, 'jobs', { database: 1 }),
    Stream: Queues.redisStream(redis, 'orders', { group: 'billing' }),
    Celery: Queues.celery(redis, ['celery', 'mail']),
    Flows: Queues.temporal(new Frontend(chart), { taskQueue: 'flows' }),
    Amqp: Queues.amqp({ host: 'mq.example.com', queue: 'jobs', login: redis.login() }),
  };
  for (const [id, queue] of Object.entries(queues))
    new MonitoredWorker(chart, id, { image: 'shop/worker:1.0.0', queue, exporter: false, scaling: { min: 0, max: 5 } });
  return app.synthYaml();
}

// biome-ignore lint/suspicious/noExplicitAny: any object; the assertions are the types
const documents = (text: string) => loadAll(text) as any[];
const strictly = (text: string) => kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], text);
const crds = () => kubectl(['get', 'customresourcedefinitions', '-o', 'name']).out.split('\n').filter(Boolean);

beforeAll(async () => {
  requireCluster();
  const before = new Set(crds());
  strictly(definitions);
  made = crds().filter((name) => !before.has(name));
  await served(KINDS.map((one) => `customresourcedefinition/${one}.keda.sh`));
  createNamespace(namespace.name);
}, 400_000);
afterAll(() => {
  removeNamespace(namespace.name);
  if (made.length > 0) kubectl(['delete', ...made, '--timeout=180s']);
}, 180_000);

test('the API server takes everything strictly, and keeps each field', () => {
  const text = manifests();
  expect(strictly(text).err).toBe('');
  const { items } = namespace.get(KINDS.join(','));
  const counts: Record<string, number> = {};
  for (const { kind, metadata, spec } of items) {
    counts[kind] = (counts[kind] ?? 0) + 1;
    const written = documents(text).find((one) => one.kind === kind && one.metadata.name === metadata.name);
    expect(spec).toMatchObject(written?.spec ?? { missing: true });
  }
  expect(counts).toEqual({ ScaledObject: 5, TriggerAuthentication: 4 });
}, 120_000);

test('what is wrong is refused, so the definitions do look', () => {
  const wrong = manifests().replace('maxReplicaCount: 5', 'maxReplicaCount: five');
  expect(() => strictly(wrong)).toThrow('maxReplicaCount');
  const unknown = manifests().replace('minReplicaCount: 0', 'minReplicas: 0');
  expect(() => strictly(unknown)).toThrow('minReplicas');
}, 120_000);

test('who scales the Deployment is not overruled by the next version', () => {
  const replicas = () => namespace.get('deployment', 'list').spec.replicas;
  expect(replicas()).toBe(1);
  namespace.run('scale', 'deployment/list', '--replicas=4');
  expect(strictly(manifests().replaceAll('shop/worker:1.0.0', 'shop/worker:1.1.0')).err).toBe('');
  expect(replicas()).toBe(4);
  expect(namespace.get('deployment', 'list').spec.template.spec.containers[0].image).toBe('shop/worker:1.1.0');
}, 120_000);
