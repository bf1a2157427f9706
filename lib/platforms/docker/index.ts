import type { Part } from '../../model/part';
import type { Plan, Platform } from '../../platform/platform';
import { commitWorkload } from './commit';
import { workloadNeedsProber } from './health';
import type { DockerNatives, DockerOut } from './natives';
import { makeNetwork, network, networkArgs, route, secret, volume } from './parts';
import { deliverProber } from './prober';
import { support } from './support';
import { defaultNetwork, draftWorkload } from './workload';

export type { DockerContainer, DockerNatives, DockerOut, Draft, Editable, Leaf, Plain, SecretReference } from './natives';

/** Containers, networks and volumes of one Docker host, through Pulumi's Docker provider. */
export const docker: Platform<DockerNatives, DockerOut> = {
  name: 'docker',
  title: 'Docker',
  natives: 'docker',
  support,
  cells: { workload: { draft: draftWorkload, commit: commitWorkload }, volume, network, secret, route },
  begin(plan, out) {
    const workloads = workloadsOf(plan);
    if (workloads.some((part) => part.resolve().spec.networks.length === 0)) {
      const name = defaultNetwork(plan.stack.name);
      makeNetwork(name, networkArgs(name, plan.stack), out);
    }
    const probed = workloads.find((part) => workloadNeedsProber(part.resolve().spec));
    if (probed) deliverProber(plan.stack.name, probed.resolve().spec.main.image.reference, out);
  },
};

function workloadsOf(plan: Plan<DockerNatives, DockerOut>): Part<'workload'>[] {
  return plan.drafted.flatMap(({ part }) => (part.kind === 'workload' ? [part as Part<'workload'>] : []));
}
