import { ConfigFiles, ExistingSecret, HardenedService, interpolate, type LateBound } from '../../lib';
import { kubernetes } from '../../lib/platforms/kubernetes';
import { Testing } from '../../lib/testing';
import { type Any, chartOf, IMAGE, objectsOf } from './support';

const named = (objects: Record<string, Any>, kind: string) => Object.keys(objects).filter((key) => key.startsWith(`${kind}/`));

describe('configuration files', () => {
  const made = (text: string, tune = false) => {
    const chart = chartOf();
    const files = { 'app.conf': text, 'logo.png': Uint8Array.from([0x89, 0xff]), 'start.sh': Buffer.from('#!/bin/sh\n') };
    const config = new ConfigFiles(chart, 'Settings', { files });
    if (tune)
      config.part.tune(kubernetes, ({ configMap }) => {
        configMap.data = { ...configMap.data, extra: 'more' };
      });
    const mounts = { '/etc/app.conf': config.file('app.conf'), '/bin/start': config.file('start.sh', { executable: true }) };
    new HardenedService(chart, 'web', { image: IMAGE, writable: [], files: mounts });
    new HardenedService(chart, 'other', { image: IMAGE });
    return objectsOf(chart);
  };

  test('are a ConfigMap of their version, text as text and bytes as bytes', () => {
    const objects = made('level = info\n');
    const [key] = named(objects, 'ConfigMap') as [string];
    expect(key).toBe('ConfigMap/settings-e7e6393b');
    expect(objects[key]).toMatchObject({
      binaryData: { 'logo.png': 'if8=' },
      data: { 'app.conf': 'level = info\n', 'start.sh': '#!/bin/sh\n' },
      immutable: true,
      metadata: { namespace: 'shop' },
    });
    const { containers, volumes } = objects['Deployment/web'].spec.template.spec;
    expect(containers[0].volumeMounts).toEqual([
      { mountPath: '/bin/start', name: 'settings', readOnly: true, subPath: 'start.sh' },
      { mountPath: '/etc/app.conf', name: 'settings', readOnly: true, subPath: 'app.conf' },
    ]);
    const items = [
      { key: 'start.sh', mode: 0o555, path: 'start.sh' },
      { key: 'app.conf', path: 'app.conf' },
    ];
    expect(volumes).toEqual([{ configMap: { defaultMode: 0o444, items, name: 'settings-e7e6393b' }, name: 'settings' }]);
  });

  test('roll exactly their consumers when a byte changes, also one that was edited', () => {
    const [one, two, tuned] = [made('a'), made('b'), made('a', true)];
    const names = [one, two, tuned].map((objects) => named(objects, 'ConfigMap')[0]);
    expect(new Set(names).size).toBe(3);
    for (const [i, objects] of [one, two, tuned].entries()) {
      const [volume] = objects['Deployment/web'].spec.template.spec.volumes;
      expect(`ConfigMap/${volume.configMap.name}`).toBe(names[i]);
      expect(objects['Deployment/other']).toEqual(one['Deployment/other']);
    }
  });
});

describe('text with secrets in it', () => {
  const envOf = (build: (secret: ExistingSecret) => Record<string, Any>) => {
    const chart = chartOf();
    const secret = new ExistingSecret(chart, 'Secrets', { existing: 'db' });
    new HardenedService(chart, 'web', { image: IMAGE, env: build(secret) });
    return objectsOf(chart)['Deployment/web'].spec.template.spec.containers[0].env;
  };
  const ref = (name: string, key: string) => ({ name, valueFrom: { secretKeyRef: { key, name: 'db' } } });

  test('refers to variables that stand before it', () => {
    expect(
      envOf((secret) => ({
        A_URL: interpolate`postgresql://app:${secret.key('password')}@db/app`,
        B_URL: interpolate`${secret.key('user')}:${secret.key('password')}`,
        ZONE: 'a',
      })),
    ).toEqual([
      ref('A_URL__PASSWORD', 'password'),
      ref('B_URL__USER', 'user'),
      { name: 'ZONE', value: 'a' },
      { name: 'A_URL', value: 'postgresql://app:$(A_URL__PASSWORD)@db/app' },
      { name: 'B_URL', value: '$(B_URL__USER):$(A_URL__PASSWORD)' },
    ]);
  });

  test('uses a variable that the container has anyway', () => {
    expect(envOf((secret) => ({ PASSWORD: secret.key('password'), URL: interpolate`x:${secret.key('password')}` }))).toEqual([
      ref('PASSWORD', 'password'),
      { name: 'URL', value: 'x:$(PASSWORD)' },
    ]);
  });

  test('takes no name that is taken, and no dollar sign for a reference', () => {
    expect(envOf((secret) => ({ URL: interpolate`$(HOME)$${secret.key('a.b')}`, URL__A_B: 'x' }))).toEqual([
      { name: 'URL__A_B', value: 'x' },
      ref('URL__A_B_2', 'a.b'),
      { name: 'URL', value: '$$(HOME)$$$(URL__A_B_2)' },
    ]);
  });

  test('with values that are known later is known later', () => {
    class Later implements LateBound {
      constructor(private readonly value: unknown) {}
      apply(func: (value: unknown) => unknown): unknown {
        const result = func(this.value);
        return result instanceof Later ? result : new Later(result);
      }
    }
    const root = Testing.root('shop');
    const secret = new ExistingSecret(root, 'Secrets', { existing: 'db' });
    const [host, port] = [new Later('$h'), new Later(5432)];
    const url = interpolate`x://${secret.key('password')}@${host}:${port}/$`;
    const web = new HardenedService(root, 'web', { image: IMAGE, env: { ADDRESS: interpolate`${host}:${port}`, URL: url } });
    const planned = Testing.plan(root, kubernetes);
    const native = planned.drafted.find(({ part }) => part === (web.part as unknown))?.native as Any;
    const env = native.deployment.spec.template.spec.containers[0].env;
    expect(env.map((one: Any) => one.name)).toEqual(['ADDRESS', 'URL__PASSWORD', 'URL']);
    expect(env[0].value).toEqual(new Later('$$h:5432'));
    expect(env[2].value).toEqual(new Later('x://$(URL__PASSWORD)@$$h:5432/$$'));
  });
});
