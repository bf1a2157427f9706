import type * as pulumi from '@pulumi/pulumi';
import type { IConstruct } from 'constructs';
import type { Natives, Plan, Platform } from '../platform/platform';
import { plan } from '../platform/render';

/** What a platform needs to know of a deployment. */
export interface DeploymentOptions {
  readonly name: string;
  readonly namespace?: string;
  readonly architecture?: 'amd64' | 'arm64';
  readonly provider?: pulumi.ProviderResource;
}

/** A deployment that was planned; nothing was registered yet. */
export interface Deployment {
  readonly plan: Plan<Natives, never>;
  /** Registers all resources below a parent. */
  commit(parent: pulumi.Resource): void;
}

/** A platform of Pulumi. */
export interface Deployer {
  prepare(root: IConstruct, options: DeploymentOptions): Deployment;
}

/** Where a stack can be deployed to. Each loads the SDK of its platform only when it is chosen: loading all takes seconds. */
export const PLATFORMS = {
  docker: (): Deployer => {
    const { planDocker, commitDocker } = require('../platforms/docker/pulumi') as typeof import('../platforms/docker/pulumi');
    return {
      prepare(root, options) {
        const planned = planDocker(root, options);
        return { plan: planned as unknown as Plan<Natives, never>, commit: (parent) => commitDocker(planned, parent, options) };
      },
    };
  },
  swarm: (): Deployer => later(require('../platforms/swarm').swarm, () => require('../platforms/swarm/pulumi').deploySwarm),
  kubernetes: (): Deployer =>
    later(require('../platforms/kubernetes').kubernetes, () => require('../platforms/kubernetes/pulumi').deployKubernetes),
} as const;

/** The name of a platform of Pulumi. */
export type PlatformName = keyof typeof PLATFORMS;

type Deploy = (root: IConstruct, options: DeploymentOptions & { readonly parent: pulumi.Resource }) => unknown;

/** Plans first, so that the stack's component is registered only if nothing is wrong. */
function later(platform: Platform<Natives, never>, deploy: () => Deploy): Deployer {
  return {
    prepare: (root, options) => ({
      plan: plan(root, platform, options),
      commit: (parent) => void deploy()(root, { ...options, parent }),
    }),
  };
}
