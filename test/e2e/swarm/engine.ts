import type { Inspected } from '../support/docker';
import { inspect } from '../support/docker';
import { must, run, until, whileDoing } from '../support/run';

/** Labels the node for the database, and answers with what takes the label off. */
export async function labelNode(key: string, value: string): Promise<() => Promise<void>> {
  const node = (await must('docker', ['info', '--format', '{{.Swarm.NodeID}}'])).trim();
  const before = JSON.parse(await must('docker', ['node', 'inspect', node]))[0].Spec.Labels[key] as string | undefined;
  // the node may have changed since the command read it
  const label = () => must('docker', ['node', 'update', '--label-add', `${key}=${value}`, node]);
  await until('the node has its label', label, () => true);
  return async () => {
    await run('docker', ['node', 'update', ...(before === undefined ? ['--label-rm', key] : ['--label-add', `${key}=${before}`]), node]);
  };
}

/** Fails unless the engine is a manager of a Swarm. */
export async function requireSwarm(): Promise<void> {
  const ran = await run('docker', ['info', '--format', '{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}}']);
  if (ran.code !== 0 || ran.stdout.trim() !== 'active true') {
    throw new Error(
      `This suite needs a Docker engine that is a manager of a Swarm; run \`docker swarm init\` (it says: ${ran.stdout}${ran.stderr})`,
    );
  }
}

/** Waits until a service has its replicas, all of them running. */
export function running(service: string, replicas: number, timeoutMs = 240_000): Promise<string[]> {
  return until(
    `${replicas} running replicas of ${service}`,
    async () => {
      const list = await must('docker', ['service', 'ps', service, '--filter', 'desired-state=running', '--format', '{{.CurrentState}}']);
      return list.split('\n').filter((line) => line.startsWith('Running'));
    },
    (states) => states.length === replicas,
    timeoutMs,
  );
}

/** How an update ended that Swarm works on in the background. */
export async function updateEnd(service: string, timeoutMs = 300_000): Promise<string> {
  return until(
    `the update of ${service} has ended`,
    async () => (await inspect('service', service)).UpdateStatus?.State as string,
    (state) => /completed|paused/.test(state),
    timeoutMs,
  );
}

/** Connects through the gateway to the backend all the time while something else goes on; answers with what went wrong. */
export async function whileServing(gateway: number, meanwhile: () => Promise<unknown>): Promise<{ served: number; failures: string[] }> {
  const failures: string[] = [];
  let served = 0;
  const connect = async () => {
    try {
      const url = `http://127.0.0.1:${gateway}/connect?host=backend&port=8000`;
      const said = await (await fetch(url, { signal: AbortSignal.timeout(10_000) })).text();
      if (said.includes('connected')) served++;
      else failures.push(said);
    } catch (error) {
      failures.push(String(error));
    }
  };
  await whileDoing(connect, 100, meanwhile);
  return { served, failures };
}

/** The newest container of a service that runs on this node, as the engine sees it. */
export async function containerOf(service: string): Promise<Inspected> {
  const newest = async () => {
    const ids = await must('docker', ['ps', '--quiet', '--filter', `label=com.docker.swarm.service.name=${service}`]);
    return inspect('container', ids.split('\n')[0] as string);
  };
  return until(`a container of ${service}`, newest, ({ State }) => State.Running);
}

/** Services, networks, configs, secrets and volumes whose names start with a prefix. */
export async function leftovers(prefix: string): Promise<string[]> {
  const lists = await Promise.all(
    ['service', 'network', 'config', 'secret', 'volume'].map(async (kind) =>
      (await must('docker', [kind, 'ls', '--format', '{{.Name}}']))
        .split('\n')
        .flatMap((name) => (name.startsWith(prefix) ? [`${kind} ${name}`] : [])),
    ),
  );
  return lists.flat().sort();
}

/** Removes a stack by its command, which is told again for networks that tasks still have: they end later than the command takes. */
export async function removeStack(name: string): Promise<void> {
  const remove = () => run('docker', ['stack', 'rm', name]);
  const first = await remove();
  if (first.code === 0) return;
  if (!first.stderr.includes('in use')) throw new Error(`docker stack rm ${name} failed: ${first.stderr}`);
  await until(`the stack ${name} is removed`, remove, ({ stderr }) => !stderr.includes('in use'), 120_000);
}

/**
 * What is left of a stack that was removed. An engine (20.10) may list a network for good that its Swarm has removed: asked to remove it, it says
 * that there is none. One that it does remove was left behind.
 */
async function remaining(prefix: string): Promise<string[]> {
  const found: string[] = [];
  for (const line of await leftovers(prefix)) {
    const [kind, name = ''] = line.split(' ');
    const asked = kind === 'network' ? await run('docker', ['network', 'rm', name]) : undefined;
    if (asked?.code === 0) throw new Error(`${line} was left behind`);
    if (!asked?.stderr.includes('not found')) found.push(line);
  }
  return found;
}

/** Waits until a stack that was removed has left exactly this. */
export async function leaves(prefix: string, left: readonly string[], timeoutMs = 240_000): Promise<void> {
  const gone = await until(
    `nothing of ${prefix} but ${left.length} things`,
    () => remaining(prefix),
    (found) => found.length <= left.length,
    timeoutMs,
  );
  expect(gone).toEqual(left);
}

/** Removes everything with a prefix: services first, the rest once their containers are gone. Fails if something stays. */
export async function removeAll(prefix: string): Promise<void> {
  await until(
    `nothing of ${prefix}`,
    async () => {
      const left = (await leftovers(prefix)).map((line) => line.split(' ') as [string, string]);
      const services = left.filter(([kind]) => kind === 'service');
      const gone: string[] = [];
      for (const [kind, name] of services.length > 0 ? services : left) {
        const { stderr } = await run('docker', [kind, 'rm', name]);
        if (kind === 'network' && stderr.includes('not found')) gone.push(name);
      }
      return left.filter(([, name]) => !gone.includes(name));
    },
    (left) => left.length === 0,
    240_000,
  );
}
