/** Rows of XORB's documents on what it is written as: K Kubernetes, D Docker, S Swarm, C Compose. Engines: test/e2e. */
import { SYSTEMS } from '../../apps/systems';
import { Xorb } from '../../apps/xorb/xorb';
import { type Environment, Environments } from '../../lib';
import { configOf, envOf, namesOf, settingsOf, TARGETS, type Target } from './database';
import { type Json, Views } from './views';

const view = (environment: Environment) => new Views('xorb', (scope) => new Xorb(scope), environment);
const production = view(Environments.production);
const development = view(Environments.development);

describe('X3: the environment selects the configuration', () => {
  const expected = {
    development: { XORB_ENV: 'development', WORKERS: '1', TIMEOUT: '300', DEBUG: 'true', LOG_LEVEL: 'DEBUG' },
    test: { XORB_ENV: 'test', WORKERS: '1', TIMEOUT: '30', DEBUG: 'false', LOG_LEVEL: 'WARNING' },
    staging: { XORB_ENV: 'staging', WORKERS: '4', TIMEOUT: '60', DEBUG: 'false', LOG_LEVEL: 'INFO' },
    production: { XORB_ENV: 'production', WORKERS: '8', TIMEOUT: '60', DEBUG: 'false', LOG_LEVEL: 'INFO' },
  };
  const worker = { development: '2', test: '2', staging: '4', production: '8' };
  describe.each(Object.values(Environments).map((one) => [one.name as keyof typeof expected, one] as const))('%s', (name, environment) => {
    const { C, S, D, ...rest } = view(environment);
    const pod = (of: string) => {
      const { env } = new Views('xorb', (scope) => new Xorb(scope), environment).pod(of).containers[0];
      return Object.fromEntries(env.map((one: Json) => [one.name, one.value]));
    };
    test('K', () => {
      expect(pod('xorb-api')).toMatchObject(expected[name]);
      expect(pod('xorb-worker')).toMatchObject({ WORKER_CONCURRENCY: worker[name], WORKER_MAX_MEMORY: '512m', XORB_ENV: name });
      expect(rest.texts).toHaveLength(3);
    });
    test('D', () => {
      const envs = D.get('xorb-api').containers[0].args.envs;
      expect(envs).toEqual(expect.arrayContaining(Object.entries(expected[name]).map(([key, value]) => `${key}=${value}`)));
    });
    test.each([
      ['S', S],
      ['C', C],
    ])('%s', (_target, document: Json) => {
      expect(document.services['xorb-api'].environment).toMatchObject(expected[name]);
      expect(document.services['xorb-worker'].environment).toMatchObject({ WORKER_CONCURRENCY: worker[name], WORKER_MAX_MEMORY: '512m' });
    });
  });
});

describe('X5: PostgreSQL with pgvector', () => {
  test.each(TARGETS)('%s: the image has it, and the database too', (target) => {
    const image = {
      K: production.pod('xorb-database').containers[0].image,
      D: production.D.get('xorb-database').containers[0].args.image,
      S: production.S.services['xorb-database'].image,
      C: production.C.services['xorb-database'].image,
    }[target];
    expect(image).toBe('pgvector/pgvector:pg16');
    const lines = (configOf(production, target, 'xorb-database')['setup.sql'] as string).split('\n');
    expect(lines.slice(lines.indexOf('\\connect "xorb"'))).toContain('CREATE EXTENSION IF NOT EXISTS "vector";');
  });
  test.each(TARGETS)('%s: tuned in production: by its memory of 1 GiB and its volume of 20 GiB', (target) => {
    expect(settingsOf(production, target, 'xorb-database')).toMatchObject({
      shared_buffers: `${256 * 1024}kB`,
      effective_cache_size: `${640 * 1024}kB`,
      maintenance_work_mem: `${64 * 1024}kB`,
      max_wal_size: `${2 * 1024 * 1024}kB`,
      checkpoint_timeout: '15min',
      random_page_cost: '1.1',
      log_statement: 'ddl',
      log_min_duration_statement: '1s',
    });
  });
  test.each(TARGETS)('%s: in development every statement is logged', (target) => {
    expect(settingsOf(development, target, 'xorb-database')).toMatchObject({ log_statement: 'all', log_min_duration_statement: '0' });
  });
  test.each(TARGETS)('%s: backups are made by a runner that has pgvector', (target) => {
    expect(envOf(production, target, 'xorb-database-backup')).toMatchObject({ BACKUP_DEST_MAIN_BUCKET: 'xorb-backups' });
    expect(production.C.services['xorb-database-drill'].image).toBe('ironhull/postgres-backup:16-vector');
  });
});

describe('X10: Docker secrets from files, and HashiCorp Vault', () => {
  const target = '/run/secrets/xorb-secrets/postgres_password';
  test('K: the agent of Vault writes the files, and no Secret holds the values', () => {
    const { metadata } = production.kind('StatefulSet', 'xorb-database').spec.template;
    expect(metadata.annotations).toMatchObject({ 'vault.hashicorp.com/agent-inject': 'true', 'vault.hashicorp.com/role': 'xorb' });
    expect(JSON.stringify(metadata.annotations)).toContain('secret/data/xorb/database');
    expect(production.pod('xorb-database').containers[0].env).toContainEqual({
      name: 'PASSWORD_FILES',
      value: expect.stringContaining(target),
    });
    expect(production.K.filter((one) => one.kind === 'Secret')).toEqual([]);
    expect(production.texts[0]).not.toContain('secretKeyRef');
  });
  test('K: files of a Secret where there is no Vault', () => {
    const volume = development.pod('xorb-database').volumes.find((one: Json) => one.secret);
    expect(volume.secret.secretName).toBe('xorb-secrets');
    expect(volume.secret.items).toContainEqual({ key: 'postgres_password', path: 'postgres_password' });
  });
  test('D', () => {
    for (const { D } of [production, development]) {
      const [database] = D.get('xorb-database').containers;
      expect(database.args.envs).toContainEqual(expect.stringMatching(`^PASSWORD_FILES=.*${target}`));
      expect(database.secretEnvs).toEqual({});
    }
  });
  test.each([
    ['S', 'S'],
    ['C', 'C'],
  ] as const)('%s', (_target, which) => {
    for (const views of [production, development]) {
      const document: Json = views[which];
      const secret = document.services['xorb-database'].secrets.find((one: Json) => one.target === target);
      expect(document.secrets[secret.source].file).toBe('./secrets/xorb-secrets/postgres_password');
    }
  });
});

const own = ['xorb-api', 'xorb-orchestrator', 'xorb-worker'] as const;
const folder = '/run/secrets/xorb-secrets';
const staging = view(Environments.staging);
const testing = view(Environments.test);

/** Names of everything that runs, without versions. */
const running = (views: Views, target: Target) => namesOf(views, target).map((name) => name.replace(/-[0-9a-f]{8}$/, ''));

describe('X2: user xorb, no new privileges, an init process', () => {
  test('K', () => {
    for (const name of own) {
      const { shareProcessNamespace, containers, securityContext } = production.pod(name);
      const [{ securityContext: hardened, command, image }] = containers;
      expect(image).toBe(`xorb/${name.slice(5)}:1.0.0`);
      expect({ ...securityContext, ...hardened }).toMatchObject({ runAsUser: 1000, allowPrivilegeEscalation: false, runAsNonRoot: true });
      // a pod whose processes are shared has the engine's own first process, or the prober is in front
      expect(shareProcessNamespace === true || command[0].includes('prober')).toBe(true);
    }
  });
  test('D', () => {
    for (const name of own) {
      const { user, init, securityOpts } = production.D.get(name).containers[0].args;
      expect([user, init]).toEqual(['1000:1000', true]);
      expect(securityOpts).toContain('no-new-privileges:true');
    }
  });
  test.each(['S', 'C'] as const)('%s', (target) => {
    for (const name of own) {
      const service = (production[target] as Json).services[name];
      expect(service).toMatchObject({ user: '1000:1000', init: true });
      // on a Swarm the engines have it
      if (target === 'C') expect(service.security_opt).toContain('no-new-privileges:true');
    }
  });
});

describe('X4: Temporal with its database, and the orchestrator that knows where it is', () => {
  test.each(TARGETS)('%s: TEMPORAL_HOST', (target) => {
    expect(envOf(production, target, 'xorb-orchestrator')).toMatchObject({
      TEMPORAL_HOST: 'xorb-temporal:7233',
      TEMPORAL_NAMESPACE: 'xorb',
    });
    expect(envOf(production, target, 'xorb-api')).not.toHaveProperty('TEMPORAL_HOST');
  });
  test.each(TARGETS)('%s: server, database, schemas, namespaces and web interface, in every environment', (target) => {
    const parts = ['', '-database', '-schema', '-namespaces', '-ui'].map((part) => `xorb-temporal${part}`);
    for (const views of [development, testing, staging, production]) expect(running(views, target)).toEqual(expect.arrayContaining(parts));
  });
  test.each(TARGETS)('%s: its database is its own, with its own password and its own backups', (target) => {
    const config = configOf(production, target, 'xorb-temporal')['temporal.yaml'] as string;
    expect(config).toContain('connectAddr: xorb-temporal-database:5432');
    expect(config).toContain(`args: ["${folder}/temporal_password"]`);
    expect(envOf(production, target, 'xorb-temporal-database-backup')).toMatchObject({
      BACKUP_DEST_MAIN_BUCKET: 'xorb-backups',
      PGPASSWORD_FILE: `${folder}/temporal_backup_password`,
    });
  });
  test('C: database, schemas, server, namespaces, and then orchestrator and worker', () => {
    const { services } = production.C;
    expect(services['xorb-temporal'].depends_on).toMatchObject({
      'xorb-temporal-schema': { condition: 'service_completed_successfully' },
      'xorb-temporal-database': { condition: 'service_healthy' },
    });
    for (const name of ['xorb-orchestrator', 'xorb-worker'])
      expect(services[name].depends_on).toMatchObject({
        'xorb-temporal': { condition: 'service_healthy' },
        'xorb-temporal-namespaces': { condition: 'service_completed_successfully' },
      });
  });
});

describe('X6: Redis, persistent in development, a cluster in production', () => {
  const servers = (views: Views, target: Target) =>
    running(views, target).filter((name) => /^xorb-redis/.test(name) && !/exporter/.test(name));

  test.each(TARGETS)('%s: one server that keeps what is written, outside production', (target) => {
    for (const views of [development, testing, staging]) {
      expect(servers(views, target)).toEqual(['xorb-redis']);
      const files = Object.values(configOf(views, target, 'xorb-redis')).join('\n');
      expect(files).toMatch(/appendonly "?yes/);
      expect(envOf(views, target, 'xorb-api')).toMatchObject({ REDIS_HOST: 'xorb-redis', REDIS_PASSWORD_FILE: `${folder}/redis_password` });
    }
  });
  test.each(TARGETS)('%s: six servers in production, three parts and a copy of each', (target) => {
    const all = servers(production, target);
    expect(all.length).toBeGreaterThanOrEqual(6);
    const env = envOf(production, target, 'xorb-api');
    expect((env.REDIS_NODES as string).split(',')).toHaveLength(6);
    expect(env).not.toHaveProperty('REDIS_HOST');
  });
});

describe('X8: production: three APIs, four workers, limits and reservations', () => {
  const replicas = { 'xorb-api': 3, 'xorb-worker': 4 } as const;
  const names = Object.keys(replicas) as (keyof typeof replicas)[];

  test('K', () => {
    for (const name of names) {
      expect(production.kind('Deployment', name).spec.replicas).toBe(replicas[name]);
      const { limits, requests } = production.pod(name).containers[0].resources;
      expect(limits).toMatchObject({ cpu: '1', memory: '1Gi' });
      expect(requests).toMatchObject({ cpu: '500m', memory: '512Mi' });
    }
  });
  test('D', () => {
    for (const name of names) {
      const { containers } = production.D.get(name);
      expect(containers).toHaveLength(replicas[name]);
      expect(containers[0].args).toMatchObject({ cpus: '1.0', memory: 1024, memoryReservation: 512 });
    }
  });
  test.each(['S', 'C'] as const)('%s', (target) => {
    for (const name of names) {
      const { deploy } = (production[target] as Json).services[name];
      expect(deploy).toMatchObject({
        replicas: replicas[name],
        resources: { limits: { cpus: '1', memory: '1g' }, reservations: { cpus: '0.5', memory: '512m' } },
      });
    }
  });
  test.each(TARGETS)('%s: workers take their tasks from a queue of Temporal, eight at once, and say that they are alive', (target) => {
    expect(envOf(production, target, 'xorb-worker')).toMatchObject({
      WORKER_QUEUE: 'xorb',
      TEMPORAL_ADDRESS: 'xorb-temporal:7233',
      TEMPORAL_NAMESPACE: 'xorb',
      WORKER_CONCURRENCY: '8',
      WORKER_MAX_MEMORY: '512m',
      WORKER_HEARTBEAT_FILE: '/tmp/heartbeat',
    });
  });
});

describe('X11: four environments', () => {
  test.each(TARGETS)('%s: each is written, and says to XORB which it is', (target) => {
    const names = Object.entries({ development, test: testing, staging, production }).map(([name, views]) => {
      for (const service of own) expect(envOf(views, target, service).XORB_ENV).toBe(name);
      return name;
    });
    expect(names.sort()).toEqual([...SYSTEMS.xorb.environments].map(({ name }) => name).sort());
  });
});
