import type { Runner } from '../model/edges/edges';
import type { Part } from '../model/part';
import { secretsIn, Template } from '../model/values/template';
import { isConfigFile, isSecretKey } from '../model/workload/references';
import { gatesOf } from './gates';

/** The parts without which a part cannot be drafted, or only wrongly. */
export function references(part: Part): Part[] {
  if (part.kind === 'route') return [(part as Part<'route'>).resolve().spec.to as Part];
  if (part.kind !== 'workload' && part.kind !== 'task') return [];
  const runner = part as Runner;
  const { main, sidecars, networks } = runner.resolve().spec;
  const found: Part[] = networks.map(({ network }) => network as Part);
  for (const { mounts, env, files } of [main, ...sidecars]) {
    found.push(...mounts.map(({ volume }) => volume as Part));
    for (const { from } of files) found.push((isConfigFile(from) ? from.config : from.secret) as Part);
    for (const { value } of env) {
      if (isSecretKey(value)) found.push(value.secret as Part);
      else if (Template.isTemplate(value)) found.push(...secretsIn(value).map(({ secret }) => secret as Part));
    }
  }
  found.push(...gatesOf(runner).map((gate) => gate.part as Part));
  return found;
}
