import type * as docker from '@pulumi/docker';
import type * as pulumi from '@pulumi/pulumi';
import type { Part } from '../../model/part';
import type { WorkloadSpec } from '../../model/workload/spec';
import type { GroupAt } from './container';
import { envsOf } from './env';
import { deliverFolders } from './files';
import { containerName } from './names';
import type { DockerContainer, DockerNatives, DockerOut } from './natives';
import { limitPids } from './pids';
import { PROBER_DIRECTORY } from './prober';
import type { WorkloadAt } from './workload';

/** Arguments that the provider takes for a change in place and then does not change. */
const INERT = ['healthcheck', 'start', 'tmpfs', 'init', 'rm', 'cpuPeriod', 'cpuQuota'];

/** Hands the containers of a workload over. */
export function commitWorkload(native: DockerNatives['workload'], spec: WorkloadSpec, at: WorkloadAt, out: DockerOut): void {
  const earlier = awaited(at, out);
  // one after the other, so that a healthy replica is there while another one is replaced
  const step = spec.rollout.strategy === 'recreate' ? Number.POSITIVE_INFINITY : spec.rollout.parallelism;
  const replicas: pulumi.Resource[][] = [];
  let main: docker.Container | undefined;
  for (const container of native.containers) {
    const isMain = container.role === 'main';
    const before = replicas[replicas.length - (isMain ? step : 1)] ?? [];
    const options = { dependsOn: [...earlier, ...before], ...formerly(container.name, spec, at) };
    const made = commitContainer(container, isMain ? undefined : main, options, at, out);
    if (isMain) {
      main = made.container;
      replicas.push([]);
    }
    replicas[replicas.length - 1]?.push(made.container, ...made.limits);
  }
  out.ready.set(at.part as Part, replicas.flat());
}

/** The first replica that keeps its identity is the one that was alone before it did, and must go before its successor comes. */
function formerly(name: string, { identity }: WorkloadSpec, at: WorkloadAt): { aliases?: pulumi.Alias[] } {
  const first = `${at.name}-1`;
  if (identity !== 'stable' || (name !== first && !name.startsWith(`${first}-`))) return {};
  return { aliases: [{ name: at.name + name.slice(first.length) }] };
}

/** What has to be there before a workload or task may start. */
export function awaited(at: GroupAt, out: DockerOut): pulumi.Resource[] {
  return at.gates.flatMap(({ part }) => out.ready.get(part as Part) ?? []);
}

/** Hands a container over, with its files, and its limit of processes. */
export function commitContainer(
  container: DockerContainer,
  main: docker.Container | undefined,
  { dependsOn, aliases }: { readonly dependsOn: readonly pulumi.Resource[]; readonly aliases?: pulumi.Alias[] },
  at: GroupAt,
  out: DockerOut,
): { readonly container: docker.Container; readonly limits: readonly pulumi.Resource[] } {
  const { args, name } = container;
  const probed = args.volumes?.some((volume) => volume.containerPath === PROBER_DIRECTORY) && out.prober;
  const folders = deliverFolders(container, at, out);
  const { envs, secret } = envsOf(container, out);
  const volumes = [
    ...(args.volumes ?? []).map((volume) => ({ ...volume, ...resolveVolume(volume.volumeName, out) })),
    ...folders.map(({ volume, directory }) => ({ volumeName: volume.name, containerPath: directory, readOnly: true })),
  ];
  const made = new out.sdk.Container(
    name,
    {
      ...args,
      name: containerName(at.stack.name, container, out),
      ...(envs && { envs }),
      ...(volumes.length > 0 && { volumes }),
      ...networking(container, main, out),
    },
    {
      parent: out.parent,
      dependsOn: [...dependsOn, ...(probed ? [probed] : []), ...folders.map(({ carrier }) => carrier)],
      deleteBeforeReplace: true,
      replaceOnChanges: INERT,
      ...(aliases && { aliases }),
      ...(secret && { additionalSecretOutputs: ['envs'] }),
    },
  );
  return { container: made, limits: container.pids === undefined ? [] : [limitPids(name, made.id, container.pids, out)] };
}

function networking({ args, shareProcesses }: DockerContainer, main: docker.Container | undefined, out: DockerOut) {
  if (main) {
    const joined = main.id.apply((id) => `container:${id}`);
    return { networkMode: joined, ...(shareProcesses && { pidMode: joined }) };
  }
  // by id: a network that is replaced takes its containers with it
  const attached = args.networksAdvanced?.map((network) => ({ ...network, name: networkId(network.name, out) }));
  return attached && { networksAdvanced: attached };
}

function resolveVolume(name: pulumi.Input<string | undefined>, out: DockerOut): { volumeName?: pulumi.Input<string> } {
  const volume = typeof name === 'string' ? out.volumes.get(name) : undefined;
  return volume ? { volumeName: volume.name } : {};
}

function networkId(name: pulumi.Input<string>, out: DockerOut): pulumi.Input<string> {
  return (typeof name === 'string' && out.networks.get(name)?.id) || name;
}
