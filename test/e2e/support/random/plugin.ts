import { must } from '../run';

/**
 * What the environment of Pulumi needs so that previews can plan what @pulumi/random makes: nothing where its plugin is installed, and
 * else a stand-in on the PATH. It makes no values: an update with it fails.
 */
export async function randomPlugin(): Promise<NodeJS.ProcessEnv> {
  const installed = JSON.parse(await must('pulumi', ['plugin', 'ls', '--json'])) as { name: string }[];
  return installed.some(({ name }) => name === 'random') ? {} : { PATH: `${process.env.PATH}:${__dirname}` };
}
