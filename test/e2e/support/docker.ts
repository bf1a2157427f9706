import { existsSync, readFileSync } from 'node:fs';
import { must, requireEngine, run } from './run';

/** What `docker inspect` says of one object, as far as tests look. */
// biome-ignore lint/suspicious/noExplicitAny: the engine's JSON, whose shape is what the tests check
export type Inspected = Record<string, any>;

/** Fails unless the Docker engine answers and has these images. */
export async function requireDocker(...images: string[]): Promise<void> {
  await requireEngine(['docker', 'version', '--format', '{{.Server.Version}}']);
  for (const image of images) {
    if ((await run('docker', ['image', 'inspect', image])).code !== 0) {
      throw new Error(`This suite needs the image ${image} on the Docker engine; load it first (see CONTRIBUTING.md).`);
    }
  }
}

/** The most open files that a container can be given, at most 65535: an engine cannot raise its own limit without CAP_SYS_RESOURCE. */
export async function mostOpenFiles(): Promise<number> {
  const limit = await must('docker', ['run', '--rm', '--network', 'none', 'busybox:1.37', 'sh', '-c', 'ulimit -Hn']);
  return Math.min(65535, Number(limit) || 65535);
}

/** What the engine says of an object; `undefined` if there is none. */
export async function tryInspect(kind: 'container' | 'network' | 'volume' | 'service', name: string): Promise<Inspected | undefined> {
  const ran = await run('docker', [kind, 'inspect', name]);
  return ran.code === 0 ? (JSON.parse(ran.stdout)[0] as Inspected) : undefined;
}

/** What the engine says of an object that must exist. */
export async function inspect(kind: 'container' | 'network' | 'volume' | 'service', name: string): Promise<Inspected> {
  return JSON.parse(await must('docker', [kind, 'inspect', name]))[0] as Inspected;
}

/** What the engine says of the containers of each service: one question for all of them. */
export async function inspectEach(services: ReadonlyMap<string, readonly string[]>): Promise<Map<string, Inspected[]>> {
  const all: Inspected[] = JSON.parse(await must('docker', ['container', 'inspect', ...[...services.values()].flat()]));
  const named = new Map(all.map((one) => [one.Name.slice(1) as string, one]));
  return new Map([...services].map(([service, names]) => [service, names.map((name) => named.get(name) as Inspected)]));
}

/**
 * Kills the process of a container, as the kernel does where memory is gone: the engine starts it again, which it does not after
 * `docker kill`.
 */
export async function killProcess({ State }: Inspected): Promise<void> {
  await must('docker', ['run', '--rm', '--pid=host', '--network=none', 'busybox:1.37', 'kill', '-9', String(State.Pid)]);
}

/**
 * What runs a command within a container, that asks something of its networks. For root on the engine's machine it is nsenter, which takes a
 * tenth of the time of an `exec` of the engine: the command is root in the container's namespaces, without its variables.
 */
export function within({ Id, State }: Inspected): string[] {
  const folder = `/proc/${State.Pid}`;
  const here = process.getuid?.() === 0 && existsSync(folder) && readFileSync(`${folder}/cgroup`, 'utf8').includes(Id);
  if (!here) return ['docker', 'exec', Id];
  return ['nsenter', '--target', String(State.Pid), '--mount', '--net', '--pid', '--'];
}

/**
 * Whether a request from within a container of the probe is answered. One that should be is made again for a while: where a machine is
 * busy, the three seconds of the probe may be over before there is an answer.
 */
export async function answers(container: Inspected, url: string, expected: boolean): Promise<boolean> {
  const [command = '', ...args] = within(container);
  const end = Date.now() + 60_000;
  for (;;) {
    const { code } = await run(command, [...args, '/probe', 'get', url]);
    if (code === 0 || !expected || Date.now() > end) return code === 0;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Everything on the engine that a stack could leave behind. */
export async function everything(filter = ''): Promise<string[]> {
  const lists = await Promise.all([
    must('docker', ['ps', '--all', '--format', 'container {{.Names}}']),
    must('docker', ['network', 'ls', '--format', 'network {{.Name}}']),
    must('docker', ['volume', 'ls', '--format', 'volume {{.Name}}']),
  ]);
  return lists
    .flatMap((list) => list.split('\n'))
    .filter((line) => line !== '' && line.includes(filter))
    .sort();
}

/** Removes whatever has a prefix in its name: for after a test that failed midway. */
export async function sweep(prefix: string): Promise<void> {
  const left = await everything(` ${prefix}`);
  const named = (kind: string) => left.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));
  const containers = named('container');
  if (containers.length > 0) await run('docker', ['rm', '--force', '--volumes', ...containers]);
  for (const network of named('network')) await run('docker', ['network', 'rm', network]);
  for (const volume of named('volume')) await run('docker', ['volume', 'rm', volume]);
}
