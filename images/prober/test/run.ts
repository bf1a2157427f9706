import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { childrenOf, type Running, Stage, sleep, testWithIpv6, testWithNamespaces, until } from './harness';

describe('prober run', () => {
  const stage = new Stage();
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin' };

  const gate = (port: number, command: readonly string[], options: { stdin?: string } = {}) =>
    stage.start(stage.prober, ['run', port, '--', ...command], { env, ...options });

  const shell = (port: number, script: string) => gate(port, ['sh', '-c', script]);

  /** Whether somebody accepts, and how the connection ends. */
  const knock = (port: number, host = '127.0.0.1') =>
    new Promise<string>((resolve) => {
      const socket = connect({ port, host });
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
      socket.on('connect', () => socket.resume());
      socket.on('end', () => resolve('closed'));
    });

  const descriptors = (running: Running) => readdirSync(`/proc/${running.pid}/fd`).length;
  const ticks = (running: Running) =>
    readFileSync(`/proc/${running.pid}/stat`, 'utf8')
      .split(' ')
      .slice(13, 15)
      .reduce((sum, one) => sum + Number(one), 0);

  test.each(['SIGTERM', 'SIGINT'] as const)('opens when the command is done, and ends with 0 on %s', async (signal) => {
    const port = await stage.freePort();
    const script = 'echo "$0" started; cat; until [ -e "$1" ]; do sleep 0.05; done; echo done';
    const running = gate(port, ['sh', '-c', script, 'job', `go-${signal}`], { stdin: 'input\n' });
    await running.says(/started/);
    expect(await knock(port)).toBe('ECONNREFUSED');
    stage.write(`go-${signal}`, '');
    await running.says(/listening/);
    expect(await knock(port)).toBe('closed');
    expect(await knock(port)).toBe('closed');
    process.kill(running.pid, signal);
    expect(await running.ended).toMatchObject({
      code: 0,
      signal: null,
      stdout: 'job started\ninput\ndone\n',
      stderr: `done; listening on ${port}\n`,
    });
  });

  test('works with prober wait and prober tcp', async () => {
    const port = await stage.freePort();
    const waiting = stage.start(stage.prober, ['wait', 'tcp', '127.0.0.1', port]);
    await waiting.says(/refused/);
    expect((await stage.run('tcp', port)).code).toBe(1);
    const running = gate(port, ['sleep', '0.3']);
    expect((await waiting.ended).code).toBe(0);
    expect(await stage.run('tcp', port)).toMatchObject({ code: 0, stderr: '' });
    expect(running.child.exitCode).toBeNull();
  });

  testWithIpv6('listens on IPv6 as well', async () => {
    const port = await stage.freePort();
    await gate(port, ['true']).says(/listening/);
    expect(await knock(port, '::1')).toBe('closed');
    expect(await knock(port, '127.0.0.1')).toBe('closed');
  });

  test.each([
    ['exit 3', 3, 'sh ended with code 3\n'],
    ['exit 255', 255, 'sh ended with code 255\n'],
    ['kill -9 $$', 137, 'sh was ended by signal 9\n'],
  ])('ends as the command did: %s', async (script, code, stderr) => {
    expect(await shell(await stage.freePort(), script).ended).toMatchObject({ code, signal: null, stdout: '', stderr });
  });

  test('ends as a shell would if the command cannot be run', async () => {
    const port = await stage.freePort();
    expect(await gate(port, ['nothing-like-it']).ended).toMatchObject({
      code: 127,
      stderr: expect.stringMatching(/^cannot run nothing-like-it: not found\n/),
    });
    expect(await gate(port, ['/etc/passwd']).ended).toMatchObject({
      code: 126,
      stderr: expect.stringMatching(/^cannot run \/etc\/passwd: permission denied\n/),
    });
  });

  test('does not run anything if the port is not to be had', async () => {
    const { port } = await stage.listen(0, '0.0.0.0');
    expect(await gate(port, ['echo', 'never']).ended).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `cannot listen on ${port}: the port is in use\n`,
    });
  });

  test.each(['TERM', 'INT', 'HUP'])('hands SIG%s on to the command', async (signal) => {
    const running = shell(await stage.freePort(), `trap 'echo got ${signal}; exit 7' ${signal}; echo up; while :; do sleep 0.05; done`);
    await running.says(/up/);
    process.kill(running.pid, `SIG${signal}`);
    expect(await running.ended).toMatchObject({ code: 7, stdout: `up\ngot ${signal}\n`, stderr: 'sh ended with code 7\n' });
  });

  test('says which signal ended the command that was told to stop', async () => {
    const running = gate(await stage.freePort(), ['sleep', '30']);
    await until(() => childrenOf(running.pid).length === 1, 'the child');
    await sleep(100);
    process.kill(running.pid, 'SIGTERM');
    expect(await running.ended).toMatchObject({ code: 143, stderr: 'sleep was ended by signal 15\n' });
  });

  test('does not open for a command that was told to stop, whatever its code', async () => {
    const running = shell(await stage.freePort(), "trap 'exit 0' TERM; echo up; while :; do sleep 0.05; done");
    await running.says(/up/);
    process.kill(running.pid, 'SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('opens after a SIGHUP that the command took as something else', async () => {
    const running = shell(await stage.freePort(), "trap 'exit 0' HUP; echo up; while :; do sleep 0.05; done");
    await running.says(/up/);
    process.kill(running.pid, 'SIGHUP');
    await running.says(/listening/);
  });

  test('gives the command the signals as they were', async () => {
    const running = gate(await stage.freePort(), ['cat', '/proc/self/status']);
    await running.says(/listening/);
    process.kill(running.pid, 'SIGTERM');
    expect((await running.ended).stdout).toMatch(/^SigBlk:\t0+\nSigIgn:\t0+\nSigCgt:\t0+$/m);
  });

  test('learns how the command ended also if its parent ignores the end of children', async () => {
    const script = `trap '' CHLD; exec "$0" run ${await stage.freePort()} -- sh -c 'exit 5'`;
    expect((await stage.start('/bin/sh', ['-c', script, stage.prober], { env }).ended).code).toBe(5);
  });

  test('survives many clients, also those that reset, with no descriptor more and without spinning', async () => {
    const port = await stage.freePort();
    const running = gate(port, ['true']);
    await running.says(/listening/);
    const before = descriptors(running);
    for (let round = 0; round < 10; round++) {
      await Promise.all(
        Array.from({ length: 30 }, async (_, i) => {
          if (i % 3 === 0) return knock(port);
          await new Promise<void>((done) => {
            const socket = connect(port, '127.0.0.1', () => {
              socket.write('GET / HTTP/1.1\r\n\r\n');
              if (i % 3 === 1) socket.resetAndDestroy();
              else socket.resume();
            });
            socket.on('error', () => undefined);
            socket.on('close', () => done());
          });
        }),
      );
    }
    expect(await knock(port)).toBe('closed');
    await until(() => descriptors(running) === before, 'the last descriptor to be closed');
    const used = ticks(running);
    await sleep(1000);
    expect(ticks(running) - used).toBeLessThan(3);
    expect(running.child.exitCode).toBeNull();
  });

  testWithNamespaces('as process 1 hands signals on, reaps what others leave behind, and ends on a signal', async () => {
    const port = await stage.freePort();
    const script = 'trap "exit 0" HUP; (sleep 0.1 &); (sleep 1.5 &); echo up; while :; do sleep 0.05; done';
    const outside = stage.start('unshare', ['-rpf', stage.prober, 'run', port, '--', 'sh', '-c', script], { env });
    await outside.says(/up/);
    const [inside = 0] = childrenOf(outside.pid);
    expect(childrenOf(inside).length).toBeGreaterThan(1);
    await sleep(400);
    // the command and the one that still sleeps: the other one is gone
    await until(() => childrenOf(inside).length === 2, 'a child to be reaped while the command runs');
    process.kill(inside, 'SIGHUP');
    await outside.says(/listening/);
    await until(() => childrenOf(inside).length === 0, 'a child to be reaped while listening');
    process.kill(inside, 'SIGTERM');
    expect((await outside.ended).code).toBe(0);
  });

  testWithNamespaces('as process 1 does not open for a command that SIGTERM ended', async () => {
    const outside = stage.start(
      'unshare',
      ['-rpf', stage.prober, 'run', await stage.freePort(), '--', 'sh', '-c', 'echo up; exec sleep 30'],
      { env },
    );
    await outside.says(/up/);
    await sleep(100);
    process.kill(childrenOf(outside.pid)[0] as number, 'SIGTERM');
    expect((await outside.ended).code).toBe(143);
  });

  test.each(
    [[], ['0', '--', 'true'], ['65536', '--', 'true'], ['80'], ['80', '--'], ['80', 'true'], ['--', 'true'], ['80x', '--', 'true']].map(
      (args) => [args] as const,
    ),
  )('refuses bad usage %j', async (args) => {
    expect(await stage.run('run', ...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^usage: prober http .*\n$/),
    });
  });
});
