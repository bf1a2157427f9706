import * as pulumi from '@pulumi/pulumi';
import { ApiObject, App, Chart } from 'cdk8s';
import { HardenedService } from '../../lib';
import { deployChart, PulumiOutputResolver } from '../../lib/platforms/kubernetes/pulumi';
import { record } from '../stack/mocks';
import { type Any, chartOf, IMAGE, objectsOf, web } from './support';

test('a port is open to the sources of its route, in the policy as well, and no node port goes around them', () => {
  const chart = chartOf();
  const service = new HardenedService(chart, 'web', { image: IMAGE, ports: { http: 8080, admin: 9000 } });
  service.publish({ port: 'http' });
  service.publish({ port: 'admin', listen: 9000, allowedSources: ['203.0.113.0/24', '198.51.100.0/24'] });
  service.publish({ port: 'admin', listen: 9001, allowedSources: ['198.51.100.0/24', '203.0.113.0/24'] });
  const objects = objectsOf(chart);
  expect(objects['NetworkPolicy/web'].spec.ingress).toEqual([
    { ports: [{ port: 8080, protocol: 'TCP' }] },
    {
      from: [{ ipBlock: { cidr: '198.51.100.0/24' } }, { ipBlock: { cidr: '203.0.113.0/24' } }],
      ports: [{ port: 9000, protocol: 'TCP' }],
    },
  ]);
  expect(objects['Service/web-public-9000'].spec).toMatchObject({
    allocateLoadBalancerNodePorts: false,
    externalTrafficPolicy: 'Local',
    loadBalancerSourceRanges: ['203.0.113.0/24', '198.51.100.0/24'],
  });
  expect(objects['Service/web-public'].spec).not.toHaveProperty('allocateLoadBalancerNodePorts');
});

test('the command of a probe is text, as the command of a container is', () => {
  const objects = web({
    args: ['$(A)'],
    env: { A: '1', B: '$$(A)' },
    health: { exec: ['/bin/check', '$(A)', '$$', '$5'] },
  });
  const [container] = objects['Deployment/web'].spec.template.spec.containers;
  const command = ['/bin/check', '$$(A)', '$$$$', '$5'];
  for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) expect(container[probe].exec).toEqual({ command });
  expect(container.args).toEqual(['$$(A)']);
});

test('text that looks like the place of an Output stays text', async () => {
  const text = Array.from({ length: 5 }, (_, i) => `__IRONHULL_OUTPUT_${i}__`).join();
  const recorded = await record(() => {
    const app = new App({ resolvers: [new PulumiOutputResolver()] });
    const chart = new Chart(app, 'x');
    const map = (id: string, data: object) =>
      new ApiObject(chart, id, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: id.toLowerCase() }, data } as Any);
    map('Theirs', { password: pulumi.secret('hunter2') });
    map('Mine', { text });
    deployChart(chart, { parent: new pulumi.ComponentResource('test:index:Parent', 'parent') });
  });
  expect(recorded.error).toBeUndefined();
  expect(recorded.find('kubernetes:core/v1:ConfigMap', 'configMap/mine').inputs.data).toEqual({ text });
  expect(JSON.stringify(recorded.find('kubernetes:core/v1:ConfigMap', 'configMap/theirs').inputs.data)).toContain('hunter2');
});
