/** Several services on a real Docker engine: who starts after whom, who finds whom, and how replicas are replaced. */
import { everything, inspect, requireDocker, sweep } from '../support/docker';
import { Events } from '../support/events';
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { must, run, until } from '../support/run';

const ID = `e2r-${process.pid.toString(36)}${Date.now().toString(36).slice(-4)}`;
const inToolbox = (...command: string[]) => run('docker', ['exec', `${ID}-toolbox`, ...command]);

const started = async (name: string) => Date.parse((await inspect('container', `${ID}-${name}`)).State.StartedAt);

const events = new Events(`${ID}-`);
let project: PulumiProject;

beforeAll(async () => {
  await requireDocker('veogen/backend:1.0.0', 'busybox:1.37');
  await requirePulumi();
  project = new PulumiProject('e2e-replicas', 'test/e2e/docker/replicas.program.ts', { E2E_NAMESPACE: ID });
  await project.init();
});

afterAll(async () => {
  events.close();
  await project?.dispose();
  await sweep(`${ID}-`);
});

test('everything that is wrong is said at once, and nothing is made', async () => {
  const up = await project.tryUp({ E2E_MISTAKES: 'true' });
  expect(up.code).not.toBe(0);
  const said = up.stdout.replace(/\s+/g, ' ');
  expect(said).toContain('shop/Wrong: image:');
  expect(await everything(ID)).toEqual([]);
  expect(said).not.toMatch(/docker:index/);
});

test('up', async () => void (await project.up()));

test('a service starts after the one that it connects to is healthy', async () => {
  const [database, ...replicas] = await Promise.all(['database', 'api-1', 'api-2'].map((name) => started(name)));
  // the database says for six seconds that it is not ready
  for (const replica of replicas) expect(replica).toBeGreaterThanOrEqual((database ?? Number.NaN) + 6000);
});

test('two replicas are found by one name', async () => {
  const addresses = await Promise.all(
    ['api-1', 'api-2'].map(
      async (name) => (await inspect('container', `${ID}-${name}`)).NetworkSettings.Networks[`${ID}-shop_api_toolbox`].IPAddress,
    ),
  );
  const { stdout } = await inToolbox('nslookup', 'api');
  for (const address of addresses) expect(stdout).toContain(address);
  expect(new Set(addresses).size).toBe(2);
  expect((await inToolbox('wget', '-q', '-O', '-', 'http://api:8080/health')).stdout).toContain('ok');
});

test('an internal segment cannot be reached from another, and has its aliases', async () => {
  expect((await inToolbox('nslookup', 'closed')).code).not.toBe(0);
  expect((await inspect('network', `${ID}-back`)).Internal).toBe(true);
  expect((await inspect('container', `${ID}-closed`)).NetworkSettings.Networks[`${ID}-back`].Aliases).toEqual(
    expect.arrayContaining(['closed', 'vault']),
  );
});

test('a TCP check is healthy', async () => {
  const status = async () => (await inspect('container', `${ID}-closed`)).State.Health.Status;
  await until('it is healthy', status, (now) => now === 'healthy', 60_000);
});

test('replicas are replaced one after the other, each healthy before the next', async () => {
  await project.up({ E2E_VERSION: '2' });
  const [first, second] = [await inspect('container', `${ID}-api-1`), await inspect('container', `${ID}-api-2`)];
  for (const one of [first, second]) expect(one.Config.Env).toContain('VERSION=2');
  // the engine remembers the last five checks only, so somebody has listened
  const told = async () => events.of(first.Id, 'healthy')[0]?.at;
  const healthy = (await until('the first was told to be healthy', told, (at) => at !== undefined)) as number;
  expect(healthy).toBeGreaterThan(Date.parse(first.State.StartedAt));
  expect(Date.parse(second.Created)).toBeGreaterThan(healthy);
  expect(Date.parse(second.Created)).toBeGreaterThan(Date.parse(first.State.StartedAt) + 1000);
});

test('a killed container is brought back by the engine, a removed one by the next update', async () => {
  const { State } = await inspect('container', `${ID}-database`);
  await inToolbox('wget', '-q', '-O', '-', 'http://database:8080/exit');
  await until(
    'the restart',
    () => inspect('container', `${ID}-database`),
    (now) => now.State.Running && now.State.StartedAt !== State.StartedAt,
    120_000,
  );
  await must('docker', ['rm', '--force', `${ID}-api-2`]);
  await project.up({ E2E_VERSION: '2', PULUMI_OPTION_REFRESH: 'true' });
  expect((await inspect('container', `${ID}-api-2`)).State.Running).toBe(true);
});

test('destroy leaves nothing', async () => {
  await project.destroy();
  expect(await everything(ID)).toEqual([]);
});
