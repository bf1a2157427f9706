import { displayPath } from '../../model/problems';
import { replicasFix } from '../../model/workload/replicas';
import type { ContainerSpec, GroupSpec, WorkloadSpec } from '../../model/workload/spec';
import type { At } from '../../platform/platform';
import { attachments, containerArgs, type GroupAt, labelsOf } from './container';
import { secretEnvs, templates } from './env';
import { foldersOf } from './files';
import { waitSeconds } from './health';
import type { DockerContainer, DockerNatives } from './natives';
import { proberVolume } from './prober';

/** What a workload's cell may know. */
export type WorkloadAt = At<DockerNatives, 'workload'>;

/** Kernel parameters that belong to the host: no container has its own. */
const HOST_SYSCTLS = /^(net\.core\.(?!somaxconn$|optmem_max$|xfrm_)|net\.netfilter\.nf_conntrack_(max|buckets)$)/;

/** Drafts the containers of a workload: replicas, each followed by its sidecars. */
export function draftWorkload(spec: WorkloadSpec, at: WorkloadAt): DockerNatives['workload'] {
  checkGates(at);
  // Pulumi's state may hold the first replica under the name without a number, which no other container can have then
  if (spec.identity === 'stable')
    for (const suffix of ['', ...spec.sidecars.map(({ name }) => `-${name}`)]) at.claim('container', at.name + suffix);
  const published = ports(spec, at);
  const own = sysctls(spec, at);
  const containers = Array.from({ length: spec.replicas }, (_, i) => i + 1).flatMap((replica) => {
    const name = replicaName(at.name, replica, spec);
    const main = {
      ...runningArgs(spec.main, spec, replica, at),
      networksAdvanced: attachments(at),
      ...(published.length > 0 && { ports: published.map((port) => ({ ...port })) }),
      ...(Object.keys(own).length > 0 && { sysctls: { ...own } }),
    };
    return [
      container(name, 'main', spec.main, main, at),
      ...spec.sidecars.map((sidecar) => {
        const args = runningArgs(sidecar, spec, replica, at);
        return container(`${name}-${sidecar.name}`, sidecar.name, sidecar, args, at);
      }),
    ];
  });
  return { containers };
}

/** A replica that keeps its name is numbered also where it is the only one: there may be more later. */
export function replicaName(workload: string, replica: number, { replicas, identity }: WorkloadSpec): string {
  return replicas === 1 && identity === 'any' ? workload : `${workload}-${replica}`;
}

/** The arguments of a container that keeps running. */
function runningArgs(spec: ContainerSpec, workload: WorkloadSpec, replica: number, at: WorkloadAt): DockerContainer['args'] {
  return {
    ...containerArgs(spec, workload, at, replica),
    ...(spec.health && { wait: true, waitTimeout: waitSeconds(spec.health) }),
    ...restart(workload, at),
    mustRun: true,
    labels: labels(spec, workload, at),
  };
}

/** A container of a workload or task. */
export function container(name: string, role: string, spec: ContainerSpec, args: DockerContainer['args'], at: GroupAt): DockerContainer {
  at.claim('container', name);
  if (name === proberVolume(at.stack.name)) {
    at.problem('', 'the name is that of the container that brings the prober', name, 'choose another id, or give the service a name');
  }
  return {
    name,
    role,
    args,
    secretEnvs: secretEnvs(spec, at),
    templates: templates(spec, at),
    folders: foldersOf(spec, role === 'main' ? '' : `sidecars.${role}.`, at),
    ...(spec.pids !== undefined && { pids: spec.pids }),
    ...(spec.shareProcesses && { shareProcesses: true }),
  };
}

/** Reports what would be waited for and is made by another stack. */
export function checkGates(at: GroupAt): void {
  for (const { part, port } of at.gates) {
    // one with a port is a connection, which was looked at before
    if (at.owns(part) || port !== undefined) continue;
    at.problem('', `waits for ${displayPath(part)}, which is not part of this stack`, undefined, 'put both into one stack');
  }
}

function restart({ restart: { condition, maxAttempts } }: WorkloadSpec, at: WorkloadAt) {
  if (condition === 'always') {
    if (maxAttempts !== undefined && at.acknowledged('restart.policy') === undefined) {
      at.problem(
        'restart.maxAttempts',
        "Docker counts attempts only with the condition 'on-failure'",
        maxAttempts,
        "use 'on-failure', or acknowledge 'restart.policy' with a reason",
      );
    }
    return { restart: 'unless-stopped' };
  }
  return { restart: 'on-failure', ...(maxAttempts !== undefined && { maxRetryCount: maxAttempts }) };
}

function labels(spec: ContainerSpec, workload: WorkloadSpec, at: WorkloadAt): NonNullable<DockerContainer['args']['labels']> {
  const { metrics } = workload;
  const announced: Record<string, string> =
    metrics && spec === workload.main
      ? { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(metrics.port.port), 'prometheus.io/path': metrics.path }
      : {};
  return labelsOf(workload, announced, { 'ironhull.workload': at.name, 'ironhull.container': spec.name }, at);
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

/** Kernel parameters of a container's own namespaces. */
export function sysctls(spec: GroupSpec, at: GroupAt): Record<string, string> {
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
