/** Rows of OctoCode's documents on what it is written as: K Kubernetes, D Docker, S Swarm, C Compose. Engines: test/e2e. */
import { OctoCode } from '../../apps/octocode/octocode';
import { Environments } from '../../lib';
import { configOf, envOf, namesOf, podOf, settingsOf, TARGETS } from './database';
import { type Json, Views } from './views';

const all = new Views('octocode', (scope) => new OctoCode(scope), Environments.production);
const { K, C, S, D } = all;

describe('O2: PostgreSQL 16, Redis 7 with a password, and persistence', () => {
  test('K', () => {
    const { spec } = all.kind('StatefulSet', 'octocode-database');
    expect(spec.template.spec.containers[0].image).toBe('postgres:16-bookworm');
    expect(spec.volumeClaimTemplates[0].spec.resources.requests.storage).toBe('20Gi');
    const [redis] = all.pod('octocode-redis').containers;
    expect(redis.image).toMatch(/^redis:7\./);
    expect(all.kind('StatefulSet', 'octocode-redis').spec.volumeClaimTemplates[0].spec.resources.requests.storage).toBe('5Gi');
  });
  test('D', () => {
    const [database, redis] = ['database', 'redis'].map((name) => D.get(`octocode-${name}`).containers[0].args);
    expect([database.image, redis.image]).toEqual(['postgres:16-bookworm', expect.stringMatching(/^redis:7\./)]);
    expect(database.volumes).toEqual([{ volumeName: 'octocode-database-data-1', containerPath: '/var/lib/postgresql/data' }]);
    expect(redis.volumes).toContainEqual({ volumeName: 'octocode-redis-data-1', containerPath: '/data' });
  });
  test.each([
    ['S', S],
    ['C', C],
  ])('%s', (_target, { services }: Json) => {
    const [database, redis] = [services['octocode-database'], services['octocode-redis']];
    expect([database.image, redis.image]).toEqual(['postgres:16-bookworm', expect.stringMatching(/^redis:7\./)]);
    expect(database.volumes).toContainEqual({ type: 'volume', source: 'octocode-database-data', target: '/var/lib/postgresql/data' });
    expect(redis.volumes).toContainEqual({ type: 'volume', source: 'octocode-redis-data', target: '/data' });
  });
  test.each(TARGETS)('%s: with a password, over TLS, and nobody in clear', (target) => {
    expect(configOf(all, target, 'octocode-database')['pg_hba.conf']).toMatch(/^hostssl .* scram-sha-256$/m);
    expect(configOf(all, target, 'octocode-database')['pg_hba.conf']).toMatch(/^hostnossl .* reject$/m);
    expect(settingsOf(all, target, 'octocode-database')).toMatchObject({ ssl: 'on', password_encryption: 'scram-sha-256' });
  });
  test.each(TARGETS)('%s: Redis has a password for each user, and writes down what it is told', (target) => {
    const config = configOf(all, target, 'octocode-redis');
    expect(config['redis.conf']).toMatch(/^appendonly yes$/m);
    expect(config['redis.conf']).toMatch(/^maxmemory-policy noeviction$/m);
    expect(config.users?.match(/^\S+ \S+/gm)).toEqual(
      ['default', 'admin', 'monitoring'].map(
        (user) => `${user} /run/secrets/octocode-secrets/redis-${user === 'default' ? '' : `${user}-`}password`,
      ),
    );
  });
  test.each(TARGETS)('%s: the app is told how to connect', (target) => {
    for (const name of ['octocode-app', 'octocode-worker'])
      expect(envOf(all, target, name)).toMatchObject({
        DATABASE_HOST: 'octocode-database',
        DATABASE_PORT: '5432',
        DATABASE_NAME: 'octocode',
        DATABASE_USER: 'octocode',
        DATABASE_PASSWORD_FILE: '/run/secrets/octocode-secrets/postgres-password',
        DATABASE_SSLMODE: 'require',
      });
  });
});

describe('O5: backups', () => {
  const folder = '/run/secrets/octocode-secrets';
  const [backup, prune, drill] = ['backup', 'prune', 'drill'].map((name) => `octocode-database-${name}`) as [string, string, string];

  test('K: daily at 02:00, deleted and drilled afterwards', () => {
    const cron = (name: string) => all.kind('CronJob', name).spec;
    expect(cron(backup)).toMatchObject({ schedule: '0 2 * * *', timeZone: 'Etc/UTC', concurrencyPolicy: 'Forbid' });
    expect(cron(backup).suspend ?? false).toBe(false);
    expect([cron(prune).schedule, cron(drill).schedule]).toEqual(['0 4 * * *', '0 5 * * *']);
    const commands = [backup, prune, drill].map((name) => podOf(all, name).containers[0].command.slice(2));
    expect(commands).toEqual([
      ['pg-backup', 'backup', '--kind', 'scheduled'],
      ['pg-backup', 'prune'],
      ['pg-backup', 'drill', 'latest'],
    ]);
  });
  test.each(['D', 'S', 'C'] as const)('%s: daily at 02:00 by a program that stays up, deleted and drilled afterwards', (target) => {
    expect(envOf(all, target, backup)).toMatchObject({ BACKUP_CRON: '0 2 * * *', TZ: 'Etc/UTC' });
    expect(envOf(all, target, prune)).toMatchObject({ BACKUP_PRUNE_CRON: '0 4 * * *' });
    expect(envOf(all, target, drill)).toMatchObject({ BACKUP_DRILL_CRON: '0 5 * * *' });
    for (const name of [backup, prune, drill]) {
      const command = target === 'D' ? D.get(name).containers[0].args.entrypoints : (all[target] as Json).services[name].entrypoint;
      expect(command.slice(-4)).toEqual(['tini', '--', 'pg-backup', 'schedule']);
    }
  });
  test.each(TARGETS)('%s: the time is configurable', (target) => {
    const later = new Views(
      'octocode',
      (scope) => new OctoCode(scope, 'octocode', { backup: { schedule: { cron: '30 1 * * *' } } }),
      Environments.production,
    );
    expect(envOf(later, target, backup).BACKUP_CRON).toBe('30 1 * * *');
    expect(envOf(later, target, prune).BACKUP_PRUNE_CRON).toBe('30 3 * * *');
    if (target === 'K') expect(later.kind('CronJob', backup).spec.schedule).toBe('30 1 * * *');
  });
  // both formats are compressed by the runner: test/e2e/backup
  test.each(TARGETS)('%s: both formats, encrypted, to S3, with a key that deletes nothing', (target) => {
    expect(envOf(all, target, backup)).toMatchObject({
      BACKUP_FORMATS: 'custom plain',
      BACKUP_ENCRYPTION: 'age',
      BACKUP_DEST_MAIN_BUCKET: 'octocode-backups',
      BACKUP_DEST_MAIN_REGION: 'eu-central-1',
      BACKUP_DEST_MAIN_ACCESS_KEY_FILE: `${folder}/backup-writer-id`,
      BACKUP_DEST_MAIN_SECRET_KEY_FILE: `${folder}/backup-writer-secret`,
      PGHOST: 'octocode-database',
      PGUSER: 'backup',
      PGPASSWORD_FILE: `${folder}/postgres-backup-password`,
    });
    expect(envOf(all, target, backup)).not.toHaveProperty('BACKUP_AGE_IDENTITY_FILE');
  });
  test.each(TARGETS)('%s: kept for 30 days', (target) => {
    expect(envOf(all, target, prune)).toMatchObject({
      BACKUP_KEEP_DAILY: '30',
      BACKUP_DEST_MAIN_ACCESS_KEY_FILE: `${folder}/backup-pruner-id`,
    });
  });
  test.each(TARGETS)('%s: every row is compared after a restore', (target) => {
    expect(envOf(all, target, drill)).toMatchObject({
      BACKUP_FINGERPRINT: 'full',
      BACKUP_DRILL_TARGET: 'latest',
      BACKUP_AGE_IDENTITY_FILE: `${folder}/backup-age-identity`,
    });
  });
  test.each(TARGETS)('%s: failures go to the webhook', (target) => {
    for (const name of [backup, prune, drill])
      expect(envOf(all, target, name)).toMatchObject({ BACKUP_WEBHOOK_URL_FILE: `${folder}/backup-webhook`, BACKUP_WEBHOOK_ON: 'failure' });
  });
  test.each(TARGETS)('%s: none where people develop', (target) => {
    const development = new Views('octocode', (scope) => new OctoCode(scope), Environments.development);
    expect(
      namesOf(development, target)
        .filter((name) => name.startsWith('octocode-database'))
        .sort(),
    ).toEqual(['octocode-database', 'octocode-database-exporter']);
  });
});

describe('O6: list, backup by hand, restore', () => {
  const restore = 'octocode-database-restore';
  test('K: what restores is a CronJob that is suspended, for a Job by hand', () => {
    expect(all.kind('CronJob', restore).spec.suspend).toBe(true);
    expect(podOf(all, restore).containers[0].command).toEqual(['tini', '--', 'pg-backup', 'restore']);
  });
  test('D: a container that is made and not started', () => {
    expect(D.get(restore).containers[0].args).toMatchObject({ start: false, mustRun: false, restart: 'no' });
  });
  test.each([
    ['S', S],
    ['C', C],
  ])('%s: a service without replicas', (_target, document: Json) => {
    expect(document.services[restore].deploy.replicas).toBe(0);
    expect(document.services[restore].entrypoint.slice(-4)).toEqual(['tini', '--', 'pg-backup', 'idle']);
  });
  test.each(TARGETS)('%s: it has the superuser, the private key and a key that reads; what lists has only that', (target) => {
    const folder = '/run/secrets/octocode-secrets';
    const reads = { BACKUP_DEST_MAIN_ACCESS_KEY_FILE: `${folder}/backup-restorer-id`, BACKUP_DEST_MAIN_BUCKET: 'octocode-backups' };
    expect(envOf(all, target, restore)).toMatchObject({
      ...reads,
      PGUSER: 'postgres',
      PGPASSWORD_FILE: `${folder}/postgres-superuser-password`,
      BACKUP_AGE_IDENTITY_FILE: `${folder}/backup-age-identity`,
    });
    const status = envOf(all, target, 'octocode-database-backup-status');
    expect(status).toMatchObject(reads);
    expect(Object.keys(status).filter((name) => /^PG|IDENTITY/.test(name))).toEqual([]);
  });
});

describe('O11: only what has to meet can meet, and only the gateway is published', () => {
  test('K', () => {
    const balancers = K.filter((one: Json) => one.kind === 'Service' && one.spec.type !== 'ClusterIP');
    expect(balancers.map((one: Json) => one.metadata.name)).toEqual(['octocode-gateway-public']);
    expect(K.filter((one: Json) => one.kind === 'NetworkPolicy').map((one: Json) => one.metadata.name)).toEqual(
      expect.arrayContaining(['default-deny', ...all.runners()]),
    );
  });
  test('D', () => {
    const published = [...D].filter(([, native]) => native.containers?.some((one: Json) => one.args.ports?.length > 0));
    expect(published.map(([name]) => name)).toEqual(['octocode-gateway']);
  });
  test.each([
    ['S', S],
    ['C', C],
  ])('%s', (_target, document: Json) => {
    const published = Object.entries<Json>(document.services).filter(([, one]) => one.ports);
    expect(published.map(([name]) => name)).toEqual(['octocode-gateway']);
    const outside = Object.keys(document.networks).filter((name) => !document.networks[name].internal);
    const inside = ['octocode-database', 'octocode-redis'].flatMap((name) => Object.keys(document.services[name].networks));
    expect(outside.length).toBeGreaterThan(0);
    expect(inside.filter((name) => outside.includes(name))).toEqual([]);
  });
});

describe('O12: secrets through _FILE variables, never in the environment', () => {
  const variables = ['DATABASE_PASSWORD_FILE', 'REDIS_PASSWORD_FILE', 'SESSION_SECRET_FILE', 'GITHUB_TOKEN_FILE'];
  const paths = {
    DATABASE_PASSWORD_FILE: '/run/secrets/octocode-secrets/postgres-password',
    REDIS_PASSWORD_FILE: '/run/secrets/octocode-secrets/redis-password',
    SESSION_SECRET_FILE: '/run/secrets/octocode-secrets/session-secret',
    GITHUB_TOKEN_FILE: '/run/secrets/octocode-secrets/github-token',
  };
  test('K', () => {
    const text = all.texts[0] as string;
    expect(text).not.toContain('secretKeyRef');
    const pod = all.pod('octocode-app');
    const env = Object.fromEntries(pod.containers[0].env.map((one: Json) => [one.name, one.value]));
    expect(env).toMatchObject(paths);
    const volume = pod.volumes.find((one: Json) => one.secret);
    expect(volume.secret.secretName).toBe('octocode-secrets');
    expect(volume.secret.items.map((one: Json) => one.key).sort()).toEqual([
      'github-token',
      'postgres-password',
      'redis-password',
      'session-secret',
    ]);
    expect(pod.containers[0].volumeMounts).toContainEqual({
      mountPath: '/run/secrets/octocode-secrets',
      name: volume.name,
      readOnly: true,
    });
  });
  test('D', () => {
    const [app] = D.get('octocode-app').containers;
    expect(app.secretEnvs).toEqual({});
    expect(app.args.envs).toEqual(expect.arrayContaining(Object.entries(paths).map(([name, path]) => `${name}=${path}`)));
  });
  test.each([
    ['S', S],
    ['C', C],
  ])('%s', (_target, document: Json) => {
    const app = document.services['octocode-app'];
    expect(app.environment).toMatchObject(paths);
    expect(app.secrets.map((one: Json) => one.target).sort()).toEqual(Object.values(paths).sort());
    for (const variable of variables) expect(app.environment[variable]).not.toContain('$');
  });
});

describe('O15: migrations run before the app starts', () => {
  test('K', () => {
    const job = all.kind('Job', 'octocode-migrate');
    expect(job.metadata.name).toMatch(/^octocode-migrate-[0-9a-f]{8}$/);
    const app = all.pod('octocode-app');
    const gate = app.initContainers.find((one: Json) => one.name === 'after-octocode-migrate');
    expect(gate.env[0].valueFrom.configMapKeyRef).toEqual({ key: 'done', name: job.metadata.name });
    expect(app.automountServiceAccountToken).toBe(false);
    expect(JSON.stringify(app)).not.toContain('serviceAccountToken');
  });
  test('D', () => expect(D.get('octocode-migrate')).toBeDefined());
  test('C', () => {
    for (const name of ['octocode-app', 'octocode-worker'])
      expect(C.services[name].depends_on['octocode-migrate']).toEqual({ condition: 'service_completed_successfully' });
    expect(C.services['octocode-migrate'].depends_on['octocode-database']).toEqual({ condition: 'service_healthy' });
  });
  test('S', () => {
    const task = Object.keys(S.services).find((name) => /^octocode-migrate-[0-9a-f]{8}$/.test(name)) as string;
    const { entrypoint } = S.services['octocode-app'];
    expect(entrypoint.slice(0, 2)).toEqual(['/.ironhull/prober', 'wait']);
    expect(entrypoint.join(' ')).toContain(`tcp ${task} `);
    expect(entrypoint.slice(-3)).toEqual(['--', 'node', 'server.js']);
  });
});

describe('O4: the worker is separate from the web, and scaled by itself', () => {
  test('K', () => {
    const replicas = ['app', 'worker'].map((name) => all.kind('Deployment', `octocode-${name}`).spec.replicas);
    expect(replicas).toEqual([3, 2]);
    expect(all.pod('octocode-worker').containers[0]).toMatchObject({ command: ['node', 'worker.js'] });
    expect(all.pod('octocode-worker').containers[0].ports).toBeUndefined();
  });
  test('D', () => {
    const containers = ['app', 'worker'].map((name) => D.get(`octocode-${name}`).containers.length);
    expect(containers).toEqual([3, 2]);
  });
  test.each([
    ['S', S],
    ['C', C],
  ])('%s', (_target, { services }: Json) => {
    expect(['app', 'worker'].map((name) => services[`octocode-${name}`].deploy.replicas)).toEqual([3, 2]);
  });
  test.each(TARGETS)('%s: it is told of its queue, and something tells how long that is', (target) => {
    expect(envOf(all, target, 'octocode-worker')).toMatchObject({ WORKER_QUEUE: 'jobs', REDIS_HOST: 'octocode-redis' });
    expect(namesOf(all, target)).toContain('octocode-worker-exporter');
  });
});
