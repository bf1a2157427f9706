import type { GroupSpec } from '../../model/workload/spec';
import type { Plan, Platform } from '../../platform/platform';
import { commitWorkload } from './commit';
import { groupNeedsProber } from './health';
import type { DockerNatives, DockerOut } from './natives';
import { config, makeImplied, network, object, route, secret, volume } from './parts';
import { deliverProber } from './prober';
import { support } from './support';
import { commitTask, draftTask } from './task';
import { draftWorkload } from './workload';

export type {
  DockerContainer,
  DockerFile,
  DockerFileContent,
  DockerFolder,
  DockerNatives,
  DockerOut,
  Draft,
  Editable,
  Filled,
  Leaf,
  Plain,
  SecretReference,
  TemplatePart,
} from './natives';

/** Containers, networks and volumes of one Docker host, through Pulumi's Docker provider. */
export const docker: Platform<DockerNatives, DockerOut> = {
  name: 'docker',
  title: 'Docker',
  natives: 'docker',
  support,
  networking: { outside: 'shared', tasksAreReached: false },
  cells: {
    workload: { draft: draftWorkload, commit: commitWorkload },
    task: { draft: draftTask, commit: commitTask },
    volume,
    network,
    secret,
    config,
    object,
    route,
  },
  begin(plan, out) {
    for (const implied of plan.networks) makeImplied(implied, plan.stack, out);
    const probed = groupsOf(plan).find(groupNeedsProber);
    if (probed) deliverProber(plan.stack.name, probed.main.image.reference, out);
  },
};

function groupsOf(plan: Plan<DockerNatives, DockerOut>): GroupSpec[] {
  return plan.drafted.flatMap(({ part }) => (part.kind === 'workload' || part.kind === 'task' ? [part.resolve().spec as GroupSpec] : []));
}
