import { createHash } from 'node:crypto';
import * as docker from '@pulumi/docker';
import * as pulumi from '@pulumi/pulumi';
import type { IConstruct } from 'constructs';
import type { TaskSpec } from '../../model/workload/spec';
import type { Plan } from '../../platform/platform';
import { commit, plan, type RenderOptions } from '../../platform/render';
import { guardDestroy, guardsOf, type Step } from '../../stack/destroy-guard';
import { SecretValues } from '../../stack/secrets';
import { declareProber } from '../compose/finish';
import { loosened } from '../compose/loosened';
import { emptyDocument, engineName } from '../compose/natives';
import type { ComposeNetwork } from '../compose/objects';
import { valuesIn } from '../compose/secrets';
import { proberName } from './file';
import { Files } from './files';
import type { SwarmDocument, SwarmNatives, SwarmOptions } from './natives';
import { checkPlan } from './plan-problems';
import { swarmPlatform } from './platform';
import { taskServiceName } from './task-name';
import { networkArgs, serviceArgs } from './translate';
import { environmentValues } from './values';

/** How a stack is deployed to a Swarm. */
export interface SwarmDeployment extends SwarmOptions {
  /** Architecture of the nodes, for the prober. @default 'amd64' */
  readonly architecture?: 'amd64' | 'arm64';
}

/** What became of a stack. */
export interface SwarmResources {
  /** Services by the name of their workload or task. */
  readonly services: Readonly<Record<string, docker.Service>>;
  /** Networks by name. */
  readonly networks: Readonly<Record<string, docker.Network>>;
  /** Configs by name: the prober, if a service needs it, is called `prober`. */
  readonly configs: Readonly<Record<string, docker.ServiceConfig>>;
  /** Secrets by name. */
  readonly secrets: Readonly<Record<string, docker.Secret>>;
}

type SwarmPlan = Plan<SwarmNatives, SwarmDocument>;

/**
 * Plans a stack for a Swarm. Values that the stack's secret config lacks, and edits that the provider has no argument
 * for, are problems. Registers nothing.
 */
export function planSwarm(root: IConstruct, options: RenderOptions & SwarmOptions = {}): SwarmPlan {
  const planned = plan(root, swarmPlatform(options), options);
  return {
    ...planned,
    problems: [...planned.problems, ...checkPlan(planned)],
    warnings: [...planned.warnings, ...loosened(planned, true)],
  };
}

/**
 * Registers the resources of a planned stack.
 *
 * Volumes are no resources: each node makes its own where a replica needs it, and keeps it when the stack is destroyed.
 *
 * @throws ProblemsError if the plan has problems; no resource was registered then
 */
export function commitSwarm(planned: SwarmPlan, parent: pulumi.Resource, options: SwarmDeployment = {}): SwarmResources {
  const out = emptyDocument();
  commit(planned, out);
  const scope = options.namespace ?? planned.stack.name;
  const architecture = options.architecture ?? 'amd64';
  declareProber(out, architecture, proberName(scope, architecture));
  // a network or service keeps its name, so the old one has to go first
  const fixed = { parent, deleteBeforeReplace: true };
  const networks: Record<string, docker.Network> = {};
  for (const [name, network] of Object.entries(out.networks)) networks[name] = makeNetwork(name, network, fixed);
  const values = new SecretValues(parent);
  const files = new Files(planned, out, scope, values, parent);
  const services: Record<string, docker.Service> = {};
  for (const { part, native, at } of planned.drafted) {
    const name = part.kind === 'task' ? taskServiceName(at.name, native as SwarmNatives['task'], part.resolve().spec as TaskSpec) : at.name;
    const service = part.kind === 'task' || part.kind === 'workload' ? out.services[name] : undefined;
    if (!service) continue;
    const args = serviceArgs(engineName(scope, name), service, {
      name,
      config: (source) => files.config(source),
      secret: (source) => files.secret(source),
      network: (network) => networks[network]?.id ?? network,
      volume: (volume) => out.volumes[volume],
      value: environmentValues(planned, values),
    });
    services[at.name] = new docker.Service(name, args, {
      ...fixed,
      dependsOn: at.gates.flatMap((gate) => services[at.nameOf(gate.part)] ?? []),
      // what the engine reports back holds the values as well
      ...(valuesIn(service).length > 0 && { additionalSecretOutputs: ['taskSpec'] }),
    });
  }
  const guards = guardsOf(planned.drafted, ({ at }, command) => {
    const service = services[at.name];
    return service && askReplica(service, command);
  });
  guardDestroy(guards, parent, Object.values(services));
  return { services, networks, configs: files.configs, secrets: files.secrets };
}

/**
 * Renders a stack and registers its services, networks, configs and secrets.
 *
 * An update fails if Swarm has rolled it back within the first seconds. It does not wait for a later roll-back: to the
 * provider old replicas that run are as good as new ones. `docker service inspect` says how it ended.
 *
 * @throws ProblemsError with everything that is wrong; no resource was registered then
 */
export function deploySwarm(
  root: IConstruct,
  options: SwarmDeployment & { readonly parent: pulumi.Resource; readonly name: string },
): SwarmPlan & { readonly resources: SwarmResources } {
  const planned = planSwarm(root, options);
  return { ...planned, resources: commitSwarm(planned, options.parent, options) };
}

/** A command in a replica of a service, which has to be on the node that the docker command talks to. */
function askReplica(service: docker.Service, command: readonly string[]): Step[] {
  const label = pulumi.interpolate`label=com.docker.swarm.service.id=${service.id}`;
  return [
    {
      program: 'docker',
      args: ['ps', '--quiet', '--filter', label, '--filter', 'status=running'],
      otherwise: 'no replica of it runs on this node: destroy from the node that `docker service ps` names',
    },
    { program: 'docker', args: ['exec', '{}', ...command] },
  ];
}

/**
 * The engine adds the number of the VXLAN to the options of an overlay, and the provider would replace the network for
 * that in every update. So options of a resource never change: other options are another resource.
 */
function makeNetwork(name: string, network: ComposeNetwork, options: pulumi.CustomResourceOptions): docker.Network {
  const args = networkArgs(network);
  if (!network.driver_opts) return new docker.Network(name, args, options);
  const hash = createHash('sha256').update(JSON.stringify(network.driver_opts)).digest('hex').slice(0, 8);
  return new docker.Network(`${name}-${hash}`, args, { ...options, ignoreChanges: ['options'] });
}
