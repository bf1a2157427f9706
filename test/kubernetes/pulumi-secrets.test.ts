import * as pulumi from '@pulumi/pulumi';
import { App } from 'cdk8s';
import type { Construct } from 'constructs';
import { ConfigFiles, ConfigSecret, GeneratedSecret, HardenedService, HardenedTask, interpolate } from '../../lib';
import { IronhullChart } from '../../lib/platforms/kubernetes';
import { deployChart, deployKubernetes } from '../../lib/platforms/kubernetes/pulumi';
import { type Recorded, record } from '../stack/mocks';
import { Parent, rootOf } from './pulumi-support';
import { type Any, IMAGE } from './support';

describe('secrets', () => {
  const config = { 'secrets:db.password': 'planted-value', 'secrets:db.user': 'shop' };
  const names = (recorded: Recorded) => recorded.resources.filter((one) => one.type.startsWith('kubernetes:')).map((one) => one.name);

  function shop(scope: Construct): void {
    const secret = new ConfigSecret(scope, 'Db', { keys: ['password', 'user'] });
    new HardenedService(scope, 'web', { image: IMAGE, env: { PASSWORD_FILE: secret.file('password') } });
    new HardenedService(scope, 'other', { image: IMAGE });
  }
  const deploy = (build: (scope: Construct) => void, values: Record<string, string>) =>
    record(() => void deployKubernetes(rootOf(build), { parent: new Parent(), name: 'shop' }), values);

  test("of the stack's config become a Secret of their version, after which its consumers are made", async () => {
    const recorded = await deploy(shop, config);
    const name = names(recorded).find((one) => one.startsWith('secret/')) as string;
    expect(name).toMatch(/^secret\/shop\/db-[0-9a-f]{8}$/);
    const { inputs } = recorded.find('kubernetes:core/v1:Secret', name) as Any;
    // the recording wraps what is encrypted in the state
    expect(JSON.stringify(inputs.data)).toContain('4dabf18193072939515e22adb298388d');
    expect(JSON.stringify(inputs.data)).toContain(Buffer.from('planted-value').toString('base64'));
    expect(inputs).toMatchObject({ immutable: true, metadata: { name: name.split('/')[2] }, type: 'Opaque' });
    const web = recorded.find('kubernetes:apps/v1:Deployment', 'deployment/shop/web');
    expect(web.dependsOn).toContain(name);
    expect((web.inputs as Any).spec.template.spec.volumes).toContainEqual({
      name: 'db',
      secret: { defaultMode: 0o440, items: [{ key: 'password', path: 'password' }], secretName: name.split('/')[2] },
    });
    expect(recorded.find('kubernetes:apps/v1:Deployment', 'deployment/shop/other').dependsOn).not.toContain(name);
    expect(JSON.stringify(web.inputs)).not.toContain('planted-value');
  });

  test('have another name when a value is another one, in whatever key', async () => {
    const of = async (values: Record<string, string>) => names(await deploy(shop, values)).find((one) => one.startsWith('secret/'));
    const name = await of(config);
    expect(await of({ ...config })).toBe(name);
    expect(await of({ ...config, 'secrets:db.user': 'other' })).not.toBe(name);
  });

  test('that the config lacks are problems, with the command that sets each', async () => {
    const recorded = await deploy(shop, { 'secrets:db.user': 'shop' });
    expect(String(recorded.error)).toContain(
      "1 problem:\n  shop/Db: keys.password: the stack's config has no value for the secret secrets:db.password; " +
        'run: pulumi config set --secret secrets:db.password',
    );
    expect(names(recorded)).toEqual([]);
  });

  test('that are generated come from @pulumi/random, not from an operator', async () => {
    const recorded = await deploy((scope) => {
      const secret = new GeneratedSecret(scope, 'Keys', { values: { token: { length: 40 } } });
      new HardenedService(scope, 'web', { image: IMAGE, env: { TOKEN: secret.key('token') } });
    }, {});
    expect(recorded.find('random:index/randomPassword:RandomPassword', 'keys.token').inputs).toMatchObject({ length: 40 });
    const name = names(recorded).find((one) => one.startsWith('secret/')) as string;
    const { env } = (recorded.find('kubernetes:apps/v1:Deployment', 'deployment/shop/web').inputs as Any).spec.template.spec.containers[0];
    expect(env).toEqual([{ name: 'TOKEN', valueFrom: { secretKeyRef: { key: 'token', name: name.split('/')[2] } } }]);
    expect(names(recorded).join()).not.toMatch(/externalSecret|password/);
  });

  test('and values that are known later in one text', async () => {
    const recorded = await deploy((scope) => {
      const secret = new ConfigSecret(scope, 'Db', { keys: ['password', 'user'] });
      const url = interpolate`sql://${secret.key('user')}:${secret.key('password')}@${pulumi.output('db.example')}:${pulumi.output(5432)}/`;
      new HardenedService(scope, 'web', { image: IMAGE, env: { URL: url } });
    }, config);
    const { env } = (recorded.find('kubernetes:apps/v1:Deployment', 'deployment/shop/web').inputs as Any).spec.template.spec.containers[0];
    expect(env.at(-1)).toEqual({ name: 'URL', value: 'sql://$(URL__USER):$(URL__PASSWORD)@db.example:5432/' });
  });

  test('of a chart are the same', async () => {
    const chart = new IronhullChart(new App(), 'shop', { namespace: 'shop' });
    shop(chart);
    const recorded = await record(() => void deployChart(chart, { parent: new Parent() }), config);
    if (recorded.error) throw recorded.error;
    expect(names(recorded).sort()).toEqual(names(await deploy(shop, config)).sort());
    const lacking = await record(() => void deployChart(chart, { parent: new Parent() }));
    expect(String(lacking.error)).toContain('run: pulumi config set --secret secrets:db.user');
  });
});

test('a task is waited for by Pulumi: no mark, no token, and dependents come after the Job', async () => {
  const recorded = await record(() => {
    const root = rootOf((scope) => {
      const config = new ConfigFiles(scope, 'Settings', { files: { 'a.sql': 'select 1;\n' } });
      const migrate = new HardenedTask(scope, 'migrate', { image: IMAGE, files: { '/a.sql': config.file('a.sql') } });
      new HardenedService(scope, 'web', { image: IMAGE }).startAfter(migrate);
    });
    deployKubernetes(root, { parent: new Parent(), name: 'shop' });
  });
  const made = recorded.resources
    .filter((one) => one.type.startsWith('kubernetes:'))
    .map((one) => one.name.replace(/-[0-9a-f]{8}$/, '-HASH'));
  expect(made.sort()).toEqual([
    'configMap/shop/settings-HASH',
    'deployment/shop/web',
    'job/shop/migrate-HASH',
    'namespace/shop',
    'networkPolicy/shop/default-deny',
    'networkPolicy/shop/migrate',
    'networkPolicy/shop/web',
    'podDisruptionBudget/shop/web',
    'serviceAccount/shop/migrate',
    'serviceAccount/shop/web',
  ]);
  const job = recorded.resources.find((one) => one.type === 'kubernetes:batch/v1:Job');
  expect(job?.dependsOn.map((name) => name.replace(/-[0-9a-f]{8}$/, '-HASH')).sort()).toEqual([
    'configMap/shop/settings-HASH',
    'namespace/shop',
    'networkPolicy/shop/migrate',
    'serviceAccount/shop/migrate',
  ]);
  const web = recorded.find('kubernetes:apps/v1:Deployment', 'deployment/shop/web');
  expect(web.dependsOn).toContain(job?.name);
  expect((web.inputs as Any).spec.template.spec).not.toHaveProperty('initContainers');
  expect((job?.inputs as Any).spec.template.spec.containers).toHaveLength(1);
});
