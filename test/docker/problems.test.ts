import { HardenedService, NetworkSegment } from '../../lib';
import { containersOf, problems } from './render';

const image = 'veogen/backend:1.0.0';

test('a published port of several replicas', () => {
  expect(
    problems((root) => void new HardenedService(root, 'Api', { image, replicas: 2, ports: { http: 8000 } }).publish({ port: 'http' })),
  ).toEqual(['veogen/Api: publish: only one of several containers can have a port of the host; set replicas to 1, or publish a proxy']);
});

test.each([
  ['127.0.0.1', '127.0.0.1', 1],
  ['127.0.0.1', '0.0.0.0', 1],
  ['127.0.0.1', '127.0.0.2', 0],
])('one port of the host on %s and %s: %i', (first, second, count) => {
  const found = problems((root) => {
    new HardenedService(root, 'A', { image, ports: { http: 8000 } }).publish({ port: 'http', address: first });
    new HardenedService(root, 'B', { image, ports: { http: 8000 } }).publish({ port: 'http', address: second });
  });
  expect(found).toHaveLength(count);
  if (count > 0) expect(found[0]).toMatch(/^veogen\/B: publish http\.listen: the port of the host is taken by veogen\/A/);
});

test('a published port in an internal segment', () => {
  expect(
    problems((root) => {
      const network = new NetworkSegment(root, 'Back', { internal: true });
      new HardenedService(root, 'Api', { image, ports: { http: 8000 }, networks: [{ network }] }).publish({ port: 'http' });
    }),
  ).toEqual(['veogen/Api: publish: an internal segment has no way in for a published port; add a segment that is not internal']);
});

test.each(['net.core.rmem_max', 'net.core.wmem_max', 'net.core.netdev_max_backlog'])('%s belongs to the host', (name) => {
  expect(problems((root) => void new HardenedService(root, 'Api', { image, sysctls: { [name]: 5000 } }))).toEqual([
    `veogen/Api: sysctls.${name}: is a parameter of the host, which a container has no value of its own for; ` +
      "set it on the host, or acknowledge 'sysctls' with a reason: then it is left out",
  ]);
});

test('and is left out where that was acknowledged', () => {
  const [container] = containersOf({
    sysctls: { 'net.core.rmem_max': 1, 'net.core.somaxconn': 2 },
    acknowledge: { sysctls: 'the host is set up with these buffers' },
  });
  expect(container?.args.sysctls).toEqual({ 'net.core.somaxconn': '2' });
});

test('memory in parts of a mebibyte', () => {
  expect(
    problems((root) => void new HardenedService(root, 'Api', { image, writable: [], resources: { memory: { limit: '10000Ki' } } }))[0],
  ).toBe("veogen/Api: resources.memory.limit: Docker's provider counts memory in whole mebibytes; use '10Mi'");
});

test('attempts that Docker would not count', () => {
  expect(problems((root) => void new HardenedService(root, 'Api', { image, restart: { maxAttempts: 3 } }))).toEqual([
    "veogen/Api: restart.maxAttempts: Docker counts attempts only with the condition 'on-failure'; " +
      "use 'on-failure', or acknowledge 'restart.policy' with a reason",
  ]);
});

test('a sidecar whose container has the name of a service', () => {
  expect(
    problems((root) => {
      new HardenedService(root, 'Api', { image, sidecars: { log: { image } } });
      new HardenedService(root, 'ApiLog', { image });
    }),
  ).toEqual([expect.stringContaining('the container name is taken by')]);
});

test("names of the stack's own network and prober", () => {
  expect(
    problems((root) => {
      new NetworkSegment(root, 'Veogen');
      new HardenedService(root, 'VeogenProber', { image });
    }),
  ).toEqual([
    "veogen/Veogen: the name is that of the stack's own network; choose another id, or give the segment a name",
    'veogen/VeogenProber: the name is that of the container that brings the prober; choose another id, or give the service a name',
  ]);
});

test.each(['autoscaling', 'rollback', 'spread', 'disruption-budget'] as const)('%s cannot be done, and says why', (feature) => {
  const asked = {
    autoscaling: { scaling: { min: 1, max: 2 } },
    rollback: { rollback: {} },
    spread: { placement: { spreadOver: ['zone'] } },
    'disruption-budget': { maxUnavailable: 1 },
  }[feature];
  expect(problems((root) => void new HardenedService(root, 'Api', { image, ...asked }))).toEqual([
    expect.stringMatching(
      new RegExp(`^veogen/Api: Docker cannot do '${feature}': .{10,}; leave it out, or acknowledge '${feature}' with a reason$`),
    ),
  ]);
});
