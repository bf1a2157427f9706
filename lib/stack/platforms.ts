import type * as pulumi from '@pulumi/pulumi';
import type { IConstruct } from 'constructs';
import type { Natives, Plan, PlannedStack } from '../platform/platform';

/** How the services of a Swarm are reached. */
export interface SwarmTarget {
  /** A virtual address for each service, or the addresses of its replicas by DNS. @default 'vip' */
  readonly endpointMode?: 'vip' | 'dnsrr';
  /** Published on every node by the routing mesh, or on the nodes that run a replica. @default 'ingress' */
  readonly publishMode?: 'ingress' | 'host';
}

/** What else a cluster is told. */
export interface KubernetesTarget {
  /** Whether the namespace is made, guarded by Pod Security admission. @default true */
  readonly createNamespace?: boolean;
  /** Whether the namespace that is made refuses all traffic that no policy allows. @default true */
  readonly defaultDeny?: boolean;
  /** When nodes pull images. @default 'Always' */
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  /** More labels of every object. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What a platform is told of a deployment. */
export interface DeploymentOptions {
  /** The stack's name without its environment. */
  readonly name: string;
  /**
   * Kubernetes: the namespace. Docker and Swarm: put before the names of containers, services, networks and volumes, so
   * that several stacks fit on one host.
   * @default - Kubernetes and Swarm: the stack's name; Docker: nothing
   */
  readonly namespace?: string;
  /** The platform's provider, such as one for another host or cluster. @default - the default provider */
  readonly provider?: pulumi.ProviderResource;
  /** Architecture of the Docker host or the Swarm nodes, for the health prober. @default 'amd64' */
  readonly architecture?: 'amd64' | 'arm64';
  /** How services of a Swarm are reached. @default - a virtual address each, and the routing mesh */
  readonly swarm?: SwarmTarget;
  /** What else a cluster is told. @default - see there */
  readonly kubernetes?: KubernetesTarget;
}

/** A platform of Pulumi. */
export type PlatformName = 'docker' | 'swarm' | 'kubernetes';

/** A stack that was planned; nothing was registered yet. */
export interface Deployment {
  /** What is wrong, what should be known, and what is done in another way. */
  readonly plan: Pick<Plan<Natives, never>, 'problems' | 'warnings' | 'differences' | 'stack'> & PlannedStack;
  /** Registers all resources below a parent. */
  commit(parent: pulumi.Resource): void;
}

/** Plans a stack for one platform. */
export type Prepare = (root: IConstruct, options: DeploymentOptions) => Deployment;

/** Where a stack can be deployed to. Each loads the SDK of its platform only when it is chosen: loading all takes seconds. */
export const PLATFORMS: Readonly<Record<PlatformName, Prepare>> = {
  docker: (root, options) => {
    const { planDocker, commitDocker } = require('../platforms/docker/pulumi') as typeof import('../platforms/docker/pulumi');
    const plan = planDocker(root, options);
    return { plan, commit: (parent) => commitDocker(plan, parent, options) };
  },
  swarm: (root, { swarm, ...options }) => {
    const { planSwarm, commitSwarm } = require('../platforms/swarm/pulumi') as typeof import('../platforms/swarm/pulumi');
    const plan = planSwarm(root, { ...options, ...swarm });
    return { plan, commit: (parent) => void commitSwarm(plan, parent, { ...options, ...swarm }) };
  },
  kubernetes: (root, { kubernetes, ...options }) => {
    const { planKubernetes, commitKubernetes } =
      require('../platforms/kubernetes/pulumi') as typeof import('../platforms/kubernetes/pulumi');
    const planned = planKubernetes(root, { ...kubernetes, ...options });
    return { plan: planned.plan, commit: (parent) => commitKubernetes(planned, { ...options, parent }) };
  },
};
