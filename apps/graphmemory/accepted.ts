import type { Acknowledgements } from '../../lib';

/** What one target or another cannot do for GraphMemory, and why that is acceptable. */
export const ACCEPTED: Acknowledgements = {
  'same-probe': 'databases, Redis, Grafana and the dashboard have one health endpoint each',
  'no-new-privileges': 'the engines of the Swarm run with no-new-privileges in daemon.json',
};
