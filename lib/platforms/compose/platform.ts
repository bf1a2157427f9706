import type { Platform } from '../../platform/platform';
import { config, network, object, route, secret, volume } from './cells';
import type { ComposeDocument, ComposeNatives } from './natives';
import { declareNetworks } from './networking';
import { support } from './support';
import { task, workload } from './workload';

/** A Compose file for one Docker host. */
export const compose: Platform<ComposeNatives, ComposeDocument> = {
  name: 'compose',
  title: 'Compose',
  natives: 'compose',
  support,
  // Compose gives each service its name in all of its networks: in a shared one, the name would lead to an address that the
  // other cannot reach
  networking: { outside: 'each', tasksAreReached: false, bridges: true },
  cells: { network, secret, config, volume, object, task, workload, route },
  begin: declareNetworks,
};
