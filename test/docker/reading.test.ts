import { RootConstruct } from 'constructs';
import { Environment, Environments, HardenedService } from '../../lib';
import { type DockerContainer, docker } from '../../lib/platforms/docker';
import { planDocker } from '../../lib/platforms/docker/pulumi';
import { containersOf } from './render';

const image = 'veogen/backend:1.0.0';

describe('what an edit takes off', () => {
  const warnings = (edit: (args: DockerContainer['args']) => void) => {
    const root = new RootConstruct('veogen');
    Environment.set(root, Environments.test);
    const api = new HardenedService(root, 'Api', { image, replicas: 2, capabilities: ['NET_BIND_SERVICE'] });
    api.tune(docker, ({ containers }) => {
      for (const one of containers) edit(one.args);
    });
    return planDocker(root).warnings.map(({ path, what }) => `${path}: ${what}`);
  };

  test('is said once for all replicas', () => {
    const lost = warnings((args) => {
      for (const name of ['user', 'readOnly', 'capabilities', 'securityOpts', 'memory'] as const) delete args[name];
      Object.assign(args, { privileged: true, networkMode: 'host', volumes: [{ hostPath: '/', containerPath: '/host' }] });
      args.devices = [{ hostPath: '/dev/kmsg' }];
    });
    expect(lost).toEqual(
      [
        'all isolation (privileged)',
        'the isolation from devices of the host',
        'the user that is not root',
        'the read-only root file system',
        'the drop of all capabilities',
        'no-new-privileges',
        'the isolation from namespaces of the host',
        'the isolation from files of the host',
        'the limit of memory',
      ].map((what) => `veogen/Api: tune took off ${what}`),
    );
  });

  test.each([
    [(args: DockerContainer['args']) => void Object.assign(args, { user: 'root' }), 'the user that is not root'],
    [(args: DockerContainer['args']) => void args.securityOpts?.push('seccomp=unconfined'), 'a security module'],
    [
      (args: DockerContainer['args']) => void args.capabilities?.adds?.push('CAP_SYS_ADMIN'),
      'the limit to the capabilities that were asked for',
    ],
  ])('%#: %s', (edit, what) => {
    expect(warnings(edit)).toEqual([`veogen/Api: tune took off ${what}`]);
  });

  test('an edit that takes nothing off says nothing', () => {
    expect(warnings((args) => Object.assign(args, { hostname: 'api', volumes: [{ volumeName: 'a', containerPath: '/a' }] }))).toEqual([]);
  });
});

test('a check may take longer than the prober itself ever waits', () => {
  const [container] = containersOf({ ports: { http: 8000 }, health: { tcp: { port: 'http' }, timeout: '25h', interval: '26h' } });
  expect(container?.args.healthcheck).toMatchObject({ timeout: '25h0m0s', tests: expect.arrayContaining(['86400000']) });
});
