/** The package as npm publishes it, in repositories that know nothing of this one. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireDocker } from '../support/docker';
import { requirePulumi } from '../support/pulumi';
import { must, run } from '../support/run';
import { SHOP_IN_CDK8S, SHOP_IN_PULUMI } from './programs';
import { Project, pack, VERSIONS } from './project';

const folder = mkdtempSync(join(tmpdir(), 'tarball-'));
const projects: Project[] = [];
let tarball: string;

function pinned(...names: string[]): string[] {
  return names.map((name) => `${name}@${VERSIONS[name]}`);
}

function project(): Project {
  const one = new Project();
  projects.push(one);
  return one;
}

beforeAll(async () => {
  tarball = await pack(folder);
}, 600_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
  for (const one of projects) one.remove();
});

test('the tarball holds what is published, and no tests', async () => {
  const files = (await must('tar', ['-tzf', tarball])).split('\n');
  const expected = [
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
    'build/lib/index.js',
    'build/lib/index.d.ts',
    'lib/index.ts',
    'docs/platforms.md',
  ];
  expect(files).toEqual(expect.arrayContaining(expected.map((file) => `package/${file}`)));
  expect(files.filter((file) => /\/(test|apps|bench|docs|node_modules)\//.test(file))).toEqual(['package/docs/platforms.md']);
});

describe('a cdk8s repository', () => {
  let shop: Project;

  beforeAll(async () => {
    shop = project();
    await shop.install(tarball, ...pinned('cdk8s', 'constructs', 'cdk8s-plus-27'));
    shop.write('main.ts', SHOP_IN_CDK8S);
  });

  test.each(['node10', 'node16'] as const)('compiles with module resolution %s', async (module) => {
    expect(await shop.compile(module)).toEqual([]);
  });

  test('has nothing of Pulumi', async () => {
    expect((await run('npm', ['ls', '@pulumi/pulumi'], { cwd: shop.folder })).code).toBe(1);
  });

  test('gets our objects and its own from a plain app.synth()', async () => {
    await shop.node('main.js');
    expectShop(readFileSync(join(shop.folder, 'dist/shop.k8s.yaml'), 'utf8'));
  });

  test('can load every entry point that needs no Pulumi', async () => {
    const entries = ['ironhull', 'ironhull/kubernetes', 'ironhull/cdk8s-plus', 'ironhull/compose', 'ironhull/testing'];
    expect(await shop.node('-e', loads(entries))).toBe(`${entries.length}\n`);
  });
});

test('an app of another copy and version of cdk8s than ours gets the same', async () => {
  const shop = project();
  // npm does not nest a peer dependency, but linked packages and other package managers do
  const old = '2.68.100';
  await shop.install('--legacy-peer-deps', tarball, `cdk8s@${old}`, ...pinned('constructs', 'cdk8s-plus-27'));
  const nested = join(shop.folder, 'node_modules/ironhull/node_modules');
  mkdirSync(nested, { recursive: true });
  cpSync(join(__dirname, '../../../node_modules/cdk8s'), join(nested, 'cdk8s'), { recursive: true });
  expect([shop.versionOf('cdk8s'), shop.versionOf('cdk8s', 'ironhull')]).toEqual([old, VERSIONS.cdk8s]);
  shop.write('main.ts', SHOP_IN_CDK8S);
  expect(await shop.compile()).toEqual([]);
  await shop.node('main.js');
  expectShop(readFileSync(join(shop.folder, 'dist/shop.k8s.yaml'), 'utf8'));
});

describe('a Pulumi repository without cdk8s', () => {
  let shop: Project;

  beforeAll(async () => {
    await requirePulumi();
    await requireDocker();
    shop = project();
    await shop.install(tarball, ...pinned('@pulumi/pulumi', '@pulumi/docker', 'constructs'));
    shop.write('main.ts', SHOP_IN_PULUMI);
    shop.write('Pulumi.yaml', 'name: shop\nmain: main.js\nruntime: {name: nodejs, options: {typescript: false}}\n');
    mkdirSync(join(shop.folder, 'state'));
  });

  test.each(['node10', 'node16'] as const)('compiles with module resolution %s', async (module) => {
    expect(await shop.compile(module)).toEqual([]);
  });

  test('has nothing of cdk8s', async () => {
    expect((await run('npm', ['ls', 'cdk8s'], { cwd: shop.folder })).code).toBe(1);
  });

  test('previews the container on the engine', async () => {
    const env = { PULUMI_BACKEND_URL: `file://${shop.folder}/state`, PULUMI_CONFIG_PASSPHRASE: 'e2e', PULUMI_SKIP_UPDATE_CHECK: 'true' };
    const pulumi = (...args: string[]) => must('pulumi', [...args, '--non-interactive', '--color', 'never'], { cwd: shop.folder, env });
    await pulumi('stack', 'init', 'dev');
    const said = await pulumi('preview', '--diff', '--stack', 'dev');
    expect(said).toContain('docker:index/container:Container: (create)');
    expect(said).toMatch(/image\s*:\s*"registry.example\/web:1.4.2"/);
    expect(said).toMatch(/readOnly\s*:\s*true/);
    expect(said).toContain('no-new-privileges');
  });

  test('can load every entry point that needs no cdk8s', async () => {
    const entries = ['ironhull', 'ironhull/docker', 'ironhull/swarm', 'ironhull/compose', 'ironhull/pulumi', 'ironhull/testing'];
    expect(await shop.node('-e', loads(entries))).toBe(`${entries.length}\n`);
  });

  test('compiles without the provider of Docker, too', async () => {
    rmSync(join(shop.folder, 'node_modules/@pulumi/docker'), { recursive: true });
    expect(await shop.compile()).toEqual([]);
  });
});

/** A script that counts the entry points that export something. */
function loads(entries: readonly string[]): string {
  return `console.log(${JSON.stringify(entries)}.filter((one) => Object.keys(require(one)).length > 0).length)`;
}

function expectShop(yaml: string): void {
  expect(yaml).toContain('kind: NetworkPolicy');
  expect(yaml.match(/^kind: Deployment$/gm)).toHaveLength(2);
  expect(yaml).toContain('readOnlyRootFilesystem: true');
  expect(yaml).toContain('image: registry.example/web:1.4.2');
  expect(yaml).toContain('image: registry.example/old:1.0.0');
  // their Ingress leads to our Service
  expect(yaml).toMatch(/kind: Ingress[\s\S]*service:\s+name: web\s+port:\s+number: 8080/);
}
