import { type Inspected, inspect } from '../support/docker';
import { must, run, until } from '../support/run';
import { running } from './engine';

/** The container of a service with one replica that runs on this node, the newest if there are two. */
export async function current(service: string): Promise<string> {
  const filter = ['--filter', `label=com.docker.swarm.service.name=${service}`];
  const ids = (await must('docker', ['ps', '--quiet', '--no-trunc', ...filter])).split('\n');
  return ids[0] as string;
}

/** Which services of a stack, each with one replica, have another container than before. */
export async function replaced(stack: string, names: readonly string[], work: () => Promise<unknown>): Promise<string[]> {
  const all = () => Promise.all(names.map((name) => current(`${stack}_${name}`)));
  const before = await all();
  await work();
  for (const name of names) await running(`${stack}_${name}`, 1);
  const after = await all();
  return names.filter((_, i) => before[i] !== after[i]);
}

/** What the engine has of the container of a service. */
export async function serviceSpec(service: string): Promise<Inspected> {
  return (await inspect('service', service)).Spec.TaskTemplate.ContainerSpec;
}

/** When the process of a service said that it listens: its own one, and not what waits in front of it; waits for that. */
export async function listeningSince(service: string): Promise<number> {
  const read = async () => {
    const { stdout, stderr } = await run('docker', ['logs', '--timestamps', await current(service)]);
    return `${stdout}${stderr}`.split('\n').find((one) => one.includes('probe: listening'));
  };
  const line = await until(`${service} listens`, read, (one) => one !== undefined, 120_000);
  return Date.parse((line as string).split(' ')[0] as string);
}

/** When a task said something, in any of its containers; waits for that. */
export async function taskLog(stack: string, text: RegExp): Promise<number> {
  const read = async () => {
    const ids = (await must('docker', ['ps', '--all', '--quiet', '--filter', `name=${stack}_migrate-`])).split('\n').filter((id) => id);
    const logs = await Promise.all(ids.map((id) => run('docker', ['logs', '--timestamps', id])));
    return logs.flatMap(({ stdout, stderr }) => `${stdout}${stderr}`.split('\n')).find((line) => text.test(line));
  };
  const line = await until(`a task of ${stack} says ${text}`, read, (one) => one !== undefined, 240_000);
  return Date.parse((line as string).split(' ')[0] as string);
}

/** What the process of a service answers, asked from within its network namespace: none of its ports need be published. */
async function answer(service: string, path: string): Promise<{ readonly status: number; readonly text: string }> {
  const { State } = await inspect('container', await current(service));
  const script = `fetch('http://127.0.0.1:8080${path}').then(async (r) => console.log(JSON.stringify({ status: r.status, text: await r.text() })))`;
  return JSON.parse(await must('nsenter', ['--target', String(State.Pid), '--net', process.execPath, '-e', script]));
}

/** The status that the process of a service answers with. */
export async function ask(service: string, path: string): Promise<number> {
  return (await answer(service, path)).status;
}

/** How many bytes a process finds in a file of its container. */
export async function bytesIn(service: string, path: string): Promise<number> {
  return JSON.parse((await answer(service, `/read?path=${path}`)).text).bytes as number;
}
