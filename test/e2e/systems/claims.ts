/** What is claimed of the containers of OctoCode, whichever engine runs them: who meets whom, and where secrets are. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Inspected } from '../support/docker';
import { must, run } from '../support/run';
import { addresses } from './compose';
import { OWN, PORTS, planted } from './octocode';
import { pairsReached, type Target } from './reach';
import { secretFiles } from './secrets';

/** The containers of each service: its replicas. */
export type Containers = ReadonlyMap<string, readonly Inspected[]>;

/** On a port that nothing of the system has. What listens there says whose container it is, as long as it is asked. */
const LISTEN = `
timeout 60 nc -ll -p ${OWN} -e echo "$1" >/dev/null 2>&1 &
for try in $(seq 50); do
  timeout 2 nc 127.0.0.1 ${OWN} </dev/null 2>/dev/null | grep -qx "$1" && exit
  sleep 0.1
done
exit 1`;

/**
 * Every ordered pair that connects: by name, on ports of their own; and by any address of any replica.
 *
 * @param hostOf the name under which a service is known to others
 * @param ports a port of each that listens
 * @param more addresses that the engine does not list with its networks
 */
export async function meetings(
  containers: Containers,
  hostOf: (name: string) => string,
  ports: Readonly<Record<string, number>> = PORTS,
  more: readonly Target[] = [],
) {
  const commands = new Map([...containers].map(([name, [first]]) => [name, ['docker', 'exec', first?.Id]]));
  const named = [...containers.keys()].map((name) => ({ name, host: hostOf(name), port: ports[name] as number }));
  const all = [...containers].flatMap(([name, replicas]) => replicas.map((one) => [name, one] as const));
  await Promise.all(all.map(([name, { Id }]) => must('docker', ['exec', Id, 'sh', '-c', LISTEN, 'sh', name])));
  const byName = await pairsReached(commands, named);
  const addressed = [...all.flatMap(([name, one]) => addresses(name, one, OWN)), ...more.map((one) => ({ ...one, port: OWN }))];
  const byAddress = await pairsReached(
    commands,
    addressed.map((one) => ({ ...one, says: one.name })),
  );
  return { byName, byAddress };
}

/** The files of secrets in a container, with what its user reads there; in one that has ended, with what is there. */
export async function secretsIn({ Id, State }: Inspected): Promise<Record<string, string>> {
  if (State.Running) return secretFiles(Id);
  const files: Record<string, string> = {};
  const folder = mkdtempSync(join(tmpdir(), 'ironhull-secrets-'));
  await must('docker', ['cp', `${Id}:/run/secrets/.`, folder]);
  for (const path of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (path.isDirectory()) continue;
    const file = join(path.parentPath, path.name);
    files[file.replace(folder, '/run/secrets')] = readFileSync(file, 'utf8');
  }
  rmSync(folder, { recursive: true, force: true });
  return files;
}

/** Planted values, each with the place of a container where it is and must not be: what is said of it, its log, its environment. */
export async function leaksOf(containers: readonly Inspected[]): Promise<string[]> {
  const found = await Promise.all(
    containers.map(async (container) => {
      const { stdout, stderr } = await run('docker', ['logs', container.Id]);
      const environment = container.State.Running ? await environmentOf(container) : '';
      const places = { inspect: JSON.stringify(container), log: stdout + stderr, environment };
      return Object.entries(places).flatMap(([place, text]) => planted(text).map((key) => `${key}: ${place} of ${container.Name}`));
    }),
  );
  return found.flat();
}

/** Of the first process, as the kernel has it, to its own user. Of the programs of others, some write their title over it. */
async function environmentOf({ Id, Config }: Inspected): Promise<string> {
  const environment = await must('docker', ['exec', Id, 'cat', '/proc/1/environ']);
  if (!environment.includes('PATH=') && Config.Image.startsWith('octocode/')) throw new Error(`${Id} has no environment: ${environment}`);
  return environment;
}
