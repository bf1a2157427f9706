import { posix } from 'node:path';
import type { KeyToPath, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import { SECRETS_DIRECTORY, type SecretKey } from '../../../model/kinds/secret';
import type { At } from '../../../platform/platform';
import type { KubernetesNatives } from '../natives';
import { secretRef } from '../secret';

/** A value of a secret at a path of a container. */
export interface SecretFileSpec {
  /** Absolute path in the container. */
  readonly path: string;
  /** The value. */
  readonly from: SecretKey;
}

interface Item {
  readonly secret: string;
  readonly key: string;
  /** The file's name in the volume. */
  readonly file: string;
}

/**
 * The files of one secret in one container. Those in the secret's own directory are mounted as that directory, so that a
 * changed value reaches them; at any other path it is a single file, which stays as it is until the pod is replaced.
 */
export class SecretFiles {
  private readonly items: Item[] = [];
  private readonly single: { readonly mountPath: string; readonly subPath: string }[] = [];
  private readonly directory: string;
  private whole = false;

  constructor(files: readonly SecretFileSpec[], at: At<KubernetesNatives>) {
    const [first] = files as [SecretFileSpec];
    this.directory = `${SECRETS_DIRECTORY}/${at.spec(first.from.secret).name}`;
    const inside = ({ path }: SecretFileSpec) => posix.dirname(path) === this.directory;
    for (const one of files.filter(inside)) this.add(one, posix.basename(one.path), at);
    this.whole = this.items.length > 0;
    for (const one of files.filter((one) => !inside(one)))
      this.single.push({ mountPath: one.path, subPath: this.add(one, one.from.key, at) });
  }

  /** The volume: the group of the pod may read its files. */
  volume(name: string): Volume {
    const secrets = [...new Set(this.items.map((one) => one.secret))];
    if (secrets.length === 1) {
      const secretName = secrets[0] as string;
      return { name, secret: { defaultMode: 0o440, items: this.itemsOf(secretName), secretName } };
    }
    const sources = secrets.map((secret) => ({ secret: { items: this.itemsOf(secret), name: secret } }));
    return { name, projected: { defaultMode: 0o440, sources } };
  }

  /** Where the volume is mounted. */
  mounts(name: string): VolumeMount[] {
    return [
      ...(this.whole ? [{ mountPath: this.directory, name, readOnly: true }] : []),
      ...this.single.map(({ mountPath, subPath }) => ({ mountPath, name, readOnly: true, subPath })),
    ];
  }

  private itemsOf(secret: string): KeyToPath[] {
    return this.items.filter((one) => one.secret === secret).map(({ key, file }) => ({ key, path: file }));
  }

  /** Puts a value into the volume, and answers with the name of its file there. */
  private add({ from }: SecretFileSpec, wanted: string, at: At<KubernetesNatives>): string {
    const { name: secret, key } = secretRef(from, at) as { name: string; key: string };
    let file = wanted;
    for (let n = 2; this.items.some((one) => one.file === file && one.key !== key); n++) file = `${wanted}-${n}`;
    if (!this.items.some((one) => one.file === file)) this.items.push({ secret, key, file });
    return file;
  }
}
