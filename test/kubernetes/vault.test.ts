import { HardenedService, HardenedTask, interpolate, VaultSecret } from '../../lib';
import { type Any, chartOf, IMAGE, objectsOf } from './support';

const podOf = (objects: Record<string, Any>, key = 'Deployment/web') => objects[key].spec.template;

describe("a secret that Vault's agent brings", () => {
  const values = { key: { path: 'secret/data/shop', field: 'api.key' } };
  const prefixed = (fields: Record<string, string>) =>
    Object.fromEntries(Object.entries(fields).map(([key, value]) => [`vault.hashicorp.com/${key}`, value]));

  test('is annotations of the pods, and a token that only the agent mounts', () => {
    const chart = chartOf();
    const secret = new VaultSecret(chart, 'Vault', { role: 'shop', address: 'https://vault.example:8200', values });
    new HardenedService(chart, 'web', { image: IMAGE, user: '10001:10002', files: { '/etc/app/key': secret.key('key') } });
    const { metadata, spec } = podOf(objectsOf(chart));
    expect(metadata.annotations).toEqual(
      prefixed({
        'agent-init-first': 'true',
        'agent-inject': 'true',
        'agent-inject-containers': 'web',
        'agent-inject-file-etc-app-key': 'key',
        'agent-inject-perms-etc-app-key': '0440',
        'agent-inject-secret-etc-app-key': 'secret/data/shop',
        'agent-inject-template-etc-app-key':
          '{{ with secret "secret/data/shop" }}{{ with .Data.data }}{{ index . "api.key" }}{{ else }}{{ index .Data "api.key" }}{{ end }}{{ end }}',
        'agent-limits-cpu': '100m',
        'agent-limits-ephemeral': '64Mi',
        'agent-limits-mem': '64Mi',
        'agent-pre-populate': 'true',
        'agent-requests-cpu': '10m',
        'agent-requests-ephemeral': '64Mi',
        'agent-requests-mem': '64Mi',
        'agent-run-as-group': '10002',
        'agent-run-as-user': '10001',
        'agent-service-account-token-volume-name': 'vault-token',
        'agent-set-security-context': 'true',
        role: 'shop',
        'secret-volume-path-etc-app-key': '/etc/app',
        service: 'https://vault.example:8200',
      }),
    );
    const token = { serviceAccountToken: { expirationSeconds: 7200, path: 'token' } };
    expect(spec.volumes).toContainEqual({ name: 'vault-token', projected: { defaultMode: 0o440, sources: [token] } });
    expect(JSON.stringify(spec.containers)).not.toContain('vault-token');
  });

  test('leaves no agent beside a task, which would never end', () => {
    const chart = chartOf();
    const secret = new VaultSecret(chart, 'Vault', { role: 'shop', values });
    new HardenedTask(chart, 'migrate', { image: IMAGE, env: { KEY_FILE: secret.file('key') } });
    const objects = objectsOf(chart);
    const [job] = Object.keys(objects).filter((key) => key.startsWith('Job/'));
    expect(podOf(objects, job).metadata.annotations).toMatchObject(prefixed({ 'agent-pre-populate-only': 'true' }));
  });

  test('cannot be had in the environment, and a pod has one role', () => {
    const chart = chartOf();
    const one = new VaultSecret(chart, 'One', { role: 'one', values });
    const two = new VaultSecret(chart, 'Two', { role: 'two', values });
    new HardenedService(chart, 'web', { image: IMAGE, env: { KEY: one.key('key'), URL: interpolate`https://${one.key('key')}@x` } });
    new HardenedService(chart, 'api', { image: IMAGE, env: { A: one.file('key'), B: two.file('key') } });
    const what = "no Kubernetes Secret holds a value that Vault's agent brings, so it cannot be had in the environment";
    const fix = 'got "key"; use secret.file(\'…\'), or an ExternalSecret';
    expect(() => objectsOf(chart)).toThrow(`shop/web: env.KEY: ${what}, ${fix}`);
    expect(() => objectsOf(chart)).toThrow(
      'shop/api: files./run/secrets/two/key: a pod has one Vault agent, and another secret of it has another role or address, got "two"; ' +
        'give them one role and one address, or put one of them into another service',
    );
  });

  test('has one file at a path, whichever container it is for', () => {
    const chart = chartOf();
    const more = { ...values, other: { path: 'secret/data/shop', field: 'other' } };
    const secret = new VaultSecret(chart, 'Vault', { role: 'shop', values: more });
    const at = (key: string) => ({ image: IMAGE, files: { '/etc/key': secret.key(key) } });
    new HardenedService(chart, 'web', { ...at('key'), sidecars: { same: at('key'), proxy: at('other') } });
    expect(() => objectsOf(chart)).toThrow(
      'shop/web: files./etc/key: the Vault agent writes one file at a path, and two containers want different ones, got "/etc/key"; choose another path',
    );
  });
});
