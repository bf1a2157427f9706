import { Part } from '../../model/part';
import type { WorkloadSpec } from '../../model/workload/spec';
import type { Plan } from '../../platform/platform';
import type { WorkloadAt } from './container';
import { type ComposeDocument, type ComposeNatives, DEFAULT_NETWORK, engineName } from './natives';
import type { ComposeAttachment } from './schema';

/** The networks of a workload. Reports edges to workloads that it shares no network with: they could never meet. */
export function attachments(spec: WorkloadSpec, at: WorkloadAt): Record<string, ComposeAttachment> {
  const networks: Record<string, ComposeAttachment> = {};
  for (const { network, address, aliases } of spec.networks) {
    networks[at.nameOf(network)] = {
      ...(aliases.length > 0 && { aliases: [...aliases] }),
      ...(address !== undefined && { ipv4_address: address }),
    };
  }
  if (spec.networks.length === 0) networks[DEFAULT_NETWORK] = {};
  for (const { peer } of at.outgoing) {
    if (!Part.isPart(peer)) continue;
    const theirs = networkNames(at.spec(peer as Part<'workload'>), at);
    if (!theirs.some((name) => name in networks)) {
      at.problem(
        'networks',
        `an edge leads to ${at.nameOf(peer)}, which is in none of the same networks`,
        Object.keys(networks),
        `put both into one segment, such as ${theirs.join(' or ')}`,
      );
    }
  }
  return networks;
}

function networkNames(spec: WorkloadSpec, at: WorkloadAt): string[] {
  return spec.networks.length === 0 ? [DEFAULT_NETWORK] : spec.networks.map(({ network }) => at.nameOf(network));
}

/** Declares the network of workloads that name no segment, if there are any. */
export function declareDefaultNetwork(
  plan: Plan<ComposeNatives, ComposeDocument>,
  out: ComposeDocument,
  driver: 'bridge' | 'overlay',
  scope = plan.stack.name,
): void {
  const used = plan.drafted.some(
    ({ part, native }) => part.kind === 'workload' && DEFAULT_NETWORK in ((native as ComposeNatives['workload']).service.networks ?? {}),
  );
  if (used) out.networks[DEFAULT_NETWORK] = { name: engineName(scope, DEFAULT_NETWORK), driver };
}
