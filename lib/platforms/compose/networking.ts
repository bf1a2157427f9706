import type { ImpliedNetwork } from '../../platform/networks';
import type { Plan } from '../../platform/platform';
import type { RunnerAt } from './container';
import { type ComposeDocument, type ComposeNatives, engineName } from './natives';
import type { ComposeNetwork } from './objects';
import type { ComposeAttachment } from './schema';

/** Keeps the members of a bridge network from reaching each other. */
const NOT_AMONG_EACH_OTHER = { 'com.docker.network.bridge.enable_icc': 'false' };

/** The networks of a workload or task. */
export function attachments(at: RunnerAt): Record<string, ComposeAttachment> {
  return Object.fromEntries(
    at.networks.map(({ name, address, aliases }) => [
      name,
      { ...(aliases.length > 0 && { aliases: [...aliases] }), ...(address !== undefined && { ipv4_address: address }) },
    ]),
  );
}

/** Declares the networks that nobody declared, on one host. */
export function declareNetworks(plan: Plan<ComposeNatives, ComposeDocument>, out: ComposeDocument): void {
  for (const network of plan.networks) out.networks[network.name] = bridge(network, engineName(plan.stack.name, network.name));
}

function bridge({ kind }: ImpliedNetwork, name: string): ComposeNetwork {
  if (kind === 'outside') return { name, driver: 'bridge', driver_opts: { ...NOT_AMONG_EACH_OTHER } };
  return { name, driver: 'bridge', internal: true };
}
