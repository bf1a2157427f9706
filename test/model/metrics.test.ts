import { HardenedService, Peers } from '../../lib';
import { compose } from '../../lib/platforms/compose';
import { docker } from '../../lib/platforms/docker';
import { kubernetes } from '../../lib/platforms/kubernetes';
import { swarm, swarmFile } from '../../lib/platforms/swarm';
import { Testing } from '../../lib/testing';

const PROMETHEUS = Peers.pods({ 'app.kubernetes.io/name': 'prometheus' }, { 'kubernetes.io/metadata.name': 'monitoring' });
const WARNING =
  'shop/Web: metrics: nobody may connect to the metrics port, got "metrics"; set metrics.from to the peer that fetches them, or call network.allowFrom with \'metrics\'';

function shop(metrics: object = {}) {
  const root = Testing.root('shop');
  const web = new HardenedService(root, 'Web', {
    image: 'team/app:1',
    ports: { http: 8080, metrics: 9100 },
    metrics: { port: 'metrics', ...metrics },
    acknowledge: { 'no-new-privileges': 'the engines are set up for it' },
  });
  return { root, web };
}

test('who fetches the metrics may connect to their port, and to no other', () => {
  const rendered = Testing.render(shop({ from: PROMETHEUS }).root, kubernetes);
  expect(rendered.warnings).toEqual([]);
  expect(rendered.native('workload', 'web').networkPolicy.spec?.ingress).toEqual([
    {
      from: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } },
          podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } },
        },
      ],
      ports: [{ port: 9100, protocol: 'TCP' }],
    },
  ]);
});

test('metrics that nobody may fetch are a warning', () => {
  const { root, web } = shop();
  expect(Testing.render(root, kubernetes).warnings).toEqual([WARNING]);
  web.network.allowFrom(PROMETHEUS, 'http');
  expect(Testing.render(root, kubernetes).warnings).toEqual([WARNING]);
  web.network.allowFrom(PROMETHEUS, 'metrics');
  expect(Testing.render(root, kubernetes).warnings).toEqual([]);
});

test('a published port of metrics is no warning', () => {
  const { root, web } = shop();
  web.publish({ port: 'metrics' });
  expect(Testing.render(root, kubernetes).warnings).toEqual([]);
});

test.each([docker, compose, swarm, swarmFile])('$title: such a peer means nothing, and nobody is warned', (platform) => {
  for (const { root } of [shop(), shop({ from: PROMETHEUS })]) {
    const planned = Testing.plan(root, platform as typeof compose);
    expect([planned.problems, planned.warnings]).toEqual([[], []]);
  }
});
