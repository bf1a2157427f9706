import type { Kinds } from '../../model/kinds';
import type { Problem } from '../../model/problems';
import type { Difference, Plan } from '../../platform/platform';
import type { OutputFile } from '../../stack/write';
import { proberBinary } from '../prober/prober';
import { withText } from './environment';
import { type ComposeDocument, type ComposeNatives, type ComposeSecretSource, PROBER_CONFIG } from './natives';
import type { ComposeService } from './schema';
import { type NeededSecret, neededSecrets } from './secrets';

/** A file for `docker compose` or `docker stack deploy`, and what lies beside it. */
export interface ComposeFile {
  /** The YAML text. */
  readonly text: string;
  /** Files beside it by relative path, to be written with their mode: `writeComposeFile` does. */
  readonly files: ReadonlyMap<string, OutputFile>;
  /** Values of secrets that have to be there before it is deployed, sorted. They stand nowhere in the file or beside it. */
  readonly secrets: readonly NeededSecret[];
  /** What is done in another way than was asked for, or not at all. */
  readonly differences: readonly Difference[];
  /** What is allowed, and yet should be known. */
  readonly warnings: readonly Problem[];
}

type ComposePlan = Plan<ComposeNatives, ComposeDocument>;

/** Where the values of secrets come from, by the name of the secret. */
export function secretSources(planned: ComposePlan): Map<string, ComposeSecretSource> {
  const natives = planned.drafted.flatMap(({ part, native }) => (part.kind === 'secret' ? [native as ComposeSecretSource] : []));
  return new Map(natives.map((source) => [source.name, source]));
}

/** The secrets of a stack by their names. */
export function secretSpecs(planned: ComposePlan): Map<string, Kinds['secret']> {
  const specs = planned.drafted.flatMap(({ part, native }) => {
    if (part.kind !== 'secret') return [];
    const { name } = native as ComposeSecretSource;
    return [[name, { ...(part.resolve().spec as Kinds['secret']), name }] as const];
  });
  return new Map(specs);
}

/** What has to be there before a file is deployed. */
export function needed(planned: ComposePlan, out: ComposeDocument): NeededSecret[] {
  return neededSecrets(out, secretSources(planned), secretSpecs(planned));
}

/** The files that configs are made of. A file that a service runs can be run. */
export function filesBeside(out: ComposeDocument): Map<string, OutputFile> {
  const mounts = Object.values(out.services).flatMap(({ configs = [] }) => configs);
  const run = new Set(mounts.flatMap(({ source, mode = 0 }) => (mode & 0o111 ? [source] : [])));
  const files = [...out.contents].flatMap(([key, content]) => {
    const path = out.configs[key]?.file.replace(/^\.\//, '');
    return path === undefined ? [] : [[path, { content, mode: run.has(key) ? 0o755 : 0o644 }] as const];
  });
  return new Map(files);
}

/** Declares the config with the prober if a service mounts it. */
export function declareProber(out: ComposeDocument, architecture: 'amd64' | 'arm64', name?: string): void {
  if (!usesProber(out)) return;
  out.configs[PROBER_CONFIG] = { ...(name !== undefined && { name }), file: `./prober-${architecture}` };
  out.contents.set(PROBER_CONFIG, proberBinary(architecture));
}

/** Whether a service mounts the prober. */
export function usesProber(out: ComposeDocument): boolean {
  return Object.values(out.services).some((service) => service.configs?.some(({ source }) => source === PROBER_CONFIG));
}

/** The sections of a document that hold something, as text can hold it. */
export function sections(out: ComposeDocument, edit: (service: ComposeService) => ComposeService = (service) => service): object {
  const { contents: _, services, ...others } = out;
  const all = {
    services: Object.fromEntries(Object.entries(services).map(([name, service]) => [name, withText(edit(service))])),
    ...others,
  };
  return Object.fromEntries(Object.entries(all).filter(([, section]) => Object.keys(section).length > 0));
}
