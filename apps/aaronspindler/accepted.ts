import type { Acknowledgements } from '../../lib';

/** What one target or another cannot do for aaronspindler.com, and why that is acceptable. */
export const ACCEPTED: Acknowledgements = {
  'low-user-id': 'the images of the site and of Redis are built for users 999; nodes have no such users',
  'same-probe': 'the site has one health endpoint, /health/, for readiness and liveness',
  'no-new-privileges': 'the engines of the Swarm run with no-new-privileges in daemon.json',
};
