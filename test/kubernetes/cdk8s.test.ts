import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart, Include, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { Construct, RootConstruct } from 'constructs';
import { parseAllDocuments } from 'yaml';
import { VeoGen } from '../../apps/veogen/veogen';
import { Environments, ExistingSecret, HardenedService, ProblemsError } from '../../lib';
import { IronhullChart, synthApp, synthesize } from '../../lib/platforms/kubernetes';
import { type Any, IMAGE } from './support';

const folders: string[] = [];
const folder = (): string => {
  folders.push(mkdtempSync(join(tmpdir(), 'ironhull-test-')));
  return folders.at(-1) as string;
};
afterAll(() => {
  for (const one of folders) rmSync(one, { recursive: true });
});

const read = (dir: string): Record<string, Any[]> =>
  Object.fromEntries(
    readdirSync(dir).map((file) => [
      file,
      parseAllDocuments(readFileSync(join(dir, file), 'utf8'), { version: '1.1' }).map((one) => one.toJS()),
    ]),
  );
const key = (object: Any): string => `${object.kind}/${object.metadata.namespace}/${object.metadata.name}`;
const byKey = (files: Record<string, Any[]>): Any =>
  Object.fromEntries(Object.entries(files).map(([file, objects]) => [file, Object.fromEntries(objects.map((one) => [key(one), one]))]));

/** Two charts: VeoGen with a foreign Ingress in one, a plain chart with a foreign ConfigMap in the other. */
function example(outdir: string): App {
  const app = new App({ outdir });
  const first = new IronhullChart(app, 'veogen-production', { environment: Environments.production, namespace: 'veogen' });
  new kplus.ConfigMap(first, 'Settings', { data: { yes: 'no', mode: '0o17', script: 'a\n  b\n\n' } });
  new VeoGen(first);
  const second = new Chart(app, 'plain', { namespace: 'other', labels: { team: 'x' } });
  new HardenedService(second, 'web', { image: IMAGE, ports: { http: 8080 } });
  new ApiObject(second, 'Widget', { apiVersion: 'example.com/v1', kind: 'Widget', spec: { z: 1, a: [{ b: true }] } } as Any);
  return app;
}

test('a plain app.synth() writes the same objects as synthApp, file by file', () => {
  const [plain, ours] = [folder(), folder()];
  example(plain).synth();
  synthApp(example('unused'), { outdir: ours });
  expect(Object.keys(read(ours)).sort()).toEqual(['plain.k8s.yaml', 'veogen-production.k8s.yaml']);
  expect(byKey(read(ours))).toEqual(byKey(read(plain)));
  expect(read(ours)['veogen-production.k8s.yaml']?.[0]?.kind).toBe('Namespace');
  expect(read(plain)['veogen-production.k8s.yaml']?.[0]?.kind).toBe('Namespace');
});

test('synthYaml, Testing.synth and the test tools of cdk8s see the same objects', () => {
  const expected = Object.keys(
    Object.assign({}, ...Object.values(byKey(Object.fromEntries(synthesize(example('x')).manifests) as Any))),
  ).sort();
  expect(
    parseAllDocuments(example('x').synthYaml())
      .map((one) => key(one.toJS()))
      .sort(),
  ).toEqual(expected);
  const app = example('x');
  expect(app.charts.flatMap((chart) => Testing.synth(chart).map(key)).sort()).toEqual(expected);
  // and again
  expect(app.charts.flatMap((chart) => Testing.synth(chart).map(key)).sort()).toEqual(expected);
});

test('objects that cdk8s made for a plain synthesis are not made a second time', () => {
  const app = example(folder());
  app.synth();
  expect(byKey(Object.fromEntries(synthesize(app).manifests) as Any)).toEqual(
    byKey(Object.fromEntries(synthesize(example('x')).manifests) as Any),
  );
});

test('what is added after a synthesis is in the next', () => {
  const chart = Testing.chart();
  new HardenedService(chart, 'web', { image: IMAGE });
  const before = Testing.synth(chart).length;
  new HardenedService(chart, 'job', { image: IMAGE });
  const after = Testing.synth(chart).map(key);
  expect(after.length).toBe(2 * before);
  expect(new Set(after).size).toBe(after.length);
});

test('a chart of another copy of cdk8s', () => {
  let foreign: typeof import('cdk8s') = require('cdk8s');
  jest.isolateModules(() => {
    foreign = require('cdk8s');
  });
  expect(foreign.App).not.toBe(App);
  const outdir = folder();
  const app = new foreign.App({ outdir });
  const chart = new foreign.Chart(app, 'foreign', { namespace: 'elsewhere' });
  new HardenedService(chart, 'web', { image: IMAGE });
  app.synth();
  expect(read(outdir)['foreign.k8s.yaml']?.map((one) => one.kind)).toContain('Deployment');
  expect(byKey(Object.fromEntries(synthesize(app).manifests) as Any)).toEqual(byKey(read(outdir)));
});

test('a plain synthesis reports everything at once, and writes nothing', () => {
  const outdir = folder();
  const app = new App({ outdir });
  const chart = new Chart(app, 'shop');
  new HardenedService(chart, 'web', { image: 'web:latest', user: '0:0' });
  new HardenedService(chart, 'job', { image: IMAGE, pids: 100 });
  expect(() => app.synth()).toThrow(/shop\/web: user: runs as root.*\n.*shop\/web: image: .*\n.*shop\/job: Kubernetes cannot do 'pids'/);
  expect(readdirSync(outdir)).toEqual([]);
});

test('synthApp reports what is wrong in all charts and in what others made, and writes nothing', () => {
  const outdir = folder();
  const app = new App({ outdir });
  for (const id of ['a', 'b']) new HardenedService(new Chart(app, id), 'web', { image: IMAGE, pids: 100 });
  const third = new Chart(app, 'c');
  new kplus.Deployment(third, 'Empty');
  new ApiObject(third, 'Late', { apiVersion: 'v1', kind: 'ConfigMap', data: { text: `${{}}` } } as Any);
  let error: unknown;
  try {
    synthApp(app);
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(ProblemsError);
  const { message } = error as ProblemsError;
  expect(message).toContain("a/web: Kubernetes cannot do 'pids'");
  expect(message).toContain("b/web: Kubernetes cannot do 'pids'");
  expect(message).toContain('c/Empty');
  expect(message).toContain('c/Late: data.text: is text that was made of a value not yet known, got "[object Object]"');
  expect(readdirSync(outdir)).toEqual([]);
});

test('a value that is known after deployment cannot be written', () => {
  const app = new App();
  const chart = new Chart(app, 'shop');
  new HardenedService(chart, 'web', { image: IMAGE, env: { URL: { apply: () => undefined } } });
  const text =
    'shop/web: spec.template.spec.containers[0].env[0].value: is known only after deployment, so it cannot be written; deploy with Pulumi';
  expect(() => synthesize(app)).toThrow(text);
  expect(() => app.synthYaml()).toThrow(text);
});

test('charts and objects stand in the order of their dependencies, under names that stay', () => {
  const app = new App();
  const [a, b] = [new Chart(app, 'a'), new Chart(app, 'b')];
  a.addDependency(b);
  const [first, second] = [new Construct(a, 'First'), new Construct(a, 'Second')];
  new kplus.ConfigMap(first, 'One', { metadata: { name: 'one' } });
  new HardenedService(first, 'web', { image: IMAGE });
  new kplus.ConfigMap(second, 'Two', { metadata: { name: 'two' } });
  new kplus.ConfigMap(b, 'Three', { metadata: { name: 'three' } });
  first.node.addDependency(second);
  const { manifests } = synthesize(app);
  expect([...manifests.keys()]).toEqual(['b.k8s.yaml', 'a.k8s.yaml']);
  const names = manifests.get('a.k8s.yaml')?.map((one) => one.metadata.name);
  expect(names?.[0]).toBe('two');
  expect(new Set(names?.slice(1))).toEqual(new Set(['one', 'first-web']));
});

test('a chain of dependencies may be long', () => {
  const app = new App();
  const chart = new Chart(app, 'long');
  let next: Construct | undefined;
  for (let i = 0; i < 20_000; i++) {
    const one = new ApiObject(chart, `o${i}`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `o${i}` } });
    next?.node.addDependency(one);
    next = one;
  }
  const names = synthesize(app)
    .manifests.get('long.k8s.yaml')
    ?.map((one) => one.metadata.name);
  expect(names?.slice(0, 2)).toEqual(['o19999', 'o19998']);
  expect(names?.length).toBe(20_000);
});

test('a circle of dependencies is a problem, between charts and within one', () => {
  const app = new App();
  const [a, b] = [new Chart(app, 'a'), new Chart(app, 'b')];
  a.node.addDependency(b);
  b.node.addDependency(a);
  expect(() => synthesize(app)).toThrow(
    'a: constructs depend on each other in a circle, got "a -> b -> a"; remove one of the dependencies',
  );
  const chart = new Chart(new App(), 'c');
  const [x, y] = ['x', 'y'].map((id) => new ApiObject(new Construct(chart, id), 'Map', { apiVersion: 'v1', kind: 'ConfigMap' })) as [
    ApiObject,
    ApiObject,
  ];
  (x.node.scope as Construct).node.addDependency(y);
  y.node.addDependency(x);
  expect(() => synthesize(chart.node.root)).toThrow('constructs depend on each other in a circle');
  const nested = new Chart(new App(), 'd');
  const parent = new Construct(nested, 'Parent');
  const child = new ApiObject(parent, 'Map', { apiVersion: 'v1', kind: 'ConfigMap' });
  parent.node.addDependency(child);
  expect(synthesize(nested.node.root).manifests.get('d.k8s.yaml')?.length).toBe(1);
});

test('a nested chart has a file of its own, and a foreign namespace comes first', () => {
  const app = new App();
  const outer = new Chart(app, 'outer', { disableResourceNameHashes: true });
  new HardenedService(outer, 'web', { image: IMAGE });
  new HardenedService(new Chart(outer, 'inner'), 'job', { image: IMAGE });
  new kplus.Namespace(outer, 'Space');
  const { manifests } = synthesize(app);
  const kinds = [...manifests.values()].map((objects) => objects.map((one) => `${one.kind}/${one.metadata.name}`));
  expect(kinds.find((one) => one.includes('Deployment/web'))?.[0]).toBe('Namespace/outer-space');
  expect(kinds.find((one) => one.includes('Deployment/job'))).not.toContain('Deployment/web');
  expect(manifests.size).toBe(2);
});

describe('what stands under an app and in no chart', () => {
  const text = 'shop/web: is in no cdk8s Chart, so no file would hold it; put it under a Chart';

  test.each([
    ['app.synth()', (app: App) => app.synth()],
    ['app.synthYaml()', (app: App) => app.synthYaml()],
    ['synthesize', (app: App) => synthesize(app)],
  ])('is a problem in %s', (_name, run) => {
    const outdir = folder();
    class OwnApp extends App {}
    const app = new OwnApp({ outdir });
    new HardenedService(new Chart(app, 'chart'), 'fine', { image: IMAGE });
    new HardenedService(new Construct(app, 'shop'), 'web', { image: IMAGE, ports: { http: 8080 } }).publish({ port: 'http' });
    expect(() => run(app)).toThrow(text);
    expect(() => run(app)).not.toThrow('Route');
    expect(readdirSync(outdir)).toEqual([]);
  });

  test('is a problem in an app of another copy of cdk8s', () => {
    let foreign: typeof import('cdk8s') = require('cdk8s');
    jest.isolateModules(() => {
      foreign = require('cdk8s');
    });
    const app = new foreign.App({ outdir: folder() });
    new HardenedService(new Construct(app, 'shop'), 'web', { image: IMAGE });
    expect(() => app.synth()).toThrow(text);
  });

  test('may be what charts only refer to, and the stack of another platform', () => {
    const app = new App();
    const secret = new ExistingSecret(app, 'Login', { existing: 'login' });
    const chart = new Chart(app, 'chart');
    new HardenedService(chart, 'web', { image: IMAGE, env: { PASSWORD: secret.key('password') } });
    expect([...synthesize(app).manifests.keys()]).toEqual(['chart.k8s.yaml']);
    expect(app.synthYaml()).toContain('secretKeyRef');
    const root = new RootConstruct('stack');
    new HardenedService(root, 'web', { image: IMAGE });
    expect(root.node.validate()).toEqual([]);
  });
});

test('warnings are told once', () => {
  const emit = jest.spyOn(process, 'emitWarning').mockImplementation();
  const app = new App({ outdir: folder() });
  new HardenedService(new Chart(app, 'warned'), 'web', { image: 'web:1.2.3' });
  app.synth();
  synthApp(app);
  const told = emit.mock.calls;
  emit.mockRestore();
  const text = expect.stringContaining('warned/web: image: outside development and test an image should have a digest, got "web:1.2.3"');
  expect(told).toEqual([[text, 'IronhullWarning']]);
});

test('what Include reads is written as it was', () => {
  const outdir = folder();
  const source = folder();
  synthApp(example('x'), { outdir: source });
  const app = new App();
  new Include(new Chart(app, 'again'), 'Plain', { url: join(source, 'plain.k8s.yaml') });
  synthApp(app, { outdir });
  expect(byKey(read(outdir))['again.k8s.yaml']).toEqual(byKey(read(source))['plain.k8s.yaml']);
});
