import type { Feature } from '../../model/features';
import type { Support } from '../../platform/platform';

/** What containers on one Docker host can do. */
export const support: Readonly<Record<Feature, Support>> = {
  'capabilities.drop': 'native',
  'no-new-privileges': 'native',
  'root.read-only': 'native',
  'seccomp.default': 'native',
  'writable.options': 'native',
  'resources.cpu': { emulated: 'the limit is enforced; the reservation is a weight (cpu shares) between busy containers' },
  'resources.memory': 'native',
  'resources.ephemeral-storage': { unsupported: 'the storage driver has no limit for a container; writable paths have a size' },
  pids: { emulated: '`docker update --pids-limit` after creation, since the provider has no argument for it; needs the docker command' },
  init: 'native',
  'health.http': { emulated: 'a static prober is mounted into the container and run there' },
  'health.tcp': { emulated: 'a static prober is mounted into the container and run there' },
  'health.heartbeat': { emulated: 'a static prober is mounted into the container and run there' },
  'health.exec': 'native',
  'health.probes': { emulated: 'one health check with the common settings; Docker restarts nothing that is unhealthy' },
  sidecar: {
    emulated:
      "a container of its own in the replica's namespaces; when Docker restarts a replica whose process ended, its sidecars lose " +
      'it and have to be restarted too',
  },
  'sidecar.processes': 'native',
  'sidecar.replicated': 'native',
  replicas: { emulated: 'numbered containers that share a network alias; clients choose by DNS' },
  'identity.stable': {
    emulated: 'numbered containers, each made after the one before it is well, and stopped before its successor starts',
  },
  autoscaling: { unsupported: 'Docker does not scale; the fewest replicas run' },
  'disruption-budget': { unsupported: 'there is one host' },
  spread: { unsupported: 'there is one host' },
  'placement.constraints': { unsupported: 'there is one host' },
  rollout: { emulated: 'replicas are replaced one after the other, the old one before the new; a single replica is interrupted' },
  'rollout.failure-action': { unsupported: 'an update stops at the first replica that does not become healthy' },
  'rollout.monitor': { unsupported: 'an update waits for the health check of each replica and watches no longer' },
  'rollout.deadline': { unsupported: 'an update waits for each replica until its health check has failed' },
  rollback: { unsupported: 'nothing goes back by itself; deploy the earlier version' },
  'restart.policy': { emulated: "condition and attempts are the engine's; the delay is its own back-off" },
  'shutdown.drain': { unsupported: 'nothing stops sending traffic before the process is told to stop' },
  sysctls: 'native',
  'sysctls.unsafe': 'native',
  ulimits: 'native',
  logging: 'native',
  'service-account': { emulated: 'a container has no identity, and no token of the engine' },
  metrics: { emulated: "labels for Prometheus' docker_sd_configs" },
  annotations: { emulated: 'labels of the containers' },
  'network.addressing': 'native',
  'network.internal': 'native',
  'network.attachable': { emulated: 'every container of the host can be attached to a bridge network' },
  'network.static-address': 'native',
  'network.aliases': 'native',
  'network.edges': {
    emulated:
      'by networks: two that an edge joins, or a segment, reach each other in both directions and on every port, nobody else does; ' +
      'outgoing traffic is not limited for what is published, has an edge to the outside or is in a segment that is not internal, ' +
      'and refused for all else, but for what listens on addresses of the host itself',
  },
  'network.open': 'native',
  'network.dns-name': { emulated: 'outgoing traffic is not limited to addresses or names' },
  'start.ready': {
    emulated:
      'an update waits for the health check of the other, and only for its start where it has none; a later restart of the engine ' +
      'starts everything at once',
  },
  'start.completed': {
    emulated: 'an update runs the task and waits for its end; a later restart of the engine starts what waited for it at once',
  },
  task: { emulated: 'a container that is made, started by the docker command and waited for; another version is another container' },
  'task.schedule': { unsupported: 'Docker has no scheduler; say in schedule.resident which program of the image keeps the schedule' },
  'task.resident': {
    emulated:
      'a container that stays up and runs the task by the schedule; how often it tries, for how long and how late is up to its program',
  },
  'config.file': {
    emulated:
      'a volume of its own for each version, filled through a container that never starts and mounted read-only at the directory of ' +
      'the file, with what the image has there',
  },
  'secret.environment': { emulated: "from the stack's secret config; whoever may inspect the container can read it" },
  'secret.template': { emulated: "from the stack's secret config; whoever may inspect the container can read it" },
  'secret.file': {
    emulated: "from the stack's secret config, in a volume for each version that everybody in the container and root of the host can read",
  },
  'secret.config': 'native',
  'secret.generated': { emulated: "by @pulumi/random, encrypted in the stack's state" },
  'secret.external': { emulated: "the stack's secret config holds the values" },
  'secret.vault': { emulated: "the stack's secret config holds the values" },
  'secret.sealed': { emulated: "the stack's secret config holds the values" },
  'destroy.guard': { emulated: '`pulumi destroy` asks in the container with the docker command; `docker rm` asks nobody' },
  'operator.object': { unsupported: 'operators act on objects of Kubernetes alone' },
  'late-bound': {
    emulated: 'text of the container once it is known; if the value is secret, whoever may inspect the container can read it',
  },
  'volume.owner': {
    emulated: 'a new volume takes owner and mode of the directory that the image has at its path, and without one belongs to root',
  },
  'volume.size': { emulated: 'the local driver takes no size; quotas belong to the file system of the host' },
  'volume.class': { unsupported: 'the engine has volume drivers, and no storage classes' },
  'volume.shared': 'native',
  'volume.per-replica': {
    emulated: 'a volume for each numbered container; with fewer replicas those of the others go, unless they are kept',
  },
  'volume.driver': 'native',
  'route.address': 'native',
  'route.sources': { unsupported: "a published port takes every source; filter in the host's DOCKER-USER chain" },
};
