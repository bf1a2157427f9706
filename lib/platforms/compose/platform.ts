import type { Platform } from '../../platform/platform';
import { network, route, secret, volume } from './cells';
import type { ComposeDocument, ComposeNatives } from './natives';
import { declareDefaultNetwork } from './networking';
import { support } from './support';
import { workload } from './workload';

/** A Compose file for one Docker host. */
export const compose: Platform<ComposeNatives, ComposeDocument> = {
  name: 'compose',
  title: 'Compose',
  natives: 'compose',
  support,
  cells: { network, secret, volume, workload, route },
  begin: (plan, out) => declareDefaultNetwork(plan, out, 'bridge'),
};
