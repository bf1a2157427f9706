import type { ComposeExtensible, ComposeText } from './schema';

/** A network. */
export interface ComposeNetwork extends ComposeExtensible {
  /** Its name on the engine. */
  name: string;
  /** Network driver. */
  driver: string;
  /** Options of the driver. */
  driver_opts?: Record<string, string>;
  /** Addresses. */
  ipam?: { config: { subnet?: string; gateway?: string }[] };
  /** Whether there is no way out. */
  internal?: boolean;
  /** Whether strangers may join (Swarm). */
  attachable?: boolean;
  /** Labels. */
  labels?: Record<string, string>;
}

/** A volume. */
export interface ComposeVolume extends ComposeExtensible {
  /** Its name on the engine. */
  name: string;
  /** Volume driver; the engine's local one if absent. */
  driver?: string;
  /** Options of the driver. */
  driver_opts?: Record<string, string>;
  /** Labels. */
  labels?: Record<string, string>;
}

/** A file of the stack. */
export interface ComposeConfig {
  /** Its name on the engine (Swarm). */
  name?: string;
  /** Path from the Compose file. */
  file: string;
}

/** A secret of the stack. */
export interface ComposeSecret {
  /** Its name on the engine (Swarm). */
  name?: ComposeText;
  /** Path from the Compose file. */
  file: string;
}
