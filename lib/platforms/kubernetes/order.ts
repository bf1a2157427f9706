import type { IConstruct } from 'constructs';
import type { Problem } from '../../model/problems';

/**
 * Orders things so that each stands after those that it needs, and otherwise leaves them as they are. Linear, without
 * recursion, so that a chain may be as long as it likes.
 *
 * @param before what one thing needs; asked once for each
 * @param cycle gets the way round for each thing that would need itself
 */
export function orderBy<T>(items: Iterable<T>, before: (item: T) => Iterable<T>, cycle: (way: readonly T[]) => void): T[] {
  const ordered: T[] = [];
  const state = new Map<T, 'open' | 'done'>();
  const stack: { readonly item: T; readonly before: Iterator<T> }[] = [];
  const push = (item: T): void => {
    state.set(item, 'open');
    stack.push({ item, before: before(item)[Symbol.iterator]() });
  };
  for (const item of items) {
    if (!state.has(item)) push(item);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.before.next();
      if (next.done) {
        state.set(top.item, 'done');
        ordered.push(top.item);
        stack.pop();
      } else if (!state.has(next.value)) push(next.value);
      else if (state.get(next.value) === 'open') {
        const items = stack.map((step) => step.item);
        cycle([...items.slice(items.indexOf(next.value)), next.value]);
      }
    }
  }
  return ordered;
}

/** A moment in the making of a construct: before it, itself, or all of it with what is in it. */
interface Moment {
  readonly construct: IConstruct;
  readonly which: 'enter' | 'own' | 'all';
}

/**
 * Orders constructs by the dependencies between them and between the constructs around them. A dependency between two
 * scopes is never expanded to the pairs of what is in them.
 *
 * @param items what to order; others on the way only carry dependencies
 * @param inside whether a construct takes part; dependencies on others are left out
 * @param problems gets the cycles
 */
export function orderByDependencies(
  items: readonly IConstruct[],
  inside: (construct: IConstruct) => boolean,
  problems: Problem[],
): IConstruct[] {
  const moments = new Map<IConstruct, Record<Moment['which'], Moment>>();
  const moment = (construct: IConstruct, which: Moment['which']): Moment => {
    let known = moments.get(construct);
    if (!known) {
      known = { enter: { construct, which: 'enter' }, own: { construct, which: 'own' }, all: { construct, which: 'all' } };
      moments.set(construct, known);
    }
    return known[which];
  };
  function* before({ construct, which }: Moment): Generator<Moment> {
    if (which === 'enter') {
      const { scope } = construct.node;
      if (scope && inside(scope)) yield moment(scope, 'enter');
      for (const target of construct.node.dependencies) {
        // what is within a construct, or around it, cannot come before it as a whole
        if (inside(target) && !isWithin(target, construct) && !isWithin(construct, target)) yield moment(target, 'all');
      }
    } else if (which === 'own') {
      yield moment(construct, 'enter');
      for (const target of construct.node.dependencies) {
        if (target !== construct && inside(target) && isWithin(target, construct)) yield moment(target, 'all');
      }
    } else {
      yield moment(construct, 'own');
      for (const child of construct.node.children) if (inside(child)) yield moment(child, 'all');
    }
  }
  const wanted = new Set(items);
  const roots = items.map((item) => moment(item, 'own'));
  return orderBy(roots, before, (way) => problems.push(cycleProblem(way.map((step) => step.construct))))
    .filter((one) => one.which === 'own' && wanted.has(one.construct))
    .map((one) => one.construct);
}

/** What is said of constructs that depend on each other in a circle. */
export function cycleProblem(way: readonly IConstruct[]): Problem {
  const paths = way.map((construct) => construct.node.path).filter((path, i, all) => path !== all[i - 1]);
  return {
    path: paths[0] ?? '',
    what: 'constructs depend on each other in a circle',
    value: paths.join(' -> '),
    fix: 'remove one of the dependencies',
  };
}

function isWithin(construct: IConstruct, scope: IConstruct): boolean {
  for (let at: IConstruct | undefined = construct; at; at = at.node.scope) if (at === scope) return true;
  return false;
}
