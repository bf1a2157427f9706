import type * as docker from '@pulumi/docker';
import type * as pulumi from '@pulumi/pulumi';
import type { Part } from '../../model/part';
import type { WorkloadSpec } from '../../model/workload/spec';
import type { WorkloadAt } from './container';
import type { DockerContainer, DockerNatives, DockerOut } from './natives';
import { limitPids } from './pids';
import { PROBER_DIRECTORY } from './prober';

/** Arguments that the provider takes for a change in place and then does not change. */
const INERT = ['healthcheck', 'tmpfs', 'init', 'rm', 'cpuPeriod', 'cpuQuota'];

/** Hands the containers of a workload over. */
export function commitWorkload(native: DockerNatives['workload'], spec: WorkloadSpec, at: WorkloadAt, out: DockerOut): void {
  const earlier = at.startsAfter.flatMap((part) => out.containers.get(part as Part) ?? []);
  // one after the other, so that a healthy replica is there while another one is replaced
  const step = spec.rollout.strategy === 'recreate' ? Number.POSITIVE_INFINITY : spec.rollout.parallelism;
  const made: pulumi.Resource[] = [];
  const replicas: pulumi.Resource[][] = [];
  let main: docker.Container | undefined;
  for (const container of native.containers) {
    const isMain = container.role === 'main';
    const before = replicas[replicas.length - (isMain ? step : 1)] ?? [];
    const resource = commitContainer(container, isMain ? undefined : main, [...earlier, ...before], out);
    const limit = container.pids === undefined ? [] : [limitPids(container.name, resource.id, container.pids, out)];
    if (isMain) {
      main = resource;
      replicas.push([]);
    }
    replicas[replicas.length - 1]?.push(resource, ...limit);
    made.push(resource, ...limit);
  }
  out.containers.set(at.part as Part, made);
}

function commitContainer(
  container: DockerContainer,
  main: docker.Container | undefined,
  dependsOn: pulumi.Resource[],
  out: DockerOut,
): docker.Container {
  const { args, name } = container;
  const probed = args.volumes?.some((volume) => volume.containerPath === PROBER_DIRECTORY) && out.prober;
  const secrets = Object.entries(container.secretEnvs).map(([variable, reference]) =>
    out.secret(reference).apply((value) => `${variable}=${value}`),
  );
  const joined = main?.id.apply((id) => `container:${id}`);
  return new out.sdk.Container(
    name,
    {
      ...args,
      name: out.prefix + name,
      ...((args.envs || secrets.length > 0) && { envs: [...(args.envs ?? []), ...secrets] }),
      ...(args.volumes && { volumes: args.volumes.map((volume) => ({ ...volume, ...resolveVolume(volume.volumeName, out) })) }),
      ...(joined
        ? { networkMode: joined, ...(container.shareProcesses && { pidMode: joined }) }
        : args.networksAdvanced && {
            // by id: a network that is replaced takes its containers with it
            networksAdvanced: args.networksAdvanced.map((network) => ({ ...network, name: networkId(network.name, out) })),
          }),
    },
    {
      parent: out.parent,
      dependsOn: [...dependsOn, ...(probed ? [probed] : [])],
      deleteBeforeReplace: true,
      replaceOnChanges: INERT,
      ...(secrets.length > 0 && { additionalSecretOutputs: ['envs'] }),
    },
  );
}

function resolveVolume(name: pulumi.Input<string | undefined>, out: DockerOut): { volumeName?: pulumi.Input<string> } {
  const volume = typeof name === 'string' ? out.volumes.get(name) : undefined;
  return volume ? { volumeName: volume.name } : {};
}

function networkId(name: pulumi.Input<string>, out: DockerOut): pulumi.Input<string> {
  return (typeof name === 'string' && out.networks.get(name)?.id) || name;
}
