/** Rows G1, G2 and G5 on an engine of one host, however GraphMemory came there. */
import { type Inspected, within } from '../support/docker';
import type { Events } from '../support/events';
import { until } from '../support/run';
import { addresses, published } from './compose';
import { AFTER, NAMES, type Name, PLANTED, READS, SEGMENTS, SERVICES } from './graphmemory';
import { bothWays, pairsReached, reached } from './reach';
import { leaks, secretFiles, told } from './secrets';

/** GraphMemory where it runs. */
export interface Seen {
  /** What the names of its containers and networks begin with. */
  readonly prefix: string;
  readonly containers: readonly Inspected[];
  readonly events: Events;
}

/** The replicas of a service. */
export function replicas<T extends { readonly Name?: string }>(prefix: string, containers: readonly T[], name: Name): T[] {
  const pattern = new RegExp(`^/${prefix}[-_]graphmemory-${name}(-\\d+)?$`);
  return containers.filter((one) => pattern.test(one.Name ?? ''));
}

/** G1: who each of its own services runs as, where it listens and what it keeps. */
export function serviceTests(seen: () => Seen): void {
  test.each([
    ['api', 10001, '/api/', []],
    ['dashboard', 10002, '/', []],
    ['analytics', 10003, '/analytics/', ['/app/kuzu', '/app/sqlite']],
  ] as const)('%s runs as user %i, is led to by %s, and has its volumes', async (name, uid, path, volumes) => {
    const all = replicas(seen().prefix, seen().containers, name);
    expect(all).toHaveLength(SERVICES[name].replicas);
    for (const one of all) {
      const { Name, Config, Mounts } = one;
      expect(Config.User).toBe(`${uid}:${uid}`);
      const own = { name, host: '127.0.0.1', port: SERVICES[name].port };
      await until(
        `${Name} listens`,
        () => reached(within(one), [own]),
        (found) => found.length === 1,
      );
      const kept = Mounts.filter(({ Type, RW }: Inspected) => Type === 'volume' && RW).map(({ Destination }: Inspected) => Destination);
      expect(kept.sort()).toEqual(volumes);
    }
    const response = await fetch(`http://127.0.0.1${path}whoami`);
    expect(await response.json()).toMatchObject({ uid, gid: uid });
  });
}

/** G2: the matrix, and what is published. */
export function networkTests(seen: () => Seen): void {
  const of = (name: Name) => replicas(seen().prefix, seen().containers, name);

  test('every service has its replicas, healthy, and the networks that its segments are', () => {
    const found = NAMES.map((name) => [name, of(name).map(({ State }) => State.Health.Status)]);
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(NAMES.map((name) => [name, Array(SERVICES[name].replicas).fill('healthy')])),
    );
    for (const name of NAMES) {
      const networks = Object.entries(SEGMENTS).flatMap(([segment, members]) => (members.includes(name) ? [segment] : []));
      for (const { NetworkSettings } of of(name)) {
        const joined = Object.keys(NetworkSettings.Networks).map((one) => one.replace(/^.*graphmemory-network-/, ''));
        expect([name, joined.sort()]).toEqual([name, networks.sort()]);
      }
    }
  });

  test('every ordered pair connects, by name and by every address, exactly when a segment joins them', async () => {
    const inside = new Map(NAMES.map((name) => [name, within(of(name)[0] as Inspected)] as const));
    const byName = NAMES.map((name) => ({ name, host: `graphmemory-${name}`, port: SERVICES[name].port }));
    const byAddress = NAMES.flatMap((name) => of(name).flatMap((one) => addresses(name, one, SERVICES[name].port)));
    const joined = Object.values(SEGMENTS).flatMap((members) =>
      members.flatMap((a, i) => members.slice(i + 1).map((b) => [a, b] as const)),
    );
    const expected = [...new Set(bothWays(joined))].sort();
    expect(expected).toHaveLength(32);
    // of each replica as many as it has networks
    expect(byAddress).toHaveLength(24);
    expect(await pairsReached(inside, byName, expected)).toEqual(expected);
    expect(await pairsReached(inside, byAddress, expected)).toEqual(expected);
  }, 600_000);

  test('only the gateway is published, and it leads to all three services', async () => {
    const ports = NAMES.map((name) => [name, [...new Set(of(name).flatMap(published))]]);
    expect(Object.fromEntries(ports)).toEqual({ ...Object.fromEntries(NAMES.map((name) => [name, []])), gateway: ['127.0.0.1:80'] });
    const uids = ['', 'api/', 'analytics/'].map(async (path) => {
      const response = await fetch(`http://127.0.0.1/${path}whoami`);
      return ((await response.json()) as { uid: number }).uid;
    });
    expect(await Promise.all(uids)).toEqual([10002, 10001, 10003]);
  });
}

/** Secrets are files of those who read them. */
export function secretTests(seen: () => Seen, places: () => Promise<Readonly<Record<string, string>>>): void {
  const of = (name: Name) => replicas(seen().prefix, seen().containers, name);

  test.each(NAMES)('%s reads exactly its own secrets', async (name) => {
    const own = READS[name].map((key) => [`/run/secrets/graphmemory-secrets/${key}`, PLANTED[key]]);
    for (const { Id } of of(name)) expect(await secretFiles(Id)).toEqual(Object.fromEntries(own));
  });

  test('the values are in no configuration, no log and no environment', async () => {
    const found = { ...(await places()), ...(await told(seen().containers)) };
    expect(found[`environment of ${of('api')[0]?.Name}`]).toContain('JWT_SECRET_FILE');
    expect(leaks(found, PLANTED)).toEqual([]);
  });
}

/** G5: nothing starts before what it depends on was healthy. */
export function orderTests(seen: () => Seen): void {
  test.each(
    Object.entries(AFTER).flatMap(([name, others]) => others.map((other) => [name as Name, other] as const)),
  )('%s starts after every replica of %s was healthy', (name, other) => {
    const { prefix, containers, events } = seen();
    const ready = replicas(prefix, containers, other).map(({ Id }) => events.of(Id, 'healthy')[0]?.at ?? Number.POSITIVE_INFINITY);
    const started = replicas(prefix, containers, name).map(({ State }) => Date.parse(State.StartedAt));
    expect([ready.length, started.length]).toEqual([SERVICES[other].replicas, SERVICES[name].replicas]);
    expect(Math.min(...started)).toBeGreaterThan(Math.max(...ready));
  });

  test('nothing was started twice, and what depends on nothing does not wait', () => {
    const { prefix, containers, events } = seen();
    for (const { Id, Name } of containers) expect([Name, events.of(Id, 'start', 'die').length]).toEqual([Name, 1]);
    const [redis, prometheus] = (['redis', 'prometheus'] as const).map((name) => replicas(prefix, containers, name)[0] as Inspected);
    expect(Date.parse(prometheus?.State.StartedAt)).toBeLessThan(events.of(redis?.Id, 'healthy')[0]?.at as number);
  });
}

/** How each container ended, once all have; signals count from a point in time. */
export async function ends(prefix: string, events: Events, since = 0) {
  await until(
    'the end of every container',
    async () => NAMES.flatMap((name) => replicas(prefix, events.containers(), name)).filter(({ Id }) => events.of(Id, 'die').length === 0),
    (running) => running.length === 0,
    120_000,
  );
  return NAMES.flatMap((name) =>
    replicas(prefix, events.containers(), name).map(({ Id }) => {
      const [signals, died] = [events.of(Id, 'kill').filter(({ at }) => at >= since), events.of(Id, 'die')[0]];
      const seconds = ((died?.at ?? Number.POSITIVE_INFINITY) - (signals[0]?.at ?? 0)) / 1000;
      return { name, signals: signals.map(({ signal }) => signal), exitCode: died?.exitCode, inTime: seconds < SERVICES[name].grace };
    }),
  );
}

/** What `ends` says of a graceful shutdown. */
export const GRACEFUL = NAMES.flatMap((name) =>
  Array(SERVICES[name].replicas).fill({ name, signals: [SERVICES[name].signal], exitCode: 0, inTime: true }),
);

/** What was told to stop while something that depends on it still ran. */
export function stoppedTooEarly(prefix: string, events: Events): string[] {
  const times = (name: Name, what: 'kill' | 'die') =>
    replicas(prefix, events.containers(), name).map(({ Id }) => events.of(Id, what)[0]?.at ?? Number.NaN);
  return Object.entries(AFTER).flatMap(([name, others]) =>
    others
      .filter((other) => !(Math.min(...times(other, 'kill')) > Math.max(...times(name as Name, 'die'))))
      .map((other) => `${other} before ${name}`),
  );
}
