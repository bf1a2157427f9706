import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { IdentityLedger, inCi, LEDGER_FILE } from '../identity';

/** The ledger that a deployment is compared with: the given one, or that beside Pulumi.yaml, if there is one. */
export function deploymentLedger(given: string | IdentityLedger | undefined): IdentityLedger | undefined {
  if (typeof given === 'object') return given;
  const path = given ?? besideProject();
  return path === undefined ? undefined : IdentityLedger.read(path, { mode: inCi() ? 'frozen' : 'warn' });
}

/** Where Pulumi says that the project is; without an engine it says nothing that exists. */
function besideProject(): string | undefined {
  const path = join(pulumi.getRootDirectory(), LEDGER_FILE);
  return existsSync(path) ? path : undefined;
}
