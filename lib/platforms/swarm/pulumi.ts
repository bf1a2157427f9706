import { createHash } from 'node:crypto';
import * as docker from '@pulumi/docker';
import type * as pulumi from '@pulumi/pulumi';
import type { IConstruct } from 'constructs';
import type { Problem } from '../../model/problems';
import type { LateBound } from '../../model/workload/props';
import type { Plan } from '../../platform/platform';
import { commit, plan, type RenderOptions } from '../../platform/render';
import { secretConfigKey, trySecretValue } from '../../stack/secrets';
import { usesProber } from '../compose/file';
import { loosened } from '../compose/loosened';
import { isSecretValue } from '../compose/marker';
import { emptyDocument, engineName } from '../compose/natives';
import type { ComposeEnvironmentValue, ComposeNetwork } from '../compose/schema';
import { proberBinary } from '../prober/prober';
import { untranslatable } from './check';
import { proberName } from './file';
import type { SwarmDocument, SwarmNatives, SwarmOptions } from './natives';
import { swarmPlatform } from './platform';
import { networkArgs, serviceArgs } from './translate';

/** How a stack is deployed to a Swarm. */
export interface SwarmDeployment extends SwarmOptions {
  /** Architecture of the nodes, for the prober. @default 'amd64' */
  readonly architecture?: 'amd64' | 'arm64';
}

/** What became of a stack. */
export interface SwarmResources {
  /** Services by the name of their workload. */
  readonly services: Readonly<Record<string, docker.Service>>;
  /** Networks by name. */
  readonly networks: Readonly<Record<string, docker.Network>>;
  /** The config with the prober, if a service needs it. */
  readonly prober?: docker.ServiceConfig;
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
    problems: [...planned.problems, ...planned.drafted.flatMap(check)],
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
  // a network or service keeps its name, so the old one has to go first
  const fixed = { parent, deleteBeforeReplace: true };
  const networks: Record<string, docker.Network> = {};
  for (const [name, network] of Object.entries(out.networks)) {
    networks[name] = makeNetwork(name, network, fixed);
  }
  const prober = usesProber(out) ? makeProber(scope, options.architecture ?? 'amd64', parent) : undefined;
  const services: Record<string, docker.Service> = {};
  for (const { part, at } of planned.drafted) {
    const service = part.kind === 'workload' ? out.services[at.name] : undefined;
    if (!service) continue;
    const args = serviceArgs(engineName(scope, at.name), service, {
      name: at.name,
      prober,
      network: (name) => networks[name]?.id ?? name,
      volume: (name) => out.volumes[name],
      value: environmentValue,
    });
    const earlier = at.startsAfter.flatMap((other) => services[at.nameOf(other)] ?? []);
    const secret = Object.values(service.environment ?? {}).some(isSecretValue);
    services[at.name] = new docker.Service(at.name, args, {
      ...fixed,
      dependsOn: earlier,
      // what the engine reports back holds the values as well
      ...(secret && { additionalSecretOutputs: ['taskSpec'] }),
    });
  }
  return { services, networks, ...(prober && { prober }) };
}

/**
 * Renders a stack and registers its services, networks and configs.
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

/** A config cannot change, and cannot go while a service has it: another content is another resource. */
function makeProber(scope: string, architecture: 'amd64' | 'arm64', parent: pulumi.Resource): docker.ServiceConfig {
  const name = proberName(scope, architecture);
  return new docker.ServiceConfig(name, { name, data: proberBinary(architecture).toString('base64') }, { parent });
}

function environmentValue(value: ComposeEnvironmentValue): pulumi.Input<string> {
  if (typeof value === 'string') return value;
  if (isSecretValue(value)) return trySecretValue({ existing: value.secret }, value.key) ?? '';
  return (value as LateBound).apply(String) as pulumi.Output<string>;
}

function check({ part, native, at }: SwarmPlan['drafted'][number]): Problem[] {
  if (part.kind === 'secret') return [];
  if (part.kind !== 'workload') return untranslatable(part.kind, native, at.path);
  const { service } = native as SwarmNatives['workload'];
  return [...untranslatable('workload', service, at.path), ...missingSecrets(service.environment ?? {}, at.path)];
}

function missingSecrets(environment: Readonly<Record<string, ComposeEnvironmentValue>>, path: string): Problem[] {
  return Object.entries(environment).flatMap(([variable, value]) => {
    if (!isSecretValue(value)) return [];
    const spec = { existing: value.secret };
    if (trySecretValue(spec, value.key) !== undefined) return [];
    const name = secretConfigKey(spec, value.key);
    return [
      {
        path: `${path}: env.${variable}`,
        what: `the stack's config has no value for the secret ${name}`,
        fix: `run: pulumi config set --secret ${name}`,
      },
    ];
  });
}
