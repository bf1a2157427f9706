import type { Part } from '../../model/part';
import { replicasFix } from '../../model/workload/replicas';
import type { ContainerSpec, WorkloadSpec } from '../../model/workload/spec';
import { containerArgs, secretEnvs, type WorkloadAt } from './container';
import type { DockerContainer, DockerNatives } from './natives';
import { proberVolume } from './prober';

/** Kernel parameters that belong to the host: no container has its own. */
const HOST_SYSCTLS = /^(net\.core\.(?!somaxconn$|optmem_max$|xfrm_)|net\.netfilter\.nf_conntrack_(max|buckets)$)/;

/** Drafts the containers of a workload: replicas, each followed by its sidecars. */
export function draftWorkload(spec: WorkloadSpec, at: WorkloadAt): DockerNatives['workload'] {
  const names = spec.replicas === 1 ? [at.name] : Array.from({ length: spec.replicas }, (_, i) => `${at.name}-${i + 1}`);
  const published = ports(spec, at);
  const own = sysctls(spec, at);
  const containers = names.flatMap((name) => {
    const main = {
      ...containerArgs(spec.main, spec, at),
      networksAdvanced: attachments(spec, at),
      ...(published.length > 0 && { ports: published.map((port) => ({ ...port })) }),
      ...(Object.keys(own).length > 0 && { sysctls: { ...own } }),
    };
    return [
      container(name, 'main', spec.main, main, at),
      ...spec.sidecars.map((sidecar) => container(`${name}-${sidecar.name}`, sidecar.name, sidecar, containerArgs(sidecar, spec, at), at)),
    ];
  });
  return { containers };
}

function container(name: string, role: string, spec: ContainerSpec, args: DockerContainer['args'], at: WorkloadAt): DockerContainer {
  at.claim('container', name);
  if (name === proberVolume(at.stack.name)) {
    at.problem('', 'the name is that of the container that brings the prober', name, 'choose another id, or give the service a name');
  }
  return {
    name,
    role,
    args,
    secretEnvs: secretEnvs(spec, at),
    ...(spec.pids !== undefined && { pids: spec.pids }),
    ...(spec.shareProcesses && { shareProcesses: true }),
  };
}

/** The stack's own network, for workloads that name no segment. */
export function defaultNetwork(stack: string): string {
  return stack;
}

function attachments(spec: WorkloadSpec, at: WorkloadAt) {
  if (spec.networks.length === 0) return [{ name: defaultNetwork(at.stack.name), aliases: [at.name] }];
  return spec.networks.map(({ network, aliases, address }) => ({
    name: at.nameOf(network as Part),
    aliases: [...new Set([at.name, ...aliases])],
    ...(address !== undefined && { ipv4Address: address }),
  }));
}

function ports(spec: WorkloadSpec, at: WorkloadAt) {
  if (at.routes.length === 0) return [];
  if (spec.replicas > 1) {
    at.problem(
      'publish',
      'only one of several containers can have a port of the host',
      spec.replicas,
      replicasFix(spec, 'set replicas to 1, or publish a proxy'),
    );
  }
  if (spec.networks.length > 0 && spec.networks.every(({ network }) => at.spec(network).internal)) {
    at.problem('publish', 'an internal segment has no way in for a published port', undefined, 'add a segment that is not internal');
  }
  const published = at.routes.flatMap((route) => {
    const { port: name, listen, address } = at.spec(route);
    const port = spec.ports.find((one) => one.name === name);
    return port ? [{ internal: port.port, external: listen ?? port.port, ip: address ?? LOOPBACK, protocol: port.protocol }] : [];
  });
  // the order in which the provider reports them
  return published.sort((a, b) => a.internal - b.internal || a.external - b.external);
}

/** Where a port is published unless an address is given. */
export const LOOPBACK = '127.0.0.1';

function sysctls(spec: WorkloadSpec, at: WorkloadAt): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(spec.sysctls)) {
    if (!HOST_SYSCTLS.test(name)) own[name] = value;
    else if (at.acknowledged('sysctls') === undefined) {
      at.problem(
        `sysctls.${name}`,
        'is a parameter of the host, which a container has no value of its own for',
        value,
        "set it on the host, or acknowledge 'sysctls' with a reason: then it is left out",
      );
    }
  }
  return own;
}
