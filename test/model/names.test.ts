import { App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import fc from 'fast-check';
import { Composite, Environment, Environments, HardenedService, nameOf, PersistentVolume, pinName, plan } from '../../lib';
import { isDnsLabel, kebab, MAX_NAME, shorten } from '../../lib/model/names';
import { Testing } from '../../lib/testing';
import { recording } from './recording';

const IMAGE = 'team/app:1';
const namesIn = (root: Construct) => plan(root, recording()).drafted.map(({ native }) => native.name);

describe('an id as part of a name', () => {
  test.each([
    ['Backend', 'backend'],
    ['PostgresMain', 'postgres-main'],
    ['postgres_main', 'postgres-main'],
    ['HTTPServer', 'http-server'],
    ['Server2Go', 'server2-go'],
    ['--odd--', 'odd'],
    ['a.b/c d', 'a-b-c-d'],
    ['Größe', 'gr-e'],
    ['日本', ''],
  ])('%s', (id, expected) => expect(kebab(id)).toBe(expected));
});

describe('a name', () => {
  test('is made of the ids below the stack, without those that say nothing', () => {
    const root = Testing.root('veogen-production');
    const shop = new Construct(root, 'Shop');
    const inner = new Construct(new Construct(shop, 'Default'), 'Resource');
    expect(nameOf(new Construct(inner, 'PostgresMain'))).toBe('shop-postgres-main');
  });

  test('does not change with the environment, the chart, or the names above them', () => {
    const build = (chartId: string, environment: Environment) => {
      const chart = new Chart(new App(), chartId);
      Environment.set(chart, environment);
      const shop = new Construct(chart, 'Shop');
      new HardenedService(shop, 'Api', { image: IMAGE, name: 'api' });
      new PersistentVolume(shop, 'Data', { size: '1Gi' });
      return namesIn(chart);
    };
    expect(build('shop-production', Environments.production)).toEqual(['shop-data', 'api']);
    expect(build('renamed', Environments.development)).toEqual(['shop-data', 'api']);
  });

  test('changes when a construct is moved, unless it is pinned', () => {
    const build = (moved: boolean, pinned: boolean) => {
      const root = Testing.root();
      const scope = moved ? new Construct(new Construct(root, 'New'), 'Place') : new Construct(root, 'Shop');
      const volume = new PersistentVolume(scope, 'Data', { size: '1Gi', ...(pinned && { name: 'shop-data' }) });
      return nameOf(volume.part);
    };
    expect(build(false, false)).toBe('shop-data');
    expect(build(true, false)).toBe('new-place-data');
    expect(build(true, true)).toBe(build(false, false));
  });

  test('moving a pinned construct changes nothing that is drafted', () => {
    const build = (moved: boolean) => {
      const root = Testing.root();
      const scope = moved ? new Construct(new Construct(root, 'New'), 'Place') : new Construct(root, 'Shop');
      const web = new HardenedService(scope, 'Web', {
        image: IMAGE,
        name: 'shop-web',
        ports: { http: 8080 },
        sidecars: { helper: { image: IMAGE } },
      });
      web.publish({ port: 'http' });
      return JSON.stringify(
        plan(root, recording()).drafted.map(({ native, part }) => [native.name, part.kind === 'route' ? '' : native.spec]),
      );
    };
    expect(build(true)).toBe(build(false));
  });

  test('of what is below a pinned construct continues from there', () => {
    const group = new Construct(Testing.root(), 'Group');
    pinName(group, 'old');
    expect(nameOf(new Construct(new Construct(group, 'Api'), 'Cache'))).toBe('old-api-cache');
    pinName(group, 'older');
    expect(nameOf(new Construct(group, 'Db'))).toBe('older-db');
  });

  test('of more than 52 characters keeps its head and ends in a hash of the whole', () => {
    const exact = 'a'.repeat(MAX_NAME);
    expect(shorten(exact)).toBe(exact);
    expect(shorten(`${exact}b`)).toMatch(/^a{43}-[0-9a-f]{8}$/);
    expect(shorten(`${exact}b`)).not.toBe(shorten(`${exact}c`));
    // no double dash where the head ends in one
    expect(shorten(`${'a'.repeat(42)}-${'b'.repeat(40)}`)).toMatch(/^a{42}-[0-9a-f]{8}$/);
  });

  test('is a DNS label of at most 52 characters, or it is reported', () => {
    // npm constructs cannot take the names of methods that all objects have
    const ids = fc.string({ minLength: 1, maxLength: 30 }).filter((id) => !(id in Object.prototype));
    fc.assert(
      fc.property(fc.array(ids, { minLength: 1, maxLength: 6 }), (path) => {
        const root = Testing.root();
        let scope: Construct = root;
        for (const id of path) scope = new Construct(scope, id);
        const volume = new PersistentVolume(scope, 'Default', { size: '1Gi' });
        const name = nameOf(volume.part);
        const { problems } = plan(root, recording());
        if (problems.length === 0) {
          expect(isDnsLabel(name)).toBe(true);
          expect(name.length).toBeLessThanOrEqual(MAX_NAME);
        } else {
          expect(problems).toEqual([expect.objectContaining({ what: 'the name made of the ids is no DNS label', value: name })]);
          expect(isDnsLabel(name)).toBe(false);
        }
      }),
    );
  });

  test('two different paths have different names, or the clash is reported', () => {
    const id = fc.constantFrom('a', 'b', 'A', 'a-b', 'aB', 'b_a', 'Default', 'ab');
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(id, id), { minLength: 2, maxLength: 5, selector: (ids) => ids.join('/') }), (paths) => {
        const root = Testing.root();
        for (const [first, second] of paths) {
          const scope = (root.node.tryFindChild(first) as Construct | undefined) ?? new Construct(root, first);
          new PersistentVolume(scope, second, { size: '1Gi' });
        }
        const { problems, drafted } = plan(root, recording());
        const names = drafted.map(({ native }) => native.name);
        expect(problems.length > 0 || new Set(names).size === paths.length).toBe(true);
      }),
    );
  });
});

describe('ids that are taken', () => {
  class Group extends Composite {}

  test('are reported together, in the order of the tree, and the program goes on', () => {
    const root = Testing.root('app');
    const first = new Group(root, 'First');
    for (let n = 0; n < 3; n++) new PersistentVolume(first, 'Data', { size: '1Gi' });
    new Group(root, 'First');
    new PersistentVolume(new Group(root, 'Second'), '', { size: '1Gi' });
    expect(Testing.problems(root, recording())).toEqual([
      'app: two constructs have the same id, got "First"; give each an id of its own',
      'app/First: two constructs have the same id, got "Data"; give each an id of its own',
      'app/Second: a construct has no id, got ""; give it one, such as its name',
    ]);
  });

  test('ten thousand times in one scope take no quadratic time', () => {
    const root = Testing.root('app');
    const started = performance.now();
    for (let n = 0; n < 10_000; n++) new Group(root, 'Same');
    expect(performance.now() - started).toBeLessThan(2000);
    expect(root.node.children).toHaveLength(10_000);
  });
});
