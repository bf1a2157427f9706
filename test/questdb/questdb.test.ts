import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Construct } from 'constructs';
import { START } from '../../constructs/questdb/start';
import { acknowledge, alertGroups, Environments, ExistingSecret, HardenedService, Monitor, QuestDb, type QuestDbProps } from '../../lib';
import { envOf, TARGETS } from '../apps/database';
import { type Json, Views } from '../apps/views';

const ACCEPTED = { 'no-new-privileges': 'the engines have it in daemon.json', 'start.ready': 'everybody tries again' };

class Prices extends Construct {
  readonly series: QuestDb;

  constructor(scope: Construct, props: Partial<QuestDbProps>, given: boolean) {
    super(scope, 'prices');
    acknowledge(this, ACCEPTED);
    const secret = new ExistingSecret(this, 'Secrets', { existing: 'prices-secrets' });
    this.series = new QuestDb(this, 'Series', { size: '20Gi', ...(given && { passwords: { secret } }), ...props });
    const app = new HardenedService(this, 'App', { image: 'prices/app:1.0.0', ports: { http: 8080 } });
    app.network.allowTo(this.series);
  }
}

const views = (props: Partial<QuestDbProps> = {}, given = true) =>
  new Views('prices', (scope) => new Prices(scope, props, given), Environments.staging);
const all = views();
const SERVER = 'prices-series';
const folder = '/run/secrets/prices-secrets';

describe('the server', () => {
  test('K: a StatefulSet of one, hardened, on a volume of its own', () => {
    const { spec } = all.kind('StatefulSet', SERVER);
    const [main] = spec.template.spec.containers;
    expect(main.image).toBe('questdb/questdb:8.2.1');
    expect(spec.replicas).toBe(1);
    expect(spec.template.spec.securityContext).toMatchObject({ fsGroup: 10001 });
    expect(main.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsUser: 10001,
      capabilities: { drop: ['ALL', 'NET_RAW'] },
    });
    expect(spec.volumeClaimTemplates[0].spec.resources.requests.storage).toBe('20Gi');
    expect(main.volumeMounts).toContainEqual(expect.objectContaining({ mountPath: '/var/lib/questdb' }));
  });
  test('D, S, C: the same', () => {
    const [native] = all.D.get(SERVER).containers;
    expect(native.args).toMatchObject({ image: 'questdb/questdb:8.2.1', readOnly: true, capabilities: { drops: ['ALL'] } });
    expect(native.args.volumes).toContainEqual({ volumeName: 'prices-series-data-1', containerPath: '/var/lib/questdb' });
    for (const { services } of [all.S, all.C])
      expect(services[SERVER]).toMatchObject({ read_only: true, cap_drop: ['ALL'], user: '10001:10001', stop_grace_period: '2m0s' });
  });
  test.each(TARGETS)('%s: native libraries are unpacked to the volume: a Swarm lets nothing be run from scratch space', (target) => {
    expect(envOf(all, target, SERVER)).toMatchObject({
      JVM_PREPEND: '-Djava.io.tmpdir=/var/lib/questdb/.native',
      NATIVE_LIBRARIES: '/var/lib/questdb/.native',
    });
  });
  test.each(TARGETS)('%s: metrics, and a health check that no query can delay', (target) => {
    expect(envOf(all, target, SERVER)).toMatchObject({
      QDB_METRICS_ENABLED: 'true',
      QDB_TELEMETRY_ENABLED: 'false',
      QDB_HTTP_MIN_WORKER_COUNT: '1',
      QDB_HTTP_HEALTH_CHECK_AUTHENTICATION_REQUIRED: 'false',
    });
  });
  test('K: Prometheus finds the metrics, probes ask the same port', () => {
    const { template } = all.kind('StatefulSet', SERVER).spec;
    expect(template.metadata.annotations).toMatchObject({ 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9003' });
    const { livenessProbe, startupProbe } = template.spec.containers[0];
    expect(livenessProbe.httpGet).toMatchObject({ path: '/status', port: 'metrics' });
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBeGreaterThanOrEqual(3600);
  });
  test.each(TARGETS)('%s: passwords stand in files, never in the environment', (target) => {
    const env = envOf(all, target, SERVER);
    expect(env).toMatchObject({ QDB_PG_USER: 'admin', QDB_PG_PASSWORD_FILE: `${folder}/admin-password`, QDB_HTTP_USER: 'admin' });
    expect(env).not.toHaveProperty('QDB_PG_PASSWORD');
    expect(env).not.toHaveProperty('QDB_HTTP_PASSWORD');
    expect(env).not.toHaveProperty('QDB_PG_READONLY_USER');
  });
  test('a generated secret where none is given', () => {
    const path = '/run/secrets/prices-series-passwords/admin-password';
    expect(envOf(views({}, false), 'C', SERVER).QDB_PG_PASSWORD_FILE).toBe(path);
  });
});

describe('who may connect', () => {
  test.each(TARGETS)('%s: knows every port, and how to log in', (target) => {
    expect(envOf(all, target, 'prices-app')).toMatchObject({
      QUESTDB_HOST: SERVER,
      QUESTDB_HTTP_PORT: '9000',
      QUESTDB_PG_PORT: '8812',
      QUESTDB_ILP_PORT: '9009',
      QUESTDB_DATABASE: 'qdb',
      QUESTDB_USER: 'admin',
      QUESTDB_PASSWORD_FILE: `${folder}/admin-password`,
    });
  });
  test('K: its Service has every port', () => {
    const ports = all.kind('Service', SERVER).spec.ports.map(({ port }: Json) => port);
    expect(ports.sort()).toEqual([8812, 9000, 9003, 9009]);
  });
  test.each(TARGETS)('%s: no line protocol over TCP where it is not wanted', (target) => {
    const without = views({ lineTcp: false });
    expect(envOf(without, target, SERVER).QDB_LINE_TCP_ENABLED).toBe('false');
    expect(envOf(without, target, 'prices-app')).not.toHaveProperty('QUESTDB_ILP_PORT');
    if (target === 'K') expect(without.kind('Service', SERVER).spec.ports).toHaveLength(3);
  });
  test.each(TARGETS)('%s: a user who only reads, with a password of its own', (target) => {
    expect(envOf(views({ reader: 'analyst' }, false), target, SERVER)).toMatchObject({
      QDB_PG_READONLY_USER_ENABLED: 'true',
      QDB_PG_READONLY_USER: 'analyst',
      QDB_PG_READONLY_PASSWORD_FILE: '/run/secrets/prices-series-passwords/analyst-password',
    });
  });
  test.each(TARGETS)('%s: a parameter is a variable', (target) => {
    const tuned = views({ settings: { 'cairo.sql.copy.buffer.size': '4M', 'telemetry.enabled': true } });
    expect(envOf(tuned, target, SERVER)).toMatchObject({ QDB_CAIRO_SQL_COPY_BUFFER_SIZE: '4M', QDB_TELEMETRY_ENABLED: 'true' });
  });
});

describe('what starts it', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ironhull-questdb-'));
  const [script, file, libraries] = [join(dir, 'start.sh'), join(dir, 'password'), join(dir, 'data/.native')];
  beforeAll(() => {
    writeFileSync(script, START);
    writeFileSync(file, 'pa$$ "word\'\n');
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  test('hands over what stands in the files, whatever characters it has', () => {
    const env = { PATH: process.env.PATH, NATIVE_LIBRARIES: libraries, QDB_PG_PASSWORD_FILE: file };
    const said = execFileSync('/bin/sh', [script, 'sh', '-c', 'printf %s "$QDB_PG_PASSWORD,$' + '{QDB_HTTP_PASSWORD:-none}"'], { env });
    expect(said.toString()).toBe('pa$$ "word\',none');
  });
  test('and makes an empty folder for native libraries', () => {
    mkdirSync(libraries, { recursive: true });
    writeFileSync(join(libraries, 'libquestdb123.so'), 'left behind');
    execFileSync('/bin/sh', [script, 'true'], { env: { PATH: process.env.PATH, NATIVE_LIBRARIES: libraries } });
    expect(readdirSync(libraries)).toEqual([]);
  });
  test('does not start without a password', () => {
    const env = { PATH: process.env.PATH, NATIVE_LIBRARIES: libraries, QDB_HTTP_PASSWORD_FILE: join(dir, 'missing') };
    const { status, stderr, stdout } = spawnSync('/bin/sh', [script, 'echo', 'started'], { env });
    expect([status, stderr.toString(), stdout.toString()]).toEqual([78, `ironhull: ${dir}/missing holds no password\n`, '']);
  });
  test('K: the entry point of the image follows it', () => {
    expect(all.pod(SERVER).containers[0].command).toEqual(['/bin/sh', '/etc/ironhull/questdb/start.sh', '/docker-entrypoint.sh']);
  });
});

test('its alerts and panels, with the name of its volume', () => {
  const [group] = alertGroups(all.tree).filter(({ name }) => name === 'QuestDB');
  expect(group?.rules.map(({ alert }) => alert)).toEqual([
    'QuestDbMissing',
    'QuestDbTableSuspended',
    'QuestDbWalLag',
    'QuestDbUnhandledErrors',
    'QuestDbHeapFull',
    'QuestDbVolumeFilling',
  ]);
  expect(group?.rules.at(-1)?.expr).toContain('persistentvolumeclaim=~"prices-series-data.*"');
  expect(Monitor.within(all.tree).flatMap(({ panels }) => panels)).toHaveLength(8);
});
