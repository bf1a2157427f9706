import * as pulumi from '@pulumi/pulumi';
import { DOCKER_COMMAND } from './command';
import type { DockerOut } from './natives';

/** What Pulumi runs for a limit: the text of a module. */
export const PIDS_PROVIDER = `exports.handler = () => {
  ${DOCKER_COMMAND}
  const run = async ({ container, limit, host }) => {
    const { code, said } = await docker(host, 'update', '--pids-limit', String(limit), container);
    if (code !== 0) throw new Error('docker update --pids-limit failed: ' + said);
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
