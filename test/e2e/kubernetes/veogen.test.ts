/** VeoGen in production on a real API server and a real node. Rows V1, V3, V4, V7 of the system. */
import { App } from 'cdk8s';
import { Environments } from '../../../lib';
import { IronhullChart } from '../../../lib/platforms/kubernetes';
import { until } from '../support/run';
import { createNamespace, createSecrets, kubectl, kubectlLater, Namespace, removeNamespace, requireCluster } from './kubectl';
import { underLoad } from './load';
import { buildVeoGen } from './systems';

const namespace = new Namespace('ironhull-veogen');
const RUN = `run-${Date.now().toString(36)}`;

function manifests(release: string): string {
  const app = new App();
  const options = { environment: Environments.production, namespace: namespace.name };
  buildVeoGen(new IronhullChart(app, 'veogen-production', options), { release, run: RUN });
  return app.synthYaml();
}

function apply(release: string) {
  return kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], manifests(release));
}

/** What a backend answers to the client. */
function ask(ip: string, path: string): string {
  return namespace.run('exec', 'deployment/client', '--', 'timeout', '10', 'wget', '-q', '-O', '-', `http://${ip}${path}`);
}

const backend = () => namespace.pods('veogen-backend')[0] as { name: string; ip: string };

beforeAll(() => {
  requireCluster();
  createNamespace(namespace.name);
  kubectl(['label', 'nodes', '--all', 'database=true', '--overwrite']);
  createSecrets(namespace);
});
afterAll(() => removeNamespace(namespace.name));

test('the API server takes everything, strictly and without a warning', () => {
  const { out, err } = apply('1');
  expect(err).toBe('');
  expect(out.trim().split('\n').length).toBeGreaterThan(20);
});

test('V7: all workloads become ready; the autoscaler brings the backend to three replicas', () => {
  for (const name of ['postgres', 'postgres-exporter', 'postgres-backup-status', 'redis', 'backend', 'frontend', 'worker'])
    namespace.rolledOut(`veogen-${name}`);
  namespace.rolledOut('client');
  namespace.rolledOut('stranger');
  namespace.run('wait', 'deployment/veogen-backend', '--for=jsonpath={.status.readyReplicas}=3', '--timeout=240s');
});

test('V7: claims are bound, budgets allow a disruption, the autoscaler knows its target', () => {
  const claims: { metadata: { name: string }; status: { phase: string } }[] = namespace.get('persistentvolumeclaims').items;
  // those of tasks, of which the clock may have started one
  const staging = claims.filter(({ metadata }) => metadata.name.endsWith('-staging'));
  const kept = claims.filter((one) => !staging.includes(one)).map(({ metadata, status }) => [metadata.name, status.phase]);
  expect(Object.fromEntries(kept)).toEqual({
    'veogen-outputs': 'Bound',
    'veogen-postgres-data-veogen-postgres-0': 'Bound',
    'veogen-uploads': 'Bound',
  });
  expect(staging).toHaveLength(4);
  namespace.run('wait', 'poddisruptionbudget/veogen-backend', '--for=jsonpath={.status.disruptionsAllowed}=1', '--timeout=120s');
  const { spec } = namespace.get('horizontalpodautoscaler', 'veogen-backend');
  expect(spec).toMatchObject({ minReplicas: 3, maxReplicas: 10, scaleTargetRef: { kind: 'Deployment', name: 'veogen-backend' } });
  expect(spec.metrics.map((metric: { type: string }) => metric.type)).toEqual(expect.arrayContaining(['Resource', 'Resource', 'Pods']));
});

describe('V1, V7: a backend process', () => {
  test('has no privileges, and no way to get any', () => {
    const { ip } = backend();
    expect(JSON.parse(ask(`${ip}:8000`, '/whoami'))).toMatchObject({
      uid: 1001,
      gid: 1001,
      CapEff: '0000000000000000',
      // the one capability that it asks for
      CapBnd: '0000000000000400',
      NoNewPrivs: '1',
      Seccomp: '2',
    });
  });

  test('cannot write to the root file system, and can to its scratch paths and volumes', () => {
    const { ip } = backend();
    for (const path of ['/tmp/a', '/app/temp/a', '/app/logs/a', '/app/uploads/a', '/app/outputs/a']) {
      expect(JSON.parse(ask(`${ip}:8000`, `/write?path=${path}`))).toEqual({ wrote: path });
    }
    for (const path of ['/a', '/app/a', '/etc/a']) expect(() => ask(`${ip}:8000`, `/write?path=${path}`)).toThrow('500');
  });

  test('has no token of the API server, and no variables of other services', () => {
    const { ip } = backend();
    expect(() => ask(`${ip}:8000`, '/read?path=/var/run/secrets/kubernetes.io/serviceaccount/token')).toThrow('500');
    const names: string[] = JSON.parse(ask(`${ip}:8000`, '/env-names'));
    expect(names).toEqual(expect.arrayContaining(['DATABASE_URL', 'GOOGLE_API_KEY', 'PYTHONPATH', 'REDIS_URL']));
    expect(names.filter((name) => name.startsWith('VEOGEN_'))).toEqual([]);
  });

  test('reaches what an edge allows, by name, and nothing else', async () => {
    const { ip } = backend();
    const connect = (to: string) => async () => ask(`${ip}:8000`, `/connect?${to}`);
    // again where a slow machine needs longer than the program waits
    for (const to of ['host=veogen-postgres&port=5432', 'host=veogen-redis&port=6379'])
      await until(`the backend reaches ${to}`, connect(to), (said) => said.startsWith('{"connected"'));
    expect(() => ask(`${ip}:8000`, '/connect?host=veogen-frontend&port=3000')).toThrow('500');
  });

  test('is reached by those that an edge allows, on the ports of the edge, and by nobody else', () => {
    const { ip } = backend();
    expect(JSON.parse(ask(`${ip}:8000`, '/health'))).toEqual({ status: 'ok' });
    expect(() => ask(`${ip}:8001`, '/metrics')).toThrow('143');
    const from = ['exec', 'deployment/stranger', '--', 'timeout', '5', 'wget', '-q', '-O', '-'];
    expect(() => namespace.run(...from, `http://${ip}:8000/health`)).toThrow('143');
  });
});

describe('V4: postgres', () => {
  const exec = (...command: string[]) => namespace.run('exec', 'statefulset/veogen-postgres', '--', ...command).trim();
  const login = (sslmode: string, password = 'e2e') => `host=127.0.0.1 user=veogen dbname=veogen password=${password} sslmode=${sslmode}`;

  test('runs as its own user, with a read-only root and no capability', () => {
    expect(exec('id', '-u')).toBe('10001');
    expect(() => exec('touch', '/a')).toThrow('Read-only file system');
    const status = exec('cat', '/proc/1/status');
    for (const set of ['CapEff', 'CapPrm', 'CapBnd']) expect(status).toMatch(new RegExp(`^${set}:\\s+0000000000000000$`, 'm'));
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(/^Seccomp:\s+2$/m);
    const mounts = exec('cat', '/proc/mounts');
    for (const path of ['/tmp', '/var/run/postgresql']) expect(mounts).toMatch(new RegExp(`^tmpfs (/run/postgresql|${path}) tmpfs`, 'm'));
  });

  test('takes the password of the secret over TLS, and nothing in clear', () => {
    const query = 'SELECT current_user, current_database(), ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
    expect(exec('psql', login('require'), '-Atc', query)).toBe('veogen|veogen|t');
    expect(() => exec('psql', login('disable'), '-Atc', query)).toThrow('no encryption');
    expect(() => exec('psql', login('require', 'wrong'), '-Atc', query)).toThrow('password authentication failed');
  });

  test('writes down statements, and keeps statistics of them', () => {
    const show = (name: string) => exec('psql', '-h', '/var/run/postgresql', '-U', 'postgres', '-d', 'veogen', '-Atc', `SHOW ${name}`);
    const names = ['ssl', 'log_statement', 'log_min_duration_statement', 'shared_preload_libraries', 'data_checksums'];
    expect(names.map(show)).toEqual(['on', 'ddl', '1s', 'pg_stat_statements', 'on']);
    const count = 'SELECT count(*) > 0 FROM pg_stat_statements';
    expect(exec('psql', '-h', '/var/run/postgresql', '-U', 'postgres', '-d', 'veogen', '-Atc', count)).toBe('t');
  });
});

describe('under load', () => {
  const url = () => `http://${namespace.get('service', 'veogen-backend').spec.clusterIP}:8000/health`;

  test('V7: a new version replaces the old one without a failed request', async () => {
    const before = namespace.pods('veogen-backend').map((pod) => pod.name);
    const { succeeded, failed, rate } = await underLoad(namespace, url(), () => {
      apply('2');
      namespace.rolledOut('veogen-backend');
    });
    const after = namespace.pods('veogen-backend').map((pod) => pod.name);
    console.log(`rolling update: ${succeeded} requests succeeded, ${failed} failed`);
    expect(after.filter((name) => before.includes(name))).toEqual([]);
    expect(failed).toBe(0);
    expect(rate).toBeGreaterThan(2);
  }, 600_000);

  test('a pod that is told to stop drains, and ends by itself', async () => {
    const { name } = backend();
    const log = kubectlLater(['--namespace', namespace.name, 'logs', '--follow', name, '--container', 'veogen-backend']);
    const { succeeded, failed, rate } = await underLoad(namespace, url(), () => {
      namespace.run('delete', 'pod', name);
      namespace.run('wait', 'deployment/veogen-backend', '--for=jsonpath={.status.readyReplicas}=3', '--timeout=240s');
    });
    console.log(`deleted pod: ${succeeded} requests succeeded, ${failed} failed`);
    expect(await log).toContain('probe: stopped');
    expect(failed).toBe(0);
    expect(rate).toBeGreaterThan(2);
  }, 600_000);
});
