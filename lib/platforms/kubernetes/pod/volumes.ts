import type { KeyToPath, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import type { ConfigFile } from '../../../model/kinds/config';
import { kebab, shorten } from '../../../model/names';
import type { Part } from '../../../model/part';
import { binarySize } from '../../../model/values/quantities';
import { isConfigFile } from '../../../model/workload/references';
import type { ContainerSpec, FileSpec, GroupSpec } from '../../../model/workload/spec';
import type { At } from '../../../platform/platform';
import { settleConfig } from '../config';
import type { KubernetesNatives } from '../natives';
import { PROBER_DIRECTORY, PROBER_FILE } from '../prober';
import { secretRef } from '../secret';
import { type SecretFileSpec, SecretFiles } from './secret-files';

/** The volumes of a pod, and where each container mounts them. */
export class PodVolumes {
  /** The volumes, in the order in which containers asked for them. */
  readonly volumes: Volume[] = [];
  private probers?: string;
  private readonly names = new Set<string>();
  private readonly claims = new Map<Part<'volume'>, string>();
  private readonly configs = new Map<Part<'config'>, { readonly name: string; readonly items: KeyToPath[] }>();

  /** @param own volumes that a StatefulSet adds, each under the name of its claim template */
  constructor(
    private readonly at: At<KubernetesNatives>,
    own: readonly Part<'volume'>[] = [],
  ) {
    for (const volume of own) {
      const { name } = at.native(volume).claim.metadata;
      this.names.add(name);
      this.claims.set(volume, name);
    }
  }

  /** The mounts of a container. */
  mounts(spec: ContainerSpec, prefix: string): VolumeMount[] {
    const mounts: VolumeMount[] = spec.mounts.map((mount) => ({
      mountPath: mount.path,
      name: this.claim(mount.volume),
      ...(mount.readOnly && { readOnly: true }),
    }));
    for (const writable of spec.writable) {
      const name = this.add(`${prefix}${kebab(writable.path) || 'scratch'}`, (name) => ({
        emptyDir: { medium: 'Memory', sizeLimit: binarySize(writable.sizeBytes) },
        name,
      }));
      mounts.push({ mountPath: writable.path, name });
    }
    return [...mounts, ...this.files(spec.files, prefix)];
  }

  /** The mount of the prober, from a ConfigMap that all containers of the pod share. */
  prober(configMap: string): VolumeMount {
    const items = [{ key: PROBER_FILE, path: PROBER_FILE }];
    this.probers ??= this.add('prober', (name) => ({ configMap: { defaultMode: 0o555, items, name: configMap }, name }));
    return { mountPath: PROBER_DIRECTORY, name: this.probers, readOnly: true };
  }

  /** Adds a volume under a free name, and answers with the name. */
  add(wanted: string, volume: (name: string) => Volume): string {
    const short = shorten(wanted);
    let name = short;
    for (let n = 2; this.names.has(name); n++) name = `${short}-${n}`;
    this.names.add(name);
    this.volumes.push(volume(name));
    return name;
  }

  private claim(volume: Part<'volume'>): string {
    const known = this.claims.get(volume);
    if (known !== undefined) return known;
    const claimName = this.at.nameOf(volume as Part);
    const name = this.add(claimName, (name) => ({ name, persistentVolumeClaim: { claimName } }));
    this.claims.set(volume, name);
    return name;
  }

  private files(files: readonly FileSpec[], prefix: string): VolumeMount[] {
    const mounts: VolumeMount[] = [];
    const secrets = new Map<Part<'secret'>, SecretFileSpec[]>();
    for (const { path, from } of files) {
      if (isConfigFile(from)) mounts.push({ mountPath: path, readOnly: true, ...this.config(from) });
      // Vault's agent brings its files itself
      else if (secretRef(from, this.at)) secrets.set(from.secret, [...(secrets.get(from.secret) ?? []), { path, from }]);
    }
    for (const [secret, list] of secrets) {
      const made = new SecretFiles(list, this.at);
      mounts.push(...made.mounts(this.add(`${prefix}${this.at.spec(secret).name}`, (name) => made.volume(name))));
    }
    return mounts.sort((a, b) => (a.mountPath < b.mountPath ? -1 : 1));
  }

  /** One volume for all containers: each mounts single files of it. */
  private config({ config, key, executable }: ConfigFile): { name: string; subPath: string } {
    let known = this.configs.get(config);
    if (!known) {
      const items: KeyToPath[] = [];
      const wanted = this.at.nameOf(config as Part);
      const version = settleConfig(this.at.native(config).configMap, wanted);
      const name = this.add(wanted, (name) => ({ configMap: { defaultMode: 0o444, items, name: version }, name }));
      known = { name, items };
      this.configs.set(config, known);
    }
    const { name, items } = known;
    let item = items.find((one) => one.key === key);
    if (!item) {
      item = { key, path: key };
      items.push(item);
    }
    if (executable) item.mode = 0o555;
    return { name, subPath: key };
  }
}

/** Whether all replicas of a workload write to one volume that one node at a time may have. */
export function writesAlone(spec: GroupSpec): boolean {
  return [spec.main, ...spec.sidecars].some(({ mounts }) =>
    mounts.some(({ readOnly, volume }) => {
      const { shared, perReplica } = volume.resolve().spec;
      return !readOnly && !shared && !perReplica;
    }),
  );
}
