/**
 * XORB in each of its environments by `docker compose up`: rows X2 to X6 and X10. PostgreSQL and Redis are real. Temporal did not
 * run here, nor did XORB: see support/stand-in/temporal for what of them is real.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Inspected, inspect, requireDocker } from '../support/docker';
import { must, requireEngine, until } from '../support/run';
import { leaks, secretsIn, told, variables } from './secrets';
import {
  clusterIsWhole,
  Deployed,
  type EnvironmentName,
  IMAGES,
  OWN,
  readsOf,
  redisCli,
  saysInTime,
  superuser,
  TABLE,
  TASKS,
  variablesIn,
} from './xorb';

const FIRST = { jwt_secret: 'planted-jwt-1', postgres_password: 'planted-password-333' };
/** Those that stay. */
const OTHERS = {
  postgres_superuser_password: 'planted-superuser-password-55555',
  postgres_backup_password: 'planted-backup-password-666666',
  postgres_monitoring_password: 'planted-monitoring-password-7777777',
  redis_password: 'planted "redis" \\password 1',
  redis_admin_password: 'planted-redis-admin-password-22',
  redis_monitoring_password: 'planted "monitoring" \\password 333',
  temporal_password: 'planted-temporal-password-4444',
  temporal_superuser_password: 'planted-temporal-superuser-password-55555',
  temporal_backup_password: 'planted-temporal-backup-password-666666',
  temporal_monitoring_password: 'planted-temporal-monitoring-password-7777777',
  backup_writer_id: 'planted-writer-id-88888888',
  backup_writer_secret: 'planted-writer-secret-999999999',
  backup_pruner_id: 'planted-pruner-id-0000000000',
  backup_pruner_secret: 'planted-pruner-secret-11111111111',
  backup_restorer_id: 'planted-restorer-id-222222222222',
  backup_restorer_secret: 'planted-restorer-secret-3333333333333',
  backup_age_identity: 'planted-age-identity-44444444444444',
};
const SECOND = { jwt_secret: 'planted $jwt "second" 22', postgres_password: 'planted-password-4444' };
/** Every value that ever was. */
const PLANTED = {
  'first jwt': FIRST.jwt_secret,
  'second jwt': SECOND.jwt_secret,
  'first password': FIRST.postgres_password,
  'second password': SECOND.postgres_password,
  ...OTHERS,
};

beforeAll(async () => {
  await requireDocker(...IMAGES);
  await requireEngine(['docker', 'compose', 'version']);
});

describe('development, test and staging', () => {
  const small = { development: new Deployed('development'), test: new Deployed('test'), staging: new Deployed('staging') };
  beforeAll(async () => {
    // one after the other: some forty containers that start at once leave none of them the time that its first looks have
    for (const one of Object.values(small)) await one.start({ ...OTHERS, ...FIRST });
  }, 1_200_000);
  afterAll(async () => {
    await Promise.all(Object.values(small).map(({ project }) => project.dispose()));
  });

  describe.each(Object.entries(small))('%s', (name, system) => {
    configurationTest(name as EnvironmentName, system);
    databaseTest(name as EnvironmentName, system);
    temporalTest(system);

    test('X6: Redis is one server that writes down what it is told', async () => {
      const redis = system.one('redis');
      expect(await redisCli(redis, 'default', 'set', 'kept', 'yes')).toBe('OK');
      expect(await redisCli(redis, 'admin', 'config', 'get', 'appendonly')).toBe('appendonly\nyes');
      expect(await redisCli(redis, 'default', 'config', 'get', 'appendonly')).toMatch(/^NOPERM/);
    });

    test('X10: secrets reach those who read them as files, and are nowhere else', () => onlyFiles(system, FIRST));
  });
});

describe('production', () => {
  const system = new Deployed('production');
  const { api, orchestrator, worker } = TABLE.production;
  beforeAll(() => system.start({ ...OTHERS, ...FIRST }), 900_000);
  afterAll(() => system.project.dispose());

  test('X2: every process is user xorb without capabilities or new privileges, below an init process that tells it to end', async () => {
    for (const { Id, Name } of OWN.flatMap((service) => system.of(service))) {
      const status = await must('docker', ['exec', Id, 'sh', '-c', 'cat /proc/1/comm /proc/$(pidof probe)/status']);
      const found = Object.fromEntries(status.split('\n').map((line) => line.split(/:?\s+/, 2)));
      expect([Name, status.split('\n')[0], found]).toEqual([
        Name,
        'docker-init',
        expect.objectContaining({ Uid: '1000', Gid: '1000', CapEff: '0000000000000000', CapBnd: '0000000000000000', NoNewPrivs: '1' }),
      ]);
    }
    const { Id } = system.one('orchestrator');
    await must('docker', ['stop', Id]);
    // asked, and not killed after the time that it has
    expect((await inspect('container', Id)).State.ExitCode).toBe(0);
    await must('docker', ['start', Id]);
    await until('its program runs again', () => must('docker', ['exec', Id, 'pidof', 'probe']), Boolean, 120_000);
  });

  configurationTest('production', system);
  databaseTest('production', system);
  temporalTest(system);

  test('X6: Redis is a cluster of three with a copy each, which spreads what it is told', async () => {
    await clusterIsWhole(system.one('redis-node1'));
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const key of keys) await saysInTime(system.one('redis-node1'), 'OK', 'set', key, `of ${key}`);
    for (const key of keys) await saysInTime(system.one('redis-node6'), `of ${key}`, 'get', key);
  }, 600_000);

  test('X10: secrets reach those who read them as files, and are nowhere else', () => onlyFiles(system, FIRST));

  test('X10: another value without another version rolls nobody, and who has the old one keeps it', async () => {
    const before = system.ids;
    system.project.writeSecrets('xorb-secrets', { jwt_secret: SECOND.jwt_secret });
    await system.up();
    expect(system.rolled(before)).toEqual({});
    await onlyFiles(system, FIRST);
  }, 600_000);

  test('X10: with another version exactly its consumer is rolled, every replica', async () => {
    const before = system.ids;
    system.setVersions({ jwt_secret: '2' });
    await system.up();
    expect(system.rolled(before)).toEqual({ api });
    await onlyFiles(system, { ...FIRST, jwt_secret: SECOND.jwt_secret });
  }, 600_000);

  test('X10: the password of the database rolls all four who read it, and is the one that is taken', async () => {
    const { jwt_secret, postgres_password } = SECOND;
    expect([await system.login(FIRST.postgres_password), await system.login(postgres_password)]).toEqual(['welcome', 'refused']);
    const before = system.ids;
    system.project.writeSecrets('xorb-secrets', { postgres_password });
    system.setVersions({ jwt_secret: '2', postgres_password: '2' });
    await system.up();
    expect(system.rolled(before)).toEqual({ database: 1, api, orchestrator, worker });
    await onlyFiles(system, { jwt_secret, postgres_password });
    expect([await system.login(FIRST.postgres_password), await system.login(postgres_password)]).toEqual(['refused', 'welcome']);
  }, 600_000);
});

function configurationTest(name: EnvironmentName, system: Deployed): void {
  test.each(OWN)('X3: the variables of every process of the %s are exactly those of the environment', async (service) => {
    const expected = variablesIn(name)[service];
    expect(system.of(service)).toHaveLength(TABLE[name][service]);
    for (const { Id } of system.of(service)) {
      // the engine gives these three to every process; the first one is the init process
      const { PATH, HOME, HOSTNAME, ...first } = await variables(Id);
      expect([PATH, HOME, HOSTNAME]).toEqual([expect.anything(), '/', Id.slice(0, 12)]);
      expect(first).toEqual(expected);
      expect(await variables(Id, 'probe')).toMatchObject(expected);
    }
  });
}

function databaseTest(name: EnvironmentName, system: Deployed): void {
  test('X5: the database has pgvector, and the parameters of the environment', async () => {
    const ask = (sql: string) => superuser(system.one('database'), 'xorb', sql);
    expect(await ask("SELECT extname FROM pg_extension WHERE extname = 'vector'")).toBe('vector');
    const names = ['log_statement', 'log_min_duration_statement', 'fsync', 'shared_buffers', 'effective_cache_size', 'random_page_cost'];
    const found = await Promise.all(names.map((one) => ask(`SHOW ${one}`)));
    expect(found).toEqual([...STATEMENTS[name], '256MB', '640MB', '1.1']);
  });
}

/** Which statements are written down, from how long on, and whether they are kept when the power fails. */
const STATEMENTS = {
  development: ['all', '0', 'on'],
  test: ['ddl', '1s', 'off'],
  staging: ['ddl', '1s', 'on'],
  production: ['ddl', '1s', 'on'],
} as const;

function temporalTest(system: Deployed): void {
  test("X4: Temporal's databases have their schemas before its server starts; namespaces are there before who needs them", async () => {
    for (const database of ['temporal', 'temporal_visibility']) {
      const ask = (sql: string) => superuser(system.one('temporal-database'), database, sql);
      expect(
        await ask('SELECT count(*), pg_get_userbyid(relowner) FROM pg_class, schema_version WHERE relname = $$schema_version$$ GROUP BY 2'),
      ).toBe('1|temporal');
    }
    const at = (container: Inspected, what: 'StartedAt' | 'FinishedAt') => Date.parse(container.State[what]);
    const [schema, namespaces] = TASKS.map((name) => system.one(name)) as [Inspected, Inspected];
    const server = system.one('temporal');
    for (const task of [schema, namespaces]) expect(task.State).toMatchObject({ Status: 'exited', ExitCode: 0 });
    expect(at(schema, 'FinishedAt')).toBeLessThan(at(server, 'StartedAt'));
    expect(at(server, 'StartedAt')).toBeLessThan(at(namespaces, 'StartedAt'));
    for (const one of [...system.of('orchestrator'), ...system.of('worker')])
      expect([one.Name, at(namespaces, 'FinishedAt') < at(one, 'StartedAt')]).toEqual([one.Name, true]);
  });
}

/** Fails unless each service reads these values, those that it should, and nothing else tells one. */
async function onlyFiles(system: Deployed, values: Readonly<Record<string, string>>): Promise<void> {
  const { project, containers } = system;
  const all: Readonly<Record<string, string>> = { ...OTHERS, ...values };
  for (const service of system.services) {
    const own = Object.fromEntries(readsOf(service).map((key) => [`/run/secrets/xorb-secrets/${key}`, all[key]]));
    const files = await Promise.all(system.of(service).map(secretsIn));
    expect([service, files]).toEqual([service, files.map(() => own)]);
  }
  const written = readFileSync(join(project.folder, 'compose.yaml'), 'utf8');
  expect(leaks({ 'compose.yaml': written, config: await project.must('config'), ...(await told(containers)) }, PLANTED)).toEqual([]);
}
