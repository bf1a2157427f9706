import { App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { Environment, Environments, HardenedService, pinName } from '../../lib';
import { IronhullChart, type IronhullChartProps, synthesize } from '../../lib/platforms/kubernetes';
import { type Any, chartOf, IMAGE, objectsOf, web } from './support';

const selectors = (objects: Record<string, Any>) =>
  Object.entries(objects).map(([key, one]) => [key, one.spec?.selector ?? one.spec?.podSelector]);

test('a construct that moves with its name pinned keeps names and selectors', () => {
  const before = chartOf();
  new HardenedService(before, 'web', { image: IMAGE, ports: { http: 8080 } });
  const after = chartOf();
  const frontend = new Construct(new Construct(after, 'Edge'), 'Frontend');
  new HardenedService(frontend, 'Site', { image: IMAGE, ports: { http: 8080 }, name: 'web' });
  expect(selectors(objectsOf(after))).toEqual(selectors(objectsOf(before)));
  expect(objectsOf(after)).toEqual(objectsOf(before));
});

test('names below a pinned scope stay when the scope moves', () => {
  const make = (scope: Construct) => {
    const group = new Construct(scope, 'Shop');
    pinName(group, 'shop');
    new HardenedService(group, 'Web', { image: IMAGE });
  };
  const [before, after] = [chartOf(), chartOf()];
  make(before);
  make(new Construct(after, 'Tenants'));
  expect(objectsOf(after)).toEqual(objectsOf(before));
});

test('another environment, or another id of the chart, changes no name and no selector', () => {
  const custom = new Environment('preview-7', { basedOn: Environments.production });
  const make = (environment: Environment) => {
    const chart = chartOf({ environment }, `shop-${environment.name}`);
    new HardenedService(chart, 'web', { image: IMAGE, ports: { http: 8080 } });
    return objectsOf(chart);
  };
  expect(selectors(make(custom))).toEqual(selectors(make(Environments.production)));
  expect(make(custom)['Deployment/web'].metadata.labels.environment).toBe('preview-7');
});

test('a label cannot take over what selects the pods', () => {
  expect(() => web({ labels: { 'app.kubernetes.io/instance': 'other' } })).toThrow(
    'shop/web: labels.app.kubernetes.io/instance: the label selects the workload\'s pods, got "other"; leave it out: it is web',
  );
  expect(web({ labels: { 'app.kubernetes.io/version': 'v1' } })['Deployment/web'].metadata.labels['app.kubernetes.io/version']).toBe('v1');
});

test('objects of a kind cannot share a name', () => {
  const chart = chartOf();
  new HardenedService(chart, 'web', { image: IMAGE, ports: { http: 8080 } }).publish({ port: 'http' });
  new HardenedService(chart, 'web-public', { image: IMAGE, ports: { http: 8080 } });
  expect(() => objectsOf(chart)).toThrow('a Service of the same name is made by shop/web-public, got "web-public"');
});

test('a plain chart gives its namespace and labels, and makes no namespace', () => {
  const app = new App();
  const chart = new Chart(app, 'site', { namespace: 'somewhere', labels: { team: 'site' } });
  new HardenedService(chart, 'web', { image: IMAGE });
  const [objects = []] = [...synthesize(app).manifests.values()];
  expect(objects.map((one) => one.kind)).not.toContain('Namespace');
  for (const { metadata } of objects) expect(metadata).toMatchObject({ namespace: 'somewhere', labels: { team: 'site' } });
  expect((objects[0] as Any).metadata.labels['app.kubernetes.io/part-of']).toBe('somewhere');
});

test('the label of the system can be chosen', () => {
  const chart = new IronhullChart(new App(), 'x', { environment: Environments.production, system: 'My Shop' });
  new HardenedService(chart, 'web', { image: IMAGE });
  expect(objectsOf(chart)['Deployment/web'].metadata.labels['app.kubernetes.io/part-of']).toBe('my-shop');
});

test('the namespace is made with its labels, unless somebody else makes it', () => {
  const make = (createNamespace: boolean) => {
    const chart = chartOf({ createNamespace });
    new HardenedService(chart, 'web', { image: IMAGE });
    return objectsOf(chart)['Namespace/shop'];
  };
  expect(make(false)).toBeUndefined();
  expect(make(true).metadata.labels).toEqual({
    'app.kubernetes.io/instance': 'shop',
    'app.kubernetes.io/managed-by': 'ironhull',
    'app.kubernetes.io/part-of': 'shop',
    environment: 'production',
    name: 'shop',
    'pod-security.kubernetes.io/audit': 'restricted',
    'pod-security.kubernetes.io/audit-version': 'latest',
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/enforce-version': 'latest',
    'pod-security.kubernetes.io/warn': 'restricted',
    'pod-security.kubernetes.io/warn-version': 'latest',
  });
});

test('in a namespace that is made nothing passes unless a policy allows it', () => {
  const make = (props: IronhullChartProps) => {
    const chart = chartOf(props);
    new HardenedService(chart, 'web', { image: IMAGE });
    return objectsOf(chart);
  };
  const objects = make({});
  expect(Object.keys(objects).slice(0, 2)).toEqual(['Namespace/shop', 'NetworkPolicy/default-deny']);
  expect(objects['NetworkPolicy/default-deny']).toEqual({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {
      labels: {
        'app.kubernetes.io/instance': 'shop',
        'app.kubernetes.io/managed-by': 'ironhull',
        'app.kubernetes.io/part-of': 'shop',
        environment: 'production',
      },
      name: 'default-deny',
      namespace: 'shop',
    },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  });
  expect(make({ defaultDeny: false })).not.toHaveProperty(['NetworkPolicy/default-deny']);
  // the namespace is somebody else's, and so is what passes there
  expect(make({ createNamespace: false })).not.toHaveProperty(['NetworkPolicy/default-deny']);
});
