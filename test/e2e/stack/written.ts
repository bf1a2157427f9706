/** What the files of test/golden say of a stack: reviewers read them, and Pulumi has no part in them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { SYSTEMS, type System } from '../../../apps/systems';
import { ROOT } from './project';

// biome-ignore lint/suspicious/noExplicitAny: documents are read as a reader of YAML would
export type Json = any;

/** A system in one of its environments. */
export interface Stack {
  readonly name: string;
  readonly system: string;
  readonly environment: string;
}

/** Every system in all its environments. */
export const STACKS: readonly Stack[] = Object.entries<System>(SYSTEMS).flatMap(([system, { environments }]) =>
  environments.map(({ name }) => ({ name: `${system}-${name}`, system, environment: name })),
);

/** What says of a container who it is and what it may, and how many of them there are. */
export interface Brief {
  readonly image: string;
  readonly user: string | undefined;
  readonly readOnly: boolean | undefined;
  readonly drops: readonly string[] | undefined;
  readonly replicas: number;
}

/** The Compose file or the stack file of a stack. */
export function fileOf({ name }: Stack, folder: 'compose' | 'swarm'): Json {
  return parse(read(`${folder}/${name}.yaml`));
}

/** The services of a Compose file or a stack file, by name. */
export function briefsOf(file: Json): Map<string, Brief> {
  return new Map(
    Object.entries<Json>(file.services).map(([name, { image, user, read_only, cap_drop, deploy }]) => [
      withoutHash(name),
      { image, user, readOnly: read_only, drops: cap_drop, replicas: deploy.replicas },
    ]),
  );
}

/**
 * The manifests of a stack, by kind and name, as they are where Pulumi waits for what happens once: without what its end is reported
 * with.
 */
export function manifestsOf(stack: Stack): Map<string, Json> {
  const manifests = documentsOf(stack);
  const once = manifests.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name);
  const reports = (one: Json) => /^(Role|RoleBinding|ConfigMap)$/.test(one.kind) && once.some((job) => withoutHash(job) === nameOf(one));
  // the program of health checks is of the stack there, and of the namespace here
  const shared = (key: string) => key.replace(`${stack.name}-prober`, `${stack.system}-prober`);
  return new Map(manifests.filter((one) => !reports(one)).map((one) => [shared(`${one.kind} ${nameOf(one)}`), one]));
}

/** The containers of what runs, by name, but for those that wait for another or report an end; none of anything else. */
export function containersOf({ kind, spec }: Json): Map<string, Json> {
  if (!/^(Deployment|StatefulSet|CronJob|Job)$/.test(kind)) return new Map();
  const pod = (kind === 'CronJob' ? spec.jobTemplate.spec : spec).template.spec;
  const containers: Json[] = [...(pod.initContainers ?? []), ...pod.containers];
  return new Map(containers.filter(({ name }) => !/^(wait|after-.+|report)$/.test(name)).map((one) => [one.name, one]));
}

/**
 * The secret values that somebody has to set where a stack runs on Docker or a Swarm, written as variables: all that its Compose file
 * asks for, but for those that the manifests have a generator for.
 */
export function secretsOf(stack: Stack): string[] {
  const text = read(`compose/${stack.name}.yaml`);
  const variables = [...text.matchAll(/\$\{([A-Z0-9_]+)[:}]/g)].map(([, name]) => name as string);
  const asked = [...Object.keys(parse(text).secrets ?? {}).map(asVariable), ...variables.filter((name) => !name.endsWith('_VERSION'))];
  const generated = generatedOf(stack);
  return [...new Set(asked)].filter((name) => !generated.includes(name)).sort();
}

/** The secret values that are generated, written as variables. */
export function generatedOf(stack: Stack): string[] {
  const generators = documentsOf(stack).filter(({ apiVersion }) => apiVersion.startsWith('generators.external-secrets.io/'));
  return generators.map((one) => asVariable(nameOf(one))).sort();
}

/** A name as one of variables: `shop-secrets.api-key` is `SHOP_SECRETS_API_KEY`. */
export function asVariable(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

/** A name without the hash of what it stands for. */
export function withoutHash(name: string): string {
  return name.replace(/-[0-9a-f]{8,12}(?=\.|$)/, '');
}

/** The name of a manifest, without a hash. */
export function nameOf({ metadata }: Json): string {
  return withoutHash(metadata.name);
}

function documentsOf({ name }: Stack): Json[] {
  return parseAllDocuments(read(`${name}.k8s.yaml`)).map((document) => document.toJS());
}

function read(file: string): string {
  return readFileSync(join(ROOT, 'test/golden', file), 'utf8');
}
