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
  'health.heartbeat': { emulated: 'a static prober is handed out as a config of the Swarm and run in the container' },
  'health.exec': 'native',
  'health.probes': { emulated: 'one health check with the common settings; a replica that is unhealthy is replaced' },
  sidecar: SIDECAR,
  'sidecar.processes': SIDECAR,
  'sidecar.replicated': SIDECAR,
  replicas: 'native',
  'identity.stable': {
    emulated:
      'slots that are replaced one after the other, each stopped before its successor starts; all start at once, and one whose node ' +
      'does not answer is started on another, although it may still run',
  },
  autoscaling: { unsupported: 'Swarm does not scale by itself; the fewest replicas run' },
  'disruption-budget': { unsupported: 'draining a node moves all of its replicas at once' },
  spread: {
    emulated:
      'zone is the node label `zone`, and any other key a node label; over hosts Swarm spreads by itself, several services only by its choice of the emptiest',
  },
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
      'by networks: two that an edge joins, or a segment, reach each other in both directions and on every port, nobody else does; ' +
      'outgoing traffic is not limited for what has an edge to the outside or is in a segment that is not internal, and refused for all else',
  },
  'network.open': { emulated: 'the members of every segment can connect to each other, on every port' },
  'network.dns-name': { emulated: 'outgoing traffic is not limited to addresses or names' },
  'start.ready': {
    emulated:
      'a static prober in front of the command waits until the address answers, and the health check for as long; it needs the command to be said',
  },
  'start.completed': {
    emulated:
      'a static prober in front of the command waits for the task, which stays and answers once it is done; it needs the command to be said',
  },
  task: {
    emulated:
      'a service of its own for each version that stays, doing nothing, once the command has ended without an error; it needs the command to be said',
  },
  'task.schedule': { unsupported: 'Swarm has no scheduler; say in schedule.resident which program of the image keeps the schedule' },
  'task.resident': {
    emulated:
      'a service that stays up and runs the task by the schedule; how often it tries, for how long and how late is up to its program',
  },
  'config.file': { emulated: 'a config of the Swarm with its version in its name' },
  'secret.environment': {
    emulated: 'a variable that has to be set where `docker stack deploy` is run; whoever may inspect the service can read it',
  },
  'secret.template': {
    emulated: 'a variable that has to be set where `docker stack deploy` is run; whoever may inspect the service can read it',
  },
  'secret.file': {
    emulated: 'a secret of the Swarm from a file beside the stack file, `secrets/<secret>/<key>`; a variable holds its version',
  },
  'secret.config': { emulated: 'a file or variable beside the stack file holds the value' },
  'secret.generated': { emulated: 'a file or variable beside the stack file holds the value; the file names the command that makes it' },
  'secret.external': { emulated: 'a file or variable beside the stack file holds the value' },
  'secret.vault': { emulated: 'a file or variable beside the stack file holds the value' },
  'secret.sealed': { emulated: 'a file or variable beside the stack file holds the value' },
  'destroy.guard': { emulated: '`pulumi destroy` asks a replica on its own node; `docker stack rm` asks nobody, and keeps volumes' },
  'operator.object': { unsupported: 'operators act on objects of Kubernetes alone' },
  'late-bound': { unsupported: 'a file is written before anything is deployed; where acknowledged, a variable of the same name is read' },
  'volume.owner': {
    emulated: 'a new volume takes owner and mode of the directory that the image has at its path, and without one belongs to root',
  },
  'volume.size': { emulated: 'the local driver takes no size; quotas belong to the file system of each node' },
  'volume.class': { unsupported: 'the engine has volume drivers, and no storage classes' },
  'volume.shared': {
    unsupported: 'each node has a volume of its own; mount one file system on every node, or use a volume driver that does',
  },
  'volume.per-replica': {
    emulated:
      'a volume for each slot, on the node where that runs: a replica that moves finds an empty one, so hold it by `placement.labels`',
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
  'start.ready': {
    emulated:
      'an update waits for the health check; where the command is said, a static prober in front of it waits at every start, and the health check for as long',
  },
  'start.completed': {
    emulated:
      'an update waits for the task; if that is not done when its time is over, the update fails before anything that waits is touched',
  },
  'secret.environment': { emulated: "from the stack's secret config; whoever may inspect the service can read it" },
  'secret.template': { emulated: "from the stack's secret config; whoever may inspect the service can read it" },
  'secret.file': { emulated: "a secret of the Swarm, from the stack's secret config, whose name changes with the value" },
  'secret.config': 'native',
  'secret.generated': { emulated: "by @pulumi/random, encrypted in the stack's state" },
  'secret.external': { emulated: "the stack's secret config holds the values" },
  'secret.vault': { emulated: "the stack's secret config holds the values" },
  'secret.sealed': { emulated: "the stack's secret config holds the values" },
  'late-bound': { emulated: 'text of the service once it is known; if the value is secret, whoever may inspect the service can read it' },
};
