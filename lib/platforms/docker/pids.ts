import * as pulumi from '@pulumi/pulumi';
import type { DockerOut } from './natives';

/**
 * What Pulumi runs for a limit: the text of a module. Written as text, and not as a function that Pulumi turns into
 * text, because that text stands in the stack's state: it must not depend on the compiler in use, and turning functions
 * into text loads the TypeScript compiler, which costs more than all the rest of a program's start.
 */
export const PIDS_PROVIDER = `exports.handler = () => {
  const run = async ({ container, limit, host }) => {
    const { execFile } = require('child_process');
    const args = [...(host ? ['--host', host] : []), 'update', '--pids-limit', String(limit), container];
    await new Promise((resolve, reject) => execFile('docker', args, (error, out, err) =>
      error ? reject(new Error('docker update --pids-limit failed: ' + (err || error.message))) : resolve(out)));
  };
  return {
    create: async (inputs) => { await run(inputs); return { id: inputs.container, outs: inputs }; },
    update: async (id, olds, news) => { await run(news); return { outs: news }; },
    diff: async (id, olds, news) => ({
      changes: olds.container !== news.container || olds.limit !== news.limit,
      replaces: olds.container !== news.container ? ['container'] : [],
      deleteBeforeReplace: true,
    }),
  };
};`;

/** A limit of processes on a container; the id is the container's, so that it follows each replacement. */
class PidsLimit extends pulumi.CustomResource {
  constructor(
    name: string,
    args: { container: pulumi.Input<string>; limit: number; host?: pulumi.Input<string> },
    opts: pulumi.CustomResourceOptions,
  ) {
    super('pulumi-nodejs:dynamic/ironhull:PidsLimit', name, { ...args, __provider: PIDS_PROVIDER }, opts);
  }
}

/** Limits the processes of a container after it was made: the provider has no argument for it. */
export function limitPids(name: string, container: pulumi.Output<string>, limit: number, out: DockerOut): pulumi.Resource {
  return new PidsLimit(name, { container, limit, ...(out.host !== undefined && { host: out.host }) }, { parent: out.parent });
}
