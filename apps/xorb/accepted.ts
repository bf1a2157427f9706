import type { Acknowledgements } from '../../lib';

/** What one target or another cannot do for XORB, and why that is acceptable. */
export const ACCEPTED: Acknowledgements = {
  'low-user-id': 'the images of XORB and of Redis are built for users 1000 and 999; nodes have no such users',
  'same-probe': 'the API has one health endpoint, /health, for readiness and liveness',
  'no-new-privileges': 'the engines of the Swarm run with no-new-privileges in daemon.json',
};
