import type { ComposeConfig, ComposeNetwork, ComposePort, ComposeService, ComposeVolume } from './schema';

/** A workload: its service, and a service for each sidecar. */
export interface ComposeWorkload {
  /** The service of the workload's own container. */
  readonly service: ComposeService;
  /** The services beside it, by the name of the sidecar. */
  readonly sidecars: Record<string, ComposeService>;
}

/** Compose's native objects, by kind. */
export type ComposeNatives = {
  readonly workload: ComposeWorkload;
  readonly volume: ComposeVolume;
  readonly network: ComposeNetwork;
  /** Where values come from: the variables' names start with the name of the existing secret. */
  readonly secret: { existing: string };
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
}

/** The key of the network of workloads that name no segment. */
export const DEFAULT_NETWORK = 'default';

/** The key of the config with the prober. */
export const PROBER_CONFIG = 'prober';

/** A document with nothing in it. */
export function emptyDocument(): ComposeDocument {
  return { services: {}, networks: {}, volumes: {}, configs: {} };
}

/**
 * The name on the engine of something that belongs to a stack. It is written out, so that the same volumes are found
 * when the file is deployed under another project name.
 */
export function engineName(stack: string, name: string): string {
  return name === stack || name.startsWith(`${stack}-`) ? name : `${stack}_${name}`;
}
