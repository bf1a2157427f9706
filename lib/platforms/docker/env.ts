import * as pulumi from '@pulumi/pulumi';
import { Template } from '../../model/values/template';
import type { LateBound } from '../../model/workload/props';
import { isLateBound, isSecretKey } from '../../model/workload/references';
import type { ContainerSpec, EnvSpec } from '../../model/workload/spec';
import type { GroupAt } from './container';
import type { DockerContainer, DockerOut, SecretReference, TemplatePart } from './natives';

/** Environment variables without secret values, as the provider wants them. */
export function plainEnvs(env: readonly EnvSpec[]): NonNullable<DockerContainer['args']['envs']> {
  return env.flatMap(({ name, value }) => {
    if (isSecretKey(value) || Template.isTemplate(value)) return [];
    if (isLateBound(value)) return [value.apply((known) => `${name}=${known}`) as string];
    return [`${name}=${value}`];
  });
}

/** Environment variables that are the value of a secret, by reference. */
export function secretEnvs(spec: ContainerSpec, at: GroupAt): Record<string, SecretReference> {
  const found: Record<string, SecretReference> = {};
  for (const { name, value } of spec.env) {
    if (isSecretKey(value)) found[name] = { spec: at.spec(value.secret), key: value.key };
  }
  return found;
}

/** Environment variables that are put together when the container is made. */
export function templates(spec: ContainerSpec, at: GroupAt): Record<string, TemplatePart[]> {
  const found: Record<string, TemplatePart[]> = {};
  for (const { name, value } of spec.env) {
    if (!Template.isTemplate(value)) continue;
    found[name] = value.parts.map((part): TemplatePart => {
      if (typeof part === 'string') return part;
      return isSecretKey(part) ? { spec: at.spec(part.secret), key: part.key } : (late(part) as TemplatePart);
    });
  }
  return found;
}

function late(value: LateBound): unknown {
  return value.apply((known) => String(known));
}

/** All environment variables of a container, and whether some hold a secret value. */
export function envsOf(container: DockerContainer, out: DockerOut): { envs?: pulumi.Input<string>[]; secret: boolean } {
  const { args, secretEnvs, templates } = container;
  const secrets = Object.entries(secretEnvs).map(([name, reference]) => out.secret(reference).apply((value) => `${name}=${value}`));
  const composed = Object.entries(templates).map(([name, parts]) => {
    const known = parts.map((part) => (isReference(part) ? out.secret(part) : part));
    return pulumi.all(known).apply((texts) => `${name}=${texts.join('')}`);
  });
  const late = [...secrets, ...composed];
  if (!args.envs && late.length === 0) return { secret: false };
  return { envs: [...(args.envs ?? []), ...late], secret: secrets.length > 0 || Object.values(templates).flat().some(isReference) };
}

/** Whether a part of a text stands for a secret value. */
export function isReference(part: unknown): part is SecretReference {
  return typeof part === 'object' && part !== null && 'spec' in part && 'key' in part;
}
