import { parse } from 'yaml';
import { ExistingSecret, NetworkSegment } from '../../lib';
import { formatProblem } from '../../lib/model/problems';
import { ComposeExpression, compose, composeFile } from '../../lib/platforms/compose';
import { swarm, swarmStackFile } from '../../lib/platforms/swarm';
import { planSwarm } from '../../lib/platforms/swarm/pulumi';
import { service, tree } from './build';

const acknowledge = { 'no-new-privileges': 'daemon.json of every node has it', 'plain-secret': 'the names only look like it' };

test('variables, labels and options named as a reference is stay text', () => {
  const secret = { secret: 'abc', key: 'def' };
  const root = tree();
  const secrets = new ExistingSecret(root, 'Secrets', { existing: 'shop-secrets' });
  service(root, 'A', { acknowledge, env: secret, labels: secret });
  service(root, 'B', { env: { expression: '$HOME' }, logging: { driver: 'local', options: { expression: '$HOME' } } });
  service(root, 'C', { env: { PASSWORD: secrets.key('password') } });
  new NetworkSegment(root, 'Segment', { driverOptions: secret });
  const { services, networks } = parse(composeFile(root).text);
  expect(services.a).toMatchObject({ environment: secret, labels: secret });
  expect(services.b).toMatchObject({ environment: { expression: '$$HOME' }, logging: { options: { expression: '$$HOME' } } });
  expect(services.c.environment.PASSWORD).toMatch(/^\$\{SHOP_SECRETS_PASSWORD:\?/);
  expect(networks.segment.driver_opts).toEqual(secret);
});

test('such variables are no problem of a Swarm through Pulumi either', () => {
  const root = tree();
  service(root, 'A', { acknowledge, env: { expression: 'text' } });
  service(root, 'B', { acknowledge, env: { secret: 'abc', key: 'def' } });
  expect(planSwarm(root).problems).toEqual([]);
});

test('a Swarm through Pulumi hands no configs or secrets over that the stack does not have', () => {
  const root = tree();
  const api = service(root, 'Api', { acknowledge, ports: { http: 8080 }, health: { tcp: { port: 'http' } } });
  expect(planSwarm(root).problems).toEqual([]);
  api.tune(swarm, (native) => {
    native.service.configs = [...(native.service.configs ?? []), { source: 'settings', target: '/etc/settings' }];
    native.service.secrets = [{ source: 'password', target: '/password' }];
    native.service.labels = { version: new ComposeExpression('a') };
  });
  expect(planSwarm(root).problems.map(formatProblem)).toEqual([
    'Api: labels.version: variables exist only in files, got "a"; use a value, a secret, or an Output',
    'Api: configs.1.source: the stack has no config of that name, got "settings"; mount a file of ConfigFiles or of a secret, or deploy a stack file',
    'Api: secrets.0.source: the stack has no secret of that name, got "password"; mount a file of ConfigFiles or of a secret, or deploy a stack file',
  ]);
});

test('a check may take longer than the prober itself ever waits', () => {
  const root = tree();
  const health = { tcp: { port: 'http' }, timeout: '25h', interval: '26h' } as const;
  service(root, 'Api', { ports: { http: 8080 }, health });
  const { healthcheck } = parse(composeFile(root).text).services.api;
  expect(healthcheck).toMatchObject({ timeout: '25h0m0s', test: ['CMD', '/.ironhull/prober', 'tcp', '8080', '--timeout', '86400000'] });
});

const LOST = [
  'all isolation (privileged)',
  'the user that is not root',
  'the read-only root file system',
  'the drop of all capabilities',
  'the limit to the capabilities that were asked for',
  'the isolation from namespaces of the host',
  'the isolation from files of the host',
  'the limit of memory',
];

function loosen(native: object): void {
  const service = native as Record<string, unknown>;
  for (const name of ['user', 'cap_drop', 'security_opt', 'deploy']) delete service[name];
  Object.assign(service, { privileged: true, read_only: false, cap_add: ['SYS_ADMIN'], network_mode: 'host' });
  service.volumes = [{ type: 'bind', source: '/', target: '/host' }];
}

test('what an edit takes off is said', () => {
  const root = tree();
  const api = service(root, 'Api', { capabilities: ['NET_BIND_SERVICE'] });
  api.addSidecar('watch', { image: 'example/watch:1' });
  expect(composeFile(root).warnings).toEqual([]);
  api.tune(compose, ({ service: own, sidecars }) => {
    loosen(own);
    if (sidecars.watch) sidecars.watch.user = '0:0';
  });
  const fix = 'say it in the props if it is meant, where a reason goes with it';
  const lost = [...LOST.slice(0, 5), 'no-new-privileges', ...LOST.slice(5)];
  expect(composeFile(root).warnings.map(formatProblem)).toEqual([
    ...lost.map((what) => `Api: tune took off ${what}; ${fix}`),
    `Api: sidecars.watch: tune took off the user that is not root; ${fix}`,
  ]);
});

test('and on Swarm, where services have no security options', () => {
  const root = tree();
  const api = service(root, 'Api', { acknowledge });
  expect([planSwarm(root).warnings, swarmStackFile(root).warnings]).toEqual([[], []]);
  api.tune(swarm, (native) => loosen(native.service));
  for (const { warnings } of [planSwarm(root), swarmStackFile(root)])
    expect(warnings.map(({ path, what }) => `${path}: ${what}`)).toEqual(LOST.map((what) => `Api: tune took off ${what}`));
});

test('an edit that takes nothing off says nothing', () => {
  const root = tree();
  const api = service(root, 'Api', { user: '0:0', acknowledge: { 'root-user': 'it has to bind to a device', ...acknowledge } });
  api.tune(compose, ({ service: native }) => {
    native.image = new ComposeExpression('app');
    native.security_opt = ['no-new-privileges=true', 'seccomp=profile.json'];
  });
  expect(composeFile(root).warnings).toEqual([]);
});
