import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acknowledge, Environments, HardenedService } from '../../lib';
import { GUARD_PROVIDER } from '../../lib/stack/destroy-guard';
import { deployStack, type PlatformName } from '../../lib/stack/pulumi';
import { record } from './mocks';

const image = 'veogen/backend:1.0.0';
const GUARD = 'pulumi-nodejs:dynamic/ironhull:DestroyGuard';

const deploy = (platform: PlatformName, beforeDestroy?: readonly string[]) =>
  record(() => {
    deployStack('shop', { platform, environment: Environments.test }, (root) => {
      acknowledge(root, { 'no-new-privileges': 'the engine has it in daemon.json' });
      new HardenedService(root, 'Status', { image, ...(beforeDestroy && { beforeDestroy }) });
      new HardenedService(root, 'Web', { image });
    });
  });

test.each([
  'docker',
  'swarm',
  'kubernetes',
] as const)('on %s a guard waits for everything, so that it is deleted first', async (platform) => {
  const { resources, find } = await guarded(platform);
  const others = resources.filter(({ type }) => /Container|Service$|Deployment/.test(type)).map(({ name }) => name);
  expect(others.length).toBeGreaterThan(1);
  expect(find.dependsOn).toEqual(expect.arrayContaining(others));
});

async function guarded(platform: PlatformName) {
  const recorded = await deploy(platform, ['check', 'backups']);
  expect(recorded.error).toBeUndefined();
  return { resources: recorded.resources, find: recorded.find(GUARD, 'status-destroy-guard') };
}

test('without a guard there is nothing to ask', async () => {
  const { resources } = await deploy('docker');
  expect(resources.filter(({ type }) => type === GUARD)).toEqual([]);
});

describe('what Pulumi runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'guard-'));
  const program = (name: string, script: string) => writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  type Steps = readonly { program: string; args: readonly string[]; writes?: string; otherwise?: string }[];

  beforeAll(() => {
    program('finds', 'echo "$1"; echo more');
    program('agrees', '[ "$1" = it ] || { echo "not $1" >&2; exit 3; }');
    program('finds-nothing', ':');
    program('logs', `echo '{"level":"error","message":"too old"}' >&2; exit 73`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What deleting the guard says; nothing where it agrees. */
  async function asked(steps: Steps, acknowledged?: string): Promise<string | undefined> {
    const { exports } = { exports: {} as { handler?: () => { delete(id: string, inputs: object): Promise<void> } } };
    new Function('exports', 'require', GUARD_PROVIDER)(exports, require);
    const inputs = { path: 'shop/Status', command: ['check', 'backups'], steps, ...(acknowledged && { acknowledged }) };
    return exports
      .handler?.()
      .delete('id', inputs)
      .then(
        () => undefined,
        (error: Error) => error.message,
      );
  }
  const refusal = (why: string) =>
    `shop/Status: \`check backups\` does not agree that the stack is destroyed: ${why}; ` +
    "mend that, or acknowledge 'destroy.guard' with a reason and run pulumi up";

  test('one step gets the first line of the step before', async () => {
    expect(
      await asked([
        { program: join(folder, 'finds'), args: ['it'] },
        { program: join(folder, 'agrees'), args: ['{}'] },
      ]),
    ).toBeUndefined();
    expect(
      await asked([
        { program: join(folder, 'finds'), args: ['another'] },
        { program: join(folder, 'agrees'), args: ['{}'] },
      ]),
    ).toBe(refusal('not another'));
  });

  test('what is not found, is another one, or cannot be asked does not agree', async () => {
    const agrees = { program: join(folder, 'agrees'), args: ['it'] };
    expect(await asked([{ program: join(folder, 'finds-nothing'), args: [], otherwise: 'no replica' }, agrees])).toBe(
      refusal('no replica'),
    );
    expect(await asked([{ program: join(folder, 'finds'), args: ['it'], writes: 'uid', otherwise: 'another' }, agrees])).toBe(
      refusal('another'),
    );
    expect(await asked([{ program: 'is-not-there', args: [] }])).toBe(refusal('needs the program is-not-there on the PATH'));
  });

  test('of what a program logs in JSON the messages are shown', async () => {
    expect(await asked([{ program: join(folder, 'logs'), args: [] }])).toBe(refusal('too old'));
  });

  test('nobody is asked where that is acknowledged', async () => {
    expect(await asked([{ program: join(folder, 'agrees'), args: ['no'] }], 'the data may go')).toBeUndefined();
  });
});

test('a command needs a program and a replica', async () => {
  const { error } = await record(() => {
    deployStack('shop', { platform: 'docker', environment: Environments.test }, (root) => {
      new HardenedService(root, 'A', { image, beforeDestroy: [] });
      new HardenedService(root, 'B', { image, beforeDestroy: ['check'], replicas: 0 });
    });
  });
  expect((error as Error).message).toMatch(
    /A: beforeDestroy: must name a program.*\n.*B: beforeDestroy: needs a replica in which the command runs/,
  );
});
