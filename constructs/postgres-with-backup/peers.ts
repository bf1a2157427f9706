import type { Connectable } from '../../lib/model/edges/network-facet';
import { type ExternalPeer, Peers } from '../../lib/model/edges/peers';
import { isDnsName } from '../../lib/model/names';
import type { BackupProps, S3DestinationProps } from './props';

/** Lets something connect to the destinations; what has a name of the stack alone needs an edge of the user's. */
export function allowToDestinations({ network }: Connectable, backup: Pick<BackupProps, 'destinations'>): void {
  for (const peer of peersOf(backup)) network.allowTo(peer);
}

function peersOf(backup: Pick<BackupProps, 'destinations'>): ExternalPeer[] {
  const peers = new Map<string, ExternalPeer>();
  for (const destination of Object.values(backup.destinations)) {
    const { host, port } = endpointOf(destination);
    const key = `${host}:${port}`;
    if (/^\d+(\.\d+){3}$/.test(host)) peers.set(key, Peers.cidr(`${host}/32`, port));
    else if (isDnsName(host)) peers.set(key, Peers.dnsName(host, port));
  }
  return [...peers.values()];
}

/** Host and port of a destination. */
export function endpointOf({ endpoint, region = 'us-east-1' }: S3DestinationProps): { readonly host: string; readonly port: number } {
  if (endpoint === undefined) return { host: `s3.${region}.amazonaws.com`, port: 443 };
  try {
    const { hostname, port, protocol } = new URL(endpoint);
    return { host: hostname, port: port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port) };
  } catch {
    // reported where it is checked
    return { host: '', port: 443 };
  }
}
