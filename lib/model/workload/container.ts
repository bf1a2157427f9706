import { type ImageSpec, parseImage } from '../values/image';
import { resolveEnv } from './env';
import { resolveFiles } from './files';
import { resolveHealth } from './health';
import type { ContainerProps, PortProps } from './props';
import { isObject, type Reading } from './reading';
import type { ContainerSpec, PortSpec, UlimitSpec } from './spec';
import { checkWritable, resolveMounts, resolveResources, resolveWritable } from './storage';

const CAPABILITIES = new Set(
  (
    'AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID ' +
    'IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST ' +
    'NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT ' +
    'SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM'
  ).split(' '),
);
const ULIMITS = new Set('core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(' '));

/** Fills in everything that a user left out of a container. */
export function resolveContainer(name: string, props: ContainerProps, read: Reading, shareProcesses = false): ContainerSpec {
  const capabilities = [...new Set(read.textList('capabilities', props.capabilities))].sort();
  const ports = resolvePorts(read.record('ports', props.ports, '{ http: 8080 }'), capabilities, read.at('ports'));
  const [uid, gid] = resolveUser(props.user ?? '65532:65532', read);
  const said = read.tryObject('health', props.health, "{ http: { port: 'http', path: '/health' } }");
  const health = said && resolveHealth(said, ports, read.at('health'));
  const writable = resolveWritable(props.writable, read);
  if (writable.length > 0) read.r.feature('writable.options');
  const resources = resolveResources(props.resources, read.at('resources'));
  checkWritable(writable, resources.memoryLimit, read);
  const hardening = checkHardening(props, capabilities, read);
  const env = read.record('env', props.env, "{ LOG_LEVEL: 'info' }");
  const mounts = resolveMounts(props.mounts, writable, read);
  const init = read.flag('init', props.init, false);
  if (init) read.r.feature('init');
  if (props.pids !== undefined) read.r.feature('pids');
  return {
    name,
    image: resolveImage(props.image, read),
    ...(props.command !== undefined && { command: read.textList('command', props.command) }),
    ...(props.args !== undefined && { args: read.textList('args', props.args) }),
    ...(props.workingDirectory !== undefined && { workingDirectory: read.path('workingDirectory', props.workingDirectory) }),
    env: resolveEnv(env, read),
    uid,
    gid,
    capabilities,
    ...hardening,
    writable,
    mounts,
    files: resolveFiles(props.files, env, [...writable, ...mounts], read),
    init,
    resources,
    ...(props.pids !== undefined && { pids: read.integer('pids', props.pids, 100, 1, 4_194_304) }),
    ports,
    ...(health && { health }),
    ulimits: resolveUlimits(read.record('ulimits', props.ulimits, '{ nofile: 65536 }'), read),
    shareProcesses,
  };
}

function resolveImage(reference: string, read: Reading): ImageSpec {
  const image = parseImage(reference);
  if (typeof image === 'string') {
    read.problem('image', image, reference, "write it as 'registry.example/team/app:1.2.3@sha256:...'");
    return { reference: 'invalid', registry: 'docker.io', repository: 'invalid' };
  }
  if (!image.digest && (image.tag === undefined || image.tag === 'latest')) {
    read.problem('image', 'an image needs a tag that says which version it is', reference, 'add a tag other than latest, and a digest');
  } else if (!image.digest && read.r.environment.requireDigest && read.r.acknowledged('unpinned-image') === undefined) {
    read.r.warning(
      'image',
      `outside development and test an image should have a digest`,
      reference,
      "append '@sha256:...', or acknowledge 'unpinned-image' with a reason",
    );
  }
  return image;
}

function resolveUser(user: string, read: Reading): [number, number] {
  const match = /^(\d{1,10}):(\d{1,10})$/.exec(user);
  const [uid, gid] = match ? [Number(match[1]), Number(match[2])] : [-1, -1];
  if (uid < 0 || uid > 2 ** 31 - 1 || gid > 2 ** 31 - 1) {
    read.problem('user', 'must be a numeric user and group', user, "write it as '10001:10001'");
    return [65532, 65532];
  }
  if (uid === 0 || gid === 0) read.weakness('user', 'root-user', uid === 0 ? 'runs as root' : 'runs in the group root', user);
  return [uid, gid];
}

function checkHardening(
  props: ContainerProps,
  capabilities: readonly string[],
  read: Reading,
): Pick<ContainerSpec, 'readOnlyRoot' | 'allowPrivilegeEscalation'> {
  const readOnlyRoot = read.flag('readOnlyRoot', props.readOnlyRoot, true);
  const allowPrivilegeEscalation = read.flag('allowPrivilegeEscalation', props.allowPrivilegeEscalation, false);
  // promised without being asked for, so a platform that cannot do it must say so
  for (const promise of ['capabilities.drop', 'seccomp.default', 'resources.cpu', 'resources.memory'] as const) read.r.feature(promise);
  if (!readOnlyRoot) read.weakness('readOnlyRoot', 'writable-root', 'the root file system is writable', false);
  else read.r.feature('root.read-only');
  if (allowPrivilegeEscalation) read.weakness('allowPrivilegeEscalation', 'privilege-escalation', 'processes may gain privileges', true);
  else read.r.feature('no-new-privileges');
  for (const capability of capabilities) {
    if (!CAPABILITIES.has(capability)) {
      read.problem('capabilities', 'is no Linux capability', capability, "write it in capitals without CAP_, such as 'NET_BIND_SERVICE'");
    } else if (capability !== 'NET_BIND_SERVICE') {
      read.weakness('capabilities', 'added-capabilities', 'adds a capability', capability);
    }
  }
  return { readOnlyRoot, allowPrivilegeEscalation };
}

function resolvePorts(ports: NonNullable<ContainerProps['ports']>, capabilities: readonly string[], read: Reading): PortSpec[] {
  const seen = new Map<string, string>();
  return Object.entries(ports).map(([name, value]) => {
    const said: Partial<PortProps> = isObject(value) ? value : { port: value };
    const port = said.port as number;
    const protocol = read.oneOf(name, said.protocol, ['tcp', 'udp'], 'tcp');
    if (!/^(?=.*[a-z])[a-z0-9](?:-?[a-z0-9])*$/.test(name) || name.length > 15) {
      read.problem(
        name,
        "a port's name has at most 15 lower case letters, digits and single dashes, one letter among them",
        name,
        "use a name such as 'http'",
      );
    }
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      read.problem(name, 'a port must be a whole number from 1 to 65535', port, 'choose one of 1024 or higher');
    } else if (port < 1024 && !capabilities.includes('NET_BIND_SERVICE')) {
      read.problem(
        name,
        'a port below 1024 needs the capability NET_BIND_SERVICE',
        port,
        "listen on 1024 or higher, or add 'NET_BIND_SERVICE' to capabilities",
      );
    }
    const key = `${port}/${protocol}`;
    if (seen.has(key)) read.problem(name, `the port is taken by "${seen.get(key)}"`, port, 'give each name a port of its own');
    seen.set(key, name);
    return { name, port, protocol };
  });
}

function resolveUlimits(ulimits: NonNullable<ContainerProps['ulimits']>, read: Reading): UlimitSpec[] {
  if (Object.keys(ulimits).length > 0) read.r.feature('ulimits');
  const sorted = Object.entries(ulimits).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([name, value]) => {
    const { soft, hard } = typeof value === 'number' ? { soft: value, hard: value } : (value ?? {});
    if (!ULIMITS.has(name)) read.problem(`ulimits.${name}`, 'is no limit of processes', name, `use one of ${[...ULIMITS].join(', ')}`);
    if (!Number.isInteger(soft) || !Number.isInteger(hard) || soft < -1 || hard < -1 || (hard !== -1 && (soft === -1 || soft > hard))) {
      read.problem(
        `ulimits.${name}`,
        'needs whole numbers, the soft limit not above the hard one',
        value,
        'write { soft: 1024, hard: 2048 }',
      );
    }
    return { name, soft, hard };
  });
}
