import { App } from 'cdk8s';
import { Construct } from 'constructs';
import { Environments, HardenedService, HardenedTask, PersistentVolume } from '../../lib';
import { IronhullChart, kubernetes, synthesize } from '../../lib/platforms/kubernetes';
import { type Any, chartOf, DIGEST, IMAGE, objectsOf } from './support';

const OTHER = `registry.example/team/migrate:2@${DIGEST}`;
const SQL = { sql: 5432, metrics: 9187 };
const only = (objects: Record<string, Any>, kind: string) => {
  const [key, ...more] = Object.keys(objects).filter((one) => one.startsWith(`${kind}/`));
  expect(more).toEqual([]);
  return { name: key?.split('/')[1] as string, ...objects[key as string] };
};

describe('a service that connects to another', () => {
  const made = (props = {}) => {
    const chart = chartOf(props);
    const database = new HardenedService(chart, 'database', { image: IMAGE, ports: SQL });
    const cache = new HardenedService(chart, 'cache', { image: IMAGE, ports: { redis: 6379 } });
    const web = new HardenedService(chart, 'web', {
      image: OTHER,
      user: '10001:10002',
      capabilities: ['NET_BIND_SERVICE'],
      env: { A: 'b' },
      mounts: [{ volume: new PersistentVolume(chart, 'Data', { size: '1Gi', shared: true }), path: '/data' }],
    });
    web.network.allowTo(database, 'sql');
    web.network.allowTo(cache);
    return objectsOf(chart);
  };

  test('waits in one init container, hardened as it is, with nothing of what it has', () => {
    const objects = made();
    const { initContainers, volumes, affinity } = objects['Deployment/web'].spec.template.spec;
    expect(initContainers).toEqual([
      {
        command: ['/.ironhull/prober', 'wait', 'tcp', 'database', '5432', 'tcp', 'cache', '6379'],
        image: OTHER,
        imagePullPolicy: 'Always',
        name: 'wait',
        resources: {
          limits: { cpu: '100m', 'ephemeral-storage': '16Mi', memory: '32Mi' },
          requests: { cpu: '10m', 'ephemeral-storage': '16Mi', memory: '32Mi' },
        },
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL', 'NET_RAW'] },
          privileged: false,
          readOnlyRootFilesystem: true,
          runAsGroup: 10002,
          runAsNonRoot: true,
          runAsUser: 10001,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        volumeMounts: [{ mountPath: '/.ironhull', name: 'prober', readOnly: true }],
      },
    ]);
    const { name, binaryData, immutable } = only(objects, 'ConfigMap');
    expect(name).toMatch(/^shop-prober-[0-9a-f]{8}$/);
    expect({ immutable, program: Buffer.from(binaryData.prober, 'base64').subarray(1, 4).toString() }).toEqual({
      immutable: true,
      program: 'ELF',
    });
    const configMap = { defaultMode: 0o555, items: [{ key: 'prober', path: 'prober' }], name };
    expect(volumes).toContainEqual({ configMap, name: 'prober' });
    const terms = affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
    expect(terms[0].matchExpressions).toContainEqual({ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] });
  });

  test('is the only one that knows of an architecture', () => {
    const objects = made({ architecture: 'arm64' });
    expect(JSON.stringify(objects['Deployment/web'])).toContain('"kubernetes.io/arch","operator":"In","values":["arm64"]');
    expect(JSON.stringify(objects['Deployment/cache'])).not.toContain('kubernetes.io/arch');
    expect(objects['Deployment/cache'].spec.template.spec).not.toHaveProperty('initContainers');
    expect(only(objects, 'ConfigMap').name).not.toBe(only(made(), 'ConfigMap').name);
  });

  test('waits for nothing where it should not, or where nothing can be reached', () => {
    const chart = chartOf();
    const [web, database, worker] = [undefined, SQL, undefined].map(
      (ports, i) => new HardenedService(chart, ['web', 'database', 'worker'][i] as string, { image: IMAGE, ...(ports && { ports }) }),
    ) as [HardenedService, HardenedService, HardenedService];
    web.network.allowTo(database, { gate: 'none' });
    web.network.allowTo(worker);
    expect(JSON.stringify(objectsOf(chart))).not.toMatch(/initContainers|prober/);
  });

  test('needs no prober where tune took the wait away', () => {
    const chart = chartOf();
    const database = new HardenedService(chart, 'database', { image: IMAGE, ports: SQL });
    const web = new HardenedService(chart, 'web', { image: IMAGE });
    web.network.allowTo(database);
    web.tune(kubernetes, ({ deployment }) => {
      const { spec } = deployment.spec.template;
      delete spec?.initContainers;
      if (spec) spec.volumes = spec.volumes?.filter((volume) => volume.name !== 'prober') ?? [];
    });
    expect(Object.keys(objectsOf(chart)).filter((key) => key.startsWith('ConfigMap/'))).toEqual([]);
  });

  test('finds one in another namespace, and each chart has a prober of its own', () => {
    const app = new App();
    const chart = (id: string, namespace: string) =>
      new IronhullChart(app, id, { environment: Environments.production, namespace, createNamespace: false });
    const [data, shop, back] = [chart('data', 'data'), chart('shop', 'one'), chart('back', 'one')];
    const redis = new HardenedService(data, 'redis', { image: IMAGE, ports: { redis: 6379 } });
    const web = new HardenedService(shop, 'web', { image: IMAGE });
    const api = new HardenedService(back, 'api', { image: IMAGE, ports: { http: 8080 } });
    web.network.allowTo(redis);
    api.network.allowTo(redis);
    web.network.allowTo(api);
    const files = [...synthesize(app).manifests.values()].map((list) => list.map((one) => `${one.kind}/${one.metadata.name}`));
    expect(files.map((keys) => keys.filter((key) => key.includes('prober')).map((key) => key.slice(0, -9)))).toEqual([
      [],
      ['ConfigMap/shop-prober'],
      ['ConfigMap/back-prober'],
    ]);
    const [wait] = objectsOf(shop)['Deployment/web'].spec.template.spec.initContainers;
    expect(wait.command.slice(2)).toEqual(['tcp', 'redis.data', '6379', 'tcp', 'api', '8080']);
  });
});

describe('a task', () => {
  const build = (waited: boolean, env: Record<string, string> = {}) => {
    const chart = chartOf();
    const database = new HardenedService(chart, 'database', { image: IMAGE, ports: SQL });
    const migrate = new HardenedTask(chart, 'migrate', {
      image: OTHER,
      command: ['/app', 'migrate'],
      attempts: 4,
      timeout: '2m',
      shutdown: { grace: '7s' },
      env,
    });
    migrate.network.allowTo(database, 'sql');
    const web = new HardenedService(chart, 'web', { image: IMAGE, sidecars: { wait: { image: IMAGE } } });
    if (waited) web.startAfter(migrate);
    return { chart, migrate, objects: () => objectsOf(chart) };
  };

  test('is a Job under the name of its version, without a token, connected as its edges say', () => {
    const objects = build(false).objects();
    const job = only(objects, 'Job');
    expect(job.name).toMatch(/^migrate-[0-9a-f]{8}$/);
    const { template, ...spec } = job.spec;
    expect(spec).toEqual({ activeDeadlineSeconds: 120, backoffLimit: 3 });
    expect(template.spec).toMatchObject({
      automountServiceAccountToken: false,
      containers: [{ command: ['/app', 'migrate'], image: OTHER, name: 'migrate' }],
      initContainers: [{ command: ['/.ironhull/prober', 'wait', 'tcp', 'database', '5432'], name: 'wait' }],
      restartPolicy: 'Never',
      serviceAccountName: 'migrate',
      terminationGracePeriodSeconds: 7,
    });
    expect(template.spec.containers).toHaveLength(1);
    expect(template.spec.containers[0]).not.toHaveProperty('lifecycle');
    const pods = { podSelector: { matchLabels: { 'app.kubernetes.io/instance': 'database' } } };
    const [, out, ...more] = objects['NetworkPolicy/migrate'].spec.egress;
    expect([out, more]).toEqual([{ ports: [{ port: 5432, protocol: 'TCP' }], to: [pods] }, []]);
    const { from } = objects['NetworkPolicy/database'].spec.ingress[0];
    expect(from).toEqual([{ podSelector: { matchLabels: { 'app.kubernetes.io/instance': 'migrate' } } }]);
    expect(Object.keys(objects).filter((key) => /Role|^ConfigMap\/migrate/.test(key))).toEqual([]);
    expect(objects['ServiceAccount/migrate'].automountServiceAccountToken).toBe(false);
  });

  test('is another Job when its pod template is another one, and only then', () => {
    const [one, same, two] = [build(true), build(true), build(true, { STEP: '2' })].map(({ objects }) => objects()) as [Any, Any, Any];
    expect(only(same, 'Job')).toEqual(only(one, 'Job'));
    expect(only(two, 'Job').name).not.toBe(only(one, 'Job').name);
    const { chart, migrate } = build(true);
    migrate.tune(kubernetes, ({ job }) => {
      job.spec.backoffLimit = 9;
    });
    expect(only(objectsOf(chart), 'Job').name).toBe(only(one, 'Job').name);
  });

  test('that others wait for leaves a mark that they are started by, without a token of theirs', () => {
    const objects = build(true).objects();
    const { name, spec } = only(objects, 'Job');
    const { initContainers, containers, volumes } = spec.template.spec;
    expect(initContainers.map((one: Any) => one.name)).toEqual(['wait', 'migrate']);
    expect(containers).toMatchObject([
      {
        command: ['kubectl', 'patch', 'configmap', '$(JOB)', '--type=merge', '--patch={"data":{"done":"true"}}'],
        env: [{ name: 'JOB', valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-name']" } } }],
        image: 'registry.k8s.io/kubectl:v1.34.1',
        name: 'report',
        securityContext: { readOnlyRootFilesystem: true, runAsNonRoot: true },
        volumeMounts: [{ mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', name: 'report', readOnly: true }],
      },
    ]);
    expect(JSON.stringify(initContainers)).not.toContain('serviceaccount');
    expect(volumes.find((one: Any) => one.name === 'report').projected.sources.map((one: Any) => Object.keys(one)[0])).toEqual([
      'serviceAccountToken',
      'configMap',
      'downwardAPI',
    ]);
    expect(objects[`ConfigMap/${name}`]).not.toHaveProperty('data');
    expect(objects['Role/migrate'].rules).toEqual([
      { apiGroups: [''], resourceNames: [name], resources: ['configmaps'], verbs: ['get', 'patch'] },
    ]);
    expect(objects['RoleBinding/migrate']).toMatchObject({
      roleRef: { kind: 'Role', name: 'migrate' },
      subjects: [{ kind: 'ServiceAccount', name: 'migrate', namespace: 'shop' }],
    });
    const api = { ports: [443, 6443].map((port) => ({ port, protocol: 'TCP' })) };
    expect(objects['NetworkPolicy/migrate'].spec.egress.at(-1)).toEqual(api);
    const waiting = objects['Deployment/web'].spec.template.spec;
    expect(waiting.automountServiceAccountToken).toBe(false);
    expect(waiting.initContainers).toMatchObject([
      {
        command: ['/.ironhull/prober', '--version'],
        env: [{ name: 'DONE', valueFrom: { configMapKeyRef: { key: 'done', name } } }],
        image: IMAGE,
        name: 'after-migrate',
      },
    ]);
  });

  test('may be told of the image of kubectl and of the addresses of the API server', () => {
    const chart = chartOf({ kubectlImage: 'registry.example/kubectl:1', apiServer: ['10.0.0.1/32'] });
    const migrate = new HardenedTask(chart, 'migrate', { image: IMAGE });
    new HardenedService(chart, 'web', { image: IMAGE }).startAfter(migrate);
    const objects = objectsOf(chart);
    expect(only(objects, 'Job').spec.template.spec.containers[0].image).toBe('registry.example/kubectl:1');
    expect(objects['NetworkPolicy/migrate'].spec.egress.at(-1).to).toEqual([{ ipBlock: { cidr: '10.0.0.1/32' } }]);
  });

  test('in another chart cannot be waited for', () => {
    const app = new App();
    const migrate = new HardenedTask(new IronhullChart(app, 'data', { namespace: 'data' }), 'migrate', { image: IMAGE });
    const shop = new IronhullChart(app, 'shop', { namespace: 'shop' });
    new HardenedService(new Construct(shop, 'In'), 'web', { image: IMAGE }).startAfter(migrate);
    expect(() => synthesize(app)).toThrow('shop/In/web: needs data/migrate, which is not part of this stack; put both into one stack');
  });
});
