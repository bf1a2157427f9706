import type { Container, ResourceRequirements } from 'kubernetes-types/core/v1';
import type { Part } from '../../../model/part';
import { binarySize, cpuQuantity } from '../../../model/values/quantities';
import type { ContainerSpec, ResourcesSpec } from '../../../model/workload/spec';
import type { At } from '../../../platform/platform';
import type { KubernetesNatives, KubernetesOptions } from '../natives';
import { proberName } from '../prober';
import { variables } from './env';
import { literal } from './literal';
import { probes } from './probes';
import { containerSecurity } from './security';
import type { PodVolumes } from './volumes';

/** What a container of the pod is made from. */
export interface ContainerSource {
  /** What is true of it. */
  readonly spec: ContainerSpec;
  /** Put before the names of its volumes: empty for the main container, else the name and a dash. */
  readonly prefix: string;
  /** Seconds in which traffic stops before the process is told to. */
  readonly drain: number;
}

/** A container of a pod. */
export function container(
  { spec, prefix, drain }: ContainerSource,
  volumes: PodVolumes,
  at: At<KubernetesNatives>,
  options: KubernetesOptions,
): Container {
  const env = variables(spec.env, at, prefix === '' ? '' : `sidecars.${spec.name}.`);
  const mounts = volumes.mounts(spec, prefix);
  if (beats(spec)) mounts.unshift(volumes.prober(proberName(at.part as Part, at.stack, options)));
  return {
    ...(spec.args && { args: spec.args.map(literal) }),
    ...(spec.command && { command: spec.command.map(literal) }),
    ...(env.length > 0 && { env }),
    image: spec.image.reference,
    imagePullPolicy: options.imagePullPolicy ?? 'Always',
    // the sleep is the kubelet's own, so the image needs no shell
    ...(drain > 0 && { lifecycle: { preStop: { sleep: { seconds: drain } } } }),
    name: spec.name,
    ...(spec.ports.length > 0 && {
      ports: spec.ports.map((port) => ({ containerPort: port.port, name: port.name, protocol: protocolOf(port.protocol) })),
    }),
    ...(spec.health && probes(spec.health)),
    resources: resources(spec.resources),
    securityContext: containerSecurity(spec),
    ...(mounts.length > 0 && { volumeMounts: mounts }),
    ...(spec.workingDirectory !== undefined && { workingDir: spec.workingDirectory }),
  };
}

/** Whether a container's health is checked by the prober: the kubelet connects to ports by itself. */
export function beats({ health }: ContainerSpec): boolean {
  return health !== undefined && 'heartbeat' in health.check;
}

/** Kubernetes' name of a transport protocol. */
export function protocolOf(protocol: 'tcp' | 'udp'): 'TCP' | 'UDP' {
  return protocol === 'tcp' ? 'TCP' : 'UDP';
}

function resources(spec: ResourcesSpec): ResourceRequirements {
  const ephemeral = binarySize(spec.ephemeralStorage);
  return {
    limits: { cpu: cpuQuantity(spec.cpuLimit), 'ephemeral-storage': ephemeral, memory: binarySize(spec.memoryLimit) },
    requests: { cpu: cpuQuantity(spec.cpuReservation), 'ephemeral-storage': ephemeral, memory: binarySize(spec.memoryReservation) },
  };
}
