import { App, Chart } from 'cdk8s';
import { Environments, formatProblem, HardenedService, HardenedTask, NetworkSegment, Peers } from '../../lib';
import { IronhullChart, synthesize } from '../../lib/platforms/kubernetes';
import { type Any, chartOf, IMAGE, objectsOf } from './support';

const dns = {
  ports: [53, 1053, 5353].flatMap((port) => [
    { port, protocol: 'UDP' },
    { port, protocol: 'TCP' },
  ]),
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
};
const pods = (name: string) => ({ podSelector: { matchLabels: { 'app.kubernetes.io/instance': name } } });

test('without an edge nothing passes but names', () => {
  const chart = chartOf();
  new HardenedService(chart, 'web', { image: IMAGE, ports: { http: 8080 } });
  expect(objectsOf(chart)['NetworkPolicy/web'].spec).toEqual({
    egress: [dns],
    ingress: [],
    podSelector: pods('web').podSelector,
    policyTypes: ['Ingress', 'Egress'],
  });
});

test('an edge opens both ends, for the ports that it names', () => {
  const chart = chartOf();
  const web = new HardenedService(chart, 'web', { image: IMAGE, ports: { http: 8080, admin: 8081 } });
  const job = new HardenedService(chart, 'job', { image: IMAGE });
  job.network.allowTo(web, 'http');
  // nobody can connect to a workload without ports
  web.network.allowTo(job, { gate: 'none' });
  const objects = objectsOf(chart);
  const ports = [{ port: 8080, protocol: 'TCP' }];
  expect(objects['NetworkPolicy/job'].spec.egress).toEqual([dns, { ports, to: [pods('web')] }]);
  expect(objects['NetworkPolicy/job'].spec.ingress).toEqual([]);
  expect(objects['NetworkPolicy/web'].spec.ingress).toEqual([{ from: [pods('job')], ports }]);
  expect(objects['NetworkPolicy/web'].spec.egress).toEqual([dns]);
});

test('peers outside: networks, the internet, pods and namespaces by their labels', () => {
  const chart = chartOf();
  const web = new HardenedService(chart, 'web', { image: IMAGE, ports: { http: 8080 } });
  web.network.allowTo(Peers.internet(443));
  web.network.allowTo(Peers.cidr('203.0.113.0/24'));
  web.network.allowFrom(Peers.pods({ app: 'ingress' }, { team: 'edge' }), 'http');
  const { spec } = objectsOf(chart)['NetworkPolicy/web'];
  expect(spec.egress[1].to[0].ipBlock.cidr).toBe('0.0.0.0/0');
  expect(spec.egress[1].to[0].ipBlock.except).toContain('169.254.0.0/16');
  expect(spec.egress[1].ports).toEqual([{ port: 443, protocol: 'TCP' }]);
  expect(spec.egress[2]).toEqual({ to: [{ ipBlock: { cidr: '203.0.113.0/24' } }] });
  expect(spec.ingress).toEqual([
    {
      from: [{ namespaceSelector: { matchLabels: { team: 'edge' } }, podSelector: { matchLabels: { app: 'ingress' } } }],
      ports: [{ port: 8080, protocol: 'TCP' }],
    },
  ]);
});

test('an edge into another namespace names it', () => {
  const app = new App();
  const props = { environment: Environments.production };
  const data = new IronhullChart(app, 'data', { ...props, namespace: 'data' });
  const shop = new IronhullChart(app, 'shop', { ...props, namespace: 'shop' });
  const redis = new HardenedService(data, 'redis', { image: IMAGE, ports: { redis: 6379 } });
  const web = new HardenedService(shop, 'web', { image: IMAGE });
  web.network.allowTo(redis);
  const objects = objectsOf(shop);
  const namespace = (name: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } });
  const [out] = objects['NetworkPolicy/web'].spec.egress.slice(1);
  expect(out).toEqual({ ports: [{ port: 6379, protocol: 'TCP' }], to: [{ ...namespace('data'), ...pods('redis') }] });
  expect(objects['NetworkPolicy/redis'].spec.ingress[0].from).toEqual([{ ...namespace('shop'), ...pods('web') }]);
});

describe('a name in another namespace', () => {
  const shop = (
    env: (redis: HardenedService) => Record<string, string>,
    namespaces: readonly (string | undefined)[] = ['data', 'shop'],
  ) => {
    const app = new App();
    const [data, own] = namespaces.map((namespace, i) => new Chart(app, `c${i}`, namespace ? { namespace } : {})) as [Chart, Chart];
    const redis = new HardenedService(data, 'redis', { image: IMAGE, ports: { redis: 6379, admin: 8080 } });
    const web = new HardenedService(own, 'web', { image: IMAGE, env: env(redis) });
    web.network.allowTo(redis, 'redis');
    web.network.allowTo(redis, 'admin');
    return synthesize(app).warnings.map(formatProblem);
  };

  test('is not found: a warning says what to use', () => {
    expect(shop((redis) => ({ REDIS: redis.endpoint('redis') }))).toEqual([
      'c1/web: an edge leads into another namespace, in which a name alone is not found, got "redis"; ' +
        "use 'redis.data:6379' or 'redis.data:8080'",
    ]);
  });

  test('is found with its namespace, and nothing is said', () => {
    expect(shop(() => ({ REDIS: 'redis://redis.data:6379/0' }))).toEqual([]);
    expect(shop((redis) => ({ REDIS: redis.endpoint('redis') }), ['shop', 'shop'])).toEqual([]);
    expect(shop((redis) => ({ REDIS: redis.endpoint('redis') }), [undefined, undefined])).toEqual([]);
  });

  test('cannot be told where the other chart has no namespace', () => {
    expect(shop(() => ({}), [undefined, 'shop'])).toEqual([
      'c1/web: an edge leads to redis in a chart without a namespace, so nothing says where it is; give that chart a namespace',
    ]);
  });
});

test('routes with the same clients share a load balancer, and its ports are open', () => {
  const chart = chartOf();
  const web = new HardenedService(chart, 'web', { image: IMAGE, ports: { http: 8080, https: 8443, admin: 9000 } });
  web.publish({ port: 'http', listen: 80 });
  web.publish({ port: 'https', listen: 443 });
  web.publish({ port: 'admin', allowedSources: ['198.51.100.0/24'] });
  const objects = objectsOf(chart);
  expect(Object.keys(objects).filter((key) => key.startsWith('Service/'))).toEqual([
    'Service/web',
    'Service/web-public',
    'Service/web-public-9000',
  ]);
  expect(objects['Service/web-public'].spec).toEqual({
    externalTrafficPolicy: 'Local',
    ports: [
      { name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' },
      { name: 'https', port: 443, protocol: 'TCP', targetPort: 'https' },
    ],
    selector: { 'app.kubernetes.io/instance': 'web' },
    type: 'LoadBalancer',
  });
  expect(objects['Service/web-public-9000'].spec.loadBalancerSourceRanges).toEqual(['198.51.100.0/24']);
  expect(objects['NetworkPolicy/web'].spec.ingress).toEqual([
    { ports: [8080, 8443].map((port) => ({ port, protocol: 'TCP' })) },
    { from: [{ ipBlock: { cidr: '198.51.100.0/24' } }], ports: [{ port: 9000, protocol: 'TCP' }] },
  ]);
});

test('a port is published once', () => {
  const chart = chartOf();
  const web = new HardenedService(chart, 'web', { image: IMAGE, ports: { http: 8080, other: 8081 } });
  web.publish({ port: 'http', listen: 80 });
  web.publish({ port: 'other', listen: 80 });
  expect(() => objectsOf(chart)).toThrow('listen: the port is published already, got 80; choose another');
});

test('a policy selects by one label', () => {
  const chart = chartOf();
  new HardenedService(chart, 'web', { image: IMAGE, labels: { tier: 'front' } });
  const labels = Object.values(objectsOf(chart))
    .filter((one: Any) => one.kind !== 'Namespace')
    .map((one: Any) => one.spec?.podSelector?.matchLabels ?? one.spec?.selector?.matchLabels)
    .filter((one) => one !== undefined);
  expect(labels).toEqual([pods('web'), pods('web'), pods('web')].map((one) => one.podSelector.matchLabels));
});

describe('an open segment', () => {
  const member = { 'segment.ironhull.io/backend': 'member' };

  test('lets its members connect on every port, and nobody else', () => {
    const chart = chartOf();
    const backend = new NetworkSegment(chart, 'Backend', { open: true });
    const closed = new NetworkSegment(chart, 'Closed');
    const networks = [{ network: backend }, { network: closed }];
    new HardenedService(chart, 'web', { image: IMAGE, ports: { http: 8080 }, networks });
    new HardenedTask(chart, 'seed', { image: IMAGE, networks });
    new HardenedService(chart, 'other', { image: IMAGE });
    const objects = objectsOf(chart);
    const members = [{ podSelector: { matchLabels: member } }];
    for (const name of ['web', 'seed']) {
      expect(objects[`NetworkPolicy/${name}`].spec).toMatchObject({ egress: [dns, { to: members }], ingress: [{ from: members }] });
    }
    expect(objects['NetworkPolicy/other'].spec).toMatchObject({ egress: [dns], ingress: [] });
    expect(objects['Deployment/web'].spec.template.metadata.labels).toMatchObject(member);
    expect(objects['Deployment/web'].metadata.labels).not.toHaveProperty('segment.ironhull.io/backend');
    expect(JSON.stringify(objects['Deployment/other'])).not.toContain('segment.ironhull.io');
    expect(JSON.stringify(objects)).not.toContain('segment.ironhull.io/closed');
  });

  test('above charts has members in their namespaces alone', () => {
    const app = new App();
    const backend = new NetworkSegment(app, 'Backend', { open: true });
    for (const namespace of ['one', 'two'])
      new HardenedService(new IronhullChart(app, namespace, { namespace }), 'web', { image: IMAGE, networks: [{ network: backend }] });
    new HardenedService(new IronhullChart(app, 'three', { namespace: 'three' }), 'web', { image: IMAGE });
    const [policy] = [...synthesize(app).manifests.values()]
      .flat()
      .filter((one) => one.kind === 'NetworkPolicy' && one.metadata.name === 'web');
    const values = ['one', 'two'];
    expect((policy as Any).spec.ingress).toEqual([
      {
        from: [
          {
            namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values }] },
            podSelector: { matchLabels: member },
          },
        ],
      },
    ]);
  });
});

test('names of the public DNS are public addresses, and the policy says whose; one rule for each port', () => {
  const chart = chartOf();
  const web = new HardenedService(chart, 'web', { image: IMAGE });
  web.network.allowTo(Peers.dnsName('api.stripe.com', 443));
  web.network.allowTo(Peers.dnsName('api.example.com', 443));
  web.network.allowTo(Peers.dnsName('smtp.example.com', 587));
  const { metadata, spec } = objectsOf(chart)['NetworkPolicy/web'];
  expect(metadata.annotations).toEqual({ 'ironhull.io/dns-names': 'api.example.com:443, api.stripe.com:443, smtp.example.com:587' });
  const rules = spec.egress.slice(1);
  expect(rules.map((rule: Any) => rule.ports)).toEqual([[{ port: 443, protocol: 'TCP' }], [{ port: 587, protocol: 'TCP' }]]);
  for (const rule of rules) {
    expect(rule.to[0].ipBlock.cidr).toBe('0.0.0.0/0');
    expect(rule.to[0].ipBlock.except).toEqual(expect.arrayContaining(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16']));
  }
});
