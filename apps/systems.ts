import type { Construct } from 'constructs';
import { type Environment, Environments } from '../lib';
import { VeoGen } from './veogen/veogen';

/** A system: how it is built into a stack, and the environments it has. */
export interface System {
  readonly build: (scope: Construct) => Construct;
  readonly environments: readonly Environment[];
}

/** Every system under apps/, by name; a stack is called `<system>-<environment>`. */
export const SYSTEMS: Readonly<Record<string, System>> = {
  veogen: { build: (scope) => new VeoGen(scope), environments: [Environments.development, Environments.staging, Environments.production] },
};
