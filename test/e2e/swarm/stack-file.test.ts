import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { swarmStackFile, writeComposeFile } from '../../../lib/platforms/swarm';
import { IMAGE } from '../compose/system';
import { inspect, requireDocker } from '../support/docker';
import { portOf, type Ran, run } from '../support/run';
import { labelNode, leaves, removeAll, removeStack, requireSwarm, running, updateEnd, whileServing } from './engine';
import { expectChanged, expectSystem } from './expectations';
import { type SwarmSystemProps, swarmSystem } from './system';

const STACK = `ihf${process.pid}`;
const LABEL = `database-f${process.pid}`;
const SUBNET = `10.201.${process.pid % 250}.0/24`;
const PORT = portOf(16);
const folder = mkdtempSync(join(tmpdir(), 'ironhull-stack-'));
const env = { VEOGEN_SECRETS_DATABASE_URL: 'postgres://u:p$ss@db/veogen' };
let unlabel = async () => {};

function deploy(props: Partial<SwarmSystemProps> = {}, variables: Readonly<Record<string, string>> = env): Promise<Ran> {
  const file = swarmStackFile(swarmSystem({ subnet: SUBNET, port: PORT, label: LABEL, limits: true, ...props }), {
    name: STACK,
    endpointMode: 'dnsrr',
  });
  writeComposeFile(join(folder, 'stack.yaml'), file);
  return run('docker', ['stack', 'deploy', '--detach=true', '--resolve-image=never', '--compose-file', join(folder, 'stack.yaml'), STACK], {
    env: variables,
  });
}

beforeAll(async () => {
  await requireDocker(IMAGE);
  await requireSwarm();
  unlabel = await labelNode(LABEL, 'true');
});

afterAll(async () => {
  await removeAll(STACK);
  await unlabel();
  rmSync(folder, { recursive: true, force: true });
});

describe('V6: a stack file', () => {
  test('says which variable is missing', async () => {
    const ran = await deploy({}, { VEOGEN_SECRETS_DATABASE_URL: '' });
    expect(ran.code).not.toBe(0);
    expect(ran.stderr).toMatch(/VEOGEN_SECRETS_DATABASE_URL.*set it to the value of the secret/);
  });

  test('is deployed without a key being ignored', async () => {
    const ran = await deploy();
    expect(ran.stderr).toBe('');
    expect(ran.code).toBe(0);
    expect(ran.stdout).not.toMatch(/ignor|unsupported|deprecated/i);
    await running(`${STACK}_backend`, 3);
    await running(`${STACK}_database`, 1);
    await running(`${STACK}_gateway`, 1);
  }, 600_000);

  test('the engine has what was written, value by value', async () => {
    await expectSystem({ stack: STACK, label: LABEL, subnet: SUBNET, port: PORT });
    const { TaskTemplate: task } = (await inspect('service', `${STACK}_backend`)).Spec;
    expect(task.Resources.Limits.Pids).toBe(100);
    expect(task.ContainerSpec.Ulimits).toEqual([{ Name: 'nofile', Soft: 512, Hard: 1024 }]);
  });

  test('a changed health check and a changed tmpfs arrive', async () => {
    expect((await deploy({ changed: true })).code).toBe(0);
    expect(await updateEnd(`${STACK}_backend`)).toBe('completed');
    await expectChanged(STACK, { SizeBytes: 200 * 2 ** 20 });
  }, 600_000);

  test.each<[string, Partial<SwarmSystemProps>]>([
    ['exits', { broken: true }],
    ['never gets healthy', { sick: true }],
    ['has an image that cannot be had', { image: 'backend.invalid/backend:2.0.0' }],
  ])(
    'a version that %s is rolled back by Swarm itself, while the old one serves',
    async (_, version) => {
      const before = (await inspect('service', `${STACK}_backend`)).Spec.TaskTemplate.ContainerSpec;
      let end = '';
      const { served, failures } = await whileServing(PORT, async () => {
        expect((await deploy({ changed: true, ...version })).code).toBe(0);
        end = await updateEnd(`${STACK}_backend`);
      });
      expect(end).toBe('rollback_completed');
      expect(failures).toEqual([]);
      expect(served).toBeGreaterThan(10);
      await running(`${STACK}_backend`, 3);
      expect((await inspect('service', `${STACK}_backend`)).Spec.TaskTemplate.ContainerSpec).toEqual(before);
    },
    600_000,
  );

  test('removing the stack leaves the volume only', async () => {
    await removeStack(STACK);
    await leaves(STACK, [`volume ${STACK}_data`]);
  }, 600_000);
});
