import * as pulumi from '@pulumi/pulumi';
import { markSecret } from '../model/values/taint';
import { SECRETS } from './secrets';

/** Shorter values, and words, stand in harmless text too: a user called `postgres`. */
const LEAST = 12;
const LEAST_MIXED = 8;

/** Marks every secret value of the stack's config, also within structured ones: none may be deployed as plain text. */
export function markConfigSecrets(): void {
  for (const [key, value] of Object.entries(pulumi.runtime.allConfig())) {
    if (isSecret(key)) mark(value, `the stack's config ${key}`);
  }
}

/** Pulumi tells a program which keys are secret, but has no public function for it. */
function isSecret(key: string): boolean {
  const { isConfigSecret } = pulumi.runtime as { isConfigSecret?: (key: string) => boolean };
  return key.startsWith(`${SECRETS}:`) || isConfigSecret?.(key) === true;
}

function mark(value: unknown, name: string): void {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) mark(inner, name);
  if (typeof value !== 'string') return;
  const mixed = /[^a-z]/.test(value) && /[a-z]/i.test(value);
  if (value.length >= (mixed ? LEAST_MIXED : LEAST)) markSecret(value, name);
  if (!/^[[{]/.test(value.trim())) return;
  try {
    mark(JSON.parse(value), name);
  } catch {
    // text that only begins like JSON
  }
}
