import type { Feature } from '../../model/features';
import type { Support } from '../../platform/platform';

/** What a Compose file can say to one Docker host. */
export const support: Readonly<Record<Feature, Support>> = {
  'capabilities.drop': 'native',
  'no-new-privileges': 'native',
  'root.read-only': 'native',
  'seccomp.default': 'native',
  'writable.options': 'native',
  'resources.cpu': { emulated: 'the limit is enforced; the reservation is a weight (cpu_shares) between busy containers' },
  'resources.memory': 'native',
  'resources.ephemeral-storage': { unsupported: 'the storage driver has no limit for a container; writable paths have a size' },
  pids: 'native',
  init: 'native',
  'health.http': { emulated: 'a static prober that lies beside the Compose file is mounted into the container and run there' },
  'health.tcp': { emulated: 'a static prober that lies beside the Compose file is mounted into the container and run there' },
  'health.heartbeat': { emulated: 'a static prober that lies beside the Compose file is mounted into the container and run there' },
  'health.exec': 'native',
  'health.probes': { emulated: 'one health check with the common settings; Docker restarts nothing that is unhealthy' },
  sidecar: {
    emulated:
      "a service of its own in the service's network namespace; after the service's process was restarted it has to be restarted too",
  },
  'sidecar.processes': 'native',
  'sidecar.replicated': { unsupported: 'a sidecar shares the namespaces of the first replica only' },
  replicas: 'native',
  'identity.stable': {
    emulated: 'Compose numbers the containers, and stops each before its successor starts; several start, and are replaced, all at once',
  },
  autoscaling: { unsupported: 'Compose does not scale; the fewest replicas run' },
  'disruption-budget': { unsupported: 'there is one host' },
  spread: { unsupported: 'there is one host' },
  'placement.constraints': { unsupported: 'there is one host' },
  rollout: { unsupported: 'Compose stops the old container before it starts the new one' },
  'rollout.failure-action': { unsupported: 'a failed update is left as it is' },
  'rollout.monitor': { unsupported: 'an update watches nothing' },
  'rollout.deadline': { unsupported: '`docker compose up --wait --wait-timeout` has it, the file does not' },
  rollback: { unsupported: 'nothing goes back by itself; deploy the earlier file' },
  'restart.policy': { emulated: "condition and attempts are the engine's; the delay is its own back-off" },
  'shutdown.drain': { unsupported: 'nothing stops sending traffic before the process is told to stop' },
  sysctls: 'native',
  'sysctls.unsafe': 'native',
  ulimits: 'native',
  logging: 'native',
  'service-account': { emulated: 'a container has no identity, and no token of the engine' },
  metrics: { emulated: "labels for Prometheus' docker_sd_configs" },
  annotations: { emulated: 'annotations of the OCI bundle, from engine 24 on; earlier engines ignore them' },
  'network.addressing': 'native',
  'network.internal': 'native',
  'network.attachable': { emulated: 'every container of the host can be attached to a bridge network' },
  'network.static-address': 'native',
  'network.aliases': 'native',
  'network.edges': {
    emulated:
      'by networks: two that an edge joins, or a segment, reach each other in both directions and on every port, nobody else does; ' +
      'outgoing traffic is not limited for what has an edge to the outside or is in a segment that is not internal, and refused for all else',
  },
  'network.open': { emulated: 'the members of every segment can connect to each other, on every port' },
  'network.dns-name': { emulated: 'outgoing traffic is not limited to addresses or names' },
  'start.ready': { emulated: '`docker compose up` waits for the health check; a later restart of the engine starts everything at once' },
  'start.completed': { emulated: '`docker compose up` waits for the end of the task' },
  task: {
    emulated:
      'a service that is not restarted once it has ended without an error, and that every `up` runs again, after it has stopped what ' +
      'it replaces: the file names the command that runs it before that; nothing ends it when its time is over',
  },
  'task.schedule': { unsupported: 'Compose has no scheduler; say in schedule.resident which program of the image keeps the schedule' },
  'task.resident': {
    emulated:
      'a service that stays up and runs the task by the schedule; how often it tries, for how long and how late is up to its program',
  },
  'config.file': { emulated: 'a file beside the Compose file, with its version in its name' },
  'secret.environment': {
    emulated: 'a variable that has to be set where `docker compose` is run; whoever may inspect the container can read it',
  },
  'secret.template': {
    emulated: 'a variable that has to be set where `docker compose` is run; whoever may inspect the container can read it',
  },
  'secret.file': {
    emulated:
      'a file beside the Compose file, `secrets/<secret>/<key>`, that the user of the container can read; a variable holds its version',
  },
  'secret.config': { emulated: 'a file or variable beside the Compose file holds the value' },
  'secret.generated': { emulated: 'a file or variable beside the Compose file holds the value; the file names the command that makes it' },
  'secret.external': { emulated: 'a file or variable beside the Compose file holds the value' },
  'secret.vault': { emulated: 'a file or variable beside the Compose file holds the value' },
  'secret.sealed': { emulated: 'a file or variable beside the Compose file holds the value' },
  'destroy.guard': { emulated: '`docker compose down` keeps volumes; run the command with `docker compose exec` before `down --volumes`' },
  'operator.object': { unsupported: 'operators act on objects of Kubernetes alone' },
  'late-bound': { unsupported: 'a file is written before anything is deployed; where acknowledged, a variable of the same name is read' },
  'volume.owner': {
    emulated: 'a new volume takes owner and mode of the directory that the image has at its path, and without one belongs to root',
  },
  'volume.size': { emulated: 'the local driver takes no size; quotas belong to the file system of the host' },
  'volume.class': { unsupported: 'the engine has volume drivers, and no storage classes' },
  'volume.shared': 'native',
  'volume.per-replica': {
    unsupported: 'all replicas of a service have the same volumes; where that is acknowledged, one replica runs',
  },
  'volume.driver': 'native',
  'route.address': 'native',
  'route.sources': { unsupported: "a published port takes every source; filter in the host's DOCKER-USER chain" },
};
