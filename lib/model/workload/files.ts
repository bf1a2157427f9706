import type { ConfigFile } from '../kinds/config';
import { isSecretKeyName } from '../kinds/secret';
import { checkSecretKey } from './env';
import type { EnvValue, FileSource } from './props';
import { INVALID_PATH, type Reading } from './reading';
import { isConfigFile, isSecretFile, isSecretKey } from './references';
import type { FileSpec } from './spec';

/** Checks files and adds those that variables hold the paths of; sorted by path. */
export function resolveFiles(
  said: Readonly<Record<string, FileSource>> | undefined,
  env: Readonly<Record<string, EnvValue>>,
  others: readonly { readonly path: string }[],
  read: Reading,
): FileSpec[] {
  const files = new Map<string, FileSpec>();
  const taken = new Set(others.map((one) => one.path));
  const add = (where: string, said: string, from: FileSource): void => {
    const path = read.path(where, said);
    const known = files.get(path)?.from;
    if (path === INVALID_PATH || (known && same(known, from))) return;
    if (known || taken.has(path)) read.problem(where, 'two things are mounted at the same path', path, 'give each a path of its own');
    files.set(path, { path, from });
  };
  for (const [path, from] of Object.entries(read.record('files', said, "{ '/etc/app.conf': config.file('app.conf') }"))) {
    const where = `files.${path}`;
    if (isConfigFile(from)) checkConfigFile(where, from, read);
    else if (isSecretKey(from)) {
      checkSecretFile(where, from, read);
      if (isSecretFile(from) && from.path !== path)
        read.problem(where, 'the secret is a file with a path of its own', from.path, "use `secret.key('…')` here");
    } else {
      const shown = typeof from === 'object' && from !== null ? 'an object' : from;
      read.problem(where, 'must be a file of a config or a value of a secret', shown, "use `config.file('…')` or `secret.key('…')`");
      continue;
    }
    add(where, path, isSecretFile(from) ? { secret: from.secret, key: from.key } : from);
  }
  for (const [name, value] of Object.entries(env)) {
    if (!isSecretFile(value)) continue;
    checkSecretFile(`env.${name}`, value, read);
    // a path is made of the key
    if (isSecretKeyName(value.key)) add(`env.${name}`, value.path, { secret: value.secret, key: value.key });
  }
  checkWithin([...files.keys()], [...taken], read);
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Nothing can be mounted below a file. */
function checkWithin(files: readonly string[], others: readonly string[], read: Reading): void {
  const isFile = new Set(files);
  for (const path of [...files, ...others]) {
    const names = path.split('/');
    const above = names.map((_, i) => names.slice(0, i).join('/')).find((parent) => isFile.has(parent));
    if (above !== undefined) read.problem(`files.${above}`, `is a file, and ${path} would be below it`, undefined, 'choose another path');
  }
}

function checkConfigFile(where: string, { config, key }: ConfigFile, read: Reading): void {
  read.r.feature('config.file');
  const names = Object.keys(config.resolve().spec.files);
  // a config without files has a problem of its own
  if (names.length > 0 && !names.includes(key)) read.problem(where, 'the config has no such file', key, `use one of ${names.join(', ')}`);
}

function checkSecretFile(where: string, from: Parameters<typeof checkSecretKey>[1], read: Reading): void {
  read.r.feature('secret.file');
  checkSecretKey(where, from, read);
}

function same(one: FileSource, other: FileSource): boolean {
  if (one.key !== other.key) return false;
  return isConfigFile(one) ? isConfigFile(other) && one.config === other.config : isSecretKey(other) && one.secret === other.secret;
}
