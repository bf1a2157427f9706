/**
 * What the systems under apps/ are written as, compared with the files of test/golden that a reviewer reads.
 * `UPDATE_GOLDEN=1 npx jest test/apps/golden` writes them anew.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const golden = join(root, 'test/golden');
const out = mkdtempSync(join(tmpdir(), 'ironhull-golden-'));

function filesOf(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).filter((file) => statSync(join(folder, file)).isFile()).sort();
}

beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'node_modules/tsx/dist/cli.mjs'), 'apps/synth.ts'], {
    cwd: root,
    // where CI is set, the identity ledger has to be up to date, and is not written
    env: { ...process.env, CDK8S_OUTDIR: out, CI: process.env.UPDATE_GOLDEN ? '' : 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (process.env.UPDATE_GOLDEN) {
    rmSync(golden, { recursive: true, force: true });
    cpSync(out, golden, { recursive: true });
  }
}, 60_000);

afterAll(() => rmSync(out, { recursive: true, force: true }));

test('the same files, one for each stack and target', () => {
  expect(filesOf(out)).toEqual(filesOf(golden));
  expect(filesOf(out)).toEqual(
    expect.arrayContaining(['veogen-production.k8s.yaml', 'compose/veogen-production.yaml', 'swarm/veogen-production.yaml']),
  );
});

test.each(filesOf(golden))('%s', (file) => {
  const [now, before] = [out, golden].map((folder) => readFileSync(join(folder, file)));
  if (file.endsWith('.yaml')) expect(now?.toString()).toBe(before?.toString());
  else expect(now?.equals(before as Buffer)).toBe(true);
});

test('cdk8s synth writes the same bytes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ironhull-cdk8s-'));
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/cdk8s-cli/bin/cdk8s'), 'synth', '--output', folder], {
      cwd: root,
      env: { ...process.env, CDK8S_OUTDIR: '', CI: 'true' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const file of filesOf(out))
      expect([file, readFileSync(join(folder, file)).equals(readFileSync(join(out, file)))]).toEqual([file, true]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
