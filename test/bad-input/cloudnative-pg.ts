import type { Construct } from 'constructs';
import { acknowledge, Environment, Environments, ExistingSecret, OperatorObject, PostgresWithBackup } from '../../lib';
import type { BadInput } from './case';

const ACKNOWLEDGED = { 'operator.object': 'what is wrong is told on every platform' } as const;

/** What a case may need of a secret. */
type Make<T> = (s3: ExistingSecret) => T;

/** A Cluster that is right but for these props; `#` is the number of the case, `engine` stands beside the kind. */
function cluster(mistake: string, wrong: object | Make<object>, message: string): BadInput {
  const build = (scope: Construct) => {
    const durable = typeof wrong === 'object' && 'durable' in wrong;
    Environment.set(scope, durable ? Environments.test : Environments.development);
    acknowledge(scope, ACKNOWLEDGED);
    const s3 = new ExistingSecret(scope, 'S3', { existing: 's3' });
    const key = { id: s3.file('id'), secret: s3.file('secret') };
    const { engine, ...props } = (typeof wrong === 'function' ? wrong(s3) : wrong) as { engine?: object };
    const backup = { destinations: { main: { bucket: 'acme', writer: key } }, encryption: { kind: 'none', reason: 'a test' } };
    const right = { version: 16, size: '20Gi', databases: { orders: {} }, backup };
    new PostgresWithBackup(scope, 'Db', { ...right, ...props, engine: { kind: 'cloudnative-pg', ...engine } } as never);
  };
  return { mistake, build, message: `app/#/Db: ${message}` };
}

/** An object that is right but for these props. */
function object(mistake: string, wrong: object, message: string): BadInput {
  const right = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', spec: {} };
  return {
    mistake,
    build: (scope) => new OperatorObject(scope, 'Own', { ...right, acknowledge: ACKNOWLEDGED, ...wrong } as never),
    message: `app/#/Own: ${message}`,
  };
}

const pods = { 'cnpg.io/cluster': 'orders' };
const NONE = 'is none of a Cluster of CloudNativePG';

/** What may be wrong with a Cluster of CloudNativePG. */
export const CLUSTERS: readonly BadInput[] = [
  cluster(
    'another operator',
    { engine: { kind: 'crunchy' } },
    `engine.kind: must be 'cloudnative-pg', got "crunchy"; leave engine out for a server of one node`,
  ),
  cluster('no instance', { engine: { instances: 0 } }, 'engine.instances: must be a whole number from 1 to 9, got 0; use 3'),
  cluster(
    'nobody to wait for',
    { engine: { instances: 1, synchronous: true } },
    'engine.synchronous: nobody is there to wait for, got true; use 3 instances, or leave it out',
  ),
  cluster('a pooler that is a number', { engine: { pooler: 2 } }, 'engine.pooler: must be true, false or an object, got 2; use true'),
  cluster(
    'a mode that loses transactions',
    { engine: { pooler: { mode: 'statement' } } },
    `engine.pooler.mode: must be 'session' or 'transaction', got "statement"; use 'session'`,
  ),
  cluster(
    'clients that are a text',
    { engine: { pooler: { maxClients: '100' } } },
    'engine.pooler.maxClients: must be a whole number from 1 to 100000, got "100"; leave it out',
  ),
  cluster(
    'a name that is too long',
    { name: `a${'b'.repeat(51)}` },
    `name: a Cluster has a name of at most 50 characters, got "a${'b'.repeat(51)}"; give it a shorter name`,
  ),
  cluster(
    'one secret for all',
    (s3) => ({ passwords: { secret: s3 } }),
    `passwords: ${NONE}; give engine.passwords: the operator wants a secret of each role`,
  ),
  cluster('a user', { user: '999:999' }, `user: ${NONE}, got "999:999"; leave it out: the operator decides`),
  cluster(
    'an exporter',
    { exporter: 'exporter:1' },
    `exporter: ${NONE}, got "exporter:1"; leave it out: each instance tells of itself, see engine.metricsFrom`,
  ),
  cluster(
    'data that is thrown away',
    { durable: false },
    'durable: a Cluster of CloudNativePG always keeps what was committed, got false; leave it out',
  ),
  cluster('a role of nodes', { placement: { role: 'worker' } }, `placement.role: ${NONE}; use placement.labels`),
  cluster(
    'two databases',
    { databases: { orders: {}, users: {} } },
    'databases: CloudNativePG makes one database of a Cluster, got ["orders","users"]; make a PostgresWithBackup of each',
  ),
  cluster(
    'an archive command',
    { settings: { archive_command: 'true' } },
    'settings.archive_command: is what CloudNativePG sets itself, got "true"; leave it out',
  ),
  cluster(
    'a certificate under another key',
    (s3) => ({ tls: { secret: s3, certificate: 'cert.pem' } }),
    `tls.certificate: CloudNativePG reads the key 'tls.crt', got "cert.pem"; use 'tls.crt'`,
  ),
  cluster(
    'less memory than shared buffers',
    { resources: { memory: { limit: '4Gi', reservation: '512Mi' } } },
    'resources.memory.reservation: must be at least a quarter of the limit of 4Gi, the shared buffers, got "512Mi"; give it more',
  ),
  cluster(
    'a role of the operator',
    { roles: { streaming_replica: {} } },
    'roles: is a role that the Cluster has for itself, got "streaming_replica"; choose another name',
  ),
  cluster(
    'a password of nobody',
    (s3) => ({ engine: { passwords: { orderz: s3 } } }),
    'engine.passwords: no role of that name logs in, got "orderz"; use backup, orders, restore',
  ),
  cluster(
    'an archive of its own',
    { engine: { physical: {} }, backup: undefined },
    'engine.physical: needs a destination, and there are no backups; give backup its destinations',
  ),
  cluster(
    'six fields',
    { engine: { physical: { cron: '0 0 1 * * *' } } },
    `engine.physical.cron: must be five fields with one space between them, got "0 0 1 * * *"; write it as '30 3 * * *': minute, hour, day of the month, month, day of the week (Sunday is 0)`,
  ),
  cluster(
    'a window without a unit',
    { engine: { physical: { window: '30' } } },
    `engine.physical.window: must be a number of days, weeks or months, got "30"; write it as '30d'`,
  ),
  cluster(
    'a window that nobody may keep',
    { engine: { physical: { window: '30d' } } },
    'engine.physical.window: the writer of backups needs no right to delete, got "30d"; give engine.physical.key, which has it',
  ),
  cluster(
    'an archive that waits for a day',
    { engine: { physical: { archiveTimeout: '24h' } } },
    `engine.physical.archiveTimeout: must be whole seconds, up to an hour, got "24h"; write it as '60s'`,
  ),
  cluster(
    'an unknown bucket',
    { engine: { physical: { destination: 'other' } } },
    'engine.physical.destination: is no destination of the backups, got "other"; use main',
  ),
  object(
    'a group of Kubernetes itself',
    { apiVersion: 'v1' },
    `apiVersion: must be the group of an operator and its version, got "v1"; write it as 'postgresql.cnpg.io/v1'`,
  ),
  object('a kind in lower case', { kind: 'cluster' }, `kind: is no kind of an object, got "cluster"; write it as 'Cluster'`),
  object('a spec that is text', { spec: 'x' }, 'spec: must be an object, got "x"; write it as the definition of the operator says'),
  object(
    'labels of no pod',
    { pods: {} },
    `pods: must be labels that the pods have, got {}; write them as { 'cnpg.io/cluster': 'orders' }`,
  ),
  object(
    'an endpoint of nobody',
    { endpoint: { host: 'orders-rw', ports: { postgres: 5432 } } },
    'pods: nobody can be let in without the labels of the pods behind the endpoint; give the labels of the pods',
  ),
  object(
    'a host that is an address',
    { pods, endpoint: { host: '10.0.0.1', ports: {} } },
    `endpoint.host: must be the name of a Service, got "10.0.0.1"; write it as 'orders-rw'`,
  ),
  object(
    'a port that is none',
    { pods, endpoint: { host: 'orders-rw', ports: { postgres: 0 } } },
    'endpoint.ports.postgres: a port must be a whole number from 1 to 65535, got 0; use the number of a TCP port',
  ),
  object(
    'a port inside that is none',
    { pods, inside: { pods: [70000] } },
    'inside: an edge names a port that is no whole number from 1 to 65535, got 70000; use the number of a TCP port',
  ),
];
