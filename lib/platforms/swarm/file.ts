import type { IConstruct } from 'constructs';
import { type RenderOptions, render } from '../../platform/render';
import { type ComposeFile, declareProber, withoutEmpty } from '../compose/file';
import { loosened } from '../compose/loosened';
import { emptyDocument, engineName } from '../compose/natives';
import { toYaml } from '../compose/yaml';
import { PROBER_SHA256 } from '../prober/binaries';
import type { SwarmOptions } from './natives';
import { swarmFilePlatform } from './platform';

/** How a stack becomes a stack file. */
export interface SwarmStackFileOptions extends RenderOptions, SwarmOptions {
  /** Processor architecture of the nodes. @default 'amd64' */
  readonly architecture?: 'amd64' | 'arm64';
}

const HEADER = `# Generated: change the program that made it, not this file.
# Deploy with 'docker stack deploy --compose-file <this file> <stack>'. Named volumes stay on the nodes when the stack is removed.
`;

/**
 * Renders a stack as a stack file for `docker stack deploy`.
 *
 * @throws ProblemsError with everything that is wrong
 */
export function swarmStackFile(root: IConstruct, options: SwarmStackFileOptions = {}): ComposeFile {
  const out = emptyDocument();
  const planned = render(root, swarmFilePlatform(options), out, options);
  const { stack, differences } = planned;
  const warnings = [...planned.warnings, ...loosened(planned, true)];
  const architecture = options.architecture ?? 'amd64';
  const files = declareProber(out, architecture, proberName(options.namespace ?? stack.name, architecture));
  // 3.9 is the last version that every `docker stack deploy` from 20.10 on takes
  const text = HEADER + toYaml({ version: '3.9', ...withoutEmpty(out) });
  return { text, files, differences, warnings };
}

/** The name of the config with the prober. A config cannot change, so its content decides its name. */
export function proberName(scope: string, architecture: 'amd64' | 'arm64'): string {
  return engineName(scope, `prober-${PROBER_SHA256[architecture].slice(0, 12)}`);
}
