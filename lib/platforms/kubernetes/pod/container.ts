import type { Container, EnvVar, ResourceRequirements } from 'kubernetes-types/core/v1';
import { binarySize, cpuQuantity } from '../../../model/values/quantities';
import { isSecretKey } from '../../../model/workload/container';
import type { ContainerSpec, EnvSpec, ResourcesSpec } from '../../../model/workload/spec';
import type { KubernetesOptions } from '../natives';
import { literal } from './literal';
import { probes } from './probes';
import { containerSecurity } from './security';
import type { PodVolumes } from './volumes';

/** What a container of the pod is made from. */
export interface ContainerSource {
  /** What is true of it. */
  readonly spec: ContainerSpec;
  /** Put before the names of its scratch volumes. */
  readonly prefix: string;
  /** Seconds in which traffic stops before the process is told to. */
  readonly drain: number;
}

/** A container of a pod. */
export function container({ spec, prefix, drain }: ContainerSource, volumes: PodVolumes, options: KubernetesOptions): Container {
  const mounts = volumes.mounts(spec, prefix);
  return {
    ...(spec.args && { args: spec.args.map(literal) }),
    ...(spec.command && { command: spec.command.map(literal) }),
    ...(spec.env.length > 0 && { env: spec.env.map(variable) }),
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

/** Kubernetes' name of a transport protocol. */
export function protocolOf(protocol: 'tcp' | 'udp'): 'TCP' | 'UDP' {
  return protocol === 'tcp' ? 'TCP' : 'UDP';
}

function variable({ name, value }: EnvSpec): EnvVar {
  if (isSecretKey(value)) {
    return { name, valueFrom: { secretKeyRef: { key: value.key, name: value.secret.resolve().spec.existing } } };
  }
  // a late-bound value stays as it is: Pulumi waits for it, and text output refuses it
  return { name, value: typeof value === 'string' ? literal(value) : (value as unknown as string) };
}

function resources(spec: ResourcesSpec): ResourceRequirements {
  const ephemeral = binarySize(spec.ephemeralStorage);
  return {
    limits: { cpu: cpuQuantity(spec.cpuLimit), 'ephemeral-storage': ephemeral, memory: binarySize(spec.memoryLimit) },
    requests: { cpu: cpuQuantity(spec.cpuReservation), 'ephemeral-storage': ephemeral, memory: binarySize(spec.memoryReservation) },
  };
}
