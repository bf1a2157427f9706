/** Rows of VeoGen's documents on what it is written as: K Kubernetes, D Docker, S Swarm, C Compose. Engines: test/e2e. */
import { App } from 'cdk8s';
import { RootConstruct } from 'constructs';
import { parse } from 'yaml';
import { VeoGen } from '../../apps/veogen/veogen';
import { Environment, Environments, plan } from '../../lib';
import { composeFile } from '../../lib/platforms/compose';
import { docker } from '../../lib/platforms/docker';
import { IronhullChart, synthesize } from '../../lib/platforms/kubernetes';
import { swarmStackFile } from '../../lib/platforms/swarm';
import { envOf, settingsOf, TARGETS } from './database';
import { Views } from './views';

// biome-ignore lint/suspicious/noExplicitAny: documents are read as a reader of YAML would
type Json = any;

function root(environment: Environment): RootConstruct {
  const construct = new RootConstruct('veogen');
  Environment.set(construct, environment);
  new VeoGen(construct);
  return construct;
}

function manifests(environment: Environment): Json[] {
  const app = new App();
  new VeoGen(new IronhullChart(app, `veogen-${environment.name}`, { environment, namespace: 'veogen' }));
  const text = synthesize(app).files.get(`veogen-${environment.name}.k8s.yaml`) as string;
  return text.split(/^---$/m).map((document) => parse(document));
}

const K: Json[] = manifests(Environments.production);
const kind = (name: string, of = 'veogen-backend'): Json => K.find((one) => one.kind === name && one.metadata.name === of);
const pod: Json = kind('Deployment').spec.template.spec;
const K1: Json = pod.containers[0];
const planned = plan(root(Environments.development), docker, { name: 'veogen' });
const native = (name: string): Json => planned.drafted.find(({ at }) => at.name === name)?.native;
const D: Json = native('veogen-backend').containers[0].args;
const C: Json = parse(composeFile(root(Environments.development), { name: 'veogen' }).text);
const S: Json = parse(swarmStackFile(root(Environments.production), { name: 'veogen' }).text);
const c: Json = C.services['veogen-backend'];
const s: Json = S.services['veogen-backend'];
const GI = 2 ** 30;

describe('V1: hardening', () => {
  test('K', () => {
    expect(K1.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      runAsUser: 1001,
      runAsGroup: 1001,
      capabilities: { add: ['NET_BIND_SERVICE'], drop: expect.arrayContaining(['ALL']) },
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(K1.resources).toMatchObject({ limits: { cpu: '2', memory: '4Gi' }, requests: { cpu: '1', memory: '2Gi' } });
    const scratch = Object.fromEntries(pod.volumes.filter((v: Json) => v.emptyDir).map((v: Json) => [v.name, v.emptyDir]));
    const paths = Object.fromEntries(K1.volumeMounts.map((m: Json) => [m.mountPath, scratch[m.name]]));
    expect(paths['/tmp']).toEqual({ medium: 'Memory', sizeLimit: '100Mi' });
    expect(paths['/app/temp']).toEqual({ medium: 'Memory', sizeLimit: '1Gi' });
  });
  test('D', () => {
    expect(D).toMatchObject({
      readOnly: true,
      user: '1001:1001',
      securityOpts: ['no-new-privileges:true'],
      memory: 4096,
      memorySwap: 4096,
      memoryReservation: 2048,
    });
    expect(native('veogen-backend').containers[0].pids).toBe(100);
    expect(D.tmpfs['/tmp']).toMatch(/noexec,nosuid.*size=104857600/);
    expect(D.tmpfs['/app/temp']).toMatch(/noexec,nosuid.*size=1073741824/);
  });
  test('S', () => {
    expect(s).toMatchObject({ read_only: true, user: '1001:1001', cap_drop: ['ALL'], cap_add: ['NET_BIND_SERVICE'] });
    expect(s.deploy.resources).toEqual({ limits: { cpus: '2', memory: '4g', pids: 100 }, reservations: { cpus: '1', memory: '2g' } });
    expect(s.volumes).toEqual(expect.arrayContaining([{ type: 'tmpfs', target: '/tmp', tmpfs: { size: 100 * 2 ** 20 } }]));
    expect(s.volumes).toEqual(expect.arrayContaining([{ type: 'tmpfs', target: '/app/temp', tmpfs: { size: GI } }]));
  });
  test('C', () => {
    expect(c).toMatchObject({
      read_only: true,
      user: '1001:1001',
      cap_drop: ['ALL'],
      cap_add: ['NET_BIND_SERVICE'],
      security_opt: ['no-new-privileges:true'],
      deploy: { resources: { limits: { cpus: '2', memory: '4g', pids: 100 }, reservations: { cpus: '1', memory: '2g' } } },
    });
    expect(c.tmpfs).toEqual(expect.arrayContaining([expect.stringMatching(/^\/tmp:.*noexec,nosuid.*size=104857600/)]));
    expect(c.tmpfs).toEqual(expect.arrayContaining([expect.stringMatching(/^\/app\/temp:.*noexec,nosuid.*size=1073741824/)]));
  });
});

describe('V2: Python runtime', () => {
  const runtime = {
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUNBUFFERED: '1',
    PYTHONPATH: '/app',
    MALLOC_ARENA_MAX: '2',
    PYTHONMALLOC: 'malloc',
  };
  test('K', () => expect(Object.fromEntries(K1.env.map((one: Json) => [one.name, one.value]))).toMatchObject(runtime));
  test('D', () => expect(D.envs).toEqual(expect.arrayContaining(Object.entries(runtime).map(([name, value]) => `${name}=${value}`))));
  test('S', () => expect(s.environment).toMatchObject(runtime));
  test('C', () => expect(c.environment).toMatchObject(runtime));
});

describe('V3: health check', () => {
  const check = ['CMD', '/.ironhull/prober', 'http', '8000', '/health', '--timeout', '9500'];
  test('K', () => {
    const httpGet = { path: '/health', port: 'http' };
    expect(K1.livenessProbe).toEqual({ httpGet, initialDelaySeconds: 30, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 });
    expect(K1.readinessProbe).toEqual({ httpGet, initialDelaySeconds: 5, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 });
    // nothing is killed while it starts: at least the 40 s that it may take
    expect(K1.startupProbe.periodSeconds * K1.startupProbe.failureThreshold).toBeGreaterThanOrEqual(40);
  });
  test('D', () => expect(D.healthcheck).toEqual({ tests: check, interval: '30s', timeout: '10s', retries: 3, startPeriod: '40s' }));
  test.each([
    ['S', s],
    ['C', c],
  ])('%s', (_, service) => {
    expect(service.healthcheck).toEqual({ test: check, interval: '30s', timeout: '10s', retries: 3, start_period: '40s' });
  });
});

describe('V4: Postgres 15, hardened', () => {
  const production = new Views('veogen', (scope) => new VeoGen(scope), Environments.production);
  const development = new Views('veogen', (scope) => new VeoGen(scope), Environments.development);
  const name = 'veogen-postgres';

  test('K', () => {
    const { containers, volumes } = production.kind('StatefulSet', name).spec.template.spec;
    expect(containers[0]).toMatchObject({
      image: 'postgres:15-bookworm',
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        capabilities: { drop: expect.arrayContaining(['ALL']) },
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
    expect(containers[0].securityContext.capabilities).not.toHaveProperty('add');
    for (const path of ['/tmp', '/var/run/postgresql']) {
      const { name } = containers[0].volumeMounts.find((one: Json) => one.mountPath === path);
      expect(volumes.find((one: Json) => one.name === name).emptyDir).toMatchObject({ medium: 'Memory' });
    }
  });
  test('D', () => {
    const { args } = production.D.get(name).containers[0];
    expect(args).toMatchObject({
      image: 'postgres:15-bookworm',
      readOnly: true,
      securityOpts: ['no-new-privileges:true'],
      capabilities: { drops: ['ALL'] },
    });
    expect(args.capabilities).not.toHaveProperty('adds');
    for (const path of ['/tmp', '/var/run/postgresql']) expect(args.tmpfs[path]).toMatch(/noexec,nosuid/);
  });
  test('S', () => {
    const service = production.S.services[name];
    expect(service).toMatchObject({ image: 'postgres:15-bookworm', read_only: true, cap_drop: ['ALL'] });
    expect(service).not.toHaveProperty('cap_add');
    for (const target of ['/tmp', '/var/run/postgresql'])
      expect(service.volumes).toContainEqual({ type: 'tmpfs', target, tmpfs: { size: expect.any(Number) } });
  });
  test('C', () => {
    const service = production.C.services[name];
    expect(service).toMatchObject({
      image: 'postgres:15-bookworm',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(service).not.toHaveProperty('cap_add');
    for (const path of ['/tmp', '/var/run/postgresql'])
      expect(service.tmpfs).toContainEqual(expect.stringMatching(new RegExp(`^${path}:.*noexec,nosuid`)));
  });
  test.each(TARGETS)('%s: TLS, statements in the log, and statistics of them', (target) => {
    expect(settingsOf(production, target, name)).toMatchObject({
      ssl: 'on',
      log_statement: 'ddl',
      log_min_duration_statement: '1s',
      shared_preload_libraries: 'pg_stat_statements',
    });
    // as its document has them
    expect(settingsOf(development, target, name)).toMatchObject({ ssl: 'on', log_statement: 'all', log_min_duration_statement: '0' });
  });
  test.each(TARGETS)('%s: it is backed up', (target) => {
    expect(envOf(production, target, `${name}-backup`)).toMatchObject({
      BACKUP_CRON: '0 2 * * *',
      BACKUP_DEST_MAIN_BUCKET: 'veogen-backups',
    });
  });
});

test('V6: Swarm', () => {
  expect(s.deploy).toMatchObject({
    replicas: 3,
    placement: { constraints: ['node.role == worker'], preferences: [{ spread: 'node.labels.zone' }] },
    restart_policy: { condition: 'on-failure', delay: '5s', max_attempts: 3 },
    update_config: { parallelism: 1, delay: '10s', failure_action: 'rollback', order: 'start-first' },
    rollback_config: { parallelism: 1, delay: '5s', failure_action: 'pause' },
  });
  expect(S.services['veogen-postgres'].deploy).toMatchObject({ replicas: 1, placement: { constraints: ['node.labels.database == true'] } });
  expect(S.networks['veogen-network']).toMatchObject({
    driver: 'overlay',
    attachable: true,
    ipam: { config: [{ subnet: '10.0.1.0/24' }] },
  });
  const staging = ['backup', 'drill', 'prune', 'restore'].map((name) => `veogen-postgres-${name}-staging`);
  expect(Object.keys(S.volumes).sort()).toEqual(['veogen-outputs', 'veogen-uploads', 'veogen-postgres-data', ...staging].sort());
  expect(S.volumes['veogen-postgres-data'].name).toBe('veogen-postgres-data-{{.Task.Slot}}');
});

describe('V7: Kubernetes', () => {
  test('labelled namespace', () => {
    expect(kind('Namespace', 'veogen').metadata.labels).toMatchObject({
      name: 'veogen',
      environment: 'production',
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
  });
  test('rolling update 1/0', () =>
    expect(kind('Deployment').spec.strategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }));
  test('service account and pod security context', () => {
    expect(pod.serviceAccountName).toBe(kind('ServiceAccount').metadata.name);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1001, runAsGroup: 1001, fsGroup: 1001 });
  });
  test.each([
    ['DATABASE_URL', 'database-url'],
    ['REDIS_URL', 'redis-url'],
    ['GOOGLE_API_KEY', 'google-api-key'],
  ])('%s from a secret key', (name, key) => {
    expect(K1.env.find((one: Json) => one.name === name).valueFrom.secretKeyRef).toMatchObject({ name: 'veogen-secrets', key });
  });
  test('claims and scratch volumes are mounted', () => {
    const at = (path: string) => pod.volumes.find((v: Json) => v.name === K1.volumeMounts.find((m: Json) => m.mountPath === path).name);
    expect(at('/app/uploads').persistentVolumeClaim.claimName).toBe(kind('PersistentVolumeClaim', 'veogen-uploads').metadata.name);
    expect(at('/app/outputs').persistentVolumeClaim.claimName).toBe(kind('PersistentVolumeClaim', 'veogen-outputs').metadata.name);
    expect(at('/app/logs').emptyDir).toBeDefined();
  });
  test('preferred anti-affinity by host', () => {
    expect(pod.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution).toEqual([
      {
        weight: 100,
        podAffinityTerm: {
          topologyKey: 'kubernetes.io/hostname',
          labelSelector: { matchLabels: kind('Deployment').spec.selector.matchLabels },
        },
      },
    ]);
  });
  test('http and metrics ports', () => {
    expect(kind('Service').spec).toMatchObject({ type: 'ClusterIP', selector: kind('Deployment').spec.selector.matchLabels });
    expect(kind('Service').spec.ports.map((port: Json) => [port.name, port.port])).toEqual(
      expect.arrayContaining([
        ['http', 8000],
        ['metrics', 8001],
      ]),
    );
  });
  test('scrape annotations', () => {
    const scrape = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8001', 'prometheus.io/path': '/metrics' };
    expect(kind('Deployment').spec.template.metadata.annotations).toMatchObject(scrape);
    expect(kind('Service').metadata.annotations).toMatchObject(scrape);
  });
  test('autoscaling', () => {
    const { spec } = kind('HorizontalPodAutoscaler');
    expect(spec).toMatchObject({
      minReplicas: 3,
      maxReplicas: 10,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'veogen-backend' },
    });
    expect(spec.metrics).toEqual([
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
      { type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 80 } } },
      { type: 'Pods', pods: { metric: { name: 'http_requests_per_second' }, target: { type: 'AverageValue', averageValue: '100' } } },
    ]);
    expect(spec.behavior.scaleDown).toEqual({
      stabilizationWindowSeconds: 300,
      policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }],
    });
    expect(spec.behavior.scaleUp).toEqual({
      stabilizationWindowSeconds: 60,
      policies: [
        { type: 'Percent', value: 50, periodSeconds: 30 },
        { type: 'Pods', value: 2, periodSeconds: 60 },
      ],
    });
    expect(kind('Deployment').spec.replicas).toBeUndefined();
  });
});

describe('V13: kernel parameters and limits', () => {
  const sysctls = {
    'net.core.somaxconn': '65535',
    'net.ipv4.tcp_tw_reuse': '1',
    'net.ipv4.tcp_rmem': '4096 65536 134217728',
    'net.ipv4.tcp_wmem': '4096 65536 134217728',
  };
  const limit = { soft: 65535, hard: 65535 };
  test('K: those that every kubelet accepts', () => {
    expect(pod.securityContext.sysctls).toEqual([
      { name: 'net.ipv4.tcp_rmem', value: '4096 65536 134217728' },
      { name: 'net.ipv4.tcp_wmem', value: '4096 65536 134217728' },
    ]);
  });
  test('D', () => {
    expect(D.sysctls).toEqual(sysctls);
    expect(D.ulimits).toEqual(
      expect.arrayContaining([
        { name: 'nofile', ...limit },
        { name: 'nproc', ...limit },
      ]),
    );
  });
  test.each([
    ['S', s],
    ['C', c],
  ])('%s', (_, service) => expect(service).toMatchObject({ sysctls, ulimits: { nofile: limit, nproc: limit } }));
});

describe('V15: bridge network', () => {
  const options = {
    'com.docker.network.bridge.name': 'veogen0',
    'com.docker.network.bridge.enable_ip_masquerade': 'true',
    'com.docker.network.bridge.enable_icc': 'true',
    'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
    'com.docker.network.driver.mtu': '1500',
  };
  test('D', () => {
    expect(native('veogen-network').args).toMatchObject({
      driver: 'bridge',
      options,
      ipamConfigs: [{ subnet: '172.20.0.0/16', gateway: '172.20.0.1' }],
    });
    expect(JSON.stringify(D.networksAdvanced)).toContain('172.20.0.10');
  });
  test('C', () => {
    expect(C.networks['veogen-network']).toMatchObject({
      driver: 'bridge',
      driver_opts: options,
      ipam: { config: [{ subnet: '172.20.0.0/16', gateway: '172.20.0.1' }] },
    });
    expect(c.networks['veogen-network'].ipv4_address).toBe('172.20.0.10');
  });
});
