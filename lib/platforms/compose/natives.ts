import { createHash } from 'node:crypto';
import type { ComposeConfig, ComposeNetwork, ComposeSecret, ComposeVolume } from './objects';
import type { ComposePort, ComposeService } from './schema';

/** A workload or task: its service, and a service for each sidecar. */
export interface ComposeWorkload {
  /** The service of its own container. */
  readonly service: ComposeService;
  /** The services beside it, by the name of the sidecar. */
  readonly sidecars: Record<string, ComposeService>;
}

/** Where values come from: files and variables that are called after the secret. */
export interface ComposeSecretSource {
  /** The secret's name. */
  name: string;
  /** What changes with the values, where that is known. */
  version?: string;
}

/** Configuration files. */
export interface ComposeConfigFiles {
  /** Eight hexadecimal digits that change with the contents. */
  version: string;
  /** Contents by file name. */
  readonly files: Record<string, string | Uint8Array>;
}

/** Compose's native objects, by kind. */
export type ComposeNatives = {
  readonly workload: ComposeWorkload;
  readonly task: ComposeWorkload;
  readonly volume: ComposeVolume;
  readonly network: ComposeNetwork;
  readonly secret: ComposeSecretSource;
  readonly config: ComposeConfigFiles;
  /** Nothing: there are no operators. */
  readonly object: object;
  readonly route: ComposePort;
};

/** A Compose file or stack file before it becomes text. */
export interface ComposeDocument {
  /** Services by name. */
  readonly services: Record<string, ComposeService>;
  /** Networks by name. */
  readonly networks: Record<string, ComposeNetwork>;
  /** Volumes by name. */
  readonly volumes: Record<string, ComposeVolume>;
  /** Files by name. */
  readonly configs: Record<string, ComposeConfig>;
  /** Secrets by name. */
  readonly secrets: Record<string, ComposeSecret>;
  /** What the files hold, by the name of the config: no section of the file. */
  readonly contents: Map<string, string | Uint8Array>;
}

/** The key of the config with the prober. */
export const PROBER_CONFIG = 'prober';

/** A document with nothing in it. */
export function emptyDocument(): ComposeDocument {
  return { services: {}, networks: {}, volumes: {}, configs: {}, secrets: {}, contents: new Map() };
}

/**
 * The name on the engine of something that belongs to a stack. It is written out, so that the same volumes are found
 * when the file is deployed under another project name.
 */
export function engineName(stack: string, name: string): string {
  return name === stack || name.startsWith(`${stack}-`) ? name : `${stack}_${name}`;
}

/** A text of at most so many characters: a longer one keeps its head and ends in eight digits of the hash of the whole. */
export function atMost(text: string, most: number): string {
  if (text.length <= most) return text;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return `${text.slice(0, most - 9).replace(/[-_.]+$/, '')}-${hash}`;
}

/** The key of a configuration file. Names hold no dot, so no two files share a key. */
export function configKey(name: string, version: string, file: string): string {
  return `${name}-${version}.${file}`;
}

/** The key of a secret value in a file. Names hold no dot, so no two values share a key. */
export function secretKey(name: string, key: string): string {
  return `${name}.${key}`;
}
