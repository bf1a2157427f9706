import type { Part } from '../part';
import { binarySize } from '../values/quantities';
import type { ContainerProps, MountProps, ResourcesProps, WritableProps } from './props';
import { INVALID_PATH, isObject, type Reading } from './reading';
import type { MountSpec, ResourcesSpec, WritableSpec } from './spec';

const MIB = 2 ** 20;

/** Checks writable paths and fills in their sizes. */
export function resolveWritable(writable: ContainerProps['writable'], read: Reading): WritableSpec[] {
  const seen = new Set<string>();
  const specs = read.list('writable', writable ?? ['/tmp'], "['/tmp']").map((one) => {
    const props: Partial<WritableProps> = isObject(one) ? one : { path: one };
    const path = read.path('writable', props.path);
    if (seen.has(path) && path !== INVALID_PATH) read.problem('writable', 'is writable twice', path, 'name each path once');
    seen.add(path);
    const exec = read.flag(`writable ${path}`, props.exec, false);
    if (exec) read.weakness('writable', 'executable-scratch', 'programs can be run from a writable path', path);
    return { path, sizeBytes: read.size(`writable ${path}`, props.size, 64 * MIB, MIB), exec };
  });
  return specs.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** What is written there is memory, and a container whose memory is full is killed. */
export function checkWritable(writable: readonly WritableSpec[], memoryLimit: number, read: Reading): void {
  const sum = writable.reduce((bytes, one) => bytes + one.sizeBytes, 0);
  if (sum < memoryLimit) return;
  const limit = binarySize(memoryLimit);
  read.problem(
    'writable',
    `writable paths are memory and must take less than the limit of ${limit}`,
    binarySize(sum),
    `give the paths smaller sizes ([] for none), or set resources.memory.limit above ${binarySize(sum)}`,
  );
}

/** Checks mounts; none without a volume is left. */
export function resolveMounts(mounts: ContainerProps['mounts'], writable: readonly WritableSpec[], read: Reading): MountSpec[] {
  const taken = new Set(writable.map((one) => one.path));
  return read.list('mounts', mounts, "[{ volume, path: '/data' }]").flatMap((mount: Partial<MountProps>) => {
    if (!isObject(mount)) {
      read.problem('mounts', 'must be an object', mount, "write it as { volume, path: '/data' }");
      return [];
    }
    const volume: Part<'volume'> | undefined = read.part('mounts', mount.volume, 'volume', 'pass a PersistentVolume');
    const path = read.path('mounts', mount.path);
    if (taken.has(path) && path !== INVALID_PATH)
      read.problem('mounts', 'two things are mounted at the same path', path, 'give each a path of its own');
    taken.add(path);
    const readOnly = read.flag('mounts.readOnly', mount.readOnly, false);
    if (!readOnly) read.r.feature('volume.owner');
    return volume ? [{ volume, path, readOnly }] : [];
  });
}

/** Fills in limits and reservations. */
export function resolveResources(said: ContainerProps['resources'], read: Reading): ResourcesSpec {
  const props: Partial<ResourcesProps> = read.object('', said, "{ memory: { limit: '512Mi' } }");
  const cpu: NonNullable<ResourcesProps['cpu']> = read.object('cpu', props.cpu, "{ limit: '500m' }");
  const memory: NonNullable<ResourcesProps['memory']> = read.object('memory', props.memory, "{ limit: '512Mi' }");
  const cpuReserved = cpu.reservation === undefined ? undefined : read.cpu('cpu.reservation', cpu.reservation, 1);
  const cpuLimit = read.cpu('cpu.limit', cpu.limit, Math.max(500, cpuReserved ?? 0));
  const cpuReservation = cpuReserved ?? Math.min(100, cpuLimit);
  if (cpuReservation > cpuLimit)
    read.problem('cpu.limit', 'the limit is below the reservation', cpu.limit, `use at least '${cpuReservation}m', or reserve less`);
  const memoryReserved =
    memory.reservation === undefined ? undefined : read.size('memory.reservation', memory.reservation, 4 * MIB, 4 * MIB);
  const memoryLimit = read.size('memory.limit', memory.limit, Math.max(256 * MIB, memoryReserved ?? 0), 6 * MIB);
  const memoryReservation = memoryReserved ?? memoryLimit;
  if (memoryReservation > memoryLimit)
    read.problem(
      'memory.limit',
      'the limit is below the reservation',
      memory.limit,
      `use at least '${binarySize(memoryReservation)}', or reserve less`,
    );
  if (props.ephemeralStorage !== undefined) read.r.feature('resources.ephemeral-storage');
  return {
    cpuLimit,
    cpuReservation,
    memoryLimit,
    memoryReservation,
    ephemeralStorage: read.size('ephemeralStorage', props.ephemeralStorage, 256 * MIB, MIB),
  };
}
