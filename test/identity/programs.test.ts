import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Construct, RootConstruct } from 'constructs';
import fc from 'fast-check';
import { acknowledge, Environment, Environments, IdentityLedger, moved } from '../../lib';
import { composeFile } from '../../lib/platforms/compose';
import { swarmStackFile } from '../../lib/platforms/swarm';
import { deployStack } from '../../lib/stack/pulumi';
import { record } from '../stack/mocks';
import { database, Place } from './support';

const root = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'ironhull-programs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A whole program, run as a user runs it. */
function run(body: string, env: Record<string, string> = {}): { readonly status: number | null; readonly error: string } {
  const program = join(folder, 'main.ts');
  writeFileSync(
    program,
    `import { App } from ${JSON.stringify(require.resolve('cdk8s'))};
import { Construct } from ${JSON.stringify(require.resolve('constructs'))};
import { Environments, moved, PersistentVolume, ProblemsError } from ${JSON.stringify(join(root, 'lib'))};
import { IronhullChart, synthApp } from ${JSON.stringify(join(root, 'lib/platforms/kubernetes'))};
const app = new App();
const chart = new IronhullChart(app, 'shop', { environment: Environments.production, namespace: 'shop' });
${body}
try {
  synthApp(app, { outdir: 'dist', identities: 'ironhull.identities.json' });
} catch (error) {
  if (!(error instanceof ProblemsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
`,
  );
  const cli = join(root, 'node_modules/tsx/dist/cli.mjs');
  const done = spawnSync(process.execPath, [cli, program], { cwd: folder, env: { ...process.env, CI: '', ...env }, encoding: 'utf8' });
  return { status: done.status, error: done.stderr };
}

const read = (file: string) => readFileSync(join(folder, file), 'utf8');

test('synth, move, synth is refused and touches nothing; moved gives the same bytes', () => {
  expect(run("new PersistentVolume(chart, 'Data', { size: '1Gi' });", { CI: 'true' }).error).toBe(
    '1 problem:\n  shop: ironhull.identities.json does not know the stack shop-production; run synth where CI is not set, and commit ironhull.identities.json\n',
  );
  expect(existsSync(join(folder, 'dist'))).toBe(false);
  expect(run("new PersistentVolume(chart, 'Data', { size: '1Gi' });")).toEqual({ status: 0, error: '' });
  const [yaml, ledger] = [read('dist/shop.k8s.yaml'), read('ironhull.identities.json')];
  expect(run("new PersistentVolume(new Construct(chart, 'Store'), 'Data', { size: '2Gi' });")).toEqual({
    status: 1,
    error:
      "1 problem:\n  shop/Data: the volume 'data' of ironhull.identities.json is not made any more, and what it holds would be left behind; if shop/Store/Data ('store-data') is what it has become, moved(construct, 'data') there keeps the name; to give it up, retire(scope, { 'data': 'why' })\n",
  });
  expect([read('dist/shop.k8s.yaml'), read('ironhull.identities.json')]).toEqual([yaml, ledger]);
  expect(run("moved(new PersistentVolume(new Construct(chart, 'Store'), 'Data', { size: '1Gi' }), 'data');").status).toBe(0);
  expect(read('dist/shop.k8s.yaml')).toBe(yaml);
  expect(read('ironhull.identities.json')).toBe(ledger.replace('"Data"', '"Store/Data"'));
}, 60_000);

test('however often constructs move, moved keeps every name', () => {
  const ids = fc.constantFrom('A', 'B', 'Deep', 'Other');
  fc.assert(
    fc.property(fc.array(fc.array(ids, { maxLength: 3 }), { minLength: 1, maxLength: 4 }), (ways) => {
      const place = new Place();
      const { yaml } = place.run((chart) => void database(chart));
      for (const way of ways) {
        const there = place.run((chart) => {
          const scope = way.reduce((at: Construct, id) => new Construct(at, id), chart);
          const { volume, service } = database(scope);
          moved(volume, 'data');
          moved(service, 'db');
        });
        expect(there).toEqual({ yaml, said: [], problems: [] });
      }
    }),
    { numRuns: 20 },
  );
});

test('Compose and stack files, and Pulumi, are compared with what YAML wrote', async () => {
  const place = new Place();
  place.run((chart) => void database(chart));
  const before = place.read();
  const tree = (name: string, build: (scope: Construct) => void) => {
    const made = new RootConstruct(name);
    Environment.set(made, Environments.production);
    acknowledge(made, { 'no-new-privileges': 'the nodes say so in their daemon.json' });
    build(made);
    return made;
  };
  const move = (scope: Construct) => void database(new Construct(scope, 'Store'));
  for (const file of [composeFile, swarmStackFile]) {
    const identities = IdentityLedger.read(place.file, { mode: 'write' });
    expect(() => file(tree('shop', move), { name: 'shop', identities })).toThrow(/^2 problems:\n {2}shop\/Data: the volume 'data' of /);
    identities.write();
    expect(place.read()).toBe(before);
  }
  // what only an engine knows, such as the driver of a volume, need not stand in a file that YAML wrote
  const frozen = IdentityLedger.read(place.file, { mode: 'frozen' });
  expect(
    composeFile(
      tree('shop', (scope) => void database(scope)),
      { name: 'shop', identities: frozen },
    ).text,
  ).toContain('postgres:15.8');
  const deploy = (build: (scope: Construct) => void) =>
    record(() => void deployStack('shop', { platform: 'docker', environment: Environments.production, identities: place.file }, build));
  const refused = await deploy(move);
  expect(String(refused.error)).toContain("shop/Data: the volume 'data' of ");
  expect(refused.resources).toEqual([]);
  expect((await deploy((scope) => void database(scope))).error).toBeUndefined();
  expect(place.read()).toBe(before);
});
