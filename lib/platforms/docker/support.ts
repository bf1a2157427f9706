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
      'by segment: containers of one segment reach each other on every port; outgoing traffic (internet, host, metadata address) is ' +
      'not limited, but for the internet from an internal segment; put what must not meet into segments of its own',
  },
  'secret.environment': { emulated: "from the stack's secret config; whoever may inspect the container can read it" },
  'late-bound': {
    emulated: 'text of the container once it is known; if the value is secret, whoever may inspect the container can read it',
  },
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
