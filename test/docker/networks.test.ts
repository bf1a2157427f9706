import type { Construct } from 'constructs';
import { Environments, HardenedService, NetworkSegment, Peers } from '../../lib';
import type { DockerNatives } from '../../lib/platforms/docker';
import { deployStack } from '../../lib/stack/pulumi';
import { record } from '../stack/mocks';
import { planned } from './render';

const image = 'veogen/backend:1.0.0';
const NETWORK = 'docker:index/network:Network';
const CONTAINER = 'docker:index/container:Container';

/** What each service is attached to. */
function attached(build: (root: Construct) => void): Record<string, unknown> {
  const plan = planned(build);
  expect(plan.problems).toEqual([]);
  return Object.fromEntries(
    plan.drafted.flatMap(({ part, native }) =>
      part.kind === 'workload'
        ? (native as DockerNatives['workload']).containers.map(({ name, args }) => [name, args.networksAdvanced] as const)
        : [],
    ),
  );
}

function shop(root: Construct): void {
  const service = (id: string) => new HardenedService(root, id, { image, ports: { http: 8080 } });
  const [web, api, database] = [service('Web'), service('Api'), service('Database')];
  web.network.allowTo(api);
  api.network.allowTo(database);
  api.network.allowTo(Peers.internet(443));
  web.publish({ port: 'http' });
}

test('an edge is a network, and what leads outside gives no names', () => {
  expect(attached(shop)).toEqual({
    database: [{ name: 'api_database', aliases: ['database'] }],
    api: [{ name: 'api_database', aliases: ['api'] }, { name: 'api_web', aliases: ['api'] }, { name: 'outside' }],
    web: [{ name: 'api_web', aliases: ['web'] }, { name: 'outside' }],
  });
});

test('a service in a segment is published through it, and from an internal one through the network that leads outside', () => {
  expect(
    attached((root) => {
      for (const [id, internal] of [
        ['Front', false],
        ['Back', true],
      ] as const) {
        const network = new NetworkSegment(root, id, { internal });
        new HardenedService(root, `In${id}`, { image, ports: { http: 8080 }, networks: [{ network }] }).publish({
          port: 'http',
          listen: internal ? 8081 : 8080,
        });
      }
    }),
  ).toEqual({
    'in-front': [{ name: 'front', aliases: ['in-front'] }],
    'in-back': [{ name: 'back', aliases: ['in-back'] }, { name: 'outside' }],
  });
});

describe('on the engine', () => {
  const deploy = (namespace?: string) =>
    record(
      () =>
        void deployStack(
          'shop',
          { platform: 'docker', environment: Environments.test, ...(namespace !== undefined && { namespace }) },
          (root) => {
            shop(root);
            new NetworkSegment(root, 'Back');
          },
        ),
    );

  test('networks of edges are internal, members of the one outside cannot reach each other, and both are called after the stack', async () => {
    const recorded = await deploy();
    const networks = recorded.resources.filter(({ type }) => type === NETWORK).map(({ name, inputs }) => [name, inputs]);
    const labels = [{ label: 'ironhull.stack', value: 'shop' }];
    expect(Object.fromEntries(networks)).toEqual({
      api_database: { name: 'shop_api_database', driver: 'bridge', internal: true, labels },
      api_web: { name: 'shop_api_web', driver: 'bridge', internal: true, labels },
      outside: { name: 'shop_outside', driver: 'bridge', options: { 'com.docker.network.bridge.enable_icc': 'false' }, labels },
      back: { name: 'back', driver: 'bridge', labels },
    });
  });

  test('a namespace is put before all names', async () => {
    const recorded = await deploy('blue');
    const names = recorded.resources.filter(({ type }) => type === NETWORK || type === CONTAINER).map(({ inputs }) => inputs.name);
    expect(names.sort()).toEqual(
      ['api', 'back', 'database', 'shop_api_database', 'shop_api_web', 'shop_outside', 'web'].map((name) => `blue-${name}`),
    );
  });

  test('containers are called after the stack, and none that leads outside as a service, for which the engine would answer there', async () => {
    const names = async (named: Record<string, string>) => {
      const recorded = await record(() => {
        deployStack('shop', { platform: 'docker', environment: Environments.test }, (root) => {
          const service = (id: string) => new HardenedService(root, id, { image, ports: { http: 8080 }, name: named[id] as string });
          const database = service('Database');
          service('Api').publish({ port: 'http' });
          database.network.allowTo(service('Cache'));
        });
      });
      return recorded.resources.filter(({ type }) => type === CONTAINER).map(({ inputs }) => inputs.name);
    };
    expect((await names({ Api: 'api', Database: 'database', Cache: 'cache' })).sort()).toEqual(['shop_api', 'shop_cache', 'shop_database']);
    expect((await names({ Api: 'shop-api', Database: 'shop-database', Cache: 'cache' })).sort()).toEqual([
      'shop-database',
      'shop_cache',
      'shop_shop-api',
    ]);
  });
});
