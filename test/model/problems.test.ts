import * as pulumi from '@pulumi/pulumi';
import { formatProblem, HardenedService, ProblemsError } from '../../lib';
import { show } from '../../lib/model/problems';
import { Testing } from '../../lib/testing';

test('a problem is one line: where, what, the value and the way out', () => {
  expect(formatProblem({ path: 'a/B: x', what: 'is wrong', value: 'v', fix: 'change it' })).toBe('a/B: x: is wrong, got "v"; change it');
  expect(formatProblem({ path: 'a/B', what: 'is missing', fix: 'add it' })).toBe('a/B: is missing; add it');
  expect(formatProblem({ path: 'a/B', what: 'is missing', value: undefined, fix: 'add it' })).toBe('a/B: is missing; add it');
});

test('values are short, on one line, and tell nothing that is not known yet', () => {
  const circle: { self?: object } = {};
  circle.self = circle;
  expect(['a\nb', 1, -0.5, Number.NaN, 10n, true, null, ['x'], { a: 1 }, () => 1, Symbol('s'), circle, 'x'.repeat(200)].map(show)).toEqual([
    '"a\\nb"',
    '1',
    '-0.5',
    'NaN',
    '10',
    'true',
    'null',
    '["x"]',
    '{"a":1}',
    'a function',
    'a symbol',
    'a value that cannot be printed',
    `"${'x'.repeat(116)}...`,
  ]);
  expect(show(pulumi.secret('hunter2'))).toBe('a value that is not known yet');
  expect(show(new HardenedService(Testing.root(), 'Web', { image: 'team/app:1' }))).not.toMatch(/\n/);
});

test('the error holds each problem once, in the order in which they were found', () => {
  const problem = (what: string) => ({ path: 'app', what, fix: 'do' });
  const error = new ProblemsError([problem('b'), problem('a'), problem('b')]);
  expect(error.message).toBe('2 problems:\n  app: b; do\n  app: a; do');
  expect(error.problems).toEqual([problem('b'), problem('a')]);
  expect(error).toMatchObject({ name: 'ProblemsError' });
  expect(new ProblemsError([problem('a')]).message).toBe('1 problem:\n  app: a; do');
});
