import { answers, type Inspected } from '../support/docker';
import { MESH } from './connections.system';

type Containers = ReadonlyMap<string, Inspected>;
type Answer = 'reached' | 'refused';

const pairs = MESH.names.flatMap((from) => MESH.names.filter((to) => to !== from).map((to) => [from, to] as const));

function joined(from: string, to: string): boolean {
  return MESH.joined.some((pair) => [...pair].sort().join() === [from, to].sort().join());
}

/** The networks that a container is in, with its address in each. */
export function networksOf(containers: Containers, name: string): Record<string, { IPAddress: string }> {
  return containers.get(name)?.NetworkSettings.Networks as Record<string, { IPAddress: string }>;
}

/** What is not as expected, a few questions at a time. */
async function wrong<T>(list: readonly T[], work: (one: T) => Promise<string | undefined>): Promise<string[]> {
  const found: string[] = [];
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < list.length; i = next++) found.push(...[await work(list[i] as T)].flatMap((said) => said ?? []));
  };
  await Promise.all(Array.from({ length: 12 }, worker));
  return found;
}

/** Tests with real traffic that the services of the mesh meet exactly when an edge says so, or a segment. */
export function meetingTests(containers: Containers): void {
  /** Asks from within a container; `reached` if an answer came. */
  const ask = async (from: string, host: string, expected: Answer): Promise<Answer> => {
    return (await answers(containers.get(from) as Inspected, `http://${host}:8080/health`, expected === 'reached')) ? 'reached' : 'refused';
  };

  test('by name, pairs connect exactly when an edge joins them or a segment', async () => {
    const found = await wrong(pairs, async ([from, to]) => {
      const expected = joined(from, to) ? 'reached' : 'refused';
      const seen = await ask(from, to, expected);
      return seen === expected ? undefined : `${from} → ${to}: ${seen}`;
    });
    expect(found).toEqual([]);
    expect(pairs).toHaveLength(72);
  }, 600_000);

  test('by address, in every network that the target has, likewise', async () => {
    const tries = pairs.flatMap(([from, to]) =>
      Object.entries(networksOf(containers, to)).map(([network, { IPAddress }]) => ({ from, to, network, IPAddress })),
    );
    const found = await wrong(tries, async ({ from, to, network, IPAddress }) => {
      const expected = network in networksOf(containers, from) ? 'reached' : 'refused';
      const seen = await ask(from, IPAddress, expected);
      if (network in networksOf(containers, from) && !joined(from, to)) return `${from} and ${to} are both in ${network}`;
      return seen === expected ? undefined : `${from} → ${to} in ${network}: ${seen}`;
    });
    expect(found).toEqual([]);
    expect(tries.length).toBeGreaterThan(100);
  }, 600_000);
}
