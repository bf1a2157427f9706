import type { ExternalPeer } from '../model/edges';
import type { Problem } from '../model/problems';
import { isCidr } from '../model/values/address';

/** What is wrong with a peer outside. */
export function peerProblems(path: string, peer: ExternalPeer): Problem[] {
  const cidrs = [...(peer.cidr === undefined ? [] : [peer.cidr]), ...(peer.except ?? [])].filter((cidr) => !isCidr(cidr));
  const ports = peer.ports.filter((port) => !(Number.isInteger(port) && port >= 1 && port <= 65535));
  const network = 'an edge leads to addresses that are no network in CIDR notation';
  const number = 'an edge names a port that is no whole number from 1 to 65535';
  return [
    ...cidrs.map((value) => ({ path, what: network, value, fix: "write it as '203.0.113.0/24'" })),
    ...ports.map((value) => ({ path, what: number, value, fix: 'use the number of a TCP port' })),
  ];
}
