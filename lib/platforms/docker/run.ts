import * as pulumi from '@pulumi/pulumi';
import { DOCKER_COMMAND } from './command';
import type { DockerOut } from './natives';

/**
 * What Pulumi runs for a task: the text of a module. It starts the container that was made for the task, waits for its
 * end, and tries again. Where it fails, it says how and what was written last, without the values of secrets: those are
 * read from the container, so that they stand in no input of this resource.
 */
export const RUN_PROVIDER = `exports.handler = () => {
  ${DOCKER_COMMAND}
  const sleep = (ms) => {
    let timer;
    const over = new Promise((resolve) => { timer = setTimeout(() => resolve('late'), ms); });
    return { over, stop: () => clearTimeout(timer) };
  };
  const secretsOf = async ({ container, host, variables, files }) => {
    const { out } = await docker(host, 'inspect', '--format', '{{json .Config.Env}}', container);
    const env = JSON.parse(out.toString() || 'null') || [];
    const values = variables.map((name) => env.find((one) => one.startsWith(name + '=')) || '').map((one) => one.slice(one.indexOf('=') + 1));
    for (const file of files) {
      const tar = (await docker(host, 'cp', container + ':' + file, '-')).out;
      values.push(tar.subarray(512, 512 + parseInt(tar.subarray(124, 136).toString(), 8)).toString());
    }
    return values.flatMap((value) => [value, value.trim()]).filter((value) => value.length >= 4).sort((a, b) => b.length - a.length);
  };
  const fail = async (inputs, what, said) => {
    let text = said;
    for (const value of await secretsOf(inputs)) text = text.split(value).join('[secret]');
    const lines = text.split(/\\r?\\n/).filter((line) => line !== '').slice(-20);
    throw new Error('the task ' + inputs.task + ' ' + what + (lines.length > 0 ? '; its last lines:\\n' + lines.join('\\n') : '; it wrote nothing'));
  };
  const attempt = async (inputs, until) => {
    const { container, host, grace } = inputs;
    const attached = docker(host, 'start', '--attach', container);
    const timer = sleep(Math.max(0, until - Date.now()));
    const late = (await Promise.race([attached, timer.over])) === 'late';
    timer.stop();
    if (late) await docker(host, 'stop', '--time', String(grace), container);
    const { said } = await attached;
    // the engine's word counts, not that of a command that may have lost its way to it
    const waited = await docker(host, 'wait', container);
    return { late, code: waited.code === 0 ? waited.out.toString().trim() : undefined, said };
  };
  const run = async (inputs) => {
    const until = Date.now() + inputs.timeout * 1000;
    for (let tried = 1; ; tried += 1) {
      const { late, code, said } = await attempt(inputs, until);
      if (late) await fail(inputs, 'did not end within ' + inputs.timeout + ' s', said);
      if (code === '0') return;
      if (code === undefined) await fail(inputs, 'could not be waited for', said);
      if (tried >= inputs.attempts)
        await fail(inputs, 'ended with exit code ' + code + ' (attempt ' + tried + ' of ' + inputs.attempts + ')', said);
      await sleep(Math.min(1000 * 2 ** (tried - 1), 30000, Math.max(0, until - Date.now()))).over;
    }
  };
  return {
    create: async (inputs) => { await run(inputs); return { id: inputs.container, outs: inputs }; },
    update: async (id, olds, news) => ({ outs: news }),
    diff: async (id, olds, news) => ({
      changes: olds.container !== news.container,
      replaces: olds.container !== news.container ? ['container'] : [],
      deleteBeforeReplace: true,
    }),
  };
};`;

/** What a run of a task is told. */
export interface RunArgs {
  /** The task's name, for messages. */
  readonly task: string;
  /** The container that was made for it. */
  readonly container: pulumi.Input<string>;
  /** How often it is tried. */
  readonly attempts: number;
  /** Seconds for all attempts together. */
  readonly timeout: number;
  /** Seconds from SIGTERM to SIGKILL. */
  readonly grace: number;
  /** Variables of the container with secret values. */
  readonly variables: string[];
  /** Files of the container with secret values. */
  readonly files: string[];
}

/** A run of a task; the id is the container's: another container is another run. */
class TaskRun extends pulumi.CustomResource {
  constructor(name: string, args: RunArgs & { host?: pulumi.Input<string> }, opts: pulumi.CustomResourceOptions) {
    super('pulumi-nodejs:dynamic/ironhull:TaskRun', name, { ...args, __provider: RUN_PROVIDER }, opts);
  }
}

/** Runs a task once its container was made. */
export function runTask(args: RunArgs, dependsOn: pulumi.Resource[], out: DockerOut): pulumi.Resource {
  return new TaskRun(args.task, { ...args, ...(out.host !== undefined && { host: out.host }) }, { parent: out.parent, dependsOn });
}
