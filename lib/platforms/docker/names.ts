import { OUTSIDE } from '../../platform/networks';
import type { DockerContainer, DockerOut } from './natives';

/** A name of something that belongs to a stack, which no other stack of the host has. */
export function scoped(stack: string, name: string): string {
  return name === stack || name.startsWith(`${stack}-`) ? name : `${stack}_${name}`;
}

/**
 * The name of a container on the engine. One that leads outside never has that of a service: the engine answers for it in
 * all networks of the container, and in the one that leads outside the answer would be an address that others cannot reach.
 */
export function containerName(stack: string, { name, args }: DockerContainer, out: Pick<DockerOut, 'prefix'>): string {
  if (out.prefix !== '') return out.prefix + name;
  const own = scoped(stack, name);
  const leadsOutside = args.networksAdvanced?.some((network) => network.name === OUTSIDE);
  return own === name && leadsOutside ? `${stack}_${name}` : own;
}
