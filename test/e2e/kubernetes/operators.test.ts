/**
 * What operators read is valid: a real API server takes it strictly, with the operators' own definitions of their objects.
 * No operator runs here, so nothing is made of them.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { loadAll } from 'js-yaml';
import { Environments, ExternalSecret, GeneratedSecret, SealedSecret, SecretStores } from '../../../lib';
import { IronhullChart } from '../../../lib/platforms/kubernetes';
import { clusterShop } from './cloudnative-pg';
import { createNamespace, kubectl, Namespace, removeNamespace, requireCluster, served } from './kubectl';
import { probe } from './probes';
import { operatedShop } from './redis-operator';

const namespace = new Namespace('ironhull-operators');
const folder = join(__dirname, 'crds');
const KINDS = 'externalsecrets,secretstores,passwords,sealedsecrets';
/** Definitions that were there before are not ours to remove. */
let made: string[] = [];

function manifests(): string {
  const app = new App();
  const chart = new IronhullChart(app, 'operators', { environment: Environments.test, namespace: namespace.name });
  const vault = SecretStores.vault({ server: 'https://vault.example.com', role: 'shop', serviceAccount: 'vault-reader' });
  const aws = SecretStores.aws({ region: 'eu-central-1', serviceAccount: 'shop' });
  const secrets = [
    new ExternalSecret(chart, 'FromVault', {
      store: vault,
      values: { token: { remote: 'shop', property: 'token', version: '3' } },
      refresh: '0s',
    }),
    new ExternalSecret(chart, 'FromAws', { store: aws, values: { token: { remote: 'shop/token' } } }),
    new GeneratedSecret(chart, 'Made', { values: { token: {}, hex: { alphabet: 'hex', length: 80 }, sym: { alphabet: 'symbols' } } }),
    new SealedSecret(chart, 'Sealed', { scope: 'namespace-wide', encrypted: { token: `Ag${'A'.repeat(120)}` } }),
  ];
  // nobody makes the Secrets, so no pod is wanted either
  probe(chart, 'web', { replicas: 0, env: Object.fromEntries(secrets.map((one, i) => [`TOKEN_${i}_FILE`, one.file('token')])) });
  return app.synthYaml();
}

// biome-ignore lint/suspicious/noExplicitAny: any object; the assertions are the types
const documents = (text: string) => loadAll(text) as any[];

beforeAll(async () => {
  requireCluster();
  const all = () => kubectl(['get', 'customresourcedefinitions', '-o', 'name']).out.split('\n').filter(Boolean);
  const before = new Set(all());
  for (const file of readdirSync(folder)) kubectl(['apply', '--server-side', '-f', join(folder, file)]);
  made = all().filter((name) => !before.has(name));
  await served(all());
  createNamespace(namespace.name);
}, 600_000);
afterAll(() => {
  removeNamespace(namespace.name);
  if (made.length > 0) kubectl(['delete', ...made, '--timeout=180s']);
});

test('the API server takes everything strictly, and keeps each field', () => {
  const text = manifests();
  const { err } = kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], text);
  expect(err).toBe('');
  const { items } = namespace.get(KINDS);
  const counts: Record<string, number> = {};
  for (const { kind, metadata, spec } of items) {
    counts[kind] = (counts[kind] ?? 0) + 1;
    // what the server does not know of it keeps nothing of
    const written = documents(text).find((one) => one.kind === kind && one.metadata.name === metadata.name);
    expect(spec).toMatchObject(written?.spec ?? { missing: true });
  }
  expect(counts).toEqual({ ExternalSecret: 5, Password: 3, SealedSecret: 1, SecretStore: 2 });
});

test('what is wrong is refused, so the definitions do look', () => {
  const wrong = manifests().replace('creationPolicy: Owner', 'creationPolicy: Nobody');
  expect(() => kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], wrong)).toThrow('Unsupported value: "Nobody"');
  const unknown = manifests().replace('refreshPolicy: CreatedOnce', 'refreshPolicie: CreatedOnce');
  expect(() => kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], unknown)).toThrow('refreshPolicie');
});

test('the objects of CloudNativePG are taken strictly, and keep each field', () => {
  const kinds = ['Cluster', 'Database', 'ObjectStore', 'Pooler', 'ScheduledBackup'];
  const written = documents(clusterShop(namespace.name)).filter(({ kind }) => kinds.includes(kind));
  expect(written.map(({ kind }) => kind).sort()).toEqual(kinds);
  const all = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: written });
  expect(kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], all).err).toBe('');
  const { items } = namespace.get('clusters.postgresql.cnpg.io,databases,objectstores,poolers,scheduledbackups');
  expect(items.map((one: { kind: string }) => one.kind).sort()).toEqual(kinds);
  for (const { kind, spec } of items) expect(spec).toMatchObject(written.find((one) => one.kind === kind)?.spec ?? { missing: true });
});

test('everything around a Cluster is taken too: secrets with their users, policies, schedules', () => {
  const whole = documents(clusterShop(namespace.name)).filter(({ kind }) => kind !== 'Namespace');
  const all = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: whole });
  expect(kubectl(['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'], all).err).toBe('');
});

test.each([
  ['a recovery window that is none', 'retentionPolicy: 30d', 'retentionPolicy: 30days', 'spec.retentionPolicy'],
  ['a method of synchronous replication that is none', 'method: any', 'method: some', 'Unsupported value: "some"'],
  ['a field that the definition does not have', 'enablePDB: true', 'enablePdb: true', 'enablePdb'],
  ['a mode of pooling that is none', 'poolMode: transaction', 'poolMode: query', 'Unsupported value: "query"'],
])('CloudNativePG refuses %s, so its definitions do look', (_what, right, wrong, message) => {
  const text = clusterShop(namespace.name);
  expect(text).toContain(right);
  const broken = documents(text.replace(right, wrong)).filter(({ apiVersion }) => /cnpg\.io/.test(apiVersion));
  const all = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: broken });
  expect(() => kubectl(['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'], all)).toThrow(message);
});

const REDIS = /^redis\.redis\.opstreelabs\.in\//;

test('the objects of the redis-operator are taken strictly, and keep each field', () => {
  const written = documents(operatedShop(namespace.name)).filter(({ apiVersion }) => REDIS.test(apiVersion));
  const kinds = written.map(({ kind }) => kind).sort();
  expect(kinds).toEqual(['Redis', 'RedisCluster', 'RedisReplication', 'RedisSentinel']);
  const all = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: written });
  expect(kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], all).err).toBe('');
  const group = 'redis.redis.opstreelabs.in';
  const { items } = namespace.get(['redis', 'redisclusters', 'redisreplications', 'redissentinels'].map((one) => `${one}.${group}`).join());
  expect(items.map((one: { kind: string }) => one.kind).sort()).toEqual(kinds);
  for (const { kind, spec } of items) expect(spec).toMatchObject(written.find((one) => one.kind === kind)?.spec ?? { missing: true });
});

test('everything around them is taken too: parameters, secrets, policies, clients', () => {
  const whole = documents(operatedShop(namespace.name)).filter(({ kind }) => kind !== 'Namespace');
  const all = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: whole });
  expect(kubectl(['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'], all).err).toBe('');
});

test.each([
  ['a cluster without a size', 'clusterSize: 4', 'clustersize: 4', 'clustersize'],
  ['Sentinels of no servers', 'redisReplicationName: queue', 'redisReplicationNam: queue', 'redisReplicationName'],
  ['another order of pods', 'podManagementPolicy: Parallel', 'podManagementPolicy: parallel', 'Unsupported value: "parallel"'],
  ['a field that the definition does not have', 'keepAfterDelete: true', 'keepafterDelete: true', 'keepafterDelete'],
])('the redis-operator refuses %s, so its definitions do look', (_what, right, wrong, message) => {
  const text = operatedShop(namespace.name);
  expect(text).toContain(right);
  const broken = documents(text.replaceAll(right, wrong)).filter(({ apiVersion }) => REDIS.test(apiVersion));
  const all = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: broken });
  expect(() => kubectl(['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'], all)).toThrow(message);
});
