import type { Acknowledgements } from '../../lib';

/** What one target or another cannot do for OctoCode, and why that is acceptable. */
export const ACCEPTED: Acknowledgements = {
  'low-user-id': 'the images of the app and of Redis are built for users 1001 and 999; nodes have no such users',
  'same-probe': 'the app has one health endpoint, /api/health, for readiness and liveness',
  'no-new-privileges': 'the engines of the Swarm run with no-new-privileges in daemon.json',
};
