/** What `npm run synth` writes, as Docker reads it. */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { requireDocker } from '../support/docker';
import { must, requireEngine, run } from '../support/run';
import { removeAll, requireSwarm } from '../swarm/engine';

const golden = resolve(__dirname, '../../golden');
const files = (folder: string) => readdirSync(join(golden, folder)).filter((file) => file.endsWith('.yaml'));
const folder = mkdtempSync(join(tmpdir(), 'ironhull-written-'));
const env = {
  VEOGEN_SECRETS_POSTGRES_PASSWORD: 'a',
  VEOGEN_SECRETS_DATABASE_URL: 'b',
  VEOGEN_SECRETS_GOOGLE_API_KEY: 'c',
  VEOGEN_SECRETS_REDIS_URL: 'd',
};
const STACK = `ihw${process.pid}`;

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
  const ran = await run('docker', ['compose', '--file', join(golden, 'compose', file), 'config', '--quiet'], { env });
  expect(ran).toEqual({ code: 0, stdout: '', stderr: '' });
});

/** Deploys a stack file with no replicas: `docker stack deploy` alone says which keys it ignores. */
async function deploy(path: string): Promise<string> {
  const { services } = load(readFileSync(path, 'utf8')) as { services: object };
  const nothing = Object.fromEntries(Object.keys(services).map((name) => [name, { deploy: { replicas: 0 } }]));
  writeFileSync(join(folder, 'nothing.json'), JSON.stringify({ version: '3.9', services: nothing }));
  const stackFiles = ['--compose-file', path, '--compose-file', join(folder, 'nothing.json')];
  const ran = await run('docker', ['stack', 'deploy', '--detach=true', '--resolve-image=never', ...stackFiles, STACK], { env });
  await must('docker', ['stack', 'rm', STACK]);
  await removeAll(STACK);
  expect(ran.code).toBe(0);
  return ran.stdout + ran.stderr;
}

test.each(files('swarm'))('docker stack deploy takes every key of %s', async (file) => {
  const checked = await run('docker', ['stack', 'config', '--compose-file', join(golden, 'swarm', file)], { env });
  expect({ code: checked.code, stderr: checked.stderr }).toEqual({ code: 0, stderr: '' });
  // under names of this run: the machine may have a VeoGen
  const renamed = readFileSync(join(golden, 'swarm', file), 'utf8').replaceAll('name: veogen', `name: ${STACK}`);
  copyFileSync(join(golden, 'swarm/prober-amd64'), join(folder, 'prober-amd64'));
  writeFileSync(join(folder, file), renamed);
  const said = await deploy(join(folder, file));
  expect(said).toContain(`Creating service ${STACK}_veogen-backend`);
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
