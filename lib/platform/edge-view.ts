import type { Edge, Joined } from '../model/edges/edges';
import { Part } from '../model/part';
import type { PortSpec } from '../model/workload/spec';
import type { EdgeView } from './platform';

/** An edge with its ports looked up; the target is absent where it is outside. */
export function view(edge: Edge, target: Joined | undefined): EdgeView {
  if (!target) {
    const ports = Part.isPart(edge.peer) ? [] : edge.peer.ports;
    return { peer: edge.peer, ports: ports.map((port) => ({ name: String(port), port, protocol: 'tcp' as const })) };
  }
  const all: readonly PortSpec[] = target.resolve().spec.ports;
  // somebody outside names ports by their numbers
  const numbers = Part.isPart(edge.peer) ? [] : edge.peer.ports;
  const meant = (port: PortSpec) => numbers.length === 0 || numbers.includes(port.port);
  return { peer: edge.peer, ports: all.filter((port) => meant(port) && (edge.ports.length === 0 || edge.ports.includes(port.name))) };
}
