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
  'health.exec': 'native',
  'health.probes': { emulated: 'one health check with the common settings; Docker restarts nothing that is unhealthy' },
  sidecar: {
    emulated:
      "a service of its own in the service's network namespace; after the service's process was restarted it has to be restarted too",
  },
  'sidecar.processes': 'native',
  'sidecar.replicated': { unsupported: 'a sidecar shares the namespaces of the first replica only' },
  replicas: 'native',
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
      'by segment: containers of one segment reach each other on every port; outgoing traffic (internet, host, metadata address) is ' +
      'not limited, but for the internet from an internal segment; put what must not meet into segments of its own',
  },
  'secret.environment': {
    emulated: 'a variable that has to be set where `docker compose` is run; whoever may inspect the container can read it',
  },
  'late-bound': { unsupported: 'a file is written before anything is deployed; where acknowledged, a variable of the same name is read' },
  'volume.owner': {
    emulated: 'a new volume takes owner and mode of the directory that the image has at its path, and without one belongs to root',
  },
  'volume.size': { emulated: 'the local driver takes no size; quotas belong to the file system of the host' },
  'volume.class': { unsupported: 'the engine has volume drivers, and no storage classes' },
  'volume.shared': 'native',
  'volume.driver': 'native',
  'route.address': 'native',
  'route.sources': { unsupported: "a published port takes every source; filter in the host's DOCKER-USER chain" },
};
