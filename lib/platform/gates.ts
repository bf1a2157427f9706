import { edgesOf, type Runner } from '../model/edges/edges';
import { Part } from '../model/part';
import { displayPath, type Problem } from '../model/problems';
import { view } from './edge-view';
import type { GateView } from './platform';

/** What a workload or task waits for before it starts, each thing once. */
export function gatesOf(part: Runner): GateView[] {
  const gates = new Map<Part, GateView>();
  for (const edge of edgesOf(part).outgoing) {
    if (!Part.isPart(edge.peer) || edge.gate === 'none' || edge.peer.kind === 'object') continue;
    const peer = edge.peer as Runner;
    const ports = view(edge, peer).ports.filter(({ protocol }) => protocol === 'tcp');
    const gate = peer.kind === 'task' ? 'completed' : 'ready';
    const known = gates.get(peer as Part);
    if (known?.port === undefined) gates.set(peer as Part, { part: peer, gate, ...(ports[0] && { port: ports[0] }) });
  }
  return [...gates.values()];
}

/**
 * Workloads and tasks after those that they wait for, otherwise as they are. Linear, without recursion. A circle, in which
 * each would wait for ever, is a problem.
 */
export function orderByGates(runners: readonly Runner[], problems: Problem[]): Runner[] {
  const own = new Set<unknown>(runners);
  const sorted: Runner[] = [];
  const state = new Map<Runner, 'open' | 'done'>();
  const stack: { readonly part: Runner; readonly before: readonly Runner[]; next: number }[] = [];
  const enter = (part: Runner): void => {
    state.set(part, 'open');
    stack.push({ part, before: gatesOf(part).flatMap((gate) => (own.has(gate.part) ? [gate.part] : [])), next: 0 });
  };
  for (const start of runners) {
    if (!state.has(start)) enter(start);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.before[top.next++];
      if (next === undefined) {
        state.set(top.part, 'done');
        sorted.push(top.part);
        stack.pop();
      } else if (!state.has(next)) enter(next);
      else if (state.get(next) === 'open') problems.push(circle([...stack.map((step) => step.part), next]));
    }
  }
  return sorted;
}

function circle(way: readonly Runner[]): Problem {
  const last = way.at(-1) as Runner;
  const parts = way.slice(way.indexOf(last));
  const round = parts.map(displayPath);
  const tasks = parts.some((part) => part.kind === 'task');
  return {
    path: round.at(-2) as string,
    what: `would wait for itself to start: ${round.join(' → ')}`,
    fix: `say of one of these edges that nothing waits: network.allowTo(other, { gate: 'none' })${tasks ? ', or leave out a startAfter' : ''}`,
  };
}
