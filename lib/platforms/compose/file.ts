import type { IConstruct } from 'constructs';
import type { Problem } from '../../model/problems';
import { endingTasks, isEndingTask } from '../../platform/cells/resident';
import type { Plan } from '../../platform/platform';
import { type RenderOptions, render } from '../../platform/render';
import { type ComposeFile, declareProber, filesBeside, needed, secretSources, sections } from './finish';
import { header, type Notes } from './header';
import { loosened } from './loosened';
import { type ComposeDocument, type ComposeNatives, emptyDocument } from './natives';
import { compose } from './platform';
import type { ComposeService } from './schema';
import { declareSecrets } from './secrets';
import { toYaml } from './yaml';

export type { ComposeFile } from './finish';

/** How a stack becomes a Compose file. */
export interface ComposeFileOptions extends RenderOptions {
  /** Processor architecture of the host. @default 'amd64' */
  readonly architecture?: 'amd64' | 'arm64';
}

/**
 * Renders a stack as a Compose file for one Docker host.
 *
 * @throws ProblemsError with everything that is wrong
 *
 * @example
 * writeComposeFile('deploy/compose.yaml', composeFile(chart, { name: 'veogen' }));
 */
export function composeFile(root: IConstruct, options: ComposeFileOptions = {}): ComposeFile {
  const out = emptyDocument();
  const planned = render(root, compose, out, options);
  declareProber(out, options.architecture ?? 'amd64');
  declareSecrets(out, secretSources(planned));
  const secrets = needed(planned, out);
  const tasks = endingTasks(planned.drafted);
  return {
    text: header(notes(tasks), secrets, tasks) + toYaml({ name: planned.stack.name, ...sections(out, onOneHost) }),
    files: filesBeside(out),
    secrets,
    differences: planned.differences,
    warnings: [...planned.warnings, ...loosened(planned, false), ...endsUnawaited(planned, out)],
  };
}

function notes(tasks: readonly string[]): Notes {
  const first = tasks.map((task) => `docker compose run --rm ${task} && `).join('');
  return {
    always: [
      'Generated: change the program that made it, not this file.',
      "Named volumes stay on 'docker compose down'; 'down --volumes' deletes them, and what is in them.",
    ],
    aboutTasks: [
      'Compose stops what it replaces before a task has run. Deploy a new version with this, and a task that fails stops it before that:',
      `  ${first}docker compose up --detach --wait`,
    ],
    aboutFiles: [
      'Secret values in files beside this one, without a line break at the end. The user and group (uid:gid) of each container has to',
      'be able to read its files: Compose mounts them as they are. Together with a new value, set the variable of its version to',
      'another text, and keep it: that is what makes Compose replace the containers.',
    ],
    aboutVariables: ['Secret values in variables where docker compose is run, such as in .env:'],
  };
}

/** Files are mounted as they lie on the host: their mode counts, and Compose warns of what it ignores. */
function onOneHost(service: ComposeService): ComposeService {
  return {
    ...service,
    ...(service.configs && { configs: service.configs.map(({ mode: _, ...rest }) => rest) }),
    ...(service.secrets && { secrets: service.secrets.map(({ uid: _uid, gid: _gid, mode: _mode, ...rest }) => rest) }),
  };
}

/** `up --wait` takes the end of a task that nothing waits for to be a failure. */
function endsUnawaited(planned: Plan<ComposeNatives, ComposeDocument>, out: ComposeDocument): Problem[] {
  const awaited = new Set(Object.values(out.services).flatMap(({ depends_on = {} }) => Object.keys(depends_on)));
  return planned.drafted.flatMap(({ part, at }) => {
    if (!isEndingTask(part) || awaited.has(at.name)) return [];
    const what = "nothing starts after the task, and 'docker compose up --wait' takes its end for a failure";
    return [{ path: at.path, what, fix: 'let a service start after it, or deploy without --wait' }];
  });
}
