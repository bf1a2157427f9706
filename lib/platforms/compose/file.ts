import type { IConstruct } from 'constructs';
import type { Problem } from '../../model/problems';
import type { Difference } from '../../platform/platform';
import { type RenderOptions, render } from '../../platform/render';
import { proberBinary } from '../prober/prober';
import { loosened } from './loosened';
import { type ComposeDocument, emptyDocument, PROBER_CONFIG } from './natives';
import { compose } from './platform';
import { toYaml } from './yaml';

/** How a stack becomes a Compose file. */
export interface ComposeFileOptions extends RenderOptions {
  /** Processor architecture of the host. @default 'amd64' */
  readonly architecture?: 'amd64' | 'arm64';
}

/** A file for `docker compose` or `docker stack deploy`, and what lies beside it. */
export interface ComposeFile {
  /** The YAML text. */
  readonly text: string;
  /** Files beside it by relative path. All of them are executable programs: write them with mode 0755. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** What is done in another way than was asked for, or not at all. */
  readonly differences: readonly Difference[];
  /** What is allowed, and yet should be known. */
  readonly warnings: readonly Problem[];
}

const HEADER = `# Generated: change the program that made it, not this file.
# Named volumes stay on 'docker compose down'; 'down --volumes' deletes them, and what is in them.
`;

/**
 * Renders a stack as a Compose file for one Docker host.
 *
 * @throws ProblemsError with everything that is wrong
 *
 * @example
 * const file = composeFile(chart, { name: 'veogen' });
 * writeFileSync('compose.yaml', file.text);
 * for (const [path, data] of file.files) writeFileSync(path, data, { mode: 0o755 });
 */
export function composeFile(root: IConstruct, options: ComposeFileOptions = {}): ComposeFile {
  const out = emptyDocument();
  const planned = render(root, compose, out, options);
  const { stack, differences } = planned;
  const warnings = [...planned.warnings, ...loosened(planned, false)];
  const files = declareProber(out, options.architecture ?? 'amd64');
  const text = HEADER + toYaml({ name: stack.name, ...withoutEmpty(out) });
  return { text, files, differences, warnings };
}

/** Declares the config with the prober if a service mounts it, and answers with the file. */
export function declareProber(out: ComposeDocument, architecture: 'amd64' | 'arm64', name?: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  if (!usesProber(out)) return files;
  const path = `prober-${architecture}`;
  files.set(path, proberBinary(architecture));
  out.configs[PROBER_CONFIG] = { ...(name !== undefined && { name }), file: `./${path}` };
  return files;
}

/** Whether a service mounts the prober. */
export function usesProber(out: ComposeDocument): boolean {
  return Object.values(out.services).some((service) => service.configs?.some(({ source }) => source === PROBER_CONFIG));
}

/** The sections of a document that hold something. */
export function withoutEmpty(out: ComposeDocument): Partial<ComposeDocument> {
  return Object.fromEntries(Object.entries(out).filter(([, section]) => Object.keys(section).length > 0));
}
