import { isDnsLabel } from '../names';
import type { Part } from '../part';
import { isHostAddress, parseCidr } from '../values/address';
import { resolveContainer } from './container';
import { checkAnnotations, checkLabels, isLabelKey } from './labels';
import type { AttachmentProps, GroupProps, LoggingProps, PlacementProps, ShutdownProps } from './props';
import { isObject, type Reading } from './reading';
import { replicasFix } from './replicas';
import type { AttachmentSpec, ContainerSpec, GroupSpec, WorkloadSpec } from './spec';

/** Sysctls that every kubelet accepts. @see https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/ */
export const SAFE_SYSCTLS: ReadonlySet<string> = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
]);

/** Turns what a user said of a workload or task into what is true of both; `most` is how many of it there may be. */
export function resolveGroup(
  name: string,
  props: GroupProps,
  most: Pick<WorkloadSpec, 'replicas' | 'replicasOf'>,
  read: Reading,
): GroupSpec {
  const main = resolveContainer(name, props, read);
  const sidecars = resolveSidecars(main, props, read);
  // promised without being asked for: nothing connects that no edge allows, and nothing has a token of the engine
  read.r.feature('network.edges');
  read.r.feature('service-account');
  return {
    main,
    sidecars,
    ports: [main, ...sidecars].flatMap((container) => container.ports),
    placement: resolvePlacement(props.placement, read),
    shutdown: resolveShutdown(props.shutdown, main, read),
    sysctls: resolveSysctls(read.record('sysctls', props.sysctls, "{ 'net.core.somaxconn': 4096 }"), read),
    networks: resolveNetworks(read.list('networks', props.networks, '[{ network }]'), most, read),
    logging: resolveLogging(props.logging, read),
    labels: checkLabels(props.labels, read),
    annotations: checkAnnotations(props.annotations, read),
  };
}

function resolveShutdown(said: ShutdownProps | undefined, main: ContainerSpec, read: Reading): GroupSpec['shutdown'] {
  const props = read.object('shutdown', said, "{ grace: '30s' }");
  const drain = read.duration('shutdown.drain', props.drain, main.ports.length > 0 ? 5000 : 0, { wholeSeconds: true });
  if (props.drain !== undefined && drain > 0) read.r.feature('shutdown.drain');
  return { grace: read.duration('shutdown.grace', props.grace, 30_000, { min: 1000, wholeSeconds: true }), drain };
}

function resolveSidecars(main: ContainerSpec, props: GroupProps, read: Reading): ContainerSpec[] {
  const names = new Set([main.name]);
  const taken = new Map(main.ports.map((port) => [`${port.port}/${port.protocol}`, main.name]));
  const portNames = new Set(main.ports.map((port) => port.name));
  return Object.entries(read.record('sidecars', props.sidecars, "{ proxy: { image: 'team/proxy:1.2.3' } }")).flatMap(([name, sidecar]) => {
    const at = read.at(`sidecars.${name}`);
    read.r.feature('sidecar');
    if (!isObject(sidecar)) {
      at.problem('', 'must be an object', sidecar, "write it as { image: 'team/proxy:1.2.3' }");
      return [];
    }
    const shareProcesses = at.flag('shareProcesses', sidecar.shareProcesses, false);
    if (shareProcesses) read.r.feature('sidecar.processes');
    if (!isDnsLabel(name) || name.length > 40)
      at.problem('', "a sidecar's name must be a DNS label of at most 40 characters", name, 'use lower case letters, digits and dashes');
    if (names.has(name)) at.problem('', 'the name is taken in this workload', name, 'choose another');
    names.add(name);
    const spec = resolveContainer(name, sidecar, at, shareProcesses);
    for (const port of spec.ports) {
      const other = taken.get(`${port.port}/${port.protocol}`);
      if (other)
        at.problem(`ports.${port.name}`, `the port is taken by "${other}" in the same network namespace`, port.port, 'choose another');
      taken.set(`${port.port}/${port.protocol}`, name);
      if (portNames.has(port.name))
        at.problem(`ports.${port.name}`, 'the name of the port is taken in this workload', port.name, 'choose another');
      portNames.add(port.name);
    }
    return [spec];
  });
}

function resolvePlacement(said: PlacementProps | undefined, read: Reading): GroupSpec['placement'] {
  const props = read.object('placement', said, "{ role: 'worker' }");
  const role = read.oneOf('placement.role', props.role, ['worker', 'manager']);
  const labels = checkLabels(props.labels, read.at('placement'));
  if (role !== undefined || Object.keys(labels).length > 0) read.r.feature('placement.constraints');
  const spreadOver = read.textList('placement.spreadOver', props.spreadOver);
  if (spreadOver.length > 0) read.r.feature('spread');
  for (const key of spreadOver) {
    if (!isLabelKey(key)) read.problem('placement.spreadOver', "must be 'zone', 'host' or a label key", key, "use 'zone'");
  }
  const usual = read.r.environment.highlyAvailable ? ['zone', 'host'] : [];
  const spreadWith = read.textList('placement.spreadWith', props.spreadWith);
  for (const group of spreadWith) {
    if (!isDnsLabel(group)) read.problem('placement.spreadWith', 'must be a DNS label', group, "name the group as 'orders-redis'");
  }
  return { ...(role !== undefined && { role }), labels, spreadOver: props.spreadOver ? spreadOver : usual, spreadWith };
}

function resolveSysctls(sysctls: Readonly<Record<string, string | number>>, read: Reading): Record<string, string> {
  const result: Record<string, string> = {};
  if (Object.keys(sysctls).length > 0) read.r.feature('sysctls');
  for (const name of Object.keys(sysctls).sort()) {
    const value = String(sysctls[name]);
    if (!/^(net(\.[a-z0-9_-]+)+|kernel\.(shm[a-z_]+|msg[a-z_]+|sem)|fs\.mqueue\.[a-z_]+)$/.test(name)) {
      read.problem(
        `sysctls.${name}`,
        'is no kernel parameter of a namespace',
        name,
        'only net.*, kernel.shm*, kernel.msg*, kernel.sem and fs.mqueue.* can be set for a container',
      );
    }
    if (!/^-?\w+([ \t]+-?\w+)*$/.test(value))
      read.problem(`sysctls.${name}`, 'must be words or numbers', value, "write it as '4096 65536'");
    if (!SAFE_SYSCTLS.has(name)) read.r.feature('sysctls.unsafe');
    result[name] = value;
  }
  return result;
}

function resolveNetworks(
  networks: readonly AttachmentProps[],
  most: Pick<WorkloadSpec, 'replicas' | 'replicasOf'>,
  read: Reading,
): AttachmentSpec[] {
  const seen = new Set<Part>();
  return networks.flatMap((attachment: Partial<AttachmentProps>) => {
    const network = read.part('networks', isObject(attachment) ? attachment.network : attachment, 'network', 'pass { network: segment }');
    if (!network) return [];
    const address = attachment.address;
    const aliases = read.textList('networks.aliases', attachment.aliases);
    if (seen.has(network)) read.problem('networks', 'the segment is named twice', network.node.scope?.node.path, 'name each segment once');
    seen.add(network);
    if (address !== undefined) {
      read.r.feature('network.static-address');
      const { subnet } = network.resolve().spec;
      const range = subnet === undefined ? undefined : parseCidr(subnet);
      // a subnet that is none was reported at the segment
      if (subnet === undefined || (range && !isHostAddress(range, address))) {
        read.problem(
          'networks',
          "a fixed address must lie in the segment's subnet",
          address,
          subnet ? `choose one in ${subnet}` : 'give the segment a subnet',
        );
      } else if (address === network.resolve().spec.gateway)
        read.problem('networks', "the fixed address is the gateway's", address, 'choose another');
      if (most.replicas > 1) {
        const fix = replicasFix(most, 'set replicas to 1, or let the engine choose');
        read.problem('networks', 'a fixed address needs a single replica', most.replicas, fix);
      }
    }
    if (aliases.length > 0) read.r.feature('network.aliases');
    for (const alias of aliases) {
      if (!isDnsLabel(alias)) read.problem('networks', 'an alias must be a DNS label', alias, 'use lower case letters, digits and dashes');
    }
    return [{ network, aliases, ...(address !== undefined && { address }) }];
  });
}

function resolveLogging(said: LoggingProps | undefined, read: Reading): GroupSpec['logging'] {
  if (said) read.r.feature('logging');
  const props = read.object('logging', said, "{ driver: 'json-file' }");
  const driver = props.driver ?? 'json-file';
  if (typeof driver !== 'string') read.problem('logging.driver', 'must be text', driver, "use 'json-file'");
  const rotation: Record<string, string> = driver === 'json-file' ? { 'max-size': '10m', 'max-file': '3' } : {};
  const options = read.record('logging.options', props.options, "{ 'max-size': '10m' }");
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== 'string') read.problem(`logging.options.${name}`, 'must be text', value, 'put it in quotes');
  }
  return { driver, options: { ...rotation, ...options } };
}
