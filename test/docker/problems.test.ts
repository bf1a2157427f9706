import { RootConstruct } from 'constructs';
import { ConfigFiles, HardenedService, type HardenedServiceProps, HardenedTask, NetworkSegment, PersistentVolume } from '../../lib';
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

test('names of the network that leads outside, and of the prober', () => {
  expect(
    problems((root) => {
      new NetworkSegment(root, 'Outside');
      new HardenedService(root, 'VeogenProber', { image });
    }),
  ).toEqual([
    'veogen/Outside: the name is that of the network that leads out of the stack; choose another id, or give the segment a name',
    'veogen/VeogenProber: the name is that of the container that brings the prober; choose another id, or give the service a name',
  ]);
});

describe('files', () => {
  const files = (path: string, props: Partial<HardenedServiceProps> = {}) =>
    problems((root) => {
      const config = new ConfigFiles(root, 'Config', { files: { a: 'a' } });
      const volume = new PersistentVolume(root, 'Data', { size: '1Gi' });
      const mounts = [{ volume, path: '/data', readOnly: true }];
      new HardenedService(root, 'Api', { image, mounts, files: { [path]: config.file('a') }, ...props });
    });

  test.each([
    ['/a.conf', 'a file directly below / has no directory that Docker could mount; put it into a directory, such as /etc/a.conf'],
    ['/data/a.conf', 'lies in the root of a volume, which cannot hold it too; put it into a directory of its own'],
    ['/tmp/a.conf', 'lies in a writable path, which cannot hold it too; put it into a directory of its own'],
    [
      '/data/deep/a.conf',
      'lies in a volume that is mounted read-only, where no directory can be made for it; put it into a directory of its own',
    ],
  ])('%s has no place', (path, what) => expect(files(path)).toEqual([`veogen/Api: files.${path}: ${what}`]));

  test('of a sidecar', () => {
    expect(
      problems((root) => {
        const config = new ConfigFiles(root, 'Config', { files: { a: 'a' } });
        new HardenedService(root, 'Api', { image, sidecars: { log: { image, files: { '/a': config.file('a') } } } });
      }),
    ).toEqual([
      'veogen/Api: sidecars.log.files./a: a file directly below / has no directory that Docker could mount; ' +
        'put it into a directory, such as /etc/a',
    ]);
  });

  test.each(['/tmp/deep/a.conf', '/etc/a.conf', '/usr/local/bin/run'])('%s has one', (path) => expect(files(path)).toEqual([]));
});

test('a task of another stack cannot be waited for', () => {
  const other = new RootConstruct('other');
  const task = new HardenedTask(other, 'Migrate', { image });
  expect(problems((root) => new HardenedService(root, 'Api', { image }).startAfter(task))).toEqual([
    'veogen/Api: waits for other/Migrate, which is not part of this stack; put both into one stack',
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
