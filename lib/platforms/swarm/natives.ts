import type { ComposeDocument, ComposeNatives } from '../compose/natives';

/** Swarm's native objects, by kind: the Compose specification's own. A workload has no sidecars there. */
export type SwarmNatives = ComposeNatives;

/** A stack before it becomes a stack file or resources. */
export type SwarmDocument = ComposeDocument;

/** How services are reached. */
export interface SwarmOptions {
  /** How clients in a network find replicas: one virtual address, or all addresses by DNS. @default 'vip' */
  readonly endpointMode?: 'vip' | 'dnsrr';
  /**
   * Where a published port is open: on every node, or only on nodes where a replica runs. `dnsrr` needs `host`.
   * @default - 'ingress', or 'host' with `dnsrr`
   */
  readonly publishMode?: 'ingress' | 'host';
  /** Put before the names of networks, volumes and, through Pulumi, services. @default - the stack's name */
  readonly namespace?: string;
}

/** What the two ways to Swarm can say: a stack file has no gateway, and the Pulumi provider no limits of processes. */
export type Dialect = 'file' | 'pulumi';
