import { edgesOf, type Joined, type Runner } from '../../model/edges/edges';
import { peerProblems } from '../../model/edges/peer-problems';
import type { ExternalPeer } from '../../model/edges/peers';
import { Part } from '../../model/part';
import { below, displayPath, type Problem, usePort } from '../../model/problems';
import { view } from '../edge-view';

/** What is wrong with the edges of a workload or task: ports that the other end does not have, peers that are none. */
export function edgeProblems(part: Runner): Problem[] {
  const { incoming, outgoing } = edgesOf(part);
  return [
    ...outgoing.flatMap((edge) =>
      Part.isPart(edge.peer)
        ? [...portProblems(part, edge.peer as Runner, edge.ports, edge.among), ...endless(part, edge.peer as Runner)]
        : peerProblems(displayPath(part), edge.peer as ExternalPeer),
    ),
    ...incoming.flatMap((edge) => {
      if (Part.isPart(edge.peer)) return [];
      const peer = edge.peer as ExternalPeer;
      const own = (ports: readonly (string | number)[]) => portProblems(part, part, ports, edge.among);
      return [...own(edge.ports), ...peerProblems(displayPath(part), peer), ...own(peer.ports)];
    }),
  ];
}

/** Metrics that nobody may fetch. */
export function unseenMetrics(part: Part<'workload'>, routes: readonly Part<'route'>[]): Problem[] {
  const port = part.resolve().spec.metrics?.port;
  if (!port) return [];
  const open = edgesOf(part).incoming.some((edge) => view(edge, part).ports.some(({ name }) => name === port.name));
  if (open || routes.some((route) => route.resolve().spec.port === port.name)) return [];
  const fix = `set metrics.from to the peer that fetches them, or call network.allowFrom with '${port.name}'`;
  return [{ path: below(displayPath(part), 'metrics'), what: 'nobody may connect to the metrics port', value: port.name, fix }];
}

/** What waits for a task that runs again and again. */
function endless(part: Runner, target: Joined): Problem[] {
  if (target.kind !== 'task' || !(target as Part<'task'>).resolve().spec.schedule) return [];
  const what = `waits for ${displayPath(target)}, which runs on a schedule and so is never done`;
  return [{ path: below(displayPath(part), 'startAfter'), what, fix: 'leave it out, or wait for a task without a schedule' }];
}

/** Of several that are one thing it is said once. */
function portProblems(part: Runner, target: Joined, ports: readonly (string | number)[], among?: readonly Joined[]): Problem[] {
  if (!among) return ports.flatMap((value) => portProblem(part, target, value));
  return target === among[0] ? groupProblems(displayPath(part), ports, among) : [];
}

/** Of several that are one thing one has to have each port, and each one of the ports: nobody needs a part of it alone. */
function groupProblems(path: string, names: readonly (string | number)[], among: readonly Joined[]): Problem[] {
  if (names.length === 0) return [];
  const has = (one: Joined, name: string | number) => one.resolve().spec.ports.some(({ name: own, port }) => own === name || port === name);
  const unknown = names.filter((name) => !among.some((one) => has(one, name)));
  if (unknown.length > 0) {
    const what = `an edge names a port that neither ${displayPath(among[0] as Joined)} nor what is one thing with it has`;
    const ports = new Map(among.flatMap((one) => one.resolve().spec.ports.map((port) => [port.name, port] as const)));
    return unknown.map((value) => ({ path, what, value, fix: usePort([...ports.values()]) }));
  }
  const left = among.find((one) => !names.some((name) => has(one, name)));
  if (!left) return [];
  const what = `an edge names ports, and none of ${displayPath(left)}, which is one thing with the others`;
  return [{ path, what, value: names.join(', '), fix: `leave the names out, or add one: ${usePort(left.resolve().spec.ports)}` }];
}

function portProblem(part: Runner, target: Joined, value: string | number): Problem[] {
  const { ports } = target.resolve().spec;
  // said already, where the port of the metrics is wrong
  if (part.resolve().problems.some((one) => one.value === value)) return [];
  if (ports.some((port) => port.name === value || port.port === value)) return [];
  const what = `an edge names a port that ${displayPath(target)} does not have`;
  return [{ path: displayPath(part), what, value, fix: usePort(ports) }];
}
