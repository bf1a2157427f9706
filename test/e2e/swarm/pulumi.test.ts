import { IMAGE } from '../compose/system';
import { inspect, requireDocker } from '../support/docker';
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { portOf } from '../support/run';
import { labelNode, leaves, removeAll, requireSwarm, running, updateEnd } from './engine';
import { expectChanged, expectSystem } from './expectations';

const STACK = `ihp${process.pid}`;
const LABEL = `database-p${process.pid}`;
const SUBNET = `10.202.${process.pid % 250}.0/24`;
const PORT = portOf(13);
const SECRET = 'postgres://u:p$ss@db/veogen';
const project = new PulumiProject(STACK, 'test/e2e/swarm/swarm.program.ts', {
  E2E_STACK: STACK,
  E2E_LABEL: LABEL,
  E2E_SUBNET: SUBNET,
  E2E_PORT: String(PORT),
});
let unlabel = async () => {};

beforeAll(async () => {
  await requireDocker(IMAGE);
  await requireSwarm();
  await requirePulumi();
  unlabel = await labelNode(LABEL, 'true');
  await project.init({ 'secret secrets:veogen-secrets.database-url': SECRET });
});

afterAll(async () => {
  await project.dispose();
  await removeAll(STACK);
  await unlabel();
}, 600_000);

describe('V6: services through Pulumi', () => {
  test('the engine has what was written, value by value', async () => {
    await project.up();
    await running(`${STACK}_backend`, 3);
    await expectSystem({ stack: STACK, label: LABEL, subnet: SUBNET, port: PORT });
  }, 600_000);

  test('a second preview has no changes, and the state has no secret in clear', async () => {
    const ran = await project.preview(['--expect-no-changes']);
    expect(ran.stdout).not.toMatch(/^ *[~+-] /m);
    expect(ran.code).toBe(0);
    expect(await project.state()).not.toContain('p$ss');
  });

  test('a changed health check and a changed tmpfs arrive', async () => {
    await project.up({ E2E_CHANGED: 'true' });
    // the provider looks whether the replicas run, and Swarm watches them for longer
    expect(await updateEnd(`${STACK}_backend`)).toBe('completed');
    await expectChanged(STACK, { SizeBytes: 200 * 2 ** 20, Mode: 0o1777 });
    expect((await project.preview(['--expect-no-changes'], { E2E_CHANGED: 'true' })).code).toBe(0);
  }, 600_000);

  // an image that cannot be had is a case of the stack file's suite: the provider does not always hand that update over
  test('a version that exits is rolled back by Swarm itself', async () => {
    const before = (await inspect('service', `${STACK}_backend`)).Spec.TaskTemplate.ContainerSpec;
    const ran = await project.tryUp({ E2E_CHANGED: 'true', E2E_BROKEN: 'true' });
    // the provider looks after 7 s: a roll-back is an error by then, or later passes unseen while the old replicas run
    if (ran.code !== 0) expect(ran.stdout + ran.stderr).toContain('rollback completed');
    expect(await updateEnd(`${STACK}_backend`)).toBe('rollback_completed');
    expect((await inspect('service', `${STACK}_backend`)).Spec.TaskTemplate.ContainerSpec).toEqual(before);
    await running(`${STACK}_backend`, 3);
    await project.up({ E2E_CHANGED: 'true' });
  }, 900_000);

  test('destroy leaves the volume only', async () => {
    await project.destroy();
    await leaves(STACK, [`volume ${STACK}_data`]);
  }, 600_000);
});
