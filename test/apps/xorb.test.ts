/** Rows of XORB's documents on what it is written as: K Kubernetes, D Docker, S Swarm, C Compose. Engines: test/e2e. */
import { Xorb } from '../../apps/xorb/xorb';
import { type Environment, Environments } from '../../lib';
import { configOf, envOf, settingsOf, TARGETS } from './database';
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
