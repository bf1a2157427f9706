/** VeoGen in production, whole, on a Swarm of one node: by a stack file, and through Pulumi. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RootConstruct } from 'constructs';
import { Environment, Environments } from '../../../lib';
import { swarmStackFile, writeComposeFile } from '../../../lib/platforms/swarm';
import { answers, inspect, mostOpenFiles, requireDocker } from '../support/docker';
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { must, run, until } from '../support/run';
import { containerOf, labelNode, leaves, removeAll, removeStack, requireSwarm, running } from './engine';
import { buildVeoGen } from './veogen';
import { type Seen, swarmValueTests } from './veogen-values';

const LABEL = `database-v${process.pid}`;
/** What is in variables. */
const VARIABLES = ['database-url', 'google-api-key', 'redis-url'];
/** What is in files. */
const FILES = [
  ...['', '-superuser', '-backup', '-monitoring'].map((role) => `postgres${role}-password`),
  ...['writer', 'pruner', 'restorer'].flatMap((who) => [`backup-${who}-id`, `backup-${who}-secret`]),
  'backup-age-identity',
];
const SECRETS = [...VARIABLES, ...FILES];
const secretValue = (name: string) => `not-in-the-state-${name}`;
/** Those that are not looked at by a health check. */
const UNCHECKED = ['worker', 'postgres-prune', 'postgres-drill'];
const REPLICAS = {
  postgres: 1,
  'postgres-exporter': 1,
  'postgres-backup': 1,
  'postgres-prune': 1,
  'postgres-drill': 1,
  'postgres-backup-status': 1,
  redis: 1,
  backend: 3,
  frontend: 3,
  worker: 3,
};
/** The stack through Pulumi. */
const PULUMI = `ihvp${process.pid}`;
const project = new PulumiProject(PULUMI, 'test/e2e/swarm/veogen.program.ts', { E2E_NAMESPACE: PULUMI, E2E_LABEL: LABEL });
let nofile: number;
let unlabel = async () => {};
let up: Promise<unknown>;

beforeAll(async () => {
  await requireDocker(
    'veogen/backend:1.0.0',
    'veogen/frontend:1.0.0',
    'veogen/worker:1.0.0',
    'postgres:15-bookworm',
    'redis:7.4-bookworm',
    'busybox:1.37',
    'quay.io/prometheuscommunity/postgres-exporter:v0.17.1',
    'ironhull/postgres-backup:15',
  );
  await requireSwarm();
  await requirePulumi();
  nofile = await mostOpenFiles();
  unlabel = await labelNode(LABEL, 'true');
  await project.init(Object.fromEntries(SECRETS.map((name) => [`secret secrets:veogen-secrets.${name}`, secretValue(name)])));
  // most of the time of either is waiting for health checks, so they wait together; the tests of this one look at it later
  up = project.up({ E2E_NOFILE: String(nofile) });
  up.catch(() => undefined);
});

afterAll(async () => {
  await up?.catch(() => undefined);
  await project.dispose();
  await removeAll(PULUMI);
  await unlabel();
}, 900_000);

describe('by a stack file', () => {
  const stack = `ihvf${process.pid}`;
  const folder = mkdtempSync(join(tmpdir(), 'ironhull-veogen-'));
  const subnet = `10.203.${process.pid % 250}.0/24`;
  let seen: Seen;

  beforeAll(async () => {
    const root = new RootConstruct(stack);
    Environment.set(root, Environments.production);
    buildVeoGen(root, { label: LABEL, nofile, subnet });
    const file = swarmStackFile(root, { name: stack, endpointMode: 'dnsrr' });
    writeComposeFile(join(folder, 'stack.yaml'), file);
    const env = Object.fromEntries(VARIABLES.map((name) => [variable(name), secretValue(name)]));
    const secrets = join(folder, 'secrets/veogen-secrets');
    mkdirSync(secrets, { recursive: true });
    for (const name of FILES) writeFileSync(join(secrets, name), secretValue(name));
    const deploy = ['stack', 'deploy', '--detach=true', '--resolve-image=never', '--compose-file', join(folder, 'stack.yaml'), stack];
    expect(await run('docker', deploy, { env })).toMatchObject({ code: 0, stderr: '', stdout: expect.not.stringMatching(/ignor/i) });
    seen = await look(stack, subnet);
  }, 900_000);

  afterAll(async () => {
    await removeAll(stack);
    rmSync(folder, { recursive: true, force: true });
  });

  swarmValueTests(() => seen);

  test('limits of processes and open files, which only a stack file can say', () => {
    expect(seen.backend.Spec.TaskTemplate.Resources.Limits.Pids).toBe(100);
    expect(seen.backend.Spec.TaskTemplate.ContainerSpec.Ulimits).toEqual([
      { Name: 'nofile', Soft: nofile, Hard: nofile },
      { Name: 'nproc', Soft: 65535, Hard: 65535 },
    ]);
  });

  meetTests(stack);

  test('removing the stack leaves the volumes only', async () => {
    await removeStack(stack);
    await onlyVolumes(stack);
  }, 600_000);
});

describe('through Pulumi', () => {
  const stack = PULUMI;
  let seen: Seen;

  beforeAll(async () => {
    await up;
    seen = await look(stack, '10.0.1.0/24');
  }, 900_000);

  swarmValueTests(() => seen);
  meetTests(stack);

  test('a secret arrives, and no secret is readable in the state', async () => {
    expect(seen.backend.Spec.TaskTemplate.ContainerSpec.Env).toContain(`DATABASE_URL=${secretValue('database-url')}`);
    expect(await project.state()).not.toMatch(/not-in-the-state/);
  });

  test('a second preview finds no changes', async () => {
    const { code, stdout } = await project.preview(['--expect-no-changes'], { E2E_NOFILE: String(nofile) });
    expect({ code, said: code === 0 ? '' : stdout }).toEqual({ code: 0, said: '' });
  });

  test('destroy leaves the volumes only', async () => {
    await project.destroy();
    await onlyVolumes(stack);
  }, 600_000);
});

/** The variable that a stack file reads a secret from. */
function variable(secret: string): string {
  return `VEOGEN_SECRETS_${secret.replaceAll('-', '_').toUpperCase()}`;
}

/** Waits until every service has all of its replicas, healthy where they have a health check. */
async function look(stack: string, subnet: string): Promise<Seen> {
  for (const [name, replicas] of Object.entries(REPLICAS)) await running(`${stack}_veogen-${name}`, replicas, 600_000);
  const [backend, postgres, network, container] = await Promise.all([
    inspect('service', `${stack}_veogen-backend`),
    inspect('service', `${stack}_veogen-postgres`),
    inspect('network', `${stack}_veogen-network`),
    containerOf(`${stack}_veogen-backend`),
  ]);
  return { backend, postgres, network, container, subnet, stack, label: LABEL };
}

/** Tests that services find and reach each other. */
function meetTests(stack: string): void {
  test('each replica is healthy, and the database takes the password of the secret', async () => {
    for (const [name, replicas] of Object.entries(REPLICAS)) {
      const filter = ['--filter', `label=com.docker.swarm.service.name=${stack}_veogen-${name}`];
      const right = UNCHECKED.includes(name) ? /^Up/ : /\(healthy\)/;
      const states = async () => (await must('docker', ['ps', ...filter, '--format', '{{.Status}}'])).trim().split('\n');
      const isRight = (all: readonly string[]) => all.length === replicas && all.every((state) => right.test(state));
      await until(`${replicas} of ${name} are well`, states, isRight, 120_000);
    }
    const login = `host=127.0.0.1 user=veogen dbname=veogen password=${secretValue('postgres-password')}`;
    const { Id } = await containerOf(`${stack}_veogen-postgres`);
    expect((await must('docker', ['exec', Id, 'psql', login, '-tAc', 'select 1'])).trim()).toBe('1');
  });

  test.each([
    ['backend', 8000, 'veogen-postgres', 5432],
    ['backend', 8000, 'veogen-redis', 6379],
    ['worker', 8000, 'veogen-postgres', 5432],
    ['frontend', 3000, 'veogen-backend', 8000],
  ])('%s (%i) reaches %s:%i', async (from, own, host, port) => {
    expect(
      await answers(await containerOf(`${stack}_veogen-${from}`), `http://127.0.0.1:${own}/connect?host=${host}&port=${port}`, true),
    ).toBe(true);
  });
}

async function onlyVolumes(stack: string): Promise<void> {
  const staging = ['backup', 'drill', 'prune'].map((name) => `postgres-${name}-staging`);
  const left = ['outputs', ...staging, 'postgres-data-1', 'uploads'].sort().map((name) => `volume ${stack}_veogen-${name}`);
  await leaves(stack, left);
}
