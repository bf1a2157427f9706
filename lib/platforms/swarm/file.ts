import type { IConstruct } from 'constructs';
import { endingTasks } from '../../platform/cells/resident';
import { type RenderOptions, render } from '../../platform/render';
import { type ComposeFile, declareProber, filesBeside, needed, secretSources, sections } from '../compose/finish';
import { header, type Notes } from '../compose/header';
import { loosened } from '../compose/loosened';
import { ComposeExpression } from '../compose/marker';
import { atMost, type ComposeSecretSource, emptyDocument, engineName, secretKey } from '../compose/natives';
import { declareSecrets, versionOf } from '../compose/secrets';
import { toYaml } from '../compose/yaml';
import { PROBER_SHA256 } from '../prober/binaries';
import type { SwarmOptions } from './natives';
import { swarmFilePlatform } from './platform';

/** How a stack becomes a stack file. */
export interface SwarmStackFileOptions extends RenderOptions, SwarmOptions {
  /** Processor architecture of the nodes. @default 'amd64' */
  readonly architecture?: 'amd64' | 'arm64';
}

const NOTES: Notes = {
  always: [
    'Generated: change the program that made it, not this file.',
    "Deploy with 'docker stack deploy --compose-file <this file> <stack>'. Named volumes stay on the nodes when the stack is removed.",
  ],
  aboutTasks: [
    'A task is a service of its own for each version, and stays when it is done. Deploy without --prune: what is rolled back waits for',
    "the task of its version. Remove those of earlier versions with 'docker service rm' once nobody goes back to them.",
  ],
  aboutFiles: [
    'Secret values in files beside this one, without a line break at the end. A secret of a Swarm cannot change: together with a new',
    'value, set the variable of its version to another text, and keep it. Earlier secrets stay until the stack is removed.',
  ],
  aboutVariables: ['Secret values in variables where docker stack deploy is run:'],
};

/**
 * Renders a stack as a stack file for `docker stack deploy`.
 *
 * @throws ProblemsError with everything that is wrong
 */
export function swarmStackFile(root: IConstruct, options: SwarmStackFileOptions = {}): ComposeFile {
  const out = emptyDocument();
  const planned = render(root, swarmFilePlatform(options), out, options);
  const architecture = options.architecture ?? 'amd64';
  const scope = options.namespace ?? planned.stack.name;
  declareProber(out, architecture, proberName(scope, architecture));
  declareSecrets(out, secretSources(planned), (source, key) => secretFileName(scope, source, key));
  const secrets = needed(planned, out);
  const tasks = endingTasks(planned.drafted);
  return {
    // 3.9 is the last version that every `docker stack deploy` from 20.10 on takes
    text: header(NOTES, secrets, tasks) + toYaml({ version: '3.9', ...sections(out) }),
    files: filesBeside(out),
    secrets,
    differences: planned.differences,
    warnings: [...planned.warnings, ...loosened(planned, true)],
  };
}

/** As many characters as a Swarm takes, less those of a dash and of a version. */
const MOST_BEFORE_VERSION = 49;

/** The name of a secret. It cannot change, so its version, which whoever deploys says, is part of its name. */
function secretFileName(scope: string, source: ComposeSecretSource, key: string): ComposeExpression {
  const name = atMost(engineName(scope, secretKey(source.name, key)), MOST_BEFORE_VERSION);
  return new ComposeExpression(`${name}-${versionOf(source, key).expression}`);
}

/** The name of the config with the prober. A config cannot change, so its content decides its name. */
export function proberName(scope: string, architecture: 'amd64' | 'arm64'): string {
  return engineName(scope, `prober-${PROBER_SHA256[architecture].slice(0, 12)}`);
}
