import { Environment, Environments, HardenedService, PersistentVolume, ProblemsError } from '../../lib';
import { compose } from '../../lib/platforms/compose';
import { kubernetes } from '../../lib/platforms/kubernetes';
import { Testing } from '../../lib/testing';

function shop(environment?: Environment) {
  const root = Testing.root('shop', environment);
  const data = new PersistentVolume(root, 'Data', { size: '1Gi' });
  const api = new HardenedService(root, 'Api', {
    image: 'team/api:1',
    ports: { http: 8080 },
    mounts: [{ volume: data, path: '/data', readOnly: true }],
  });
  const web = new HardenedService(root, 'Web', { image: 'team/web:1' });
  web.network.allowTo(api, 'http');
  return root;
}

test('a rendered stack shows the natives of one platform by kind and name', () => {
  const rendered = Testing.render(shop(), kubernetes);
  expect(rendered.names('workload')).toEqual(['api', 'web']);
  expect(rendered.native('workload', 'web').deployment.spec.replicas).toBe(1);
  expect(rendered.native('volume', 'data').claim.spec.resources?.requests).toEqual({ storage: '1Gi' });
  expect(Testing.render(shop(), compose).native('workload', 'web').service.depends_on).toEqual({ api: { condition: 'service_started' } });
});

test('the environment is test unless another is given', () => {
  expect(Environment.of(Testing.root())).toBe(Environments.test);
  const rendered = Testing.render(shop(Environments.production), kubernetes);
  expect(rendered.native('workload', 'web').deployment.spec.replicas).toBe(3);
  expect(rendered.warnings).toHaveLength(2);
  expect(rendered.warnings[0]).toContain('shop/Api: image: outside development and test an image should have a digest, got "team/api:1"');
});

test('what a platform does in another way can be looked at', () => {
  const { differences } = Testing.render(shop(), compose);
  expect(differences.filter(({ feature }) => feature === 'network.edges').map(({ path, how }) => [path, how])).toEqual([
    ['shop/Api', 'emulated'],
    ['shop/Web', 'emulated'],
  ]);
});

test('a name that is not there is answered with those that are', () => {
  const rendered = Testing.render(shop(), kubernetes);
  expect(() => rendered.native('workload', 'backend')).toThrow(
    new Error('there is no workload of that name, got "backend"; use one of api, web'),
  );
  expect(() => rendered.native('secret', 'x')).toThrow(new Error('there is no secret of that name, got "x"; the stack has none'));
});

test('problems are lines, and an error when the stack is rendered', () => {
  const root = shop();
  new PersistentVolume(root, 'Data', { size: '1Gi' });
  const line = 'shop: two constructs have the same id, got "Data"; give each an id of its own';
  expect(Testing.problems(root, kubernetes)).toEqual([line]);
  expect(() => Testing.render(root, kubernetes)).toThrow(ProblemsError);
  expect(() => Testing.render(root, kubernetes)).toThrow(line);
});
