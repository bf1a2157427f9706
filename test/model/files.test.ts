import { createHash } from 'node:crypto';
import type { Construct } from 'constructs';
import fc from 'fast-check';
import { ConfigFiles, ConfigSecret, ExistingSecret, HardenedService, interpolate, PersistentVolume, plan, Template } from '../../lib';
import { secretsIn } from '../../lib/model/values/template';
import { Testing } from '../../lib/testing';
import { recording } from './recording';

const web = (scope: Construct, props: object, id = 'Web') => new HardenedService(scope, id, { image: 'team/app:1', ...props });
const config = (files: Record<string, string | Uint8Array>) => new ConfigFiles(Testing.root(), 'Config', { files });

/** What is true of a container that is right. */
function main(service: HardenedService) {
  const { spec, problems } = service.part.resolve();
  expect(problems).toEqual([]);
  return spec.main;
}

describe('configuration files', () => {
  const version = (files: Record<string, string | Uint8Array>): string => {
    const { spec, problems } = config(files).part.resolve();
    expect(problems).toEqual([]);
    return spec.version;
  };

  test('are sorted, and their version is the hash of names and bytes', () => {
    const { spec } = config({ 'b.conf': 'two', 'a.bin': Uint8Array.of(1, 2) }).part.resolve();
    const hash = createHash('sha256').update('a.bin\0' + '2\0\x01\x02' + 'b.conf\0' + '3\0two');
    expect(spec).toEqual({ files: { 'a.bin': Uint8Array.of(1, 2), 'b.conf': 'two' }, version: hash.digest('hex').slice(0, 8) });
    expect(Object.keys(spec.files)).toEqual(['a.bin', 'b.conf']);
  });

  test('have one version for the same bytes, in any order and as text or bytes, and another one for every other', () => {
    expect(version({ a: 'x', b: 'y' })).toBe(version({ b: new TextEncoder().encode('y'), a: 'x' }));
    const names = fc.constantFrom('a', 'b', 'ab');
    const some = fc.dictionary(names, fc.string({ maxLength: 4 }), { minKeys: 1 });
    fc.assert(
      fc.property(some, some, (one, other) => {
        fc.pre(![...Object.values(one), ...Object.values(other)].some((text) => text.includes('\0')));
        const same = JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
        expect(version(one) === version(other)).toBe(same);
      }),
    );
  });

  test('may hold a program that holds such text as is made of values not yet known; a short text is looked at', () => {
    const program = `${'//'.padEnd(1024, '-')}\nif (String(x) === '[object Object]') throw 1;\n`;
    expect(version({ 'app.js': program })).toMatch(/^[0-9a-f]{8}$/);
    const { problems } = config({ 'app.js': '[object Object]' }).part.resolve();
    expect(problems).toHaveLength(1);
  });

  test('are mounted one by one, or all in a directory', () => {
    const root = Testing.root();
    const files = new ConfigFiles(root, 'Config', { files: { 'b.sh': 'true', 'a.conf': 'x' } });
    const [a, b] = [files.file('a.conf'), files.file('b.sh', { executable: true })];
    expect(b).toEqual({ config: files.part, key: 'b.sh', executable: true });
    const service = web(root, { files: { '/opt/b.sh': b, ...files.filesIn('/etc/app/') } });
    expect(main(service).files).toEqual([
      { path: '/etc/app/a.conf', from: a },
      { path: '/etc/app/b.sh', from: files.file('b.sh') },
      { path: '/opt/b.sh', from: b },
    ]);
    expect([...service.part.resolve().features]).toContain('config.file');
    expect([...files.part.resolve().features]).toEqual([]);
  });

  test('are what they were when they were given', () => {
    const bytes = Uint8Array.of(1);
    const said = { 'app.conf': 'old', bytes };
    const files = new ConfigFiles(Testing.root(), 'Config', { files: said });
    said['app.conf'] = 'new';
    bytes[0] = 2;
    expect(files.part.resolve().spec.files).toEqual({ 'app.conf': 'old', bytes: Uint8Array.of(1) });
  });
});

describe('files of a container', () => {
  test('are those that were said and those that variables hold the paths of, sorted; one and the same is one', () => {
    const root = Testing.root();
    const secret = new ExistingSecret(root, 'Secrets', { existing: 'db' });
    const service = web(root, {
      env: { A_FILE: secret.file('password'), B_FILE: secret.file('password'), C_FILE: secret.file('user', '/etc/user') },
      files: { '/zzz': secret.key('user'), '/run/secrets/db/password/': secret.key('password') },
    });
    const { env, files } = main(service);
    expect(env.map(({ name, value }) => `${name}=${value}`)).toEqual([
      'A_FILE=/run/secrets/db/password',
      'B_FILE=/run/secrets/db/password',
      'C_FILE=/etc/user',
    ]);
    expect(files).toEqual([
      { path: '/etc/user', from: { secret: secret.part, key: 'user' } },
      { path: '/run/secrets/db/password', from: { secret: secret.part, key: 'password' } },
      { path: '/zzz', from: { secret: secret.part, key: 'user' } },
    ]);
  });

  test('may stand in a writable path or a volume, and beside names that begin alike', () => {
    const root = Testing.root();
    const file = new ConfigFiles(root, 'Config', { files: { x: 'x' } }).file('x');
    const mounts = [{ volume: new PersistentVolume(root, 'Data', { size: '1Gi' }), path: '/data' }];
    expect(main(web(root, { mounts, files: { '/tmp/x': file, '/data/x': file, '/data2': file } })).files).toHaveLength(3);
  });

  test('of a sidecar are its own', () => {
    const root = Testing.root();
    const secret = new ExistingSecret(root, 'Secrets', { existing: 'db' });
    const service = web(root, { sidecars: { helper: { image: 'team/app:1', env: { KEY_FILE: secret.file('key') } } } });
    expect(main(service).files).toEqual([]);
    expect(service.part.resolve().spec.sidecars[0]?.files.map(({ path }) => path)).toEqual(['/run/secrets/db/key']);
  });

  test('put a service after what they are made of, and leave it out where that is wrong', () => {
    const root = Testing.root();
    const right = new ConfigFiles(root, 'Right', { files: { x: 'x' } });
    const wrong = new ConfigSecret(root, 'Wrong', { keys: [] });
    web(root, { files: { '/x': right.file('x') } }, 'One');
    web(root, { env: { URL: interpolate`x${wrong.key('x')}` } }, 'Two');
    web(root, { files: { '/x': wrong.key('x') } }, 'Three');
    const { drafted, problems } = plan(root, recording());
    expect(problems.map(({ path }) => path)).toEqual(['test/Wrong: keys']);
    expect(drafted.map(({ at }) => at.name)).toEqual(['right', 'one']);
  });
});

describe('a template', () => {
  const root = Testing.root();
  const secret = new ExistingSecret(root, 'Secrets', { existing: 'db' });
  const password = secret.key('password');
  const later = { apply: () => later };

  test('is texts and references in order, where no two texts follow each other', () => {
    expect(interpolate`postgresql://${'app'}:${password}@${'db'}:${5432}/x`.parts).toEqual(['postgresql://app:', password, '@db:5432/x']);
    expect(interpolate`${password}${later}`.parts).toEqual([password, later]);
    expect(interpolate``.parts).toEqual([]);
  });

  test('takes in another one', () => {
    const login = interpolate`app:${password}`;
    expect(interpolate`a${login}b${interpolate`c`}d`.parts).toEqual(['aapp:', password, 'bcd']);
    expect(interpolate`${interpolate`${undefined as never}`}`.missing).toEqual([undefined]);
  });

  test('knows its secrets, and is one of another copy of the package too', () => {
    expect(secretsIn(interpolate`${later}${password}${password}`)).toEqual([password, password]);
    expect([interpolate`a`, 'a', undefined, {}].map(Template.isTemplate)).toEqual([true, false, false, false]);
  });

  test('is a value of a variable; without references it is plain text', () => {
    const url = interpolate`x://${password}@${later}`;
    const service = web(root, { env: { URL: url, PLAIN: interpolate`db:${5432}`, EMPTY: interpolate`` } });
    expect(main(service).env).toEqual([
      { name: 'EMPTY', value: '' },
      { name: 'PLAIN', value: 'db:5432' },
      { name: 'URL', value: url },
    ]);
    const { features } = service.part.resolve();
    expect(
      ['secret.template', 'late-bound', 'secret.environment', 'secret.file'].filter((one) => features.has(one as 'late-bound')),
    ).toEqual(['secret.template', 'late-bound']);
  });

  test('may be offered, and takes its secret along', () => {
    const db = web(root, { ports: { sql: 5432 } }, 'Db');
    db.network.offer({ DATABASE_URL: interpolate`postgresql://app:${password}@${db.endpoint('sql')}/app` });
    const api = web(root, {}, 'Api');
    api.network.allowTo(db, { env: { DATABASE_URL: 'URL' } });
    const [variable] = main(api).env;
    expect([variable?.name, (variable?.value as Template).parts]).toEqual(['URL', ['postgresql://app:', password, '@db:5432/app']]);
  });

  test('with a late-bound value beside a port of a URL is no written password', () => {
    expect(
      main(web(root, { env: { URL: interpolate`https://${later}:8080/x@y`, DB: interpolate`x://u:${later}@db` } }, 'Url')).env,
    ).toHaveLength(2);
  });
});
