import type * as docker from '@pulumi/docker';
import type * as pulumi from '@pulumi/pulumi';
import type { ComposeNetwork, ComposeVolume } from '../compose/objects';
import type {
  ComposeAmounts,
  ComposeAttachment,
  ComposeConfigMount,
  ComposeDeploy,
  ComposeEnvironmentValue,
  ComposeHealthcheck,
  ComposeMount,
  ComposePort,
  ComposeSecretMount,
  ComposeService,
  ComposeText,
  ComposeUpdate,
} from '../compose/schema';
import { bytes, duration, seconds } from './quantities';

type Task = docker.types.input.ServiceTaskSpec;
type Container = docker.types.input.ServiceTaskSpecContainerSpec;

/** The provider waits no longer than the grace period for containers to be gone, and fails the destruction then. */
const MIN_GRACE = 30;

/** What a service refers to. */
export interface Lookup {
  /** The name of the service in its networks. */
  readonly name: string;
  /** The id of a network of the stack. */
  network(name: string): pulumi.Input<string>;
  /** A volume of the stack. */
  volume(name: string): ComposeVolume | undefined;
  /** A config of the stack. */
  config(name: string): docker.ServiceConfig | undefined;
  /** A secret of the stack. */
  secret(name: string): docker.Secret | undefined;
  /** The value of an environment variable. */
  value(value: ComposeEnvironmentValue): pulumi.Input<string>;
}

/** A service of the Compose specification as arguments of the provider. */
export function serviceArgs(name: string, service: ComposeService, lookup: Lookup): docker.ServiceArgs {
  const deploy = service.deploy ?? {};
  return {
    name,
    taskSpec: taskSpec(service, deploy, lookup),
    mode: { replicated: { replicas: deploy.replicas ?? 1 } },
    endpointSpec: {
      mode: deploy.endpoint_mode ?? 'vip',
      ...(service.ports && service.ports.length > 0 && { ports: service.ports.map(port) }),
    },
    ...(deploy.update_config && { updateConfig: update(deploy.update_config) }),
    ...(deploy.rollback_config && { rollbackConfig: update(deploy.rollback_config) }),
    ...(deploy.labels && { labels: labelList(deploy.labels) }),
    convergeConfig: { delay: '2s', timeout: `${convergeSeconds(service)}s` },
  };
}

/** A network of the Compose specification as arguments of the provider. */
export function networkArgs(network: ComposeNetwork): docker.NetworkArgs {
  return {
    name: network.name,
    driver: network.driver,
    attachable: network.attachable ?? false,
    internal: network.internal ?? false,
    ...(network.driver_opts && { options: network.driver_opts }),
    ...(network.ipam && { ipamConfigs: network.ipam.config }),
    ...(network.labels && { labels: labelList(network.labels) }),
  };
}

function taskSpec(service: ComposeService, deploy: ComposeDeploy, lookup: Lookup): Task {
  const { limits, reservations } = deploy.resources ?? {};
  const placement = deploy.placement;
  const restart = deploy.restart_policy;
  return {
    containerSpec: containerSpec(service, lookup),
    resources: { ...(limits && { limits: amounts(limits) }), ...(reservations && { reservation: amounts(reservations) }) },
    ...(placement && {
      placement: {
        ...(placement.constraints && { constraints: placement.constraints }),
        ...(placement.preferences && { prefs: placement.preferences.map(({ spread }) => spread) }),
        ...(placement.max_replicas_per_node !== undefined && { maxReplicas: placement.max_replicas_per_node }),
      },
    }),
    ...(restart && {
      restartPolicy: {
        condition: restart.condition ?? 'any',
        // the engine's own default, which the provider turns into none
        delay: duration(restart.delay ?? '5s'),
        ...(restart.max_attempts !== undefined && { maxAttempts: restart.max_attempts }),
        window: duration(restart.window ?? '0s'),
      },
    }),
    networksAdvanceds: Object.entries(service.networks ?? {}).map(([name, attachment]) => attached(name, attachment, lookup)),
    ...(service.logging && {
      logDriver: { name: service.logging.driver, ...(service.logging.options && { options: service.logging.options }) },
    }),
  };
}

function attached(name: string, attachment: ComposeAttachment, lookup: Lookup) {
  return { name: lookup.network(name), aliases: [...new Set([lookup.name, ...(attachment.aliases ?? [])])] };
}

function containerSpec(service: ComposeService, lookup: Lookup): Container {
  const environment = Object.entries(service.environment ?? {});
  return {
    image: service.image as string,
    ...(service.entrypoint && { commands: service.entrypoint }),
    ...(service.command && { args: service.command }),
    ...(service.working_dir !== undefined && { dir: service.working_dir }),
    ...(service.hostname !== undefined && { hostname: service.hostname }),
    ...(environment.length > 0 && { env: Object.fromEntries(environment.map(([name, value]) => [name, lookup.value(value)])) }),
    ...(service.user !== undefined && { user: service.user }),
    // the engine reports capabilities with the prefix, and would differ for ever
    ...(service.cap_drop && { capDrops: service.cap_drop.map(capability) }),
    ...(service.cap_add && { capAdds: service.cap_add.map(capability) }),
    readOnly: service.read_only ?? false,
    ...(service.init !== undefined && { init: service.init }),
    ...(service.volumes && { mounts: service.volumes.map((mount) => mountArgs(mount, lookup)) }),
    ...(service.configs && { configs: service.configs.map((mount) => configArgs(mount, lookup.config(mount.source))) }),
    ...(service.secrets && { secrets: service.secrets.map((mount) => secretArgs(mount, lookup.secret(mount.source))) }),
    stopGracePeriod: duration(`${Math.max(MIN_GRACE, seconds(service.stop_grace_period))}s`),
    ...(service.stop_signal !== undefined && { stopSignal: service.stop_signal }),
    ...(service.healthcheck && { healthcheck: health(service.healthcheck) }),
    ...(service.sysctls && { sysctl: service.sysctls }),
    ...(service.labels && { labels: labelList(service.labels) }),
    ...(service.extra_hosts && { hosts: Object.entries(service.extra_hosts).map(([host, ip]) => ({ host, ip })) }),
    ...(service.dns && { dnsConfig: { nameservers: service.dns } }),
  };
}

function capability(name: string): string {
  return name === 'ALL' || name.startsWith('CAP_') ? name : `CAP_${name}`;
}

function configArgs({ target, mode }: ComposeConfigMount, config: docker.ServiceConfig | undefined) {
  return {
    configId: config?.id ?? '',
    configName: config?.name ?? '',
    fileName: target,
    ...(mode !== undefined && { fileMode: mode }),
  };
}

function secretArgs({ target, uid, gid, mode }: ComposeSecretMount, secret: docker.Secret | undefined) {
  return {
    secretId: secret?.id ?? '',
    secretName: secret?.name ?? '',
    fileName: target,
    ...(uid !== undefined && { fileUid: uid }),
    ...(gid !== undefined && { fileGid: gid }),
    ...(mode !== undefined && { fileMode: mode }),
  };
}

function mountArgs(mount: ComposeMount, lookup: Lookup): docker.types.input.ServiceTaskSpecContainerSpecMount {
  const volume = mount.type === 'volume' && mount.source !== undefined ? lookup.volume(mount.source) : undefined;
  const source = volume?.name ?? mount.source;
  const ofVolume = {
    ...(mount.volume?.nocopy && { noCopy: true }),
    ...(volume?.driver !== undefined && { driverName: volume.driver }),
    ...(volume?.driver_opts && { driverOptions: volume.driver_opts }),
    ...(volume?.labels && { labels: labelList(volume.labels) }),
  };
  return {
    type: mount.type,
    target: mount.target,
    ...(source !== undefined && { source }),
    readOnly: mount.read_only ?? false,
    // only where there is something to say: engines before 26 take it badly
    ...(Object.keys(ofVolume).length > 0 && { volumeOptions: ofVolume }),
    ...(mount.tmpfs && {
      tmpfsOptions: {
        ...(mount.tmpfs.size !== undefined && { sizeBytes: mount.tmpfs.size }),
        ...(mount.tmpfs.mode !== undefined && { mode: mount.tmpfs.mode }),
      },
    }),
  };
}

function health({ test, interval, timeout, retries, start_period }: ComposeHealthcheck) {
  return {
    tests: test,
    ...(interval !== undefined && { interval: duration(interval) }),
    ...(timeout !== undefined && { timeout: duration(timeout) }),
    ...(retries !== undefined && { retries }),
    ...(start_period !== undefined && { startPeriod: duration(start_period) }),
  };
}

function port({ target, published, protocol, mode }: ComposePort) {
  return { targetPort: target, publishedPort: published, protocol, publishMode: mode ?? 'ingress' };
}

function update({ max_failure_ratio, failure_action, delay, monitor, ...rest }: ComposeUpdate) {
  return {
    ...rest,
    ...(delay !== undefined && { delay: duration(delay) }),
    ...(monitor !== undefined && { monitor: duration(monitor) }),
    ...(failure_action !== undefined && { failureAction: failure_action }),
    // text with one decimal, as the provider reads it back
    ...(max_failure_ratio !== undefined && { maxFailureRatio: max_failure_ratio.toFixed(1) }),
  };
}

function amounts({ cpus, memory }: ComposeAmounts) {
  return {
    ...(cpus !== undefined && { nanoCpus: Math.round(Number(cpus) * 1e9) }),
    ...(memory !== undefined && { memoryBytes: bytes(memory) }),
  };
}

/** Longest time in which all replicas can be replaced and, should that fail, put back. */
export function convergeSeconds(service: ComposeService): number {
  const deploy = service.deploy ?? {};
  const { healthcheck } = service;
  const replicas = deploy.replicas ?? 1;
  const start = healthcheck
    ? seconds(healthcheck.start_period) + (seconds(healthcheck.interval) + seconds(healthcheck.timeout)) * ((healthcheck.retries ?? 3) + 1)
    : 10;
  const direction = (step: ComposeUpdate = {}) => {
    const groups = step.parallelism === 0 ? 1 : Math.ceil(replicas / (step.parallelism ?? 1));
    return groups * (start + seconds(step.monitor ?? '5s') + seconds(step.delay) + Math.max(MIN_GRACE, seconds(service.stop_grace_period)));
  };
  // an update that pauses puts nothing back
  const back = deploy.update_config?.failure_action === 'pause' ? 0 : direction(deploy.rollback_config);
  return Math.ceil(60 + direction(deploy.update_config) + back);
}

/** Expressions are problems of the plan. */
function labelList(labels: Readonly<Record<string, ComposeText>>): { label: string; value: string }[] {
  return Object.entries(labels).map(([label, value]) => ({ label, value: String(value) }));
}
