import type * as docker from '@pulumi/docker';
import type * as pulumi from '@pulumi/pulumi';
import { scoped } from './names';
import type { DockerOut, Filled } from './natives';

/** What a volume is filled with. */
export interface Cargo {
  /** Logical name of the volume and of the container that fills it. */
  readonly name: string;
  /** The stack, for labels. */
  readonly stack: string;
  /** What it is, for labels. */
  readonly label: string;
  /** The image of the container that fills it: what it has at the directory is in the new volume too. */
  readonly image: pulumi.Input<string>;
  /** Where the files are in those containers that have the volume. */
  readonly directory: string;
  /** The files, with their paths in the container. */
  readonly uploads: docker.types.input.ContainerUpload[];
  /** Whether some of the contents are secret. */
  readonly secret: boolean;
}

/**
 * Brings files into a volume. The provider uploads to `/`, which a container with a read-only root refuses even where the
 * file lands in a volume; so a container that is made but never started takes the upload, and all others mount the volume
 * read-only. The engine copies what the image has at the directory into the volume when that container is made.
 */
export function fillVolume(cargo: Cargo, out: DockerOut): Filled {
  const { Container, Volume } = out.sdk;
  const { name, stack, directory } = cargo;
  const engineName = out.prefix + scoped(stack, name);
  const volume = new Volume(name, { name: engineName, labels: [{ label: 'ironhull.stack', value: stack }] }, { parent: out.parent });
  const args: docker.ContainerArgs = {
    name: engineName,
    image: cargo.image,
    // a container needs a command, also one that never runs
    entrypoints: [`${directory}/never`],
    command: [],
    start: false,
    mustRun: false,
    user: '65532:65532',
    capabilities: { drops: ['ALL'] },
    securityOpts: ['no-new-privileges:true'],
    networkMode: 'none',
    // should somebody start it, it can do no harm. Its root is not read-only, since the upload goes to `/`
    memory: 16,
    memorySwap: 16,
    removeVolumes: true,
    volumes: [{ volumeName: volume.name, containerPath: directory }],
    uploads: cargo.uploads,
    labels: [
      { label: 'ironhull.container', value: cargo.label },
      { label: 'ironhull.stack', value: stack },
    ],
  };
  const carrier = new Container(name, args, {
    parent: out.parent,
    deleteBeforeReplace: true,
    ...(cargo.secret && { additionalSecretOutputs: ['uploads'] }),
  });
  out.volumes.set(name, volume);
  return { volume, carrier };
}
