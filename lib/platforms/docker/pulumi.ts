import * as docker from '@pulumi/docker';
import * as pulumi from '@pulumi/pulumi';
import type { IConstruct } from 'constructs';
import { below, once, type Problem } from '../../model/problems';
import type { Plan } from '../../platform/platform';
import { commit, plan, type RenderOptions } from '../../platform/render';
import { guardDestroy, guardsOf } from '../../stack/destroy-guard';
import { isMissing, SecretValues, secretConfigKey, secretVersion } from '../../stack/secrets';
import { isReference } from './env';
import { type DockerNatives, type DockerOut, docker as platform } from './index';
import { loosened } from './loosened';
import type { DockerContainer, SecretReference } from './natives';

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
  const values = new SecretValues(parent);
  const out: DockerOut = {
    sdk: docker,
    parent,
    prefix: options.namespace ? `${options.namespace}-` : '',
    architecture: options.architecture ?? 'amd64',
    host: engineAddress(options.provider),
    secret: ({ spec, key }) => values.value(spec, key),
    secretVersion,
    networks: new Map(),
    volumes: new Map(),
    folders: new Map(),
    ready: new Map(),
  };
  commit(planned, out);
  const guards = guardsOf(planned.drafted, ({ part }, command) => {
    // the first is the service's own container
    const container = out.ready.get(part)?.[0] as docker.Container | undefined;
    if (!container) return undefined;
    const args = [...(out.host === undefined ? [] : ['--host', out.host]), 'exec', container.id, ...command];
    return [{ program: 'docker', args }];
  });
  guardDestroy(guards, parent, [...out.ready.values()].flat());
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
  const problems = planned.drafted.flatMap(({ part, native, at }) => {
    if (part.kind !== 'workload' && part.kind !== 'task') return [];
    const { containers } = native as DockerNatives['workload' | 'task'];
    return containers.flatMap((container) =>
      secretsOf(container).flatMap(({ where, spec, key }): Problem[] => {
        if (!isMissing(spec, key)) return [];
        const name = secretConfigKey(spec, key);
        const what = `the stack's config has no value for the secret ${name}`;
        return [{ path: below(at.path, where), what, fix: `run: pulumi config set --secret ${name}` }];
      }),
    );
  });
  return once(problems);
}

/** The secret values of a container, with the property that names each. */
function secretsOf({ role, secretEnvs, templates, folders }: DockerContainer): (SecretReference & { readonly where: string })[] {
  const of = role === 'main' ? '' : `sidecars.${role}.`;
  return [
    ...Object.entries(secretEnvs).map(([name, one]) => ({ ...one, where: `${of}env.${name}` })),
    ...Object.entries(templates).flatMap(([name, parts]) =>
      parts.filter(isReference).map((one) => ({ ...one, where: `${of}env.${name}` })),
    ),
    ...folders.flatMap(({ files }) =>
      files.flatMap((file) => ('secret' in file ? [{ ...file.secret, where: `${of}files.${file.path}` }] : [])),
    ),
  ];
}
