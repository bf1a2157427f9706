import type { Construct } from 'constructs';
import { type Environment, Environments } from '../lib';
import { VeoGen } from './veogen/veogen';

/** A system: how it is built into a stack, and the environments it has. */
export interface System {
  readonly build: (scope: Construct) => Construct;
  readonly environments: readonly Environment[];
}

/** Every system under apps/, by name; a stack is called `<system>-<environment>`. */
export const SYSTEMS = {
  veogen: { build: (scope) => new VeoGen(scope), environments: [Environments.development, Environments.staging, Environments.production] },
} as const satisfies Readonly<Record<string, System>>;

/** The name of a system. */
export type SystemName = keyof typeof SYSTEMS;
