import { ApiObject, App, Chart } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { RootConstruct } from 'constructs';
import { type Environment, Environments, formatProblem, HardenedService } from '../../lib';
import { IronhullChart, kubernetes, synthesize } from '../../lib/platforms/kubernetes';
import { planKubernetes } from '../../lib/platforms/kubernetes/pulumi';
import { IMAGE } from './support';

/** Two charts with a service of the same name each. */
function twice(namespaces: readonly [string?, string?], environments: readonly Environment[] = []): App {
  const app = new App();
  for (const [i, namespace] of namespaces.entries()) {
    const environment = environments[i] ?? Environments.production;
    const chart = new IronhullChart(app, `c${i}`, { environment, createNamespace: i === 0, ...(namespace && { namespace }) });
    new HardenedService(chart, 'web', { image: IMAGE, ports: { http: 8080 } });
  }
  return app;
}

test('two services of one name in a namespace, in two charts: one problem', () => {
  expect(() => synthesize(twice(['shop', 'shop']))).toThrow(
    '1 problem:\n  c1/web: the ServiceAccount, NetworkPolicy, Service, Deployment, PodDisruptionBudget are made by c0/web too, ' +
      'and each would take the pods of the other for its own, got "web"; choose another id, or give one of them a name',
  );
});

test('another namespace, or another environment, is another place', () => {
  expect(synthesize(twice(['shop', 'other'])).warnings).toEqual([]);
  expect(synthesize(twice(['shop', 'shop'], [Environments.production, Environments.staging])).warnings).toEqual([]);
});

test('charts without a namespace may meet: a warning for each two of them', () => {
  expect(synthesize(twice([undefined, undefined] as never)).warnings.map(formatProblem)).toEqual([
    'c1: holds objects of the same kind and name as c0, and neither has a namespace, got "ServiceAccount/web"; ' +
      'give them namespaces, or apply them to different ones',
  ]);
});

test('a namespace is made by one chart', () => {
  const app = new App();
  for (const id of ['a', 'b']) new IronhullChart(app, id, { namespace: 'shop' });
  expect(() => synthesize(app)).toThrow(
    /b: the Namespace, NetworkPolicy are made by a too, got "shop"; let one of them make it: createNamespace: false/,
  );
});

describe.each([
  ['synthesize', (app: App) => synthesize(app)],
  ['app.synthYaml()', (app: App) => app.synthYaml()],
])('%s: an object of others', (_name, run) => {
  test('must not have the name of one of ours in the chart', () => {
    const app = new App();
    const chart = new Chart(app, 'shop', { namespace: 'shop' });
    new HardenedService(chart, 'web', { image: IMAGE, ports: { http: 8080 } });
    new kplus.Service(chart, 'Front', { metadata: { name: 'web' }, ports: [{ port: 80 }] });
    expect(() => run(app)).toThrow(/shop\/Front.*: a Service of the same name is made by shop\/web, got "web"; choose another id/);
  });

  test('may have it if it is of another kind, group or namespace', () => {
    const app = new App();
    const chart = new Chart(app, 'shop', { namespace: 'shop' });
    new HardenedService(chart, 'web', { image: IMAGE, ports: { http: 8080 } });
    new ApiObject(chart, 'Knative', { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata: { name: 'web' } });
    new kplus.ConfigMap(chart, 'Map', { metadata: { name: 'web' } });
    new kplus.Service(chart, 'Elsewhere', { metadata: { name: 'web', namespace: 'other' }, ports: [{ port: 80 }] });
    expect(() => run(app)).not.toThrow();
  });
});

test('what a cluster has once clashes over namespaces', () => {
  const app = new App();
  for (const namespace of ['a', 'b']) {
    new kplus.ClusterRole(new Chart(app, namespace, { namespace }), 'Role', { metadata: { name: 'reader' } });
  }
  expect(() => synthesize(app)).toThrow('b/Role/Resource: a ClusterRole of the same name is made by a/Role/Resource, got "reader"');
});

test('a name that was tuned counts, also through Pulumi', () => {
  const root = new RootConstruct('shop');
  new HardenedService(root, 'web', { image: IMAGE });
  new HardenedService(root, 'job', { image: IMAGE }).tune(kubernetes, ({ serviceAccount }) => {
    serviceAccount.metadata.name = 'web';
  });
  expect(planKubernetes(root, { name: 'shop' }).plan.problems.map(({ path, what }) => `${path} ${what}`)).toEqual([
    'shop/job a ServiceAccount of the same name is made by shop/web',
  ]);
});
