import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { ApiObject, App, Chart } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { VeoGen } from '../../apps/veogen/veogen';
import { Environments, HardenedService, PersistentVolume } from '../../lib';
import { IronhullChart, synthesize } from '../../lib/platforms/kubernetes';
import { deployChart, deployKubernetes, PulumiOutputResolver } from '../../lib/platforms/kubernetes/pulumi';
import { type Recorded, record } from '../stack/mocks';
import { Parent, rootOf } from './pulumi-support';
import { type Any, IMAGE } from './support';

/** The objects that reached the engine, without what tells Pulumi how to wait. */
function manifestsOf(recorded: Recorded): Any[] {
  if (recorded.error) throw recorded.error;
  const objects = recorded.resources.filter((one) => one.type.startsWith('kubernetes:'));
  return objects.map(({ inputs }) => {
    const copy: Any = structuredClone(inputs);
    delete copy.metadata.annotations?.['pulumi.com/skipAwait'];
    if (Object.keys(copy.metadata.annotations ?? { keep: 1 }).length === 0) delete copy.metadata.annotations;
    return copy;
  });
}

const keys = (objects: Any[]) => objects.map((one) => `${one.kind}/${one.metadata.name}`).sort();
const sort = (objects: Any[]) => [...objects].sort((a, b) => (`${a.kind}/${a.metadata.name}` < `${b.kind}/${b.metadata.name}` ? -1 : 1));

test.each([
  Environments.production,
  Environments.development,
])('VeoGen in $name is the same through Pulumi as in YAML', async (environment) => {
  const chart = new IronhullChart(new App(), 'shop', { environment, namespace: 'veogen' });
  new VeoGen(chart);
  const written = [...synthesize(chart.node.root).manifests.values()].flat();
  const recorded = await record(() => {
    deployKubernetes(
      rootOf((root) => new VeoGen(root), environment),
      { parent: new Parent(), name: 'veogen' },
    );
  });
  expect(sort(manifestsOf(recorded))).toEqual(sort(written));
  expect(written.length).toBeGreaterThan(15);
});

test('logical names are made of kind, namespace and name; parents are what was given', async () => {
  const recorded = await record(() => {
    const root = rootOf((scope) => {
      const moved = new Construct(scope, 'Somewhere');
      new HardenedService(new Construct(moved, 'Else'), 'X', { image: IMAGE, name: 'web' });
    });
    deployKubernetes(root, { parent: new Parent(), name: 'shop' });
  });
  const names = recorded.resources.filter((one) => one.type.startsWith('kubernetes:')).map((one) => one.name);
  expect(names.sort()).toEqual([
    'deployment/shop/web',
    'namespace/shop',
    'networkPolicy/shop/default-deny',
    'networkPolicy/shop/web',
    'podDisruptionBudget/shop/web',
    'serviceAccount/shop/web',
  ]);
  for (const { type, parent } of recorded.resources)
    if (type.startsWith('kubernetes:')) expect(parent).toMatch(/test:index:Parent::parent$/);
});

test('two stacks with the same names fit in one program', async () => {
  const recorded = await record(() => {
    for (const name of ['one', 'two']) {
      deployKubernetes(
        rootOf((root) => new HardenedService(root, 'web', { image: IMAGE })),
        { parent: new Parent(name), name },
      );
    }
  });
  expect(keys(manifestsOf(recorded)).filter((key) => key === 'Deployment/web')).toHaveLength(2);
});

test('a Deployment waits for what it needs, and for whom it connects to; kept volumes keep their namespace', async () => {
  const recorded = await record(() => {
    const root = rootOf((scope) => {
      const data = new PersistentVolume(scope, 'Data', { size: '1Gi' });
      const web = new HardenedService(scope, 'web', { image: IMAGE, ports: { http: 8080 } });
      const database = new HardenedService(scope, 'database', {
        image: IMAGE,
        replicas: 1,
        ports: { sql: 5432 },
        mounts: [{ volume: data, path: '/data' }],
      });
      web.network.allowTo(database);
    });
    deployKubernetes(root, { parent: new Parent(), name: 'shop' });
  });
  const type = 'kubernetes:apps/v1:Deployment';
  expect([...recorded.find(type, 'deployment/shop/web').dependsOn].sort()).toEqual([
    expect.stringMatching(/^configMap\/shop\/shop-prober-[0-9a-f]{8}$/),
    'deployment/shop/database',
    'namespace/shop',
    'networkPolicy/shop/web',
    'serviceAccount/shop/web',
  ]);
  expect(recorded.find(type, 'deployment/shop/database').dependsOn).toContain('persistentVolumeClaim/shop/data');
  expect(recorded.find('kubernetes:core/v1:Service', 'service/shop/web').dependsOn).toEqual(['namespace/shop']);
  const claim = recorded.find('kubernetes:core/v1:PersistentVolumeClaim', 'persistentVolumeClaim/shop/data');
  expect(claim.retainOnDelete).toBe(true);
  expect((claim.inputs.metadata as Any).annotations).toEqual({ 'pulumi.com/skipAwait': 'true' });
  expect(recorded.find('kubernetes:core/v1:Namespace', 'namespace/shop').retainOnDelete).toBe(true);
  expect(recorded.find(type, 'deployment/shop/web').retainOnDelete).toBe(false);
});

test('what is not kept goes with the stack', async () => {
  const recorded = await record(() => {
    const root = rootOf((scope) => void new PersistentVolume(scope, 'Data', { size: '1Gi', keep: false }));
    deployKubernetes(root, { parent: new Parent(), name: 'shop' });
  });
  expect(recorded.resources.map((one) => one.retainOnDelete)).toEqual([false, false, false, false]);
});

test('an Output stays an Output, also a secret one', async () => {
  const recorded = await record(() => {
    const root = rootOf((scope) => {
      new HardenedService(scope, 'web', { image: IMAGE, env: { URL: pulumi.output('https://db.example'), KEY: pulumi.secret('hidden') } });
    });
    deployKubernetes(root, { parent: new Parent(), name: 'shop', namespace: 'there', createNamespace: false });
  });
  const [deployment] = manifestsOf(recorded).filter((one) => one.kind === 'Deployment');
  // the recording makes a whole property secret if a part of it is
  const { value, ...secret } = deployment.spec;
  expect(Object.keys(secret)).toEqual(['4dabf18193072939515e22adb298388d']);
  expect(value.template.spec.containers[0].env).toEqual([
    { name: 'KEY', value: 'hidden' },
    { name: 'URL', value: 'https://db.example' },
  ]);
  expect(keys(manifestsOf(recorded))).not.toContain('Namespace/there');
});

test('nothing is registered if anything is wrong', async () => {
  const recorded = await record(() => {
    const root = rootOf((scope) => void new HardenedService(scope, 'web', { image: IMAGE, pids: 5 }));
    deployKubernetes(root, { parent: new Parent(), name: 'shop' });
  });
  expect(String(recorded.error)).toContain("web: Kubernetes cannot do 'pids'");
  expect(recorded.resources.filter((one) => one.type.startsWith('kubernetes:'))).toEqual([]);
});

/** A chart of somebody else, with Outputs in its props and a service of ours. */
function foreignChart(host: pulumi.Input<string>): Chart {
  const app = new App({ resolvers: [new PulumiOutputResolver()] });
  const chart = new Chart(app, 'foreign', { namespace: 'foreign' });
  new HardenedService(chart, 'web', { image: IMAGE });
  const settings = new kplus.ConfigMap(chart, 'Settings', { metadata: { name: 'settings' } });
  settings.addData('host', host as string);
  const widget = new ApiObject(chart, 'Widget', {
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name: 'widget' },
    spec: { hosts: [host, 'other'] },
  } as Any);
  widget.addDependency(settings);
  return chart;
}

test('a foreign chart is the same through Pulumi as in YAML, with Outputs in the place of text', async () => {
  const recorded = await record(() => void deployChart(foreignChart(pulumi.output('db.example')), { parent: new Parent() }));
  const written = [...synthesize(foreignChart('db.example').node.root).manifests.values()].flat();
  expect(sort(manifestsOf(recorded))).toEqual(sort(written));
  expect(recorded.find('kubernetes:example.com/v1:Widget', 'widget/foreign/widget').dependsOn).toEqual(['configMap/foreign/settings']);
});

test('a chart with Outputs cannot be written', () => {
  expect(() => synthesize(foreignChart(pulumi.output('db.example')).node.root)).toThrow(
    'foreign/Settings/Resource: data.host: is text that was made of a value not yet known',
  );
});

test('an Output within longer text', async () => {
  const recorded = await record(() => {
    const app = new App({ resolvers: [new PulumiOutputResolver()] });
    const chart = new Chart(app, 'x');
    const probe = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'probe' }, data: { name: pulumi.output('db.example') } };
    // whoever resolves early, such as a template, sees a token
    const { name } = new ApiObject(chart, 'Probe', probe as Any).toJson().data;
    const data = { url: `https://${name}:5432/` };
    new ApiObject(chart, 'Map', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map' }, data } as Any);
    deployChart(chart, { parent: new Parent() });
  });
  const map = manifestsOf(recorded).find((one) => one.metadata.name === 'map');
  expect(map.data).toEqual({ url: 'https://db.example:5432/' });
});

test('a plain program loads neither cdk8s nor all of the Kubernetes SDK', () => {
  const root = join(__dirname, '../..');
  const program = [join(root, 'node_modules/tsx/dist/cli.mjs'), join(__dirname, 'loads.ts')];
  const said = execFileSync(process.execPath, program, { encoding: 'utf8', cwd: root });
  expect(JSON.parse(said)).toEqual({ deploy: 'function', cdk8s: 0, plus: 0, sdk: 0 });
});
