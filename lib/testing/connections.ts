import type { Construct } from 'constructs';
import { ConfigFiles } from '../../constructs/config-files/config-files';
import { HardenedTask } from '../../constructs/hardened-task/hardened-task';
import { NetworkSegment } from '../../constructs/network-segment/network-segment';
import { OperatorObject } from '../../constructs/operator-object/operator-object';
import { ConfigSecret } from '../../constructs/secrets/config-secret';
import { ExistingSecret } from '../../constructs/secrets/existing-secret';
import { ExternalSecret } from '../../constructs/secrets/external-secret';
import { GeneratedSecret } from '../../constructs/secrets/generated-secret';
import { SealedSecret } from '../../constructs/secrets/sealed-secret';
import type { Secret } from '../../constructs/secrets/secret';
import { VaultSecret } from '../../constructs/secrets/vault-secret';
import { Peers } from '../model/edges/peers';
import type { Feature } from '../model/features';
import { interpolate } from '../model/values/template';
import type { LateBound } from '../model/workload/props';
import type { ScheduleProps } from '../model/workload/schedule';
import { type ConformanceCase, IMAGE, of, segmentCase, service } from './subject';

/** A value that is known later: a stand-in for an Output of Pulumi. */
class Later implements LateBound {
  apply(): Later {
    return new Later();
  }
}

/** A case of a kind of secret, whose value is a file. */
function secretCase(feature: Feature, make: (scope: Construct) => Secret, ...also: Feature[]): ConformanceCase {
  return {
    feature,
    also,
    build(scope) {
      const secret = make(scope);
      return { secret, service: service(scope, { env: { PASSWORD_FILE: secret.file('password') } }) };
    },
  };
}

const COMMAND = ['/app', 'serve'];

/** A case of a service that waits for a task. */
function taskCase(feature: Feature, ...also: Feature[]): ConformanceCase {
  return {
    feature,
    also,
    build(scope) {
      const task = new HardenedTask(scope, 'Migrate', { image: IMAGE, command: ['/app', 'migrate'], attempts: 2, timeout: '5m' });
      const web = service(scope, { command: COMMAND });
      web.startAfter(task);
      return { task, service: web };
    },
  };
}

/** A case of a service beside a task on a schedule. */
function scheduleCase(feature: Feature, schedule: Partial<ScheduleProps>): ConformanceCase {
  return {
    feature,
    also: [],
    build(scope) {
      const task = new HardenedTask(scope, 'Backup', {
        image: IMAGE,
        command: ['/app', 'backup'],
        attempts: 2,
        timeout: '5m',
        schedule: { cron: '30 2 * * *', timeZone: 'Africa/Lagos', deadline: '10m', ...schedule },
      });
      return { task, service: service(scope) };
    },
  };
}

/** The cases of edges, of what starts after what, and of what is handed over: files, secrets, values that come later. */
export const CONNECTIONS: readonly ConformanceCase[] = [
  {
    feature: 'network.edges',
    also: [],
    build(scope) {
      const segment = new NetworkSegment(scope, 'Segment');
      const networks = [{ network: segment }];
      const other = service(scope, { ports: { postgres: 5432, metrics: 9187 }, networks }, 'Db');
      const web = service(scope, { networks });
      web.network.allowTo(other, { ports: ['postgres'], gate: 'none' });
      return { segment, other, service: web };
    },
  },
  segmentCase('network.open', { open: true }),
  {
    feature: 'network.dns-name',
    also: [],
    build(scope) {
      const web = service(scope);
      web.network.allowTo(Peers.dnsName('api.example.com', 443));
      return { service: web };
    },
  },
  {
    feature: 'start.ready',
    also: [],
    build(scope) {
      const other = service(scope, { ports: { postgres: 5432 } }, 'Db');
      const web = service(scope, { command: COMMAND });
      web.network.allowTo(other);
      return { other, service: web };
    },
  },
  taskCase('start.completed', 'task'),
  taskCase('task', 'start.completed'),
  scheduleCase('task.schedule', {}),
  scheduleCase('task.resident', { resident: ['/app', 'schedule'] }),
  {
    feature: 'config.file',
    also: [],
    build(scope) {
      const config = new ConfigFiles(scope, 'Settings', { files: { 'app.conf': 'level = info\n' } });
      return { config, service: service(scope, { files: { '/etc/app/app.conf': config.file('app.conf') } }) };
    },
  },
  {
    feature: 'secret.environment',
    also: [],
    build(scope) {
      const secret = new ExistingSecret(scope, 'Secrets', { existing: 'app-secrets' });
      return { secret, service: service(scope, { env: { PASSWORD: secret.key('password') } }) };
    },
  },
  {
    feature: 'secret.template',
    also: [],
    build(scope) {
      const secret = new ExistingSecret(scope, 'Secrets', { existing: 'app-secrets' });
      return {
        secret,
        service: service(scope, { env: { DATABASE_URL: interpolate`postgresql://app:${secret.key('password')}@db:5432/app` } }),
      };
    },
  },
  secretCase('secret.file', (scope) => new ExistingSecret(scope, 'Secrets', { existing: 'app-secrets' })),
  secretCase('secret.config', (scope) => new ConfigSecret(scope, 'Secrets', { name: 'app-secrets', keys: ['password'] }), 'secret.file'),
  secretCase(
    'secret.generated',
    (scope) => new GeneratedSecret(scope, 'Secrets', { name: 'app-secrets', values: { password: { length: 40 } }, rotation: 7 }),
    'secret.file',
  ),
  secretCase(
    'secret.external',
    (scope) =>
      new ExternalSecret(scope, 'Secrets', {
        name: 'app-secrets',
        store: { name: 'vault' },
        values: { password: { remote: 'shop/database', property: 'password' } },
      }),
    'secret.file',
  ),
  secretCase(
    'secret.vault',
    (scope) =>
      new VaultSecret(scope, 'Secrets', {
        name: 'app-secrets',
        role: 'shop',
        values: { password: { path: 'secret/data/shop', field: 'password' } },
      }),
    'secret.file',
  ),
  secretCase(
    'secret.sealed',
    (scope) => new SealedSecret(scope, 'Secrets', { name: 'app-secrets', encrypted: { password: `Ag${'B'.repeat(200)}==` } }),
    'secret.file',
  ),
  {
    feature: 'operator.object',
    also: ['start.ready'],
    build(scope) {
      const object = new OperatorObject(scope, 'Cluster', {
        apiVersion: 'postgresql.cnpg.io/v1',
        kind: 'Cluster',
        spec: { instances: 3 },
        endpoint: { host: 'case-cluster-rw', ports: { postgres: 5432 } },
        pods: { 'cnpg.io/cluster': 'case-cluster' },
      });
      const web = service(scope, {});
      web.network.allowTo(object);
      return { object, service: web };
    },
  },
  of('late-bound', { env: { ADDRESS: new Later() } }),
];
