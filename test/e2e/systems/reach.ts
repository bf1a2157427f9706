/** Who reaches whom, with connections made from within the containers. */
import { type Inspected, within } from '../support/docker';
import { atMost, must } from '../support/run';
import { addresses } from './compose';

/** Where somebody may be reached. */
export interface Target {
  /** Whose it is. */
  readonly name: string;
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
  /**
   * What it says to whoever connects, without spaces. By an address, a connection alone proves nothing for those that lead
   * outside: beyond some machines everything is taken. @default - it is enough to be connected
   */
  readonly says?: string;
}

/** All at once: what is dropped takes its time. The images of the suites have a shell and BusyBox. */
const SCRIPT = `
number=0
for target; do
  (
    set -- $target
    if [ -n "\${3:-}" ]; then timeout 5 nc -w 3 "$1" "$2" </dev/null 2>/dev/null | grep -qx "$3"
    else timeout 5 nc -w 3 "$1" "$2" -e true </dev/null >/dev/null 2>&1
    fi && echo $number
  ) &
  number=$((number + 1))
done
wait`;

/**
 * Which of the targets take a connection.
 *
 * @param inside the command that runs another one within the container
 */
export async function reached(inside: readonly string[], targets: readonly Target[]): Promise<Target[]> {
  const [command, ...args] = [
    ...inside,
    'sh',
    '-c',
    SCRIPT,
    'sh',
    ...targets.map(({ host, port, says = '' }) => `${host} ${port} ${says}`),
  ];
  const said = await must(command as string, args);
  return said.split('\n').flatMap((line) => (line === '' ? [] : [targets[Number(line)] as Target]));
}

/** Containers that ask at the same time, each of which asks for everything at once. */
const AT_ONCE = 3;

/** Lets each ask for the targets that are not its own; all answers. */
export async function fromEach<T>(
  inside: ReadonlyMap<string, readonly string[]>,
  targets: readonly Target[],
  ask: (from: string, command: readonly string[], others: readonly Target[]) => Promise<readonly T[]>,
): Promise<T[]> {
  const all = await atMost(AT_ONCE, [...inside], ([from, command]) =>
    ask(
      from,
      command,
      targets.filter(({ name }) => name !== from),
    ),
  );
  return all.flat();
}

/**
 * Every ordered pair, as `from → to`, of which at least one target is reached.
 *
 * @param inside for each runner, the command that runs another one within it
 * @param expected pairs that are asked again, by themselves, as long as they are missing: all at once may be too much for a busy machine
 */
export async function pairsReached(
  inside: ReadonlyMap<string, readonly string[]>,
  targets: readonly Target[],
  expected: readonly string[],
): Promise<string[]> {
  const all = await fromEach(inside, targets, async (from, command, others) =>
    (await reached(command, others)).map(({ name }) => `${from} → ${name}`),
  );
  const found = new Set(all);
  const end = Date.now() + 60_000;
  for (;;) {
    const missing = expected.filter((pair) => !found.has(pair));
    if (missing.length === 0 || Date.now() > end) return [...found].sort();
    for (const pair of missing) {
      const [from = '', to] = pair.split(' → ');
      const [command, others] = [inside.get(from), targets.filter(({ name }) => name === to)];
      if (command && (await reached(command, others)).length > 0) found.add(pair);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Pairs in both directions, as `from → to`. */
export function bothWays(pairs: readonly (readonly [string, string])[]): string[] {
  return pairs.flatMap(([a, b]) => [`${a} → ${b}`, `${b} → ${a}`]).sort();
}

/** The containers of each service: its replicas. */
export type Containers = ReadonlyMap<string, readonly Inspected[]>;

/** A port that nothing of a system has: `meetings` listens there. */
export const OWN = 7999;

/** On a port that nothing of the system has. What listens there says whose container it is, for longer than it is asked. */
const LISTEN = `
timeout 900 nc -ll -p ${OWN} -e echo "$1" >/dev/null 2>&1 &
for try in $(seq 300); do
  timeout 2 nc 127.0.0.1 ${OWN} </dev/null 2>/dev/null | grep -qx "$1" && exit
  sleep 0.1
done
exit 1`;

/**
 * Every ordered pair that connects: by name, on ports of their own; and by any address of any replica.
 *
 * @param hostOf the name under which a service is known to others
 * @param ports a port of each that listens
 * @param expected the pairs that should connect
 * @param more addresses that the engine does not list with its networks
 */
export async function meetings(
  containers: Containers,
  hostOf: (name: string) => string,
  ports: Readonly<Record<string, number>>,
  expected: readonly string[],
  more: readonly Target[] = [],
) {
  const commands = new Map([...containers].map(([name, [first]]) => [name, within(first as Inspected)]));
  const named = [...containers.keys()].map((name) => ({ name, host: hostOf(name), port: ports[name] as number }));
  const all = [...containers].flatMap(([name, replicas]) => replicas.map((one) => [name, one] as const));
  await atMost(AT_ONCE, all, ([name, one]) => {
    const [command = '', ...args] = within(one);
    return must(command, [...args, 'sh', '-c', LISTEN, 'sh', name]);
  });
  const byName = await pairsReached(commands, named, expected);
  const addressed = [...all.flatMap(([name, one]) => addresses(name, one, OWN)), ...more.map((one) => ({ ...one, port: OWN }))];
  const byAddress = await pairsReached(
    commands,
    addressed.map((one) => ({ ...one, says: one.name })),
    expected,
  );
  return { byName, byAddress };
}
