import type * as docker from '@pulumi/docker';
import { PROBER_PATH, proberBinary } from '../prober/prober';
import type { DockerOut } from './natives';

/** The folder that holds the prober in every container that needs it. */
export const PROBER_DIRECTORY = PROBER_PATH.slice(0, PROBER_PATH.lastIndexOf('/'));

/** The volume that brings the prober to all containers of a stack. */
export function proberVolume(stack: string): string {
  return `${stack}-prober`;
}

/**
 * Brings the prober into a volume of the stack. The provider uploads to `/`, which a container with a read-only root
 * refuses even where the file lands in a volume; so a container that is made but never started takes the upload, and
 * all others mount the volume read-only.
 */
export function deliverProber(stack: string, image: string, out: DockerOut): void {
  const { Container, Volume } = out.sdk;
  const name = proberVolume(stack);
  const volume = new Volume(name, { name: out.prefix + name, labels: [{ label: 'ironhull.stack', value: stack }] }, { parent: out.parent });
  const args: docker.ContainerArgs = {
    name: out.prefix + name,
    image,
    entrypoints: [PROBER_PATH],
    command: ['--version'],
    start: false,
    mustRun: false,
    user: '65532:65532',
    capabilities: { drops: ['ALL'] },
    securityOpts: ['no-new-privileges:true'],
    networkMode: 'none',
    // it never runs; should somebody start it, it can do no harm. Its root is not read-only, since the upload goes to `/`
    memory: 16,
    memorySwap: 16,
    volumes: [{ volumeName: volume.name, containerPath: PROBER_DIRECTORY }],
    uploads: [{ file: PROBER_PATH, contentBase64: proberBinary(out.architecture).toString('base64'), permissions: '0755' }],
    labels: [
      { label: 'ironhull.container', value: 'prober' },
      { label: 'ironhull.stack', value: stack },
    ],
  };
  out.volumes.set(name, volume);
  out.prober = new Container(name, args, { parent: out.parent, deleteBeforeReplace: true });
}
