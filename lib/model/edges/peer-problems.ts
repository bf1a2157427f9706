import { isDnsName } from '../names';
import type { Problem } from '../problems';
import { isCidr } from '../values/address';
import type { ExternalPeer } from './peers';

/** What is wrong with a peer outside. */
export function peerProblems(path: string, peer: ExternalPeer): Problem[] {
  const cidrs = [...(peer.cidr === undefined ? [] : [peer.cidr]), ...(peer.except ?? [])].filter((cidr) => !isCidr(cidr));
  const ports = peer.ports.filter((port) => !(Number.isInteger(port) && port >= 1 && port <= 65535));
  const network = 'an edge leads to addresses that are no network in CIDR notation';
  const number = 'an edge names a port that is no whole number from 1 to 65535';
  const labels = [peer.podLabels, peer.namespaceLabels].filter((one) => one !== undefined);
  const empty = labels.filter((one) => !Object.keys(one).length || Object.values(one).some((value) => typeof value !== 'string'));
  const ways = [peer.cidr !== undefined, peer.dnsName !== undefined, labels.length > 0].filter((one) => one).length;
  return [
    // a selector without labels, or with one that is dropped because it is undefined, selects everything
    ...empty.map((value) => ({
      path,
      what: 'an edge has labels of a peer that are none',
      value,
      fix: 'give at least one label, each with a text',
    })),
    ...(ways === 1
      ? []
      : [{ path, what: 'an edge needs either addresses, a DNS name or labels of a peer', value: peer, fix: 'use one of Peers' }]),
    ...(peer.dnsName === undefined || isDnsName(peer.dnsName)
      ? []
      : [
          {
            path,
            what: 'an edge leads to what is no DNS name',
            value: peer.dnsName,
            fix: "write it as 'api.example.com', without a wildcard",
          },
        ]),
    ...cidrs.map((value) => ({ path, what: network, value, fix: "write it as '203.0.113.0/24'" })),
    ...ports.map((value) => ({ path, what: number, value, fix: 'use the number of a TCP port' })),
  ];
}
