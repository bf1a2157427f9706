import { createHash } from 'node:crypto';
import { App } from 'cdk8s';
import { ConfigSecret, ExistingSecret, ExternalSecret, GeneratedSecret, HardenedService, SealedSecret } from '../../lib';
import { IronhullChart, kubernetes, synthesize } from '../../lib/platforms/kubernetes';
import { type Any, chartOf, IMAGE, objectsOf } from './support';

const podOf = (objects: Record<string, Any>, key = 'Deployment/web') => objects[key].spec.template;

describe('a secret that somebody else made', () => {
  const made = (version?: string) => {
    const chart = chartOf();
    const secret = new ExistingSecret(chart, 'Secrets', { existing: 'team-secrets', ...(version !== undefined && { version }) });
    new HardenedService(chart, 'web', { image: IMAGE, env: { TOKEN_FILE: secret.file('token') } });
    new HardenedService(chart, 'other', { image: IMAGE });
    return objectsOf(chart);
  };

  test('makes no object, and rolls nobody', () => {
    const objects = made();
    expect(Object.keys(objects).filter((key) => key.includes('Secret'))).toEqual([]);
    expect(podOf(objects).metadata.annotations).toBeUndefined();
  });

  test('rolls exactly its consumers when its version changes', () => {
    const [one, two] = [made('2026-01'), made('2026-02')];
    expect(podOf(one).metadata.annotations).toEqual({ 'ironhull.io/secret-team-secrets': '2026-01' });
    expect(podOf(two).metadata.annotations).toEqual({ 'ironhull.io/secret-team-secrets': '2026-02' });
    expect(podOf(one, 'Deployment/other')).toEqual(podOf(two, 'Deployment/other'));
  });
});

describe('files of secrets', () => {
  test('in the directory of their secret are mounted as a whole, elsewhere one by one', () => {
    const chart = chartOf();
    const secret = new ExistingSecret(chart, 'Secrets', { existing: 'db' });
    new HardenedService(chart, 'web', {
      image: IMAGE,
      writable: [],
      env: { A_FILE: secret.file('a'), B_FILE: secret.file('b', '/run/secrets/db/other'), C_FILE: secret.file('c', '/etc/c.pem') },
      sidecars: { proxy: { image: IMAGE, writable: [], env: { B_FILE: secret.file('b') } } },
    });
    const { containers, volumes } = podOf(objectsOf(chart)).spec;
    expect(containers[0].volumeMounts).toEqual([
      { mountPath: '/etc/c.pem', name: 'db', readOnly: true, subPath: 'c' },
      { mountPath: '/run/secrets/db', name: 'db', readOnly: true },
    ]);
    expect(containers[1].volumeMounts).toEqual([{ mountPath: '/run/secrets/db', name: 'proxy-db', readOnly: true }]);
    const items = [
      { key: 'a', path: 'a' },
      { key: 'b', path: 'other' },
      { key: 'c', path: 'c' },
    ];
    expect(volumes).toEqual([
      { name: 'db', secret: { defaultMode: 0o440, items, secretName: 'db' } },
      { name: 'proxy-db', secret: { defaultMode: 0o440, items: [{ key: 'b', path: 'b' }], secretName: 'db' } },
    ]);
  });

  test('do not take each other for one where names meet', () => {
    const chart = chartOf();
    const secret = new ExistingSecret(chart, 'Secrets', { existing: 'db' });
    new HardenedService(chart, 'web', { image: IMAGE, files: { '/run/secrets/db/x': secret.key('y'), '/etc/x': secret.key('x') } });
    const { containers, volumes } = podOf(objectsOf(chart)).spec;
    expect(containers[0].volumeMounts).toContainEqual({ mountPath: '/etc/x', name: 'db', readOnly: true, subPath: 'x-2' });
    expect(volumes[1].secret.items).toEqual([
      { key: 'y', path: 'x' },
      { key: 'x', path: 'x-2' },
    ]);
  });
});

describe('a secret of a store', () => {
  test('is an ExternalSecret', () => {
    const chart = chartOf();
    new ExternalSecret(chart, 'Db', {
      store: { name: 'aws', kind: 'ClusterSecretStore' },
      values: { url: { remote: 'shop/url' }, password: { remote: 'shop/db', property: 'password', version: '3' } },
      refresh: '15m',
    });
    expect(objectsOf(chart)['ExternalSecret/db']).toMatchObject({
      apiVersion: 'external-secrets.io/v1',
      spec: {
        data: [
          { remoteRef: { key: 'shop/db', property: 'password', version: '3' }, secretKey: 'password' },
          { remoteRef: { key: 'shop/url' }, secretKey: 'url' },
        ],
        refreshInterval: '900s',
        secretStoreRef: { kind: 'ClusterSecretStore', name: 'aws' },
        target: { creationPolicy: 'Owner', name: 'db' },
      },
    });
  });

  test('that makes a Secret of another name is found under that name', () => {
    const chart = chartOf();
    const secret = new ExternalSecret(chart, 'Db', { store: { name: 'aws' }, values: { url: { remote: 'shop/url' } } });
    secret.part.tune(kubernetes, ({ externalSecret }) => {
      if (externalSecret) externalSecret.spec.target.name = 'elsewhere';
    });
    new HardenedService(chart, 'web', { image: IMAGE, env: { URL: secret.key('url') } });
    const [url] = podOf(objectsOf(chart)).spec.containers[0].env;
    expect(url).toEqual({ name: 'URL', valueFrom: { secretKeyRef: { key: 'url', name: 'elsewhere' } } });
  });
});

describe('a secret that is generated in the cluster', () => {
  const made = (rotation: number, values = {}) => {
    const chart = chartOf();
    const secret = new GeneratedSecret(chart, 'Keys', { rotation, values: { token: {}, ...values } });
    new HardenedService(chart, 'web', { image: IMAGE, env: { TOKEN: secret.key('token') } });
    return objectsOf(chart);
  };
  const nameOf = (objects: Record<string, Any>) => podOf(objects).spec.containers[0].env[0].valueFrom.secretKeyRef.name as string;

  test('has a generator and an ExternalSecret for each value, that makes it once', () => {
    const objects = made(1);
    const name = nameOf(objects);
    expect(name).toMatch(/^keys-token-[0-9a-f]{8}$/);
    expect(objects[`Password/${name}`].spec).toEqual({ allowRepeat: true, digits: 8, length: 32, noUpper: false, symbols: 0 });
    const generatorRef = { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'Password', name };
    expect(objects[`ExternalSecret/${name}`].spec).toEqual({
      dataFrom: [{ sourceRef: { generatorRef } }],
      refreshInterval: '0s',
      refreshPolicy: 'CreatedOnce',
      target: {
        creationPolicy: 'Owner',
        immutable: true,
        name,
        template: { data: { token: '{{ .password }}' }, engineVersion: 'v2', type: 'Opaque' },
      },
    });
  });

  test('is another one after a rotation, and the same one beside another value', () => {
    expect(nameOf(made(2))).not.toBe(nameOf(made(1)));
    expect(nameOf(made(1, { more: {} }))).toBe(nameOf(made(1)));
    expect(nameOf(made(1, { token: { length: 40 } }))).not.toBe(nameOf(made(1)));
  });

  test('has symbols that need no escape, or hexadecimal digits of hashes', () => {
    const objects = made(1, { sym: { alphabet: 'symbols' }, hex: { alphabet: 'hex', length: 80 } });
    const of = (kind: string, key: string) => Object.entries(objects).find(([name]) => name.startsWith(`${kind}/keys-${key}-`))?.[1].spec;
    expect(of('Password', 'sym')).toMatchObject({ symbolCharacters: '-._~', symbols: 4 });
    expect(of('Password', 'hex')).toMatchObject({ length: 64, symbols: 0 });
    expect(of('ExternalSecret', 'hex').target.template.data).toEqual({
      hex: '{{ print (printf "0.%s" .password | sha256sum) (printf "1.%s" .password | sha256sum) | trunc 80 }}',
    });
  });

  test('whose values are files of one directory is projected into it', () => {
    const chart = chartOf();
    const secret = new GeneratedSecret(chart, 'Keys', { values: { a: {}, b: {} } });
    new HardenedService(chart, 'web', { image: IMAGE, writable: [], env: { A: secret.file('a'), B: secret.file('b') } });
    const { containers, volumes } = podOf(objectsOf(chart)).spec;
    expect(containers[0].volumeMounts).toEqual([{ mountPath: '/run/secrets/keys', name: 'keys', readOnly: true }]);
    const source = (key: string) => ({ secret: { items: [{ key, path: key }], name: expect.stringMatching(`^keys-${key}-`) } });
    expect(volumes).toEqual([{ name: 'keys', projected: { defaultMode: 0o440, sources: [source('a'), source('b')] } }]);
  });
});

test('a sealed secret keeps its name, for which it was sealed, and rolls its consumers by an annotation', () => {
  const sealed = `Ag${'A'.repeat(120)}`;
  const made = (scope: 'strict' | 'namespace-wide') => {
    const chart = chartOf();
    const secret = new SealedSecret(chart, 'Db', { scope, encrypted: { password: sealed } });
    new HardenedService(chart, 'web', { image: IMAGE, env: { PASSWORD: secret.key('password') } });
    return objectsOf(chart);
  };
  const strict = made('strict');
  expect(strict['SealedSecret/db'].metadata.annotations).toBeUndefined();
  expect(strict['SealedSecret/db'].spec.encryptedData).toEqual({ password: sealed });
  expect(strict['SealedSecret/db'].spec.template).toMatchObject({ metadata: { name: 'db', namespace: 'shop' }, type: 'Opaque' });
  const version = createHash('sha256')
    .update(JSON.stringify([['password', sealed]]))
    .digest('hex')
    .slice(0, 8);
  expect(podOf(strict).metadata.annotations).toEqual({ 'ironhull.io/secret-db': version });
  const annotations = { 'sealedsecrets.bitnami.com/namespace-wide': 'true' };
  expect(made('namespace-wide')['SealedSecret/db'].metadata.annotations).toEqual(annotations);
  expect(made('namespace-wide')['SealedSecret/db'].spec.template.metadata.annotations).toEqual(annotations);
});

test("a file cannot hold values of a Pulumi stack's config, and says so once", () => {
  const chart = chartOf();
  const secret = new ConfigSecret(chart, 'Db', { keys: ['password', 'user'] });
  new HardenedService(chart, 'web', { image: IMAGE, env: { PASSWORD_FILE: secret.file('password') } });
  expect(() => objectsOf(chart)).toThrow(
    '1 problem:\n  shop/Db: values of a Pulumi stack\'s config exist only through Pulumi, so no file can hold them, got "db"; ' +
      'deploy with Pulumi, or use another kind of secret here',
  );
});

test('what is made of a secret stands in a chart, not above', () => {
  const app = new App();
  new ExistingSecret(app, 'Shared', { existing: 'shared' });
  new ExternalSecret(app, 'Store', { store: { name: 'aws' }, values: { a: { remote: 'a' } } });
  new IronhullChart(app, 'shop', { namespace: 'shop' });
  expect(() => synthesize(app)).toThrow('1 problem:\n  Store: is in no cdk8s Chart, so no file would hold it; put it under a Chart');
});
