import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFiles } from '../../lib/stack/write';

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
