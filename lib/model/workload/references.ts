import type { ConfigFile } from '../kinds/config';
import type { SecretFile, SecretKey } from '../kinds/secret';
import { Part } from '../part';
import type { LateBound } from './props';

/** Whether a value is a reference to a value of a secret. */
export function isSecretKey(value: unknown): value is SecretKey {
  return typeof value === 'object' && value !== null && 'secret' in value && Part.isPart(value.secret) && 'key' in value;
}

/** Whether a value is a value of a secret in a file. */
export function isSecretFile(value: unknown): value is SecretFile {
  return isSecretKey(value) && 'path' in value;
}

/** Whether a value is a file of a config. */
export function isConfigFile(value: unknown): value is ConfigFile {
  return typeof value === 'object' && value !== null && 'config' in value && Part.isPart(value.config) && 'key' in value;
}

/** Whether a value is known only after deployment. */
export function isLateBound(value: unknown): value is LateBound {
  return typeof value === 'object' && value !== null && 'apply' in value && typeof value.apply === 'function';
}
