import type { Resolution } from '../part';
import { type Size, trySize } from '../values/quantities';
import { Reading } from '../workload/reading';

/** What a user may say of a volume. */
export interface VolumeProps {
  /** Capacity in binary units. Docker's local driver does not enforce it. */
  readonly size: Size;
  /**
   * Whether replicas on different nodes write to it at the same time (`ReadWriteMany` on Kubernetes).
   * @default false
   */
  readonly shared?: boolean;
  /**
   * Whether each replica of the one service that mounts it, whose identity is `stable`, has a volume of its own.
   * @default false
   */
  readonly perReplica?: boolean;
  /**
   * Kubernetes storage class.
   * @default - the cluster's default class
   * @see https://kubernetes.io/docs/concepts/storage/storage-classes/
   */
  readonly storageClass?: string;
  /**
   * Docker volume driver.
   * @default 'local'
   * @see https://docs.docker.com/engine/extend/legacy_plugins/
   */
  readonly driver?: string;
  /** Options of the Docker volume driver. @default - none */
  readonly driverOptions?: Readonly<Record<string, string>>;
  /** Whether the volume outlives its stack. @default - as the environment says: kept in staging and production */
  readonly keep?: boolean;
}

/** What is true of a volume. */
export interface VolumeSpec {
  /** Capacity in bytes. */
  readonly sizeBytes: number;
  /** Whether several nodes may write at once. */
  readonly shared: boolean;
  /** Whether each replica of the workload that mounts it has one of its own. */
  readonly perReplica: boolean;
  /** Kubernetes storage class; the cluster's default if absent. */
  readonly storageClass?: string;
  /** Docker volume driver. */
  readonly driver: string;
  /** Options of the Docker volume driver. */
  readonly driverOptions: Readonly<Record<string, string>>;
  /** Whether the volume outlives its stack. */
  readonly keep: boolean;
}

/** Fills in everything that a user left out of a volume. */
export function resolveVolume(props: VolumeProps, r: Resolution): VolumeSpec {
  const sizeBytes = trySize(props.size);
  if (sizeBytes === undefined || sizeBytes < 2 ** 20) {
    r.problem('size', 'a volume needs a size of at least 1Mi in binary units', props.size, "write it as '10Gi'");
  }
  const perReplica = new Reading(r).flag('perReplica', props.perReplica, false);
  if (props.shared && perReplica) r.problem('perReplica', 'a volume of each replica is not shared', true, 'leave out shared or perReplica');
  else if (props.shared) r.feature('volume.shared');
  r.feature('volume.size');
  if (props.storageClass !== undefined) r.feature('volume.class');
  if ((props.driver ?? 'local') !== 'local' || Object.keys(props.driverOptions ?? {}).length > 0) r.feature('volume.driver');
  checkHostPath(props, r);
  return {
    sizeBytes: sizeBytes ?? 0,
    shared: props.shared ?? false,
    perReplica,
    ...(props.storageClass !== undefined && { storageClass: props.storageClass }),
    driver: props.driver ?? 'local',
    driverOptions: { ...props.driverOptions },
    keep: props.keep ?? r.environment.keepVolumes,
  };
}

/** The local driver can mount any folder of the host, also the one with the engine's socket. */
function checkHostPath(props: VolumeProps, r: Resolution): void {
  const { device, o = '', type } = props.driverOptions ?? {};
  if ((props.driver ?? 'local') !== 'local' || device === undefined) return;
  if (!(/(^|,)r?bind(,|$)/.test(o) || (type === 'none' && device.startsWith('/')))) return;
  if (r.acknowledged('host-path') !== undefined) return;
  r.problem('driverOptions', 'mounts a folder of the host', device, "leave it out, or acknowledge 'host-path' with a reason");
}
