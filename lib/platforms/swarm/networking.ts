import type { Plan } from '../../platform/platform';
import type { RunnerAt } from '../compose/container';
import { atMost, engineName } from '../compose/natives';
import type { SwarmDocument, SwarmNatives } from './natives';

/** More characters the names of networks and services may not have in a Swarm. */
export const MOST_OF_A_NAME = 63;
/** Nor those of configs and secrets. */
export const MOST_OF_A_FILE_NAME = 64;

/** The name of a network on the engine. */
export function networkName(scope: string, name: string): string {
  return atMost(engineName(scope, name), MOST_OF_A_NAME);
}

/** Declares the networks that nobody declared: overlays, internal but for those that lead outside. */
export function declareOverlays(plan: Plan<SwarmNatives, SwarmDocument>, out: SwarmDocument, scope = plan.stack.name): void {
  for (const { name, kind } of plan.networks)
    out.networks[name] = { name: networkName(scope, name), driver: 'overlay', ...(kind !== 'outside' && { internal: true }) };
}

/** Reports a service whose name on the engine would be too long: unlike that of a network, people and other services use it. */
export function checkServiceName(at: RunnerAt, characters: number, scope = at.stack.name): void {
  const all = scope.length + 1 + characters;
  if (all <= MOST_OF_A_NAME) return;
  const what = `the name of its service, ${scope}_${at.name}, has more than the ${MOST_OF_A_NAME} characters that a Swarm takes`;
  at.problem('', what, all, 'give it a shorter name');
}
