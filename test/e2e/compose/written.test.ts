/** What `npm run synth` writes, as Docker reads it. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { requireDocker } from '../support/docker';
import { requireEngine, run } from '../support/run';
import { removeAll, removeStack, requireSwarm } from '../swarm/engine';

const golden = resolve(__dirname, '../../golden');
const files = (folder: string) => readdirSync(join(golden, folder)).filter((file) => file.endsWith('.yaml'));
const folder = mkdtempSync(join(tmpdir(), 'ironhull-written-'));
/** A value for each variable that a file needs. */
function variables(path: string): Record<string, string> {
  const names = readFileSync(path, 'utf8').matchAll(/\$\{(\w+):\?/g);
  return Object.fromEntries([...names].map(([, name]) => [name, `value of ${name}`]));
}

const STACK = `ihw${process.pid}`;
const SUBNET = `10.204.${process.pid % 250}.0/24`;

beforeAll(async () => {
  await requireDocker();
  await requireEngine(['docker', 'compose', 'version']);
  await requireSwarm();
});

afterAll(async () => {
  await removeAll(STACK);
  rmSync(folder, { recursive: true, force: true });
});

test.each(files('compose'))('docker compose accepts %s without a word', async (file) => {
  const path = join(golden, 'compose', file);
  const ran = await run('docker', ['compose', '--file', path, 'config', '--quiet'], { env: variables(path) });
  expect(ran).toEqual({ code: 0, stdout: '', stderr: '' });
});

/** Deploys a stack file with no replicas: `docker stack deploy` alone says which keys it ignores. */
async function deploy(path: string): Promise<string> {
  const { services, secrets = {} } = load(readFileSync(path, 'utf8')) as { services: object; secrets?: Record<string, { file: string }> };
  for (const { file } of Object.values(secrets)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), 'a value');
  }
  const nothing = Object.fromEntries(Object.keys(services).map((name) => [name, { deploy: { replicas: 0 } }]));
  writeFileSync(join(folder, 'nothing.json'), JSON.stringify({ version: '3.9', services: nothing }));
  const stackFiles = ['--compose-file', path, '--compose-file', join(folder, 'nothing.json')];
  const ran = await run('docker', ['stack', 'deploy', '--detach=true', '--resolve-image=never', ...stackFiles, STACK], {
    env: variables(path),
  });
  await removeStack(STACK);
  await removeAll(STACK);
  expect({ code: ran.code, stderr: ran.code === 0 ? '' : ran.stderr }).toEqual({ code: 0, stderr: '' });
  return ran.stdout + ran.stderr;
}

test.each(files('swarm'))('docker stack deploy takes every key of %s', async (file) => {
  const path = join(golden, 'swarm', file);
  const system = file.slice(0, file.lastIndexOf('-'));
  const checked = await run('docker', ['stack', 'config', '--compose-file', path], { env: variables(path) });
  expect({ code: checked.code, stderr: checked.stderr }).toEqual({ code: 0, stderr: '' });
  // under names of this run: the machine may have such a stack
  // and other addresses: a stack of another suite may have these
  const renamed = readFileSync(path, 'utf8')
    .replaceAll(`name: ${system}`, `name: ${STACK}`)
    .replace(/subnet: \S+/g, `subnet: ${SUBNET}`);
  cpSync(join(golden, 'swarm'), folder, { recursive: true });
  writeFileSync(join(folder, file), renamed);
  const said = await deploy(join(folder, file));
  expect(said).toContain(`Creating service ${STACK}_`);
  expect(said).not.toMatch(/ignor|unsupported|deprecated/i);
});

test('and says so where it does not', async () => {
  const path = join(folder, 'ignored.json');
  writeFileSync(
    path,
    JSON.stringify({ version: '3.9', services: { web: { image: 'busybox:1.37', security_opt: ['no-new-privileges:true'] } } }),
  );
  expect(await deploy(path)).toContain('Ignoring unsupported options: security_opt');
});
