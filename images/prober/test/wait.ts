import { readFileSync } from 'node:fs';
import { childrenOf, Stage, sleep, testWithIpv6, testWithNamespaces, until } from './harness';

/** One bit for each signal, as in /proc/PID/status. */
const bits = (status: string, field: string) => BigInt(`0x${new RegExp(`^${field}:\\s*(\\w+)$`, 'm').exec(status)?.[1]}`);

describe('prober wait', () => {
  const stage = new Stage();
  const silent = { code: 0, signal: null, stdout: '', stderr: '' };
  const READY = ['wait', '--timeout', 20000];
  const path = { PATH: '/usr/local/bin:/usr/bin:/bin' };

  test('is silent if all targets accept, and asks each of them once', async () => {
    const [one, two] = [await stage.listen(), await stage.listen()];
    expect(await stage.run('wait', 'tcp', '127.0.0.1', one.port, 'tcp', '127.0.0.1', two.port)).toMatchObject(silent);
    await until(() => one.connections() + two.connections() === 2, 'two connections');
  });

  testWithIpv6('takes IPv6 addresses', async () => {
    const { port } = await stage.listen(0, '::1');
    expect(await stage.run(...READY, 'tcp', '::1', port, 'tcp', '0:0::0:1', port)).toMatchObject(silent);
    const free = await stage.freePort();
    expect((await stage.run('wait', '--timeout', 100, 'tcp', '::1', free)).stderr).toContain(
      `waiting for [::1]:${free}: connection refused\n`,
    );
  });

  test('waits for one target after the other, and says so once for each', async () => {
    const [first, second] = [await stage.freePort(), await stage.freePort()];
    const waiting = stage.start(stage.prober, ['wait', 'tcp', '127.0.0.1', first, 'tcp', '127.0.0.1', second]);
    await waiting.says(/waiting/);
    const other = await stage.listen(second);
    await sleep(700);
    expect(other.connections()).toBe(0);
    await stage.listen(first);
    const { code, stderr, elapsedMs } = await waiting.ended;
    expect({ code, stderr: stderr.split('\n') }).toEqual({
      code: 0,
      stderr: [
        `waiting for 127.0.0.1:${first}: connection refused`,
        expect.stringMatching(`^127.0.0.1:${first} is ready after \\d s$`),
        '',
      ],
    });
    expect(elapsedMs).toBeGreaterThan(700);
    await until(() => other.connections() === 1, 'a connection to the second target');
  });

  test('gives up after the timeout, for all targets together, and names the one and the reason', async () => {
    const [{ port }, free] = [await stage.listen(), await stage.freePort()];
    const result = await stage.run('wait', '--timeout', 1200, 'tcp', '127.0.0.1', port, 'tcp', '127.0.0.1', free, '--', 'never');
    expect(result).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `waiting for 127.0.0.1:${free}: connection refused\ngave up on 127.0.0.1:${free} after 1200 ms: connection refused\n`,
    });
    expect(result.elapsedMs).toBeGreaterThanOrEqual(1190);
    expect(result.elapsedMs).toBeLessThan(5000);
  });

  test('repeats itself every ten seconds', async () => {
    const free = await stage.freePort();
    const { stderr } = await stage.run('wait', '--timeout', 11500, 'tcp', '127.0.0.1', free);
    expect(stderr.match(/^waiting for /gm)).toHaveLength(2);
  }, 20000);

  test('becomes the command, which has the arguments, the environment and the input', async () => {
    const { port } = await stage.listen();
    const script = 'echo "$0|$1|$2|$GREETING|$$"; cat; exit 9';
    const args = ['wait', 'tcp', '127.0.0.1', port, '--', 'sh', '-c', script, 'a b', '', '--'];
    const running = stage.start(stage.prober, args, { env: { ...path, GREETING: 'good day' }, stdin: 'input' });
    expect(await running.ended).toMatchObject({ code: 9, stdout: `a b||--|good day|${running.pid}\ninput`, stderr: '' });
  });

  test('finds the command as a shell does', async () => {
    const { port } = await stage.listen();
    stage.write('hello', '#!/bin/sh\necho hello "$@"\n');
    const command = (name: string, env: NodeJS.ProcessEnv) =>
      stage.start(stage.prober, ['wait', 'tcp', '127.0.0.1', port, '--', name, 'you'], { env }).ended;
    const hello = { code: 0, stdout: 'hello you\n', stderr: '' };
    expect(await command(`${stage.folder}/hello`, {})).toMatchObject(hello);
    expect(await command('./hello', path)).toMatchObject(hello);
    // a place that is no folder, one that does not exist, and an empty one
    expect(await command('hello', { PATH: `/etc/passwd:/nowhere:${stage.folder}` })).toMatchObject(hello);
    expect(await command('hello', { PATH: '/nowhere:' })).toMatchObject(hello);
    expect(await command('hello', path)).toMatchObject({ code: 127, stderr: 'cannot run hello: not found\n' });
    expect(await command('', path)).toMatchObject({ code: 127, stderr: 'cannot run : not found\n' });
    expect(await command('/etc/passwd', path)).toMatchObject({ code: 126, stderr: 'cannot run /etc/passwd: permission denied\n' });
    expect(await command('passwd', { PATH: '/etc:/nowhere' })).toMatchObject({
      code: 126,
      stderr: 'cannot run passwd: permission denied\n',
    });
    // without a PATH the usual one is taken
    expect(await command('true', {})).toMatchObject(silent);
  });

  test('leaves no descriptor, no handler and no blocked signal to the command', async () => {
    const port = await stage.freePort();
    const waiting = stage.start(
      stage.prober,
      ['wait', 'tcp', '127.0.0.1', port, '--', 'sh', '-c', 'echo /proc/self/fd/*; cat /proc/self/status'],
      {
        env: path,
      },
    );
    await waiting.says(/waiting/);
    await sleep(1200);
    await stage.listen(port);
    const { stdout } = await waiting.ended;
    const plain = await stage.start('/bin/sh', ['-c', 'echo /proc/self/fd/*'], { env: path }).ended;
    expect(stdout.split('\n')[0]).toBe(plain.stdout.trim());
    expect(['SigBlk', 'SigIgn', 'SigCgt'].map((field) => bits(stdout, field))).toEqual([0n, 0n, 0n]);
  });

  test('leaves ignored what was ignored', async () => {
    const { port } = await stage.listen();
    const script = `trap '' HUP USR1; exec "$0" wait tcp 127.0.0.1 ${port} -- cat /proc/self/status`;
    const { stdout } = await stage.start('/bin/sh', ['-c', script, stage.prober], { env: path }).ended;
    expect(bits(stdout, 'SigIgn')).toBe((1n << 0n) | (1n << 9n));
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const)('ends at once on %s, and runs nothing', async (signal, code) => {
    const waiting = stage.start(stage.prober, ['wait', 'tcp', '127.0.0.1', await stage.freePort(), '--', 'echo', 'never']);
    await waiting.says(/waiting/);
    const before = Date.now();
    process.kill(waiting.pid, signal);
    expect(await waiting.ended).toMatchObject({ code, signal: null, stdout: '' });
    expect(Date.now() - before).toBeLessThan(400);
  });

  testWithNamespaces('ends at once on a signal also as process 1 of a container', async () => {
    const free = await stage.freePort();
    for (const [signal, code] of [
      ['SIGTERM', 143],
      ['SIGINT', 130],
    ] as const) {
      const outside = stage.start('unshare', ['-rpf', stage.prober, 'wait', 'tcp', '127.0.0.1', String(free)], { env: path });
      await outside.says(/waiting/);
      const [inside = 0] = childrenOf(outside.pid);
      expect(/^NSpid:.*\t(\d+)$/m.exec(readFileSync(`/proc/${inside}/status`, 'utf8'))?.[1]).toBe('1');
      process.kill(inside, signal);
      expect((await outside.ended).code).toBe(code);
    }
  });

  test('does little while it waits', async () => {
    const waiting = stage.start(stage.prober, ['wait', 'tcp', '127.0.0.1', await stage.freePort()]);
    await waiting.says(/waiting/);
    await sleep(1500);
    const [user, system] = readFileSync(`/proc/${waiting.pid}/stat`, 'utf8').split(' ').slice(13, 15).map(Number);
    expect(Number(user) + Number(system)).toBeLessThan(10);
  });

  test.each(
    [
      [],
      ['tcp'],
      ['tcp', 'db'],
      ['tcp', 'db', '0'],
      ['tcp', 'db', '65536'],
      ['tcp', 'db', '80', 'tcp'],
      ['tcp', 'db', '80', 'udp', 'db', '80'],
      ['tcp', 'db', '80', '--timeout', '5'],
      ['tcp', 'db', '80', '--'],
      ['--', 'true'],
      ['--timeout'],
      ['--timeout', '0', 'tcp', 'db', '80'],
      ['--timeout', '5s', 'tcp', 'db', '80'],
      ['--timeout', '5'],
      ['tcp', '', '80'],
      ['tcp', '.', '80'],
      ['tcp', 'a..b', '80'],
      ['tcp', '.a', '80'],
      ['tcp', 'a b', '80'],
      ['tcp', 'a\nb', '80'],
      ['tcp', 'ä', '80'],
      ['tcp', 'x'.repeat(64), '80'],
      ['tcp', `${'x'.repeat(63)}.`.repeat(4), '80'],
      ['tcp', 'db:80', '80'],
      ['tcp', '[::1]', '80'],
      ['tcp', '::1%lo', '80'],
      ['tcp', '1:2:3:4:5:6:7', '80'],
      ['tcp', '::1::', '80'],
      ['tcp', ':1', '80'],
      ['tcp', '1::2:', '80'],
      ['tcp', '::1.2.3', '80'],
      ['tcp', '::12345', '80'],
    ].map((args) => [args] as const),
  )('refuses bad usage %j', async (args) => {
    expect(await stage.run('wait', ...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^usage: prober http .*\n$/),
    });
  });
});
