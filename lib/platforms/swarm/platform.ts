import type { Feature } from '../../model/features';
import type { Platform, Support } from '../../platform/platform';
import { swarmCells } from './cells';
import type { Dialect, SwarmDocument, SwarmNatives, SwarmOptions } from './natives';
import { declareOverlays } from './networking';
import { fileSupport, pulumiSupport } from './support';

/** A stack file for `docker stack deploy`. */
export const swarmFile = swarmFilePlatform();

/** Services of a Swarm, through Pulumi. */
export const swarm = swarmPlatform();

/** The platform of stack files with other options than the defaults. */
export function swarmFilePlatform(options: SwarmOptions = {}): Platform<SwarmNatives, SwarmDocument> {
  return make('swarm-file', 'Swarm stack file', 'file', fileSupport, options);
}

/** The platform of services through Pulumi with other options than the defaults. */
export function swarmPlatform(options: SwarmOptions = {}): Platform<SwarmNatives, SwarmDocument> {
  return make('swarm', 'Swarm', 'pulumi', pulumiSupport, options);
}

function make(
  name: string,
  title: string,
  dialect: Dialect,
  support: Readonly<Record<Feature, Support>>,
  options: SwarmOptions,
): Platform<SwarmNatives, SwarmDocument> {
  return {
    name,
    title,
    natives: 'swarm',
    support,
    // through Pulumi nothing asks a task whether it is done: its dependents are made afterwards
    networking: { outside: 'each', tasksAreReached: dialect === 'file' },
    cells: swarmCells(dialect, options),
    begin: (plan, out) => declareOverlays(plan, out, options.namespace),
  };
}
