import * as docker from '@pulumi/docker';
import * as pulumi from '@pulumi/pulumi';
import type { IConstruct } from 'constructs';
import type { Problem } from '../../model/problems';
import type { Plan } from '../../platform/platform';
import { commit, plan, type RenderOptions } from '../../platform/render';
import { secretConfigKey, trySecretValue } from '../../stack/secrets';
import { type DockerNatives, type DockerOut, docker as platform } from './index';
import { loosened } from './loosened';

/** How a stack is deployed to a Docker host. */
export interface DockerDeployment {
  /** Put before the names of containers, networks and volumes, for several stacks on one host. @default - nothing */
  readonly namespace?: string;
  /** Architecture of the host, for the prober. @default 'amd64' */
  readonly architecture?: 'amd64' | 'arm64';
  /** The Docker provider. @default - the default provider, which reads `docker:host` and DOCKER_HOST */
  readonly provider?: pulumi.ProviderResource;
}

/** Plans a stack for Docker; values that the stack's secret config lacks are problems. Registers nothing. */
export function planDocker(root: IConstruct, options: RenderOptions = {}): Plan<DockerNatives, DockerOut> {
  const planned = plan(root, platform, options);
  return {
    ...planned,
    problems: [...planned.problems, ...missingSecrets(planned)],
    warnings: [...planned.warnings, ...loosened(planned)],
  };
}

/** Registers the resources of a planned stack. */
export function commitDocker(planned: Plan<DockerNatives, DockerOut>, parent: pulumi.Resource, options: DockerDeployment = {}): void {
  commit(planned, {
    sdk: docker,
    parent,
    prefix: options.namespace ? `${options.namespace}-` : '',
    architecture: options.architecture ?? 'amd64',
    host: engineAddress(options.provider),
    secret: ({ spec, key }) => trySecretValue(spec, key) as pulumi.Output<string>,
    networks: new Map(),
    volumes: new Map(),
    containers: new Map(),
  });
}

/** Renders a stack and registers its resources. */
export function deployDocker(
  root: IConstruct,
  options: DockerDeployment & { readonly parent: pulumi.Resource; readonly name: string },
): Plan<DockerNatives, DockerOut> {
  const planned = planDocker(root, { name: options.name });
  commitDocker(planned, options.parent, options);
  return planned;
}

/** Where the docker command finds the engine that the provider uses; its own way (DOCKER_HOST, contexts) if that says nothing. */
function engineAddress(provider: pulumi.ProviderResource | undefined): pulumi.Input<string> | undefined {
  if (docker.Provider.isInstance(provider)) return provider.host.apply((host) => host ?? '');
  return new pulumi.Config('docker').get('host');
}

function missingSecrets(planned: Plan<DockerNatives, DockerOut>): Problem[] {
  const problems = new Map<string, Problem>();
  for (const { part, native, at } of planned.drafted) {
    if (part.kind !== 'workload') continue;
    for (const container of (native as DockerNatives['workload']).containers) {
      for (const [variable, { spec, key }] of Object.entries(container.secretEnvs)) {
        if (trySecretValue(spec, key) !== undefined) continue;
        const name = secretConfigKey(spec, key);
        problems.set(`${at.path}\0${variable}`, {
          path: `${at.path}: env.${variable}`,
          what: `the stack's config has no value for the secret ${name}`,
          fix: `run: pulumi config set --secret ${name}`,
        });
      }
    }
  }
  return [...problems.values()];
}
