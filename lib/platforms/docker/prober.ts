import { PROBER_PATH, proberBinary } from '../prober/prober';
import { fillVolume } from './carrier';
import type { DockerOut } from './natives';

/** The folder that holds the prober in every container that needs it. */
export const PROBER_DIRECTORY = PROBER_PATH.slice(0, PROBER_PATH.lastIndexOf('/'));

/** The volume that brings the prober to all containers of a stack. */
export function proberVolume(stack: string): string {
  return `${stack}-prober`;
}

/** Brings the prober into a volume of the stack. */
export function deliverProber(stack: string, image: string, out: DockerOut): void {
  const contentBase64 = proberBinary(out.architecture).toString('base64');
  const uploads = [{ file: PROBER_PATH, contentBase64, permissions: '0755' }];
  const name = proberVolume(stack);
  out.prober = fillVolume({ name, stack, label: 'prober', image, directory: PROBER_DIRECTORY, uploads, secret: false }, out).carrier;
}
