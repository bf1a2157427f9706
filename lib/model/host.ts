import type { IConstruct } from 'constructs';

/**
 * A tree that renders by itself, such as a cdk8s Chart in somebody's own app. The kernel knows no platform, so a host
 * registers here, and the first part below one tells it.
 */
export interface Host {
  /** Whether this construct is the root of such a tree. */
  claims(scope: IConstruct): boolean;
  /** Called once for each root that got a part. */
  attach(scope: IConstruct): void;
  /** Called for each further part below a root. */
  grew?(scope: IConstruct): void;
}

const hosts: Host[] = [];
const ATTACHED = Symbol.for('ironhull.Attached');

/** Makes a kind of tree render by itself. */
export function registerHost(host: Host): void {
  hosts.push(host);
}

/** Tells the host above a construct, if there is one, that it has a part now. */
export function attachToHost(construct: IConstruct): void {
  if (hosts.length === 0) return;
  for (let at = construct.node.scope; at; at = at.node.scope) {
    if (ATTACHED in at) {
      for (const host of hosts) host.grew?.(at);
      return;
    }
    for (const host of hosts) {
      if (!host.claims(at)) continue;
      Object.defineProperty(at, ATTACHED, { value: true });
      host.attach(at);
      return;
    }
  }
}
