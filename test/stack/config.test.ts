import { Environment, Environments, ProblemsError } from '../../lib';
import { StackConfig, type StackConfigOptions } from '../../lib/stack/pulumi';
import { record } from './mocks';

async function read(config: Record<string, string>, options: Partial<StackConfigOptions> = {}) {
  let found: StackConfig | undefined;
  const { error } = await record(() => {
    found = StackConfig.read({ systems: ['veogen', 'xorb'], ...options });
  }, config);
  return { found, error };
}

test('reads a config', async () => {
  const { found } = await read({
    'ironhull:system': 'veogen',
    'ironhull:platform': 'docker',
    'ironhull:environment': 'staging',
    'ironhull:namespace': 'veogen-eu',
    'ironhull:architecture': 'arm64',
  });
  expect({ ...found }).toEqual({
    system: 'veogen',
    platform: 'docker',
    environment: Environments.staging,
    namespace: 'veogen-eu',
    architecture: 'arm64',
  });
});

test('namespace and architecture can be left out', async () => {
  const { found } = await read({ 'ironhull:system': 'xorb', 'ironhull:platform': 'kubernetes', 'ironhull:environment': 'test' });
  expect(found).toMatchObject({ architecture: 'amd64' });
  expect(Object.keys({ ...found })).not.toContain('namespace');
});

test('takes environments of the user', async () => {
  const preview = new Environment('preview', { replicas: 1 });
  const config = { 'ironhull:system': 'xorb', 'ironhull:platform': 'swarm', 'ironhull:environment': 'preview' };
  expect((await read(config, { environments: [preview] })).found?.environment).toBe(preview);
});

test('says everything that is missing or wrong at once, with what is allowed', async () => {
  const { error } = await read({ 'ironhull:platform': 'podman', 'ironhull:environment': 'prod', 'ironhull:namespace': 'No_Label' });
  expect(error).toBeInstanceOf(ProblemsError);
  expect((error as Error).message.split('\n')).toEqual([
    '4 problems:',
    '  stack config: ironhull:system: is not set; it must be one of veogen, xorb; run: pulumi config set ironhull:system <system>',
    '  stack config: ironhull:platform: must be one of docker, swarm, kubernetes, got "podman"; run: pulumi config set ironhull:platform <platform>',
    '  stack config: ironhull:environment: must be one of production, staging, development, test, got "prod"; run: pulumi config set ironhull:environment <environment>',
    '  stack config: ironhull:namespace: must be a DNS label of at most 63 characters, got "No_Label"; run: pulumi config set ironhull:namespace <namespace>',
  ]);
});
