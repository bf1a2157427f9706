import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { HardenedService } from '../../lib';
import { synthApp } from '../../lib/platforms/kubernetes';
import { writeFiles } from '../../lib/stack/write';
import { chartOf, IMAGE } from './support';

const root = mkdtempSync(join(tmpdir(), 'ironhull-write-'));
afterAll(() => rmSync(root, { recursive: true }));

test('files replace those of the same name, others stay, and nothing else is left behind', () => {
  const out = join(root, 'a/dist');
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'old.yaml'), 'old');
  writeFileSync(join(out, 'x.yaml'), 'before');
  writeFiles(
    out,
    new Map<string, string | Uint8Array>([
      ['x.yaml', 'after'],
      ['deep/er/y.bin', Uint8Array.of(1, 2)],
    ]),
  );
  expect(readdirSync(out).sort()).toEqual(['deep', 'old.yaml', 'x.yaml']);
  expect(readFileSync(join(out, 'x.yaml'), 'utf8')).toBe('after');
  expect([...readFileSync(join(out, 'deep/er/y.bin'))]).toEqual([1, 2]);
  expect(readdirSync(join(root, 'a'))).toEqual(['dist']);
});

test('a file that cannot be written leaves the folder as it was', () => {
  const out = join(root, 'b');
  mkdirSync(out);
  const files = new Map([
    ['one', '1'],
    ['one/two', '2'],
  ]);
  expect(() => writeFiles(out, files)).toThrow();
  expect(readdirSync(out)).toEqual([]);
  expect(readdirSync(root).filter((name) => name.startsWith('.'))).toEqual([]);
});

test.each(['../x', '/etc/x', 'a/../../x', '.'])('a file outside the folder is refused: %s', (path) => {
  expect(() => writeFiles(join(root, 'c'), new Map([[path, 'x']]))).toThrow('a file must lie in the folder');
});

test('the folder is the one given, else that of the command line, else that of the app', () => {
  const before = process.env.CDK8S_OUTDIR;
  const [given, cli, own] = ['given', 'cli', 'own'].map((name) => join(root, name)) as [string, string, string];
  delete process.env.CDK8S_OUTDIR;
  const app = new App({ outdir: own });
  new HardenedService(chartOf({}, 'shop', app), 'web', { image: IMAGE });
  synthApp(app);
  process.env.CDK8S_OUTDIR = cli;
  synthApp(app);
  synthApp(app, { outdir: given });
  if (before === undefined) delete process.env.CDK8S_OUTDIR;
  else process.env.CDK8S_OUTDIR = before;
  for (const folder of [given, cli, own]) expect(readdirSync(folder)).toEqual(['shop.k8s.yaml']);
});
