import { edgesOf } from '../model/edges';
import { Part } from '../model/part';
import { isSecretKey } from '../model/workload/container';

/** The parts without which a part cannot be drafted, or only wrongly. */
export function references(part: Part): Part[] {
  if (part.kind === 'route') return [(part as Part<'route'>).resolve().spec.to];
  if (part.kind !== 'workload') return [];
  const { main, sidecars, networks } = (part as Part<'workload'>).resolve().spec;
  const found: Part[] = networks.map(({ network }) => network);
  for (const { mounts, env } of [main, ...sidecars]) {
    found.push(...mounts.map(({ volume }) => volume));
    for (const { value } of env) if (isSecretKey(value)) found.push(value.secret);
  }
  for (const { peer } of edgesOf(part as Part<'workload'>).outgoing) if (Part.isPart(peer)) found.push(peer);
  return found;
}
