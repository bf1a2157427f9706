import { Construct } from 'constructs';
import { Environment, Environments } from '../../lib';
import { Testing } from '../../lib/testing';

describe('the built-in environments', () => {
  test('are rows of sizes and switches', () => {
    const rows = Object.values(Environments).map(({ name, replicas, requireDigest, keepVolumes, highlyAvailable }) => [
      name,
      replicas,
      requireDigest,
      keepVolumes,
      highlyAvailable,
    ]);
    expect(rows).toEqual([
      ['production', 3, true, true, true],
      ['staging', 2, true, true, true],
      ['development', 1, false, false, false],
      ['test', 1, false, false, false],
    ]);
  });
});

describe('pick', () => {
  test('takes its own value, or the one for all others', () => {
    expect(Environments.production.pick({ production: 3, otherwise: 1 })).toBe(3);
    expect(Environments.test.pick({ production: 3, otherwise: 1 })).toBe(1);
  });

  test('staging is based on production and yet is not meant by it', () => {
    expect(Environments.staging.basedOn).toBe(Environments.production);
    expect(Environments.staging.pick({ production: 3, otherwise: 1 })).toBe(1);
  });

  test("a user's own environment goes up its chain, to the first built-in one", () => {
    const qa = new Environment('qa', { basedOn: Environments.staging });
    const soak = new Environment('soak', { basedOn: qa, replicas: 5 });
    expect(soak.pick({ soak: 'own', qa: 'base', otherwise: 'none' })).toBe('own');
    expect(soak.pick({ qa: 'base', staging: 'built-in', otherwise: 'none' })).toBe('base');
    expect(soak.pick({ staging: 'built-in', otherwise: 'none' })).toBe('built-in');
    expect(soak.pick({ production: 'beyond', otherwise: 'none' })).toBe('none');
    expect([soak.replicas, soak.requireDigest, qa.replicas]).toEqual([5, true, 2]);
  });

  test('a value of undefined, null, 0 or false is a value', () => {
    for (const value of [undefined, null, 0, false]) expect(Environments.test.pick<unknown>({ test: value, otherwise: 1 })).toBe(value);
  });

  test('names of object methods are no environments', () => {
    expect(new Environment('constructor').pick({ otherwise: 1 })).toBe(1);
  });

  test('an environment that could not be made does not exist', () => {
    expect(() => new Environment('broken', { replicas: 1.5 })).toThrow('replicas must be a whole number from 0 to 1000, got 1.5');
    expect(() => Environments.test.pick({ broken: 1, otherwise: 2 })).toThrow(
      'pick() names an environment that does not exist, got "broken"',
    );
  });
});

describe('the environment of a construct', () => {
  test('is the nearest above it', () => {
    const root = Testing.root('app', Environments.staging);
    const group = new Construct(root, 'Group');
    const leaf = new Construct(group, 'Leaf');
    expect(Environment.of(leaf)).toBe(Environments.staging);
    Environment.set(group, Environments.development);
    expect(Environment.of(leaf)).toBe(Environments.development);
    expect(Environment.of(root)).toBe(Environments.staging);
  });

  test('is production, the strictest, where nobody chose one', () => {
    expect(Environment.of(new Construct(undefined as never, ''))).toBe(Environments.production);
  });

  test('decides defaults only: what a user wrote stays', () => {
    const none = new Environment('bare', { basedOn: Environments.test, replicas: 0 });
    expect(none.replicas).toBe(0);
    expect(none.basedOn).toBe(Environments.test);
    expect(new Environment('own').basedOn).toBe(Environments.production);
  });
});
