import type { Acknowledgements } from '../../lib';

/** What one target or another cannot do for VeoGen, and why that is acceptable. */
export const ACCEPTED: Acknowledgements = {
  'low-user-id': 'the image of the backend is built for user 1001; nodes have no such user',
  'same-probe': 'the backend has one health endpoint, /health, for readiness and liveness',
  pids: 'nodes bound the processes of a pod with podPidsLimit; memory limits bound the rest',
  ulimits: 'nodes and engines are set up with 65535 open files by default',
  'sysctls.unsafe': 'the cluster does not allow them; somaxconn is 4096 there, which suffices behind ten replicas',
  'no-new-privileges': 'the engines of the Swarm run with no-new-privileges in daemon.json',
  'start.ready': 'where nothing waits, the services try again until what they connect to is there',
  autoscaling: 'where nothing scales, three replicas carry the usual load',
  rollout: 'a single host is for development and tests: a short interruption is fine',
  'rollout.failure-action': 'on a single host somebody watches the update',
  rollback: 'on a single host somebody watches the update',
  'network.addressing': 'the Swarm is for staging and production, where the segment has a subnet and no gateway of its own',
  'placement.constraints': 'a single host has nothing to choose from',
  spread: 'a single host has nothing to spread over',
  sidecar: 'cAdvisor watches the containers there',
  'sidecar.processes': 'cAdvisor watches the containers there',
  'sidecar.replicated': 'only one replica has the sidecar, which is enough to see the host',
  'volume.shared': 'the Swarm nodes mount the same file system under the volume directory',
  'network.static-address': 'only tools on a developer machine use the fixed address',
};
