import type { Volume, VolumeMount } from 'kubernetes-types/core/v1';
import { kebab, shorten } from '../../../model/names';
import type { Part } from '../../../model/part';
import { binarySize } from '../../../model/values/quantities';
import type { ContainerSpec, WorkloadSpec } from '../../../model/workload/spec';
import type { At } from '../../../platform/platform';
import type { KubernetesNatives } from '../natives';

/** The volumes of a pod, and where each container mounts them. */
export class PodVolumes {
  /** The volumes, in the order in which containers asked for them. */
  readonly volumes: Volume[] = [];
  private readonly names = new Set<string>();
  private readonly claims = new Map<Part<'volume'>, string>();

  constructor(private readonly at: At<KubernetesNatives, 'workload'>) {}

  /** The mounts of a container. */
  mounts(spec: ContainerSpec, prefix: string): VolumeMount[] {
    const mounts: VolumeMount[] = spec.mounts.map((mount) => ({
      mountPath: mount.path,
      name: this.claim(mount.volume),
      ...(mount.readOnly && { readOnly: true }),
    }));
    for (const writable of spec.writable) {
      const name = this.take(shorten(`${prefix}${kebab(writable.path) || 'scratch'}`));
      this.volumes.push({ emptyDir: { medium: 'Memory', sizeLimit: binarySize(writable.sizeBytes) }, name });
      mounts.push({ mountPath: writable.path, name });
    }
    return mounts;
  }

  private claim(volume: Part<'volume'>): string {
    const known = this.claims.get(volume);
    if (known !== undefined) return known;
    const claimName = this.at.nameOf(volume);
    const name = this.take(claimName);
    this.claims.set(volume, name);
    this.volumes.push({ name, persistentVolumeClaim: { claimName } });
    return name;
  }

  private take(name: string): string {
    let free = name;
    for (let n = 2; this.names.has(free); n++) free = `${name}-${n}`;
    this.names.add(free);
    return free;
  }
}

/** Whether a workload writes to a volume that one node at a time may have. */
export function writesAlone(spec: WorkloadSpec): boolean {
  return [spec.main, ...spec.sidecars].some((one) => one.mounts.some((mount) => !mount.readOnly && !mount.volume.resolve().spec.shared));
}
