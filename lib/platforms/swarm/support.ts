import type { Feature } from '../../model/features';
import type { Support } from '../../platform/platform';

const SIDECAR = { unsupported: 'Swarm has no groups of containers; run one beside every node as a global service, or another platform' };

/** What a stack file can say to `docker stack deploy`. */
export const fileSupport: Readonly<Record<Feature, Support>> = {
  'capabilities.drop': 'native',
  'no-new-privileges': {
    unsupported: 'services have no such setting; set `no-new-privileges: true` in the daemon.json of every node, and say so',
  },
  'root.read-only': 'native',
  'seccomp.default': 'native',
  'writable.options': {
    emulated:
      'the size is set, and the engine itself adds noexec, nosuid and nodev; a directory that the image has keeps its mode and belongs to root, so it must be open to everybody there',
  },
  'resources.cpu': 'native',
  'resources.memory': { emulated: 'limit and reservation are enforced; a container may swap as much again where the node has swap' },
  'resources.ephemeral-storage': { unsupported: 'the storage driver has no limit for a container; writable paths have a size' },
  pids: 'native',
  init: 'native',
  'health.http': { emulated: 'a static prober is handed out as a config of the Swarm and run in the container' },
  'health.tcp': { emulated: 'a static prober is handed out as a config of the Swarm and run in the container' },
  'health.exec': 'native',
  'health.probes': { emulated: 'one health check with the common settings; a replica that is unhealthy is replaced' },
  sidecar: SIDECAR,
  'sidecar.processes': SIDECAR,
  'sidecar.replicated': SIDECAR,
  replicas: 'native',
  autoscaling: { unsupported: 'Swarm does not scale by itself; the fewest replicas run' },
  'disruption-budget': { unsupported: 'draining a node moves all of its replicas at once' },
  spread: { emulated: 'zone is the node label `zone`, and any other key a node label; over hosts Swarm spreads by itself' },
  'placement.constraints': 'native',
  rollout: 'native',
  'rollout.failure-action': 'native',
  'rollout.monitor': 'native',
  'rollout.deadline': { unsupported: 'an update has no deadline; each new replica is watched for as long as `monitor` says' },
  rollback: 'native',
  'restart.policy': 'native',
  'shutdown.drain': { unsupported: 'nothing stops sending traffic before the process is told to stop' },
  sysctls: 'native',
  'sysctls.unsafe': 'native',
  ulimits: 'native',
  logging: 'native',
  'service-account': { emulated: 'a container has neither an identity nor a token of the engine' },
  metrics: { emulated: "labels of the containers for Prometheus' dockerswarm_sd_configs" },
  annotations: { unsupported: 'services have no annotations' },
  'network.addressing': { emulated: 'subnet, MTU and driver options; the gateway is the first address of the subnet' },
  'network.internal': 'native',
  'network.attachable': 'native',
  'network.static-address': { unsupported: 'replicas get their addresses from Swarm' },
  'network.aliases': 'native',
  'network.edges': {
    emulated:
      'by segment: what shares none cannot connect, what shares one can on every port; outgoing traffic (internet, host, metadata ' +
      'address) is not limited, but for the internet from an internal segment; put what must not meet into segments of its own',
  },
  'secret.environment': {
    emulated: 'a variable that has to be set where `docker stack deploy` is run; whoever may inspect the service can read it',
  },
  'late-bound': { unsupported: 'a file is written before anything is deployed; where acknowledged, a variable of the same name is read' },
  'volume.owner': {
    emulated: 'a new volume takes owner and mode of the directory that the image has at its path, and without one belongs to root',
  },
  'volume.size': { emulated: 'the local driver takes no size; quotas belong to the file system of each node' },
  'volume.class': { unsupported: 'the engine has volume drivers, and no storage classes' },
  'volume.shared': {
    unsupported: 'each node has a volume of its own; mount one file system on every node, or use a volume driver that does',
  },
  'volume.driver': 'native',
  'route.address': { unsupported: 'a published port is open on every address of a node (moby#26696); filter in the DOCKER-USER chain' },
  'route.sources': { unsupported: 'a published port takes every source; filter in the DOCKER-USER chain of each node' },
};

/** What services through Pulumi can say. */
export const pulumiSupport: Readonly<Record<Feature, Support>> = {
  ...fileSupport,
  pids: { unsupported: "the provider's services have no limit of processes; set `default-pids-limit` on the nodes, or use a stack file" },
  ulimits: {
    unsupported: "the provider's services have no ulimits; set `default-ulimits` in the daemon.json of the nodes, or use a stack file",
  },
  'network.addressing': 'native',
  'secret.environment': { emulated: "from the stack's secret config; whoever may inspect the service can read it" },
  'late-bound': { emulated: 'text of the service once it is known; if the value is secret, whoever may inspect the service can read it' },
};
