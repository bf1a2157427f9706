import type { Construct } from 'constructs';
import { Environments, ExistingSecret, HardenedService } from '../../lib';
import { compose } from '../../lib/platforms/compose';
import { docker } from '../../lib/platforms/docker';
import { kubernetes } from '../../lib/platforms/kubernetes';
import { Testing } from '../../lib/testing';
import { recording } from './recording';

const IMAGE = 'team/app:1';
const ACKNOWLEDGED = { 'no-new-privileges': 'the engines are set up for it' };
const web = (scope: Construct, id: string, props: object = {}) =>
  new HardenedService(scope, id, { image: IMAGE, ports: { http: 8080 }, acknowledge: ACKNOWLEDGED, ...props });

describe('what is wrong with a spec and what only the platform finds wrong are told in one run', () => {
  test('two ports on one port of the host beside an image without a tag', () => {
    const root = Testing.root('shop');
    web(root, 'Broken', { image: 'team/app' });
    for (const id of ['One', 'Two']) web(root, id).publish({ port: 'http' });
    const broken =
      'shop/Broken: image: an image needs a tag that says which version it is, got "team/app"; add a tag other than latest, and a digest';
    const taken =
      'shop/Two: publish http.listen: the port of the host is taken by shop/One: publish http, got 8080; choose another port, or another address';
    expect(Testing.problems(root, docker)).toEqual([broken, taken]);
    expect(Testing.problems(root, compose)).toEqual([broken, taken]);
  });

  test('an entrance of as many replicas as the environment says, beside a bad name of a variable', () => {
    const root = Testing.root('shop', Environments.production);
    const unpinned = { ...ACKNOWLEDGED, 'unpinned-image': 'only a test of this library' };
    web(root, 'Broken', { replicas: 1, env: { 'A-B': 'c' }, acknowledge: unpinned });
    web(root, 'Web', { acknowledge: unpinned }).publish({ port: 'http' });
    expect(Testing.problems(root, compose)).toEqual([
      'shop/Broken: env.A-B: is no name of an environment variable, got "A-B"; use letters, digits and underscores',
      'shop/Web: publish http.replicas: only one replica can have a port of the host, got 3; 3 is the default of production: set replicas to 1, or publish a gateway in front of it, or choose another environment',
    ]);
  });

  test('what refers to something wrong is left out without a word', () => {
    const root = Testing.root('shop');
    const secret = new ExistingSecret(root, 'Secrets', { existing: 'My Secrets' });
    web(root, 'Api', { env: { PASSWORD: secret.key('password') } }).publish({ port: 'http' });
    web(root, 'Other');
    const planned = Testing.plan(root, kubernetes);
    expect(planned.problems.map(({ path }) => path)).toEqual(['shop/Secrets: existing']);
    expect(planned.drafted.map(({ at }) => at.name)).toEqual(['other']);
  });
});

describe('an edit that throws', () => {
  test('is a problem of the service, beside all others', () => {
    const root = Testing.root('shop');
    web(root, 'Broken', { image: 'team/app' });
    web(root, 'Api').tune(kubernetes, ({ deployment }) => {
      (deployment.spec.template.spec as unknown as { missing: { list: string[] } }).missing.list.push('x');
    });
    expect(Testing.problems(root, kubernetes)[1]).toBe(
      "shop/Api: tune(kubernetes) failed: Cannot read properties of undefined (reading 'list'); mend the edit",
    );
  });

  test('may throw anything', () => {
    const root = Testing.root('shop');
    const platform = recording();
    web(root, 'Api').tune(platform, () => {
      throw 'in two\nlines';
    });
    expect(Testing.problems(root, platform)).toEqual(['shop/Api: tune(recording) failed: in two lines; mend the edit']);
  });
});

describe('what can be taken once', () => {
  test('a port of the host on every address and on one', () => {
    for (const addresses of [
      ['0.0.0.0', '127.0.0.1'],
      ['127.0.0.1', '0.0.0.0'],
      ['::', '::1'],
    ]) {
      const root = Testing.root('shop');
      addresses.forEach((address, i) => void web(root, `S${i}`).publish({ port: 'http', address }));
      for (const platform of [docker, compose] as (typeof compose)[])
        expect(Testing.problems(root, platform)).toEqual([
          'shop/S1: publish http.listen: the port of the host is taken by shop/S0: publish http, got 8080; choose another port, or another address',
        ]);
    }
    const root = Testing.root('shop');
    for (const address of ['127.0.0.1', '127.0.0.2', '::1']) web(root, `S${address}`.replace(/\W/g, '')).publish({ port: 'http', address });
    expect(Testing.problems(root, compose)).toEqual([]);
  });

  test('a variable for a secret value, which several services may read', () => {
    const root = Testing.root('shop');
    const [long, short] = ['a-b', 'a'].map((existing) => new ExistingSecret(root, existing, { existing })) as [
      ExistingSecret,
      ExistingSecret,
    ];
    web(root, 'One', { env: { X: long.key('c') } });
    web(root, 'Two', { env: { X: long.key('c') } });
    expect(Testing.problems(root, compose)).toEqual([]);
    web(root, 'Three', { env: { X: short.key('b_c') } });
    expect(Testing.problems(root, compose)).toEqual([
      'shop/Three: the variable of a secret value is taken by a-b.c, got "A_B_C"; rename one of the keys',
    ]);
    expect(Testing.problems(root, kubernetes)).toEqual([]);
  });
});
