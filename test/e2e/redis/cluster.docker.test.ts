/** X6: a cluster of Redis on a Docker engine, by `pulumi up`. */
import { everything, inspect, killProcess, requireDocker, sweep } from '../support/docker';
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { must, until } from '../support/run';
import { NODES, testCluster } from './cluster';
import { PASSWORDS, SECRET } from './cluster.program';

const ID = `ihr${process.pid}`;
const project = new PulumiProject('e2e-redis', 'test/e2e/redis/cluster.program.ts', { E2E_NAMESPACE: ID });
const container = (name: string) => `${ID}-${name}${name === 'client' ? '' : '-1'}`;
const healthy = (name: string) =>
  until(
    `${name} is well`,
    async () => (await inspect('container', container(name))).State.Health?.Status,
    (status) => status === 'healthy',
    240_000,
  );

beforeAll(async () => {
  await requireDocker('redis:7.4-bookworm', 'busybox:1.37');
  await requirePulumi();
  await project.init(Object.fromEntries(Object.entries(PASSWORDS).map(([key, value]) => [`secret secrets:${SECRET}.${key}`, value])));
  await project.up();
}, 720_000);

afterAll(async () => {
  await project.dispose();
  await sweep(`${ID}-`);
}, 300_000);

describe('X6: a cluster', () => {
  testCluster({
    client: (script) => must('docker', ['exec', container('client'), 'sh', '-c', script]),
    kill: async (node) => {
      await killProcess(await inspect('container', container(node)));
      await healthy(node);
    },
    stop: async (node) => void (await must('docker', ['kill', '--signal=KILL', container(node)])),
    start: async (node) => void (await must('docker', ['start', container(node)])),
    restartAll: async (nodes) => {
      await must('docker', ['kill', '--signal=KILL', ...nodes.map(container)]);
      // started the other way round they get other addresses
      for (const node of [...nodes].reverse()) await must('docker', ['start', container(node)]);
      for (const node of nodes) await healthy(node);
    },
  });

  test('nothing of it can be reached from outside, and its nodes share one network with the client', async () => {
    const [client, node] = await Promise.all(['client', 'redis-node4'].map((name) => inspect('container', container(name))));
    expect(Object.keys(client?.NetworkSettings.Networks)).toEqual([`${ID}-shop_client_redis-servers`]);
    expect(Object.keys(node?.NetworkSettings.Networks).sort()).toEqual([`${ID}-redis-servers`, `${ID}-shop_client_redis-servers`]);
    expect(node?.HostConfig.PortBindings ?? {}).toEqual({});
  });

  test('destroy leaves nothing but what nobody keeps', async () => {
    expect((await everything(` ${ID}-`)).filter((line) => line.startsWith('volume') && line.includes('-data-'))).toHaveLength(NODES.length);
    await project.destroy();
    expect(await everything(` ${ID}-`)).toEqual([]);
  }, 480_000);
});
