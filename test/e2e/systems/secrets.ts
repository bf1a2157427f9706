/** Secrets on an engine: who has which as files, and where their values are besides. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Inspected } from '../support/docker';
import { must, run } from '../support/run';

type Values = Readonly<Record<string, string>>;

/** Which values a text holds: as they are, in JSON, in a URL, with doubled dollars or in base64. */
export function plantedIn(text: string, values: Values): string[] {
  return Object.keys(values).filter((key) => {
    const value = (values[key] as string).trim();
    const json = JSON.stringify(value).slice(1, -1);
    // as Go writes JSON, and thereby the engines
    const escaped = json.replace(/[<>&]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);
    const plain = [value, json, escaped, encodeURIComponent(value)];
    const forms = [...plain, ...plain.map((form) => form.replaceAll('$', '$$$$')), Buffer.from(value).toString('base64')];
    return forms.some((form) => text.includes(form));
  });
}

/** Each value that one of several places holds, as `place: key`. */
export function leaks(places: Readonly<Record<string, string>>, values: Values): string[] {
  return Object.entries(places).flatMap(([place, text]) => plantedIn(text, values).map((key) => `${place}: ${key}`));
}

const FILES = 'find /run/secrets -type f 2>/dev/null | while read -r file; do echo "$file $(base64 "$file" | tr -d "\\n")"; done';

/** What a process in a container reads below /run/secrets, by path. */
export async function secretFiles(id: string): Promise<Record<string, string>> {
  const lines = (await must('docker', ['exec', id, 'sh', '-c', FILES])).split('\n').filter(Boolean);
  return Object.fromEntries(
    lines.map((line) => {
      const [path, content = ''] = line.split(' ');
      return [path, Buffer.from(content, 'base64').toString()];
    }),
  );
}

/** The files of secrets in a container, with what its user reads there; in one that has ended, with what is there. */
export async function secretsIn({ Id, State }: Inspected): Promise<Record<string, string>> {
  if (State.Running) return secretFiles(Id);
  const files: Record<string, string> = {};
  const folder = mkdtempSync(join(tmpdir(), 'ironhull-secrets-'));
  const { code, stderr } = await run('docker', ['cp', `${Id}:/run/secrets/.`, folder]);
  // one that has no secrets has no such folder
  if (code !== 0 && !stderr.includes('Could not find the file /run/secrets')) throw new Error(`docker cp said (${code}): ${stderr}`);
  for (const path of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (path.isDirectory()) continue;
    const file = join(path.parentPath, path.name);
    files[file.replace(folder, '/run/secrets')] = readFileSync(file, 'utf8');
  }
  rmSync(folder, { recursive: true, force: true });
  return files;
}

/** The variables of a process as the kernel has them; the first of the container, or one of that name. */
export async function variables(id: string, name?: string): Promise<Record<string, string>> {
  const pid = name === undefined ? '1' : `$(pidof ${name})`;
  const pairs = (await must('docker', ['exec', id, 'sh', '-c', `cat /proc/${pid}/environ`])).split('\0').filter(Boolean);
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

/**
 * What an engine tells whoever asks about containers: all that it knows of them, their logs, and the variables of their first
 * processes, as long as they run.
 *
 * @param keep the beginning of the images whose processes keep their variables; of the others, some write their title over them
 */
export async function told(containers: readonly Inspected[], keep?: string): Promise<Record<string, string>> {
  const all = containers.map(async (container): Promise<Record<string, string>> => {
    const { Id, Name, State, Config } = container;
    const { stdout, stderr } = await run('docker', ['logs', Id]);
    const places = { [`inspect ${Name}`]: JSON.stringify(container), [`logs of ${Name}`]: stdout + stderr };
    if (!State.Running) return places;
    const environment = JSON.stringify(await variables(Id));
    if (keep !== undefined && Config.Image.startsWith(keep) && !environment.includes('"PATH"'))
      throw new Error(`${Name} has no environment: ${environment}`);
    return { ...places, [`environment of ${Name}`]: environment };
  });
  return Object.assign({}, ...(await Promise.all(all)));
}
