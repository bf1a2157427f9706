import * as pulumi from '@pulumi/pulumi';
import { ApiObject, App, Chart, Lazy } from 'cdk8s';
import { type Construct, RootConstruct } from 'constructs';
import {
  acknowledge,
  ConfigFiles,
  Environment,
  Environments,
  HardenedService,
  type HardenedServiceProps,
  markSecret,
  ProblemsError,
} from '../../lib';
import { formatProblem } from '../../lib/model/problems';
import { taintSearch } from '../../lib/model/values/taint';
import { plan } from '../../lib/platform/render';
import { compose, composeFile } from '../../lib/platforms/compose';
import { docker } from '../../lib/platforms/docker';
import { IronhullChart, kubernetes, synthesize } from '../../lib/platforms/kubernetes';
import { swarm, swarmFile, swarmStackFile } from '../../lib/platforms/swarm';
import { deployStack } from '../../lib/stack/pulumi';
import { record } from '../stack/mocks';

const SECRET = 'Tr0ub4dor&3$(x)"/+é';
const lower = 'planted-value-1';
const image = 'shop/api:1.0.0';
beforeAll(() => {
  markSecret(SECRET, 'the planted one');
  markSecret(lower, 'the lower one');
});

const base64 = (text: string) => Buffer.from(text).toString('base64');
const FORMS: Readonly<Record<string, string>> = {
  'as it is': SECRET,
  'in longer text': `before ${SECRET} after`,
  'in base64': base64(SECRET),
  'in base64, one byte later': base64(`u${SECRET}h`),
  'in base64, two bytes later': base64(`u:${SECRET}@h`),
  'in base64 of a URL': Buffer.from(`x${SECRET}`).toString('base64url'),
  'in a URL': `https://shop.example/?key=${encodeURIComponent(SECRET)}`,
  'in JSON': JSON.stringify({ password: SECRET }),
  'in JSON in JSON': JSON.stringify(JSON.stringify({ password: SECRET })),
  'with doubled dollars': SECRET.replaceAll('$', '$$$$'),
};

function treeOf(props: Partial<HardenedServiceProps>, also: (scope: Construct) => void = () => undefined): RootConstruct {
  const root = new RootConstruct('shop');
  Environment.set(root, Environments.test);
  acknowledge(root, { 'no-new-privileges': 'the nodes say so in their daemon.json' });
  new HardenedService(root, 'Api', { image, ...props });
  also(root);
  return root;
}

const PLATFORMS = [kubernetes, docker, swarm, swarmFile, compose] as const;
const planned = (platform: (typeof PLATFORMS)[number], root: Construct) => plan(root, platform as typeof compose, { name: 'shop' });
const texts = (problems: readonly Parameters<typeof formatProblem>[0][]) => problems.map(formatProblem).join('\n');

describe.each(PLATFORMS.map((one) => [one.title, one] as const))('%s', (_, platform) => {
  test.each(Object.entries(FORMS))('a secret %s is found', (_how, text) => {
    const found = texts(planned(platform, treeOf({ env: { NOTE: text } })).problems);
    expect(found).toContain('holds the value of the planted one');
    expect(found).not.toContain(text);
    expect(found).not.toContain(SECRET);
  });

  test.each<[string, Partial<HardenedServiceProps>]>([
    ['a command', { command: ['run', `--token=${lower}`] }],
    ['an argument', { args: [lower] }],
    ['a label', { labels: { note: lower } }],
    ['a path', { writable: [`/tmp/${lower}`] }],
    ['a working directory', { workingDirectory: `/srv/${lower}` }],
    ['an image', { image: `shop/api:${lower}` }],
    ['a health check', { health: { exec: ['check', lower] } }],
  ])('in %s', (_place, props) => {
    const found = texts(planned(platform, treeOf(props)).problems);
    expect(found).toContain('holds the value of the lower one');
    expect(found).not.toContain(lower);
  });

  test('in what an edit adds, in a name, and in files', () => {
    const root = treeOf({ name: `api-${lower}` }, (scope) => {
      const text = new ConfigFiles(scope, 'Text', { files: { 'app.conf': `password ${lower}` } });
      const bytes = new ConfigFiles(scope, 'Bytes', { files: { 'app.bin': Buffer.concat([Buffer.from([0, 255]), Buffer.from(SECRET)]) } });
      const service = new HardenedService(scope, 'Web', { image, files: { '/a': text.file('app.conf'), '/b': bytes.file('app.bin') } });
      service.part.tune(
        platform as typeof compose,
        (native) => void Object.assign(native, { [`key-${lower}`]: [{ name: 'x', deep: lower }] }),
      );
    });
    const { problems } = planned(platform, root);
    const found = texts(problems);
    for (const path of ['shop/Api: name', 'shop/Text', 'shop/Bytes', 'shop/Web']) expect(found).toContain(path);
    expect(found).toContain('in a key');
    expect(found).not.toContain(lower);
    expect(found).not.toContain(SECRET);
  });

  test('neither an edit that throws nor another problem shows it', () => {
    const root = treeOf({ env: { 'A B': lower }, pids: lower as unknown as number }, (scope) => {
      new HardenedService(scope, 'Web', { image }).part.tune(platform as typeof compose, () => {
        throw new Error(`cannot set ${SECRET}`);
      });
    });
    const error = new ProblemsError(planned(platform, root).problems);
    expect(error.message).toContain('failed: cannot set …');
    expect(error.message + JSON.stringify(error.problems)).not.toContain(lower);
    expect(error.message + JSON.stringify(error.problems)).not.toContain(SECRET);
  });

  test('who acknowledges plain-secret is let through', () => {
    const root = treeOf({ env: { NOTE: lower } }, (scope) => acknowledge(scope, { 'plain-secret': 'a value for tests, and no secret' }));
    expect(texts(planned(platform, root).problems)).not.toContain('holds the value');
  });
});

test('objects that others made are searched, in both ways to YAML', () => {
  const app = new App();
  const chart = new IronhullChart(app, 'shop', { environment: Environments.test, namespace: 'shop' });
  new HardenedService(chart, 'Api', { image });
  new ApiObject(chart, 'Theirs', { apiVersion: 'v1', kind: 'Secret', data: { password: base64(lower) }, metadata: { name: 'theirs' } });
  const late = { toString: () => '[object Output]' };
  new ApiObject(chart, 'Text', { apiVersion: 'v1', kind: 'ConfigMap', data: { note: `a ${late}` }, metadata: { name: 'text' } });
  new ApiObject(chart, 'Fine', { apiVersion: 'v1', kind: 'ConfigMap', data: { note: Lazy.any({ produce: () => 'now known' }) } });
  for (const synth of [() => synthesize(app), () => app.synth()]) {
    const error = thrownBy(synth);
    expect(error).toContain('shop/Theirs: data.password: holds the value of the lower one in base64');
    expect(error).toContain('shop/Text: data.note: is text that was made of a value not yet known');
    expect(error).not.toContain(lower);
    expect(error).not.toContain(base64(lower));
    expect(error).not.toContain('shop/Fine');
  }
});

test.each([
  ['Lazy', Lazy.any({ produce: () => 'x' }), 'is a value not yet known'],
  ['an Output', pulumi.output('x'), 'is a value not yet known'],
  ['text of an object', `x ${{}}`, 'is text that was made of a value not yet known'],
])('%s that an edit leaves behind is refused in files', (_, value, what) => {
  for (const [platform, file] of [
    [compose, composeFile],
    [swarmFile, swarmStackFile],
  ] as const) {
    const root = treeOf({});
    const [service] = root.node.children as [HardenedService];
    service.part.tune(platform, (native) => void Object.assign(native.service, { extra: { deep: value } }));
    expect(thrownBy(() => file(root, { name: 'shop' }))).toMatch(
      new RegExp(`shop/Api: service.extra.deep[^;]*: (?:${what})|deep: (?:${what})`),
    );
  }
});

test('through Pulumi the secret values of the config are known', async () => {
  const { error, resources } = await record(
    () =>
      void deployStack('shop', { platform: 'docker', environment: Environments.test }, (root) => {
        new HardenedService(root, 'Api', { image, env: { NOTE: 'a c0nfigured value' } });
      }),
    { 'secrets:db.password': 'c0nfigured' },
  );
  expect(String(error)).toContain("holds the value of the stack's config secrets:db.password");
  expect(String(error)).not.toContain('c0nfigured');
  expect(resources).toEqual([]);
});

test("the process's variables are secret by their names; a short one and a path are not", () => {
  const before = { ...process.env };
  Object.assign(process.env, {
    X_API_TOKEN: 'from-the-process-1',
    X_PASSWORD: 'postgres',
    X_CREDENTIALS: __filename,
    X_NOTE: 'not-secret-at-all',
  });
  try {
    const found: string[] = [];
    taintSearch()?.find(
      { a: 'from-the-process-1', b: 'postgres', c: __filename, d: 'not-secret-at-all' },
      (where, what) => void found.push(`${where} ${what}`),
    );
    expect(found).toEqual(['a holds the value of the variable X_API_TOKEN']);
  } finally {
    process.env = before;
  }
});

test('a plain chart of others alone is not ours to judge', () => {
  const app = new App();
  new ApiObject(new Chart(app, 'theirs'), 'Map', { apiVersion: 'v1', kind: 'ConfigMap' });
  expect([...synthesize(app).files.keys()]).toEqual(['theirs.k8s.yaml']);
});

function thrownBy(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return String((error as Error).message);
  }
  throw new Error('nothing was thrown');
}
