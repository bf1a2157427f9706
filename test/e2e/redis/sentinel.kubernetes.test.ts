/** One server, copies of it and Sentinels, on a real node that enforces policies: what is lost comes back, and data stays. */
import { until } from '../support/run';
import { PASSWORDS } from './cluster.program';
import { OnKubernetes } from './kubernetes';

const engine = new OnKubernetes('ironhull-sentinel');
const numbered = (kind: string) => [1, 2, 3].map((n) => `redis-${kind}${n}`);
const [SERVERS, SENTINELS] = [numbered('node'), numbered('sentinel')];
const ALL = [...SERVERS, ...SENTINELS];
const KEYS = Array.from({ length: 200 }, (_, index) => index + 1);

/**
 * What a client does that knows Sentinels: it asks one after the other which server is written to, and lets that one confirm it.
 *
 * @see https://redis.io/docs/latest/develop/reference/sentinel-clients/
 */
const CLI = [
  'export REDISCLI_AUTH=$(cat $REDIS_PASSWORD_FILE)',
  // many commands, or one that waits, may take longer
  'LIMIT=3',
  'cli() { timeout $LIMIT redis-cli "$@"; }',
  'named() { cli -h $(echo "$1" | sed "s/:/ -p /") sentinel get-master-addr-by-name $REDIS_SENTINEL_PRIMARY | head -n 1; }',
  'is_primary() { [ "$(cli -h "$1" role | head -n 1)" = master ]; }',
  'primary() { for at in $(echo $REDIS_SENTINELS | tr , " "); do at=$(named $at) && is_primary "$at" && echo "$at" && return; done; return 1; }',
  '',
].join('\n');
const ask = async (script: string) => (await engine.client(CLI + script)).trim();
/** Which server is written to: none is for a moment where the one that answers is busy. */
const primary = () =>
  until(
    'Sentinels name a server, which confirms it',
    () => ask('primary'),
    (name) => name !== '',
    60_000,
  );
/** Commands of one connection, and the lines of what is answered. */
const say = async (server: string, ...commands: string[]) =>
  (await ask(`LIMIT=30 cli -h ${server} <<'END'\n${commands.join('\n')}\nEND`)).split('\n');

/** Writes under a prefix, and waits until that is in so many copies. */
async function write(prefix: string, copies: number): Promise<void> {
  await until(
    `${prefix} is written, and in ${copies} copies`,
    async () => say(await primary(), ...KEYS.map((n) => `set ${prefix}${n} ${n}`), `wait ${copies} 5000`),
    (said) => said.filter((line) => line === 'OK').length === KEYS.length && Number(said.at(-1)) >= copies,
    60_000,
  );
}

/** Waits until a server has everything: one that has just come back may still get it. */
async function expectAll(server: string, ...prefixes: string[]): Promise<void> {
  for (const prefix of prefixes) {
    await until(
      `${server} has ${prefix}`,
      () => say(server, ...KEYS.map((n) => `get ${prefix}${n}`)),
      (found) => found.length === KEYS.length && KEYS.every((n, index) => found[index] === String(n)),
      60_000,
    );
  }
}

/** Who is what, as a Sentinel sees it: `redis-node1 master`, `redis-node2 slave ok`; those that are not well are not named. */
async function seenBy(sentinel: string): Promise<string[]> {
  const said = await ask(`for what in master replicas sentinels; do cli --json -h ${sentinel} -p 26379 sentinel $what primary; done`);
  const [first, copies, others] = said.split('\n').map((line) => JSON.parse(line));
  const following = (copies as Record<string, string>[]).filter((copy) => copy['master-host'] === first.ip);
  return [first, ...following, ...others]
    .map((one) => [one.ip, one.flags, one['master-link-status']].join(' ').trim())
    .filter((one) => /(master|slave ok|sentinel)$/.test(one));
}

/** Waits until all of these Sentinels see each other, the same server that is written to, and the others following it. */
function whole(servers = SERVERS, sentinels = SENTINELS, ms = 180_000): Promise<string> {
  const right = (first: string, sentinel: string) => [
    `${first} master`,
    ...servers.filter((server) => server !== first).map((server) => `${server} slave ok`),
    ...sentinels.filter((other) => other !== sentinel).map((other) => `${other} sentinel`),
  ];
  const look = async () => ({
    first: await ask('primary'),
    seen: await Promise.all(sentinels.map(async (sentinel) => [sentinel, (await seenBy(sentinel)).sort()] as const)),
  });
  return until(
    `${sentinels.join(', ')} agree on ${servers.join(', ')}`,
    () => look().catch((error: Error) => ({ first: error.message, seen: [] })),
    ({ first, seen }) => seen.length > 0 && seen.every(([name, all]) => `${all}` === `${right(first, name).sort()}`),
    ms,
  ).then(({ first }) => first);
}

/** Ten seconds or so, and a minute more each time that Sentinels vote at the same moment and nobody is elected, which may be twice. */
const ELECTED = 180_000;

/** Waits until another server than this one takes writes, and says which. */
async function takenOver(lost: string, ms: number): Promise<string> {
  const said = await until(
    `another than ${lost} is written to`,
    () => ask('at=$(primary) && echo "$at $(cli -h $at set proof 1)"').catch((error: Error) => error.message),
    (answer) => /^redis-node\d OK$/.test(answer) && !answer.startsWith(`${lost} `),
    ms,
  );
  return said.split(' ')[0] as string;
}

beforeAll(() => engine.deploy({ mode: 'replicated' }), 900_000);
afterAll(() => engine.remove(), 420_000);

test('it comes up by itself: one server is written to, the others follow it, and Sentinels know all of them', async () => {
  expect(await whole()).toBe('redis-node1');
  const roles = await Promise.all(SERVERS.map(async (server) => (await say(server, 'role'))[0]));
  expect(roles).toEqual(['master', 'slave', 'slave']);
}, 360_000);

test('a client asks the Sentinels where to write, and what it writes is in every copy', async () => {
  await write('first', 2);
  for (const server of SERVERS) await expectAll(server, 'first');
}, 360_000);

describe('an application may not', () => {
  test.each([
    ['write to a copy', 'redis-node2', ['set first1 x', 'flushdb'], /^READONLY/],
    [
      'make servers follow another',
      'redis-node2',
      ['replicaof no one', 'config set replica-read-only no', 'shutdown nosave', 'failover'],
      /^NOPERM/,
    ],
    ['log in to a Sentinel without a password', 'redis-sentinel1', ['auth x', 'auth admin x'], /^WRONGPASS/],
    [
      'tell Sentinels what to do',
      'redis-sentinel1',
      [
        ...['failover primary', 'set primary quorum 1', 'remove primary', 'monitor other 192.0.2.1 6379 1', 'reset primary'],
        ...['config get sentinel-pass', 'config set sentinel-pass x', 'flushconfig', 'simulate-failure crash-after-election'],
      ].map((command) => `sentinel ${command}`),
      /^NOPERM/,
    ],
    [
      'do there what changes them, or what others would believe',
      'redis-sentinel1',
      ['shutdown', 'acl setuser default +@all', 'acl list', 'client kill type normal', 'client list', 'publish __sentinel__:hello x'],
      /^NOPERM/,
    ],
  ])('%s', async (_, server, commands, answer) => {
    const port = SENTINELS.includes(server) ? 26379 : 6379;
    for (const command of commands)
      expect([command, await ask(`LIMIT=30 cli -h ${server} -p ${port} ${command}`)]).toEqual([command, expect.stringMatching(answer)]);
  });

  test('read the password of servers from a Sentinel, or ask one without its own', async () => {
    const shown = await ask(
      'LIMIT=30; for what in master replicas sentinels; do cli -h redis-sentinel1 -p 26379 sentinel $what primary; done',
    );
    expect(shown).toContain('redis-node1');
    expect(shown).not.toContain(PASSWORDS['admin-password']);
    expect(await ask('unset REDISCLI_AUTH; LIMIT=30 cli -h redis-sentinel1 -p 26379 sentinel masters')).toMatch(/^NOAUTH/);
  });
});

test('the server that is written to is lost: a copy is instead, with all that was copied, and the lost one comes back as a copy', async () => {
  const lost = await primary();
  await write('kept', 2);
  await engine.stop(lost);
  const heir = await takenOver(lost, ELECTED);
  await expectAll(heir, 'first', 'kept');
  await write('without', 1);
  await engine.start(lost);
  expect(await whole()).toBe(heir);
  await expectAll(lost, 'first', 'kept', 'without');
}, 1_500_000);

test('a Sentinel is lost, and then a server: a client asks the next one, two of three decide, and the third hears of it', async () => {
  const [first = ''] = SENTINELS;
  const lost = await primary();
  await engine.stop(first);
  await write('two', 2);
  await engine.stop(lost);
  const heir = await takenOver(lost, ELECTED);
  await engine.start(first, lost);
  expect(await whole()).toBe(heir);
  await expectAll(lost, 'kept', 'two');
}, 1_800_000);

test('all of them end at once, and come back elsewhere: the same server is written to, with everything', async () => {
  const first = await primary();
  await write('last', 2);
  const before = engine.addresses();
  await engine.restartAll(ALL);
  expect(await whole()).toBe(first);
  const after = engine.addresses();
  expect(ALL.filter((name) => !after.get(name) || after.get(name) === before.get(name))).toEqual([]);
  for (const server of SERVERS) await expectAll(server, 'first', 'kept', 'without', 'two', 'last');
}, 1_800_000);

test('all of them end at once, and the server that was written to does not come back: after a minute a copy is', async () => {
  const lost = await primary();
  await write('end', 2);
  await engine.stop(...ALL);
  await engine.start(...ALL.filter((name) => name !== lost));
  const heir = await takenOver(lost, 60_000 + ELECTED);
  await expectAll(heir, 'first', 'last', 'end');
  await engine.start(lost);
  expect(await whole()).toBe(heir);
}, 1_800_000);
