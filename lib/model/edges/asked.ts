import { Part, type Resolution } from '../part';
import { edgesOf, type Joined } from './edges';

/** Says which features the edges of a workload or task ask for. */
export function askForEdges(part: Joined, r: Resolution): void {
  const { incoming, outgoing } = edgesOf(part);
  for (const { peer, gate } of outgoing) {
    // an object never waits
    if (!Part.isPart(peer) || part.kind === 'object') continue;
    if (gate === 'completed') r.feature('start.completed');
    else if (gate === 'ready') r.feature('start.ready');
  }
  for (const { peer } of [...incoming, ...outgoing]) if (!Part.isPart(peer) && 'dnsName' in peer) r.feature('network.dns-name');
}
