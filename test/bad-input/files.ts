import { ConfigFiles, type ConfigFilesProps, ExistingSecret, interpolate, PersistentVolume } from '../../lib';
import { type BadInput, props, service } from './case';

type Scope = Parameters<BadInput['build']>[0];
const config = (s: Scope, files: unknown = { 'app.conf': 'x' }) => new ConfigFiles(s, 'Config', { files } as ConfigFilesProps);
const secrets = (s: Scope) => new ExistingSecret(s, 'Secrets', { existing: 'secrets' });

/** Configuration files with something wrong. */
function wrong(mistake: string, files: unknown, message: string): BadInput {
  return { mistake, build: (s) => config(s, files), message: `app/#/Config: ${message}` };
}

/** Files of containers, and what they are made of. */
export const FILES: readonly BadInput[] = [
  wrong('a config without files', {}, "files: needs at least one file; write it as { 'app.conf': '…' }"),
  wrong('a config that is a text', 'level = info', "files: needs at least one file; write it as { 'app.conf': '…' }"),
  wrong(
    'a file with a path for its name',
    { 'conf.d/app.conf': 'x' },
    'files.conf.d/app.conf: is no file name, got "conf.d/app.conf"; use letters, digits, dashes, dots and underscores; the path is said where it is mounted',
  ),
  wrong(
    'a file whose name is the folder',
    { '.': 'x' },
    'files..: is no file name, got "."; use letters, digits, dashes, dots and underscores; the path is said where it is mounted',
  ),
  wrong(
    'a file without contents',
    { 'app.conf': undefined },
    'files.app.conf: must be text or bytes; pass its text; a secret value is a file of its own: files of the service',
  ),
  wrong(
    'a file that is an object',
    { 'app.json': { password: 'hunter2' } },
    'files.app.json: must be text or bytes, got "an object"; pass its text; a secret value is a file of its own: files of the service',
  ),
  wrong(
    'a file with a secret in it',
    { 'app.conf': interpolate`level = ${'info'}` },
    'files.app.conf: must be text or bytes, got "an object"; pass its text; a secret value is a file of its own: files of the service',
  ),
  wrong(
    'a file made of a value that is not known',
    { 'app.conf': `level = ${{}}` },
    'files.app.conf: is text that was made of a value not yet known; pass the value itself, or use pulumi.interpolate',
  ),
  wrong(
    'files that are too large',
    { one: 'x'.repeat(600_000), two: new Uint8Array(400_001) },
    'files: have more than 1000000 bytes together, got 1000001; make several of them, or put large files into the image',
  ),
  props(
    'files that are a list',
    { files: ['/etc/app.conf'] },
    `files: must be an object, got ["/etc/app.conf"]; write it as { '/etc/app.conf': config.file('app.conf') }`,
  ),
  props(
    'a file that is text',
    { files: { '/etc/app.conf': 'level = info' } },
    "files./etc/app.conf: must be a file of a config or a value of a secret, got \"level = info\"; use `config.file('…')` or `secret.key('…')`",
  ),
  {
    mistake: 'a config instead of a file of it',
    build: (s) => service(s, { files: { '/etc/app.conf': config(s) } }),
    message:
      "app/#/Web: files./etc/app.conf: must be a file of a config or a value of a secret, got \"an object\"; use `config.file('…')` or `secret.key('…')`",
  },
  {
    mistake: 'a file that the config does not have',
    build: (s) => service(s, { files: { '/etc/app.conf': config(s).file('app.cnf') } }),
    message: 'app/#/Web: files./etc/app.conf: the config has no such file, got "app.cnf"; use one of app.conf',
  },
  {
    mistake: 'a file at a relative path',
    build: (s) => service(s, { files: { 'app.conf': config(s).file('app.conf') } }),
    message: `app/#/Web: files.app.conf: must be an absolute path below /, got "app.conf"; write it as '/var/lib/app', without colons, commas or '..'`,
  },
  {
    mistake: 'a key that is none, as a file',
    build: (s) => service(s, { files: { '/etc/key': secrets(s).key('a/b') } }),
    message: 'app/#/Web: files./etc/key: is no key of a secret, got "a/b"; use letters, digits, dashes, dots and underscores',
  },
  {
    mistake: 'a secret file at another path than its own',
    build: (s) => service(s, { files: { '/etc/key': secrets(s).file('key') } }),
    message:
      'app/#/Web: files./etc/key: the secret is a file with a path of its own, got "/run/secrets/secrets/key"; use `secret.key(\'…\')` here',
  },
  {
    mistake: 'a file where a volume is',
    build: (s) => {
      const mounts = [{ volume: new PersistentVolume(s, 'Data', { size: '1Gi' }), path: '/data' }];
      service(s, { mounts, files: { '/data': config(s).file('app.conf') } });
    },
    message: 'app/#/Web: files./data: two things are mounted at the same path, got "/data"; give each a path of its own',
  },
  {
    mistake: 'two secrets in one file',
    build: (s) => {
      const secret = secrets(s);
      service(s, { env: { A_FILE: secret.file('a', '/run/key'), B_FILE: secret.file('b', '/run/key') } });
    },
    message: 'app/#/Web: env.B_FILE: two things are mounted at the same path, got "/run/key"; give each a path of its own',
  },
  {
    mistake: 'a config where a secret is',
    build: (s) => service(s, { env: { A_FILE: secrets(s).file('a', '/etc/a') }, files: { '/etc/a/': config(s).file('app.conf') } }),
    message: 'app/#/Web: env.A_FILE: two things are mounted at the same path, got "/etc/a"; give each a path of its own',
  },
  {
    mistake: 'a file below a file',
    build: (s) => {
      const file = config(s).file('app.conf');
      service(s, { files: { '/etc/app': file, '/etc/app/app.conf': file } });
    },
    message: 'app/#/Web: files./etc/app: is a file, and /etc/app/app.conf would be below it; choose another path',
  },
  {
    mistake: 'a writable path below a file',
    build: (s) => service(s, { writable: ['/etc/app/cache'], files: { '/etc/app': config(s).file('app.conf') } }),
    message: 'app/#/Web: files./etc/app: is a file, and /etc/app/cache would be below it; choose another path',
  },
];
