import { isSecretKeyName, type SecretKey } from '../kinds/secret';
import { Template } from '../values/template';
import { badText, looksSecret, withoutPassword } from '../values/text';
import type { EnvValue } from './props';
import type { Reading } from './reading';
import { isLateBound, isSecretFile, isSecretKey } from './references';
import type { EnvSpec } from './spec';

/** Fills in environment variables, sorted by name. Files of secrets are paths here; the files themselves stand elsewhere. */
export function resolveEnv(env: Readonly<Record<string, EnvValue>>, read: Reading): EnvSpec[] {
  return Object.keys(env)
    .sort()
    .map((name) => {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
        read.problem(`env.${name}`, 'is no name of an environment variable', name, 'use letters, digits and underscores');
      return { name, value: resolveValue(name, env[name] as EnvValue, read) };
    });
}

function resolveValue(name: string, value: EnvValue, read: Reading): EnvSpec['value'] {
  const where = `env.${name}`;
  if (isSecretFile(value)) return value.path;
  if (isSecretKey(value)) {
    read.r.feature('secret.environment');
    checkSecretKey(where, value, read);
    return value;
  }
  if (isLateBound(value)) {
    read.r.feature('late-bound');
    return value;
  }
  if (Template.isTemplate(value)) return resolveTemplate(name, value, read);
  if (typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) {
    checkText(name, String(value), typeof value === 'string' ? name : '', read);
    return String(value);
  }
  // the inside of an object may be a secret
  const shown = typeof value === 'object' && value !== null ? 'an object' : value;
  read.problem(where, 'must be text, a number, a boolean, a secret or a late-bound value', shown, 'turn it into text');
  return '';
}

/** @param called what it is called, if its name counts */
function checkText(name: string, text: string, called: string, read: Reading): void {
  const bad = badText(text);
  if (bad) read.problem(`env.${name}`, bad[0], withoutPassword(text), bad[1]);
  else if (looksSecret(called, text) && read.r.acknowledged('plain-secret') === undefined) {
    const fix = "use `secret.file('…')` or `secret.key('…')` of a secret, or acknowledge 'plain-secret' with a reason";
    read.problem(`env.${name}`, 'looks like a secret that is written down', undefined, fix);
  }
}

function resolveTemplate(name: string, template: Template, read: Reading): string | Template {
  const where = `env.${name}`;
  for (const value of template.missing) read.problem(where, 'holds a value that is none', value, 'give it a value');
  const texts = template.parts.map((part) => (typeof part === 'string' ? part : '')).join('');
  checkText(name, texts, template.parts.length > 1 ? '' : name, read);
  if (template.parts.every((part) => typeof part === 'string')) return texts;
  for (const part of template.parts) {
    if (typeof part === 'string') continue;
    if (isSecretFile(part)) {
      const fix = 'use `secret.key(…)` for the value, or a variable of its own for the path';
      read.problem(where, 'holds a secret that is a file', part.path, fix);
    } else if (isSecretKey(part)) {
      read.r.feature('secret.template');
      checkSecretKey(where, part, read);
    } else read.r.feature('late-bound');
  }
  return template;
}

/** Reports a key that a secret does not have. */
export function checkSecretKey(where: string, { secret, key }: SecretKey, read: Reading): void {
  if (!isSecretKeyName(key)) {
    read.problem(where, 'is no key of a secret', key, 'use letters, digits, dashes, dots and underscores');
    return;
  }
  const { keys } = secret.resolve().spec;
  // a secret without keys has a problem of its own
  if (keys && keys.length > 0 && !keys.includes(key))
    read.problem(where, 'the secret has no such key', key, `use one of ${keys.join(', ')}`);
}
