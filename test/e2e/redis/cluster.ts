/** What a cluster of Redis has to survive, on any engine. */
import { until } from '../support/run';

/** How a suite gets at its engine. */
export interface Engine {
  /** Runs a script of the shell in the client, which knows the password; what it printed. */
  readonly client: (script: string) => Promise<string>;
  /** Kills the process of a node; the engine starts it again by itself. */
  readonly kill: (node: string) => Promise<void>;
  /** Takes a node away until `start`. */
  readonly stop: (node: string) => Promise<void>;
  readonly start: (node: string) => Promise<void>;
  /** Ends all nodes at once without a word, and waits until they are there again, with other addresses. */
  readonly restartAll: (nodes: readonly string[]) => Promise<void>;
}

/** The nodes by number. */
export const NODES = [1, 2, 3, 4, 5, 6].map((n) => `redis-node${n}`);

interface Member {
  readonly id: string;
  readonly name: string;
  readonly flags: readonly string[];
  readonly of: string;
  readonly slots: number;
}

/** A line of `CLUSTER NODES`. @see https://redis.io/docs/latest/commands/cluster-nodes/ */
function member(line: string): Member {
  const [id = '', place = '', flags = '', of = '', , , , , ...ranges] = line.split(' ');
  const [, name = ''] = place.split(',');
  const slots = ranges.reduce((sum, range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return sum + to - from + 1;
  }, 0);
  return { id, name, flags: flags.split(','), of, slots };
}

/** Runs the client, with a password and the cluster's protocol; `LIMIT` is for how many seconds. */
const CLI = 'export REDISCLI_AUTH=$(cat $REDIS_PASSWORD_FILE); LIMIT=5; cli() { timeout $LIMIT redis-cli -e -c "$@"; }; ';
const KEYS = 200;

/** The tests of a cluster. */
export function testCluster(engine: Engine): void {
  const ask = (script: string) => engine.client(CLI + script);
  /** What a node says of all, as soon as it answers. */
  const members = async (node = 'redis-node1'): Promise<Member[]> => {
    const say = () => ask(`cli -h ${node} cluster nodes`).catch(String);
    const said = await until(`${node} tells of the nodes`, say, (text) => text.includes('myself'), 60_000);
    return said.trim().split('\n').map(member);
  };
  /** The same once it has heard from all of them which one is whose copy: they tell of it one after the other. */
  const parts = (node?: string): Promise<Member[]> =>
    until(
      'each part has a copy',
      () => members(node),
      (found) => {
        const masters = found.filter(({ flags }) => flags.includes('master') && !flags.some((flag) => /fail/.test(flag)));
        const copied = new Set(found.filter(({ flags }) => flags.includes('slave')).map(({ of }) => of));
        return masters.length === 3 && masters.every(({ id }) => copied.has(id)) && found.every(({ name }) => name !== '');
      },
      120_000,
    );
  /** Waits until each of these nodes says that all is served, by them: one that has just started serves nothing for a moment. */
  const whole = (nodes: readonly string[]) =>
    until(
      `${nodes.join(', ')} are well, and know it`,
      () => Promise.all(nodes.map((node) => ask(`cli -h ${node} cluster info; cli -h ${node} cluster nodes`).catch(String))),
      (all) => all.every((said) => said.includes('cluster_state:ok') && said.split('\n').filter(isWell).length === nodes.length),
      240_000,
    );
  /** Says it with each number in one connection, which follows redirects, until nothing of it is answered by an error. */
  const say = (node: string, what: string): Promise<string[]> =>
    until(
      `${node} answers`,
      async () => {
        const said = await ask(`LIMIT=30; for i in $(seq ${KEYS}); do echo "${what}"; done | cli -h ${node}`).catch(String);
        return said.split('\n').filter((line) => line !== '' && !line.startsWith('-> Redirected'));
      },
      (lines) => lines.length === KEYS && lines.every((line) => /^(OK|\d+)$/.test(line)),
      120_000,
    );
  const write = async (prefix: string, node: string) => expect(new Set(await say(node, `set ${prefix}$i $i`))).toEqual(new Set(['OK']));
  const read = async (prefix: string, node: string) => (await say(node, `get ${prefix}$i`)).map(Number);
  const all = Array.from({ length: KEYS }, (_, index) => index + 1);

  test('it forms by itself: all slots are served, and each part has a copy', async () => {
    const found = await parts();
    const masters = found.filter(({ flags }) => flags.includes('master'));
    expect(found.map(({ name }) => name).sort()).toEqual(NODES);
    expect(masters.map(({ slots }) => slots).sort()).toEqual([5461, 5461, 5462]);
    const nameOf = (of: string) => found.find(({ id }) => id === of)?.name;
    const copies = found.filter(({ flags }) => flags.includes('slave')).map(({ name, of }) => [name, nameOf(of)]);
    // those that are kept on other hosts than what they copy
    expect(copies.sort()).toEqual([4, 5, 6].map((n) => [`redis-node${n}`, `redis-node${n - 3}`]));
  });

  test('a client is sent on by names that it knows, and finds everything', async () => {
    await write('first', 'redis-node1');
    const sent = await ask(`for i in $(seq 30); do timeout 5 redis-cli -h redis-node1 get first$i; done`);
    expect([...sent.matchAll(/MOVED \d+ (\S+):6379/g)].map(([, name]) => name)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^redis-node[23]$/)]),
    );
    expect(await read('first', 'redis-node3')).toEqual(all);
  }, 480_000);

  test('what was written outlives a process that is killed', async () => {
    await write('kept', 'redis-node1');
    await engine.kill('redis-node1');
    await whole(NODES);
    expect(await read('kept', 'redis-node2')).toEqual(all);
  }, 1_200_000);

  test('one of the nodes is lost, with what it was written to: its copy takes over, and it comes back as a copy', async () => {
    const before = await parts();
    const lost = before.find(({ flags, name }) => flags.includes('master') && name !== 'redis-node1') as Member;
    const heir = before.find(({ of }) => of === lost.id) as Member;
    // it may have come back just before
    const follows = () => ask(`cli -h ${heir.name} info replication`).catch(String);
    await until('its copy has all of it', follows, (said) => said.includes('master_link_status:up'), 60_000);
    await engine.stop(lost.name);
    await until(
      'its copy takes over',
      () => members(heir.name),
      (now) => now.some(({ id, flags, slots }) => id === heir.id && flags.includes('master') && slots === lost.slots),
      120_000,
    );
    await whole(NODES.filter((name) => name !== lost.name));
    await write('without', heir.name);
    expect(await read('kept', heir.name)).toEqual(all);
    await engine.start(lost.name);
    await whole(NODES);
    await until(
      'it is a copy',
      () => members(heir.name),
      (now) => now.some(({ id, flags, of }) => id === lost.id && flags.includes('slave') && of === heir.id),
      120_000,
    );
  }, 1_800_000);

  test('all of them end at once, and find each other where they are now, with everything', async () => {
    const before = (await members()).map(({ id }) => id).sort();
    await engine.restartAll(NODES);
    await whole(NODES);
    const after = await members();
    expect(after.map(({ id }) => id).sort()).toEqual(before);
    for (const prefix of ['first', 'kept', 'without']) expect([prefix, await read(prefix, 'redis-node2')]).toEqual([prefix, all]);
  }, 1_800_000);
}

function isWell(line: string): boolean {
  return /^[0-9a-f]{40} .* connected( |$)/.test(line) && !/fail|handshake|noaddr/.test(line.split(' ')[2] ?? '');
}
