/** VeoGen in development, whole, by `docker compose up`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RootConstruct } from 'constructs';
import { VeoGen } from '../../../apps/veogen/veogen';
import { Environment, Environments } from '../../../lib';
import { type ComposeNatives, compose, composeFile, writeComposeFile } from '../../../lib/platforms/compose';
import { type Seen, valueTests } from '../docker/values';
import { answers, everything, inspect, mostOpenFiles, requireDocker, sweep } from '../support/docker';
import { must, type Ran, requireEngine, run } from '../support/run';
import { VEOGEN_IMAGES } from '../support/veogen';

const PROJECT = `ihcv${process.pid}`;
const SERVICES = ['postgres', 'postgres-exporter', 'redis', 'backend', 'frontend', 'worker'].map((name) => `veogen-${name}`);
const folder = mkdtempSync(join(tmpdir(), 'ironhull-compose-veogen-'));
const env = {
  VEOGEN_SECRETS_DATABASE_URL: 'a',
  VEOGEN_SECRETS_GOOGLE_API_KEY: 'b',
  VEOGEN_SECRETS_REDIS_URL: 'c',
};
/** By key, each in a file. */
const passwords = {
  'postgres-password': 'p$ss: "word"',
  'postgres-superuser-password': 'superuser',
  'postgres-backup-password': 'backup',
  'postgres-monitoring-password': 'monitoring',
};
let seen: Seen;
let started: Ran;

const docker = (...args: string[]) => run('docker', ['compose', '--file', join(folder, 'compose.yaml'), ...args], { env });
const container = (service: string) => inspect('container', `${PROJECT}-${service}-1`);

beforeAll(async () => {
  await requireDocker(...VEOGEN_IMAGES);
  await requireEngine(['docker', 'compose', 'version']);
  const nofile = await mostOpenFiles();
  const file = composeFile(development(nofile), { name: PROJECT });
  writeComposeFile(join(folder, 'compose.yaml'), file);
  const secrets = join(folder, 'secrets/veogen-secrets');
  mkdirSync(secrets, { recursive: true });
  for (const [key, value] of Object.entries(passwords)) writeFileSync(join(secrets, key), value, { mode: 0o444 });
  started = await docker('up', '--detach', '--wait');
  if (started.code !== 0) throw new Error(started.stderr);
  const [backend, sidecar] = await Promise.all([container('veogen-backend'), container('veogen-backend-monitoring')]);
  const networkName = `${PROJECT}_veogen-network`;
  const { HostConfig: host } = backend;
  // the engine keeps the name as the file has it, with or without the prefix
  const CapAdd = host.CapAdd.map((name: string) => `CAP_${name.replace('CAP_', '')}`);
  seen = { backend, host: { ...host, CapAdd }, sidecar, network: await inspect('network', networkName), networkName, nofile };
}, 600_000);

afterAll(async () => {
  await docker('down', '--volumes', '--timeout', '1');
  await sweep(PROJECT);
  rmSync(folder, { recursive: true, force: true });
});

/** What differs on this machine: the stand-ins for the images, and the open files that the engine can give. */
function development(nofile: number): RootConstruct {
  const root = new RootConstruct(PROJECT);
  Environment.set(root, Environments.development);
  const { backend, frontend, worker } = new VeoGen(root);
  backend.tune(compose, ({ service, sidecars }) => {
    listen(service, '8000,8001');
    if (sidecars.monitoring) listen(sidecars.monitoring, '9100');
    if (service.ulimits?.nofile) service.ulimits.nofile = { soft: nofile, hard: nofile };
  });
  frontend.tune(compose, ({ service }) => listen(service, '3000'));
  worker.tune(compose, ({ service }) => listen(service, '8000'));
  return root;
}

/** Tells the stand-in for an image which ports it has. */
function listen(service: ComposeNatives['workload']['service'], ports: string): void {
  service.environment = { ...service.environment, PROBE_PORTS: ports };
}

test('up has nothing to warn of', () => expect(started.stderr).not.toMatch(/warn|ignor/i));

valueTests(() => seen);

test.each(SERVICES)('V16: %s runs, hardened', async (name) => {
  const { State, HostConfig, Config } = await container(name);
  expect(State.Running).toBe(true);
  expect(State.Health?.Status).toBe(name === 'veogen-worker' ? undefined : 'healthy');
  expect(HostConfig).toMatchObject({ ReadonlyRootfs: true, CapDrop: ['ALL'], Privileged: false, SecurityOpt: ['no-new-privileges:true'] });
  expect(Config.User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
});

test('V8, V16: services reach each other, and the backend its sidecar', async () => {
  const reach = async (from: string, own: number, host: string, port: number) =>
    answers(await container(from), `http://127.0.0.1:${own}/connect?host=${host}&port=${port}`, true);
  expect(await reach('veogen-backend', 8000, 'veogen-postgres', 5432)).toBe(true);
  expect(await reach('veogen-backend', 8000, 'veogen-redis', 6379)).toBe(true);
  expect(await reach('veogen-backend', 8000, '127.0.0.1', 9100)).toBe(true);
  expect(await reach('veogen-frontend', 3000, 'veogen-backend', 8000)).toBe(true);
});

test('the database takes the password of the secret, whatever is in it', async () => {
  const login = `host=127.0.0.1 user=veogen dbname=veogen password='${passwords['postgres-password']}'`;
  expect((await must('docker', ['exec', `${PROJECT}-veogen-postgres-1`, 'psql', login, '-tAc', 'select 1'])).trim()).toBe('1');
});

test('a second up changes nothing', async () => {
  const before = await Promise.all(SERVICES.map(async (name) => (await container(name)).Id));
  expect((await docker('up', '--detach')).code).toBe(0);
  expect(await Promise.all(SERVICES.map(async (name) => (await container(name)).Id))).toEqual(before);
});

test('down leaves the volumes only', async () => {
  expect((await docker('down')).code).toBe(0);
  expect(await everything(PROJECT)).toEqual(['outputs', 'postgres-data-1', 'uploads'].map((name) => `volume ${PROJECT}_veogen-${name}`));
});
