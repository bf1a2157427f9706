import * as pulumi from '@pulumi/pulumi';
import type { Construct } from 'constructs';
import {
  ConfigSecret,
  Environments,
  ExistingSecret,
  GeneratedSecret,
  HardenedService,
  HardenedTask,
  interpolate,
  type ProblemsError,
} from '../../lib';
import { deployStack } from '../../lib/stack/pulumi';
import { record } from '../stack/mocks';

const image = 'veogen/backend:1.0.0';
const CONTAINER = 'docker:index/container:Container';
const deploy = (build: (root: Construct) => void, config: Record<string, string> = {}) =>
  record(() => void deployStack('shop', { platform: 'docker', environment: Environments.test }, build), config);

test('a template is put together of secret and late values', async () => {
  const recorded = await deploy(
    (root) => {
      const secret = new ExistingSecret(root, 'Secrets', { existing: 'db' });
      const host = pulumi.output('db.example');
      new HardenedService(root, 'Api', {
        image,
        env: { URL: interpolate`postgresql://app:${secret.key('password')}@${host}:${5432}/app`, A: 'a' },
      });
      new HardenedService(root, 'Plain', { image, env: { URL: interpolate`http://${host}/` } });
    },
    { 'secrets:db.password': 'hunter2hunter2' },
  );
  const { inputs, secretOutputs } = recorded.find(CONTAINER, 'api');
  // secret as a whole
  expect(inputs.envs).toMatchObject({ value: ['A=a', 'URL=postgresql://app:hunter2hunter2@db.example:5432/app'] });
  expect(secretOutputs).toEqual(['envs']);
  expect(recorded.find(CONTAINER, 'plain').inputs.envs).toEqual(['URL=http://db.example/']);
  expect(recorded.find(CONTAINER, 'plain').secretOutputs).toEqual([]);
});

test('a generated value is made once for all who use it', async () => {
  const recorded = await deploy((root) => {
    const secret = new GeneratedSecret(root, 'Secrets', { name: 'db', values: { password: { length: 40 } } });
    new HardenedService(root, 'Db', { image, env: { PASSWORD_FILE: secret.file('password') } });
    new HardenedService(root, 'Api', { image, env: { PASSWORD: secret.key('password') } });
  });
  expect(recorded.error).toBeUndefined();
  expect(recorded.resources.filter(({ type }) => type.startsWith('random:')).map(({ name }) => name)).toEqual(['db.password']);
});

test('values that the config lacks are named with everything else, wherever they are used', async () => {
  const recorded = await deploy((root) => {
    const secret = new ConfigSecret(root, 'Secrets', { name: 'db', keys: ['a', 'b', 'c', 'd', 'e'] });
    const generated = new GeneratedSecret(root, 'Made', { name: 'made', values: { x: {} } });
    new HardenedTask(root, 'Migrate', { image, env: { A: secret.key('a') } });
    new HardenedService(root, 'Api', {
      image,
      env: { B: interpolate`x:${secret.key('b')}`, C_FILE: secret.file('c'), X: generated.key('x') },
      files: { '/etc/d': secret.key('d') },
      sidecars: { log: { image, env: { E: secret.key('e') } } },
    });
  });
  const lacks = (where: string, key: string) =>
    `${where}: the stack's config has no value for the secret secrets:db.${key}; run: pulumi config set --secret secrets:db.${key}`;
  expect(
    String((recorded.error as ProblemsError).message)
      .split('\n  ')
      .slice(1),
  ).toEqual([
    lacks('shop/Migrate: env.A', 'a'),
    lacks('shop/Api: env.B', 'b'),
    lacks('shop/Api: files./etc/d', 'd'),
    lacks('shop/Api: files./run/secrets/db/c', 'c'),
    lacks('shop/Api: sidecars.log.env.E', 'e'),
  ]);
  expect(recorded.resources).toEqual([]);
});
