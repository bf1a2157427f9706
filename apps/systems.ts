import type { Construct } from 'constructs';
import { type Environment, Environments } from '../lib';
import { AaronSpindler } from './aaronspindler/aaronspindler';
import { GraphMemory } from './graphmemory/graphmemory';
import { OctoCode } from './octocode/octocode';
import { VeoGen } from './veogen/veogen';
import { Xorb } from './xorb/xorb';

/** A system: how it is built into a stack, and the environments it has. */
export interface System {
  readonly build: (scope: Construct) => Construct;
  readonly environments: readonly Environment[];
}

/** Every system under apps/, by name; a stack is called `<system>-<environment>`. */
export const SYSTEMS = {
  aaronspindler: {
    build: (scope) => new AaronSpindler(scope),
    environments: [Environments.development, Environments.test, Environments.production],
  },
  graphmemory: { build: (scope) => new GraphMemory(scope), environments: [Environments.development, Environments.production] },
  octocode: { build: (scope) => new OctoCode(scope), environments: [Environments.development, Environments.production] },
  veogen: { build: (scope) => new VeoGen(scope), environments: [Environments.development, Environments.staging, Environments.production] },
  xorb: {
    build: (scope) => new Xorb(scope),
    environments: [Environments.development, Environments.test, Environments.staging, Environments.production],
  },
} as const satisfies Readonly<Record<string, System>>;

/** The name of a system. */
export type SystemName = keyof typeof SYSTEMS;
