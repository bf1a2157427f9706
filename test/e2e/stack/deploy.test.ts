/** apps/deploy.ts through the repository's own Pulumi.yaml: every stack `<system>-<environment>`, compared with what reviewers read of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { requirePulumi } from '../support/pulumi';
import { OwnProject, type Planned, ROOT } from './project';
import {
  asVariable,
  type Brief,
  briefsOf,
  containersOf,
  fileOf,
  generatedOf,
  type Json,
  manifestsOf,
  nameOf,
  STACKS,
  type Stack,
  secretsOf,
  withoutHash,
} from './written';

/** The value of every secret. */
const PLANTED = 'never-shown';
const project = new OwnProject();
const plans = new Map<string, readonly Planned[]>();

beforeAll(async () => {
  await requirePulumi();
  await project.init(STACKS.map(({ name }) => name));
}, 600_000);

afterAll(() => project.dispose());

test('each system has a stack in each of its environments, and there are no others', () => {
  const files = readdirSync(ROOT).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
  expect(files.sort()).toEqual(STACKS.map(({ name }) => name).sort());
  for (const stack of STACKS)
    expect(configOf(stack)).toEqual({
      'ironhull:system': stack.system,
      'ironhull:environment': stack.environment,
      'ironhull:platform': expect.stringMatching(/^(docker|swarm|kubernetes)$/),
    });
});

test.each(STACKS)('$name: asks at once for the secrets it lacks, and after these commands plans everything', async (stack) => {
  const platform = configOf(stack)['ironhull:platform'] as keyof typeof EXPECT;
  // a cluster has them already
  const secrets = platform === 'kubernetes' ? [] : secretsOf(stack);
  if (secrets.length > 0) await project.follow(stack.name, await commandsFor(stack, secrets), PLANTED);
  const { text, planned } = await project.planned(stack.name);
  plans.set(stack.name, planned);
  expect(new Set(planned.map(({ op }) => op))).toEqual(new Set(['create']));
  EXPECT[platform](stack, planned);
  const configs = of(planned, 'docker:index/serviceConfig:ServiceConfig').map(({ data }) => Buffer.from(data, 'base64').toString());
  for (const shown of [PLANTED, Buffer.from(PLANTED).toString('base64')]) expect(text + configs.join()).not.toContain(shown);
});

function configOf({ name }: Stack): Record<string, string> {
  return parse(readFileSync(join(ROOT, `Pulumi.${name}.yaml`), 'utf8')).config;
}

/** What the error of a preview tells to run. */
async function commandsFor(stack: Stack, secrets: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await project.preview(stack.name);
  const said = stdout + stderr;
  expect(code).not.toBe(0);
  // once while it runs, by its first line, and once at the end
  const [, ...diagnostics] = said.split('Diagnostics:');
  expect(diagnostics.join().match(/error:/g)).toHaveLength(1);
  expect(said).not.toMatch(/^\s+at .*\.[jt]s:\d+/m);
  expect(said).not.toMatch(/docker:index|random:index/);
  const commands = [...new Set([...said.matchAll(/run: (.*)/g)].map(([, command]) => command as string))];
  const keys = commands.map((command) => /^pulumi config set --secret secrets:([\w.-]+)$/.exec(command)?.[1] ?? command);
  expect(keys.map(asVariable).sort()).toEqual(secrets);
  return commands;
}

/** Inputs of the planned resources of a type. */
function of(planned: readonly Planned[], type: string): Planned['inputs'][] {
  return planned.flatMap((one) => (one.type === type ? [one.inputs] : []));
}

/** Sorted names of the planned resources of a type. */
function names(planned: readonly Planned[], type: string): string[] {
  return of(planned, type)
    .map(({ name, metadata }) => String(name ?? metadata?.name))
    .sort();
}

/** The same, without the hashes of content. */
function named(planned: readonly Planned[], type: string): string[] {
  return names(planned, type).map(withoutHash).sort();
}

/** The networks that join some of a stack: those that lead outside are not the same everywhere. */
function joining(networks: readonly string[]): string[] {
  return networks.filter((name) => !name.endsWith('_outside')).sort();
}

const EXPECT = {
  docker(stack: Stack, planned: readonly Planned[]): void {
    const file = fileOf(stack, 'compose');
    const found = new Map<string, Brief>();
    for (const { name, image, user, readOnly, capabilities } of of(planned, 'docker:index/container:Container')) {
      // never started: it carries files into a volume
      if (/-files-[0-9a-f]{8}$|-prober$/.test(name)) continue;
      // what leads outside has the name of the system before its own, and what keeps its identity a number behind it
      const service = name.replace(`${stack.system}_`, '').replace(/-\d+$/, '');
      const replicas = 1 + (found.get(service)?.replicas ?? 0);
      found.set(service, { image, user, readOnly, drops: capabilities.drops, replicas });
    }
    expect(found).toEqual(briefsOf(file));
    expect(joining(names(planned, 'docker:index/network:Network'))).toEqual(joining(Object.keys(file.networks)));
    const generated = planned.filter(({ type }) => type.startsWith('random:index/'));
    expect(generated.map(({ name }) => asVariable(name)).sort()).toEqual(generatedOf(stack));
  },

  swarm(stack: Stack, planned: readonly Planned[]): void {
    const file = fileOf(stack, 'swarm');
    const found = of(planned, 'docker:index/service:Service').map(({ name, mode, taskSpec }): [string, Brief] => {
      const { image, user, readOnly, capDrops } = taskSpec.containerSpec;
      return [withoutHash(name), { image, user, readOnly, drops: capDrops, replicas: mode.replicated.replicas }];
    });
    expect(new Map(found)).toEqual(briefsOf(file));
    expect(named(planned, 'docker:index/serviceConfig:ServiceConfig')).toEqual(
      Object.values<Json>(file.configs)
        .map(({ name }) => withoutHash(name))
        .sort(),
    );
    expect(named(planned, 'docker:index/secret:Secret')).toEqual(Object.keys(file.secrets).sort());
    // the stack file joins some more, so that what waits for a task can reach it
    expect(Object.keys(file.networks)).toEqual(expect.arrayContaining(names(planned, 'docker:index/network:Network')));
  },

  kubernetes(stack: Stack, planned: readonly Planned[]): void {
    const written = manifestsOf(stack);
    const objects = planned.filter(({ type }) => type.startsWith('kubernetes:')).map(({ inputs }) => inputs);
    expect(objects.map((one) => `${one.kind} ${nameOf(one)}`).sort()).toEqual([...written.keys()].sort());
    for (const one of objects) expect(containersOf(one)).toEqual(containersOf(written.get(`${one.kind} ${nameOf(one)}`)));
    expect(names(planned, 'kubernetes:core/v1:Secret')).toEqual([]);
  },
};

/** VeoGen's, resource by resource. */
describe('veogen', () => {
  const SERVICES = ['veogen-backend', 'veogen-frontend', 'veogen-postgres-exporter', 'veogen-redis', 'veogen-worker'];
  const STATUS = 'veogen-postgres-backup-status';
  const TASKS = ['backup', 'drill', 'prune', 'restore'].map((name) => `veogen-postgres-${name}`);
  const planOf = (environment: string) => plans.get(`veogen-${environment}`) ?? [];
  const backendOf = (planned: readonly Planned[]) => planned.find(({ inputs }) => inputs.name === 'veogen-backend')?.inputs;

  test('development on Docker', () => {
    const planned = planOf('development');
    // the prober's container hands out the program of health checks, in a volume
    const containers = [...SERVICES, 'veogen-postgres-1', 'veogen-backend-monitoring', 'veogen-prober'];
    // files reach a container through another one, in a volume that is called after what is in it
    const files = ['backend', 'postgres-exporter', 'postgres', 'postgres', 'worker'].map((name) => `veogen-${name}-files`);
    expect(named(planned, 'docker:index/container:Container')).toEqual([...containers, ...files].sort());
    expect(names(planned, 'docker:index/network:Network')).toEqual(['veogen-network']);
    const volumes = ['veogen-outputs', 'veogen-postgres-data-1', 'veogen-prober', 'veogen-uploads'];
    expect(named(planned, 'docker:index/volume:Volume')).toEqual([...volumes, ...files].sort());
    expect(backendOf(planned)).toMatchObject({ user: '1001:1001', readOnly: true, capabilities: { drops: ['ALL'] } });
  });

  test('staging on a Swarm', () => {
    const planned = planOf('staging');
    expect(names(planned, 'docker:index/service:Service')).toEqual([...SERVICES, 'veogen-postgres', STATUS, ...TASKS].sort());
    const database = ['backup', 'restore'].map((name) => `veogen-postgres_veogen-postgres-${name}`);
    const outside = [STATUS, ...TASKS].map((name) => `${name}_outside`);
    expect(names(planned, 'docker:index/network:Network')).toEqual(['veogen-network', ...outside, ...database].sort());
    const config = ['pg_hba.conf', 'postgresql.conf', 'setup.sql', 'setup_hba.conf', 'start.sh'].map(
      (file) => `veogen-postgres-config.${file}`,
    );
    expect(named(planned, 'docker:index/serviceConfig:ServiceConfig')).toEqual([...config, 'veogen_prober'].sort());
    expect(names(planned, 'pulumi-nodejs:dynamic/ironhull:DestroyGuard')).toHaveLength(1);
    expect(backendOf(planned)).toMatchObject({ mode: { replicated: { replicas: 2 } }, updateConfig: { failureAction: 'rollback' } });
  });

  test('production on Kubernetes', () => {
    const planned = planOf('production');
    expect(names(planned, 'kubernetes:core/v1:Namespace')).toEqual(['veogen']);
    expect(names(planned, 'kubernetes:apps/v1:Deployment')).toEqual([...SERVICES, STATUS].sort());
    expect(names(planned, 'kubernetes:apps/v1:StatefulSet')).toEqual(['veogen-postgres']);
    expect(names(planned, 'kubernetes:core/v1:PersistentVolumeClaim')).toEqual([
      'veogen-outputs',
      ...TASKS.map((name) => `${name}-staging`),
      'veogen-uploads',
    ]);
    expect(names(planned, 'kubernetes:autoscaling/v2:HorizontalPodAutoscaler')).toEqual(['veogen-backend']);
  });
});
