import type { IConstruct } from 'constructs';
import { report } from './problems';
import { isReason } from './values/text';

/**
 * What a user may ask for that not every platform can do. Each platform's support table has a line for each: native,
 * emulated and how, or unsupported and why. Asking for something unsupported is an error until it is acknowledged.
 */
export const FEATURES = {
  'capabilities.drop': 'All Linux capabilities dropped',
  'no-new-privileges': 'Processes cannot gain privileges',
  'root.read-only': 'Read-only root file system',
  'seccomp.default': "The runtime's default system call filter",
  'writable.options': 'Writable paths with a size, noexec and nosuid',
  'resources.cpu': 'Processor limit and reservation',
  'resources.memory': 'Memory limit and reservation',
  'resources.ephemeral-storage': 'Limit of scratch storage',
  pids: 'Limit of the number of processes',
  init: 'An init process that reaps and forwards signals',
  'health.http': 'HTTP health check, also for images without curl or a shell',
  'health.tcp': 'TCP health check, also for images without a shell',
  'health.heartbeat': 'Health check by the age of a file, also for images without a shell',
  'health.exec': 'Health check by a command in the image',
  'health.probes': 'Start-up, readiness and liveness with settings of their own',
  sidecar: 'Sidecars that share the network namespace',
  'sidecar.processes': 'Sidecars that share the process namespace',
  'sidecar.replicated': 'Sidecars beside more than one replica',
  replicas: 'More than one replica',
  'identity.stable': 'Replicas that keep their names and storage, none of them ever there twice',
  autoscaling: 'Autoscaling by cpu, memory or a custom metric',
  'disruption-budget': 'Disruption budget',
  spread: 'Replicas spread over zones and nodes',
  'placement.constraints': 'Only nodes with a role or label',
  rollout: 'Rolling update without an interruption',
  'rollout.failure-action': 'What happens when an update fails',
  'rollout.monitor': 'How long a new replica is watched, and what share may fail',
  'rollout.deadline': 'Time without progress after which an update has failed',
  rollback: 'Automatic roll-back',
  'restart.policy': 'Restart condition, delay and attempts',
  'shutdown.drain': 'Traffic stops before the process is told to',
  sysctls: 'Kernel parameters of the namespace',
  'sysctls.unsafe': 'Kernel parameters beyond the safe set of Kubernetes',
  ulimits: 'Resource limits of processes',
  logging: 'Log driver and options',
  'service-account': 'An identity of its own, without a token',
  metrics: 'The place of the metrics is announced to Prometheus',
  'destroy.guard': 'A command that has to succeed before the stack is destroyed',
  annotations: 'Annotations',
  'network.addressing': 'Subnet, gateway, MTU and driver options of a segment',
  'network.internal': 'A segment with no way out',
  'network.attachable': 'A segment that strangers may join',
  'network.static-address': 'A fixed address for a service',
  'network.aliases': 'More names for a service',
  'network.edges': 'Only what an edge allows can connect',
  'network.open': 'A segment whose members may connect to each other without edges',
  'network.dns-name': 'An edge to a name of the public DNS',
  'start.ready': 'A start after what it connects to is ready',
  'start.completed': 'A start after a task has ended without an error',
  task: 'A task that runs to its end once for each version',
  'task.schedule': 'A task that a scheduler of the platform runs again and again',
  'task.resident': 'A task that a process of its image runs again and again, where the platform has no scheduler',
  'config.file': 'A configuration file whose change rolls those who have it, and nobody else',
  'secret.environment': 'A secret value in an environment variable',
  'secret.template': 'A text with secret values in it, such as a connection string',
  'secret.file': 'A secret value in a file',
  'secret.config': "A secret of a Pulumi stack's config",
  'secret.generated': 'A secret that is generated',
  'secret.external': 'A secret of a store, by the External Secrets Operator',
  'secret.vault': 'A secret of HashiCorp Vault, by its agent',
  'secret.sealed': 'A sealed secret',
  'operator.object': 'An object that an operator of Kubernetes acts on',
  'late-bound': 'A value that is known only after deployment',
  'volume.owner': 'A volume that the user of the container can write to',
  'volume.size': 'Capacity of a volume',
  'volume.class': 'A storage class',
  'volume.shared': 'A volume that several nodes write to',
  'volume.per-replica': 'A volume of its own for each of several replicas',
  'volume.driver': 'A volume by a driver of the engine, or with options of its driver',
  'route.address': 'A published port on one address of the host',
  'route.sources': 'A published port for some networks only',
} as const;

/** Something that not every platform can do. */
export type Feature = keyof typeof FEATURES;

/**
 * What takes security off, or is known to offend a scanner. The first is an error without a reason; `unpinned-image` is
 * a warning; `low-user-id` and `same-probe` only decide what scanners are told to ignore.
 */
export const WEAKNESSES = {
  'root-user': 'Runs as root',
  'low-user-id': 'Runs as a user or group of 10000 or lower, which may exist on the host',
  'writable-root': 'The root file system is writable',
  'privilege-escalation': 'Processes may gain privileges',
  'added-capabilities': 'Linux capabilities beyond NET_BIND_SERVICE',
  'executable-scratch': 'Programs can be run from a writable path',
  'same-probe': 'Readiness and liveness ask the same question',
  'plain-secret': 'A value that looks like a secret stands in an environment variable as text',
  'host-path': 'A volume is a folder of the host',
  'unpinned-image': 'An image without a digest outside development and test',
} as const;

/** Something that takes security off. */
export type Weakness = keyof typeof WEAKNESSES;

/** Everything that can be acknowledged. */
export type Acknowledgeable = Feature | Weakness;

/** Reasons of at least ten characters, by what they acknowledge. */
export type Acknowledgements = { readonly [A in Acknowledgeable]?: string };

/** All features, in the order of the documentation. */
export const ALL_FEATURES = Object.keys(FEATURES) as readonly Feature[];

const ACKNOWLEDGED = Symbol.for('ironhull.Acknowledged');

/**
 * Acknowledges, for a construct and all below it, that a platform lacks something or that security is taken off. The
 * nearest reason counts.
 *
 * A reason of fewer than ten characters, or one for a thing that does not exist, is reported with everything else.
 */
export function acknowledge(scope: IConstruct, reasons: Acknowledgements): void {
  const accepted: Record<string, string> = { ...(scope as { [ACKNOWLEDGED]?: Acknowledgements })[ACKNOWLEDGED] };
  for (const [what, reason] of Object.entries(reasons)) {
    if (!Object.hasOwn(FEATURES, what) && !Object.hasOwn(WEAKNESSES, what)) {
      report(scope, 'acknowledge', 'nothing of that name can be acknowledged', what, 'see docs/platforms.md for the names');
    } else {
      if (!isReason(reason))
        report(scope, `acknowledge.${what}`, 'needs a reason of at least ten characters', reason, 'say why it is acceptable here');
      // also where the reason is bad: one mistake, one message. A stack reports the bad reasons above it as well
      accepted[what] = reason;
    }
  }
  Object.defineProperty(scope, ACKNOWLEDGED, { value: accepted, configurable: true });
}

/** The nearest reason with which something was acknowledged at or above a construct. */
export function ackAt(scope: IConstruct, what: Acknowledgeable): string | undefined {
  for (let at: IConstruct | undefined = scope; at; at = at.node.scope) {
    const reason = (at as { [ACKNOWLEDGED]?: Acknowledgements })[ACKNOWLEDGED]?.[what];
    if (reason !== undefined) return reason;
  }
  return undefined;
}
