import * as pulumi from '@pulumi/pulumi';
import { ExistingSecret, NetworkSegment, PersistentVolume } from '../../lib';
import { formatProblem } from '../../lib/model/problems';
import { ComposeExpression, swarm } from '../../lib/platforms/swarm';
import { deploySwarm, planSwarm } from '../../lib/platforms/swarm/pulumi';
import { sentences, service, tree } from '../compose/build';

const acknowledge = { 'no-new-privileges': 'daemon.json of every node has it' };
const made: pulumi.runtime.MockResourceArgs[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource(args) {
      made.push(args);
      return { id: `${args.name}-id`, state: args.inputs };
    },
    call: () => ({}),
  });
  pulumi.runtime.setAllConfig({ 'secrets:shop-secrets.token': 'hunter2' }, ['secrets:shop-secrets.token']);
});

beforeEach(() => {
  made.length = 0;
});

/** What was registered, by type and name, once these resources are. */
async function registered(resources: readonly pulumi.CustomResource[]): Promise<Record<string, pulumi.runtime.MockResourceArgs>> {
  await new Promise((resolve) => pulumi.all(resources.map((one) => one.id)).apply(resolve));
  return Object.fromEntries(made.map((one) => [`${one.type} ${one.name}`, one]));
}

function parent(): pulumi.Resource {
  return new pulumi.ComponentResource('ironhull:test:Stack', 'shop');
}

describe('deploySwarm', () => {
  test('hands services, networks and the prober over, and makes no volumes', async () => {
    const root = tree();
    const secrets = new ExistingSecret(root, 'Secrets', { existing: 'shop-secrets' });
    const network = new NetworkSegment(root, 'Network', { subnet: '10.9.0.0/24', gateway: '10.9.0.254', mtu: 1400 });
    const remote = new PersistentVolume(root, 'Remote', { size: '1Gi', driver: 'nfs', driverOptions: { share: 'a:/b' } });
    const database = service(root, 'Database', { acknowledge, networks: [{ network }], ports: { sql: 5432 } });
    const api = service(root, 'Api', {
      acknowledge,
      capabilities: ['NET_BIND_SERVICE'],
      ports: { http: 8080 },
      health: { tcp: { port: 'http' } },
      env: { PLAIN: 'a$b', TOKEN: secrets.key('token'), LATE: pulumi.output(7) },
      networks: [{ network, aliases: ['web'] }],
      mounts: [
        { volume: new PersistentVolume(root, 'Data', { size: '1Gi' }), path: '/data' },
        { volume: remote, path: '/remote' },
      ],
      rollout: { maxFailureRatio: 0.2 },
      placement: { spreadOver: ['zone'] },
    });
    api.network.allowTo(database);
    const { resources } = deploySwarm(root, { parent: parent(), name: 'shop', namespace: 'shop-test' });
    const all = await registered(Object.values(resources.services));
    expect(Object.keys(all).sort()).toEqual([
      expect.stringMatching(/^docker:index\/network:Network network-[0-9a-f]{8}$/),
      'docker:index/service:Service api',
      'docker:index/service:Service database',
      expect.stringMatching(/^docker:index\/serviceConfig:ServiceConfig shop-test_prober-[0-9a-f]{12}$/),
      'ironhull:test:Stack shop',
    ]);
    expect(Object.keys(resources.services)).toEqual(['database', 'api']);
    const { inputs } = all['docker:index/service:Service api'] as pulumi.runtime.MockResourceArgs;
    expect(inputs.name).toBe('shop-test_api');
    const spec = inputs.taskSpec.value?.containerSpec ?? inputs.taskSpec.containerSpec;
    expect(spec.capAdds).toEqual(['CAP_NET_BIND_SERVICE']);
    expect(spec.capDrops).toEqual(['ALL']);
    expect(spec.env).toMatchObject({ PLAIN: 'a$b', LATE: '7' });
    expect(JSON.stringify(spec.env.TOKEN)).toContain('hunter2');
    expect(spec.mounts).toEqual([
      { type: 'tmpfs', target: '/tmp', readOnly: false, tmpfsOptions: { sizeBytes: 67108864, mode: 0o1777 } },
      { type: 'volume', source: 'shop-test_data', target: '/data', readOnly: false },
      {
        type: 'volume',
        source: 'shop-test_remote',
        target: '/remote',
        readOnly: false,
        volumeOptions: { driverName: 'nfs', driverOptions: { share: 'a:/b' } },
      },
    ]);
    expect(inputs.updateConfig.maxFailureRatio).toBe('0.2');
    expect(inputs.endpointSpec).toEqual({ mode: 'vip' });
  });

  test('registers nothing where a secret value is missing', async () => {
    const root = tree();
    const secrets = new ExistingSecret(root, 'Secrets', { existing: 'shop-secrets' });
    service(root, 'Api', { acknowledge, env: { KEY: secrets.key('absent') } });
    expect(sentences(() => deploySwarm(root, { parent: undefined as unknown as pulumi.Resource, name: 'shop' }))).toEqual([
      "Api: env.KEY: the stack's config has no value for the secret secrets:shop-secrets.absent; run: pulumi config set --secret secrets:shop-secrets.absent",
    ]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(made).toEqual([]);
  });

  test('what the provider has no argument for is a problem, not dropped', () => {
    const root = tree();
    const network = new NetworkSegment(root, 'Network');
    const api = service(root, 'Api', { acknowledge, networks: [{ network }] });
    api.tune(swarm, ({ service: native }) => {
      native.ulimits = { nofile: { soft: 1, hard: 2 } };
      native['x-note'] = 'fine';
      native.environment = { TAG: new ComposeExpression('a') };
      if (native.deploy?.resources?.limits) native.deploy.resources.limits.pids = 5;
      if (native.deploy?.update_config) native.deploy.update_config.max_failure_ratio = 0.25;
      native.image = new ComposeExpression('app');
    });
    network.part.tune(swarm, (native) => {
      Object.assign(native, { enable_ipv6: true });
    });
    expect(planSwarm(root).problems.map(formatProblem)).toEqual([
      "Network: enable_ipv6: Pulumi's Docker provider has no argument for it, got true; leave it out, or deploy a stack file",
      'Api: image: variables exist only in files, got "app"; use a value, a secret, or an Output',
      "Api: deploy.resources.limits.pids: Pulumi's Docker provider has no argument for it, got 5; leave it out, or deploy a stack file",
      "Api: deploy.update_config.max_failure_ratio: Pulumi's Docker provider keeps one decimal of the ratio, got 0.25; use a multiple of 0.1",
      'Api: ulimits: Pulumi\'s Docker provider has no argument for it, got {"nofile":{"soft":1,"hard":2}}; leave it out, or deploy a stack file',
      'Api: environment.TAG: variables exist only in files, got "a"; use a value, a secret, or an Output',
    ]);
  });
});
