/** apps/deploy.ts through the repository's own Pulumi.yaml: each stack that has a file. */
import { requireDocker } from '../support/docker';
import { requirePulumi } from '../support/pulumi';
import { requireEngine } from '../support/run';
import { OwnProject, type Planned } from './project';

const ROLES = ['postgres-password', 'postgres-superuser-password', 'postgres-backup-password', 'postgres-monitoring-password'];
const APPLICATION = ['database-url', 'google-api-key', 'redis-url'];
const BUCKET = ['writer', 'pruner', 'restorer'].flatMap((who) => [`backup-${who}-id`, `backup-${who}-secret`]);
/** Of its secret, by environment: nobody makes backups of a developer's data. */
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  development: [...ROLES, ...APPLICATION],
  staging: [...ROLES, ...APPLICATION, ...BUCKET, 'backup-age-identity'],
};
const SERVICES = ['veogen-backend', 'veogen-frontend', 'veogen-postgres-exporter', 'veogen-redis', 'veogen-worker'];
const STATUS = 'veogen-postgres-backup-status';
const TASKS = ['backup', 'drill', 'prune', 'restore'].map((name) => `veogen-postgres-${name}`);
const project = new OwnProject();

beforeAll(async () => {
  await requireDocker();
  await requirePulumi();
  await requireEngine(['kubectl', 'version']);
});

afterAll(() => project.dispose());

/** Sorted names of the planned resources of a type. */
function names(planned: readonly Planned[], type: string): string[] {
  return planned.flatMap((one) => (one.type === type ? [String(one.inputs.name ?? one.inputs.metadata?.name)] : [])).sort();
}

/** The same, without the hashes of content. */
function named(planned: readonly Planned[], type: string): string[] {
  return names(planned, type)
    .map((name) => name.replace(/-[0-9a-f]{8,12}(?=\.|$)/, ''))
    .sort();
}

describe.each(['development', 'staging'])('%s, whose secrets are in the config', (environment) => {
  let commands: string[];

  beforeAll(() => project.init(`veogen-${environment}`));

  test('without secrets there is one error, with a command for each', async () => {
    const { code, stdout, stderr } = await project.preview();
    const said = stdout + stderr;
    expect(code).not.toBe(0);
    // once while it runs, by its first line, and once at the end
    const [, ...diagnostics] = said.split('Diagnostics:');
    expect(diagnostics.join().match(/error:/g)).toHaveLength(1);
    expect(said).not.toMatch(/^\s+at .*\.[jt]s:\d+/m);
    expect(said).not.toMatch(/docker:index/);
    commands = [...new Set([...said.matchAll(/run: (.*)/g)].map(([, command]) => command as string))].sort();
    expect(commands).toEqual(SECRETS[environment]?.map((name) => `pulumi config set --secret secrets:veogen-secrets.${name}`).sort());
  });

  test('after these commands everything is planned', async () => {
    for (const command of commands) await project.follow(command, 'never-shown');
    const planned = await project.planned();
    expect(new Set(planned.map(({ op }) => op))).toEqual(new Set(['create']));
    if (environment === 'development') expectDocker(planned);
    else expectSwarm(planned);
    expect(JSON.stringify(planned)).not.toContain('never-shown');
  });
});

test('production, whose secrets are in the cluster: everything is planned', async () => {
  await project.init('veogen-production');
  const planned = await project.planned();
  expect(new Set(planned.map(({ op }) => op))).toEqual(new Set(['create']));
  expect(names(planned, 'kubernetes:core/v1:Namespace')).toEqual(['veogen']);
  expect(names(planned, 'kubernetes:apps/v1:Deployment')).toEqual([...SERVICES, STATUS].sort());
  expect(names(planned, 'kubernetes:apps/v1:StatefulSet')).toEqual(['veogen-postgres']);
  expect(names(planned, 'kubernetes:core/v1:PersistentVolumeClaim')).toEqual([
    'veogen-outputs',
    ...TASKS.map((name) => `${name}-staging`),
    'veogen-uploads',
  ]);
  expect(names(planned, 'kubernetes:autoscaling/v2:HorizontalPodAutoscaler')).toEqual(['veogen-backend']);
  expect(names(planned, 'kubernetes:core/v1:Secret')).toEqual([]);
});

function expectDocker(planned: readonly Planned[]): void {
  // the prober's container hands out the program of health checks, in a volume
  const containers = [...SERVICES, 'veogen-postgres-1', 'veogen-backend-monitoring', 'veogen-prober'];
  // files reach a container through another one, in a volume that is called after what is in it
  const files = ['backend', 'postgres-exporter', 'postgres', 'postgres', 'worker'].map((name) => `veogen-${name}-files`);
  expect(named(planned, 'docker:index/container:Container')).toEqual([...containers, ...files].sort());
  expect(names(planned, 'docker:index/network:Network')).toEqual(['veogen-network']);
  const volumes = ['veogen-outputs', 'veogen-postgres-data-1', 'veogen-prober', 'veogen-uploads'];
  expect(named(planned, 'docker:index/volume:Volume')).toEqual([...volumes, ...files].sort());
  const backend = planned.find(({ inputs }) => inputs.name === 'veogen-backend');
  expect(backend?.inputs).toMatchObject({ user: '1001:1001', readOnly: true, capabilities: { drops: ['ALL'] } });
}

function expectSwarm(planned: readonly Planned[]): void {
  expect(names(planned, 'docker:index/service:Service')).toEqual([...SERVICES, 'veogen-postgres', STATUS, ...TASKS].sort());
  const database = ['backup', 'restore'].map((name) => `veogen-postgres_veogen-postgres-${name}`);
  const outside = [STATUS, ...TASKS].map((name) => `${name}_outside`);
  expect(names(planned, 'docker:index/network:Network')).toEqual(['veogen-network', ...outside, ...database].sort());
  const config = ['pg_hba.conf', 'postgresql.conf', 'setup.sql', 'setup_hba.conf', 'start.sh'].map(
    (file) => `veogen-postgres-config.${file}`,
  );
  expect(named(planned, 'docker:index/serviceConfig:ServiceConfig')).toEqual([...config, 'veogen_prober'].sort());
  expect(names(planned, 'pulumi-nodejs:dynamic/ironhull:DestroyGuard')).toHaveLength(1);
  const backend = planned.find(({ inputs }) => inputs.name === 'veogen-backend');
  expect(backend?.inputs).toMatchObject({ mode: { replicated: { replicas: 2 } }, updateConfig: { failureAction: 'rollback' } });
}
