import type * as docker from '@pulumi/docker';
import type * as pulumi from '@pulumi/pulumi';
import { goDuration } from '../../model/values/quantities';
import type {
  ComposeAmounts,
  ComposeAttachment,
  ComposeDeploy,
  ComposeEnvironmentValue,
  ComposeHealthcheck,
  ComposeMount,
  ComposeNetwork,
  ComposePort,
  ComposeService,
  ComposeUpdate,
  ComposeVolume,
} from '../compose/schema';

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
  /** The config with the prober. */
  readonly prober: docker.ServiceConfig | undefined;
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
    ...(service.configs && lookup.prober && { configs: service.configs.map((config) => configArgs(config, lookup.prober)) }),
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

function configArgs(config: { target: string; mode?: number }, prober: docker.ServiceConfig | undefined) {
  return {
    configId: prober?.id ?? '',
    configName: prober?.name ?? '',
    fileName: config.target,
    ...(config.mode !== undefined && { fileMode: config.mode }),
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

/** Bytes of the Compose specification's text: `512m`, `4g`, `100b`. */
export function bytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([bkmgt]?)b?$/i.exec(text);
  const unit = 'bkmgt'.indexOf((match?.[2] || 'b').toLowerCase());
  return match ? Math.round(Number(match[1]) * 1024 ** unit) : Number.NaN;
}

/** Seconds of a duration as Go writes it: `1m30s`. */
export function seconds(text: string | undefined): number {
  const factors: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };
  let total = 0;
  for (const [, amount, unit] of (text ?? '').matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    total += Number(amount) * (factors[unit as string] ?? 0);
  return total;
}

/** A duration as the provider reads it back, which would differ for ever otherwise: without zeros at the end, `5m` or `2h`. */
function duration(text: string): string {
  return goDuration(seconds(text) * 1000)
    .replace(/m0s$/, 'm')
    .replace(/h0m$/, 'h');
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
  return Math.ceil(60 + direction(deploy.update_config) + direction(deploy.rollback_config));
}

function labelList(labels: Readonly<Record<string, string>>): { label: string; value: string }[] {
  return Object.entries(labels).map(([label, value]) => ({ label, value }));
}
