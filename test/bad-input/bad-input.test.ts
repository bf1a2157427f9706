import { commit, Environment, Environments, formatProblem, ProblemsError, plan } from '../../lib';
import { recording } from '../model/recording';
import { ALL, treeOf } from './all';

/** One feature is missing, so that there is something to refuse. */
const platform = recording(['volume.shared']);

test('there are many ways to be wrong', () => {
  expect(ALL.length).toBeGreaterThanOrEqual(150);
});

test.each(ALL.map((one) => [one.mistake, one] as const))('%s', (_mistake, one) => {
  const planned = plan(treeOf([one]), platform);
  expect(planned.problems.map(formatProblem)).toEqual([one.message]);
});

test('everything at once: each message once, and nothing is handed over', () => {
  const handed: object[] = [];
  const planned = plan(treeOf(ALL), platform);
  let error: unknown;
  try {
    commit(planned, handed as never);
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(ProblemsError);
  const [heading, ...lines] = (error as ProblemsError).message.split('\n');
  expect(heading).toBe(`${ALL.length} problems:`);
  expect(lines.map((line) => line.slice(2)).sort()).toEqual(ALL.map((one) => one.message).sort());
  expect(handed).toEqual([]);
});

test('messages are one line each, with a way out', () => {
  for (const { message } of ALL) {
    expect(message).not.toMatch(/\n/);
    expect(message).toMatch(/^app\/[^ ]*: .+; .+$/);
  }
});

describe('what stops the program at once, because there is no construct to report it at', () => {
  test.each([
    [
      'an environment that does not exist',
      () => Environments.production.pick({ prodution: 3, otherwise: 1 }),
      'environment production: pick() names an environment that does not exist, got "prodution"; use one of development, test, staging, production, or create it first',
    ],
    [
      'a name of an environment in capitals',
      () => new Environment('QA'),
      'environment: the name must be a DNS label of at most 32 characters other than otherwise, got "QA"; use lower case letters, digits and dashes',
    ],
    [
      'an environment called otherwise',
      () => new Environment('otherwise'),
      'environment: the name must be a DNS label of at most 32 characters other than otherwise, got "otherwise"; use lower case letters, digits and dashes',
    ],
    [
      'a negative number of replicas',
      () => new Environment('negative', { replicas: -1 }),
      'environment negative: replicas must be a whole number from 0 to 1000, got -1; choose one',
    ],
  ])('%s', (_mistake, wrong, message) => {
    expect(wrong).toThrow(new Error(message));
  });
});
