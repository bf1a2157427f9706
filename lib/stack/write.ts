import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize, resolve } from 'node:path';

/** A file that is yet to be written. */
export interface OutputFile {
  /** Text, or bytes. */
  readonly content: string | Uint8Array;
  /** Permissions: 0644, or 0755 of a program. */
  readonly mode: number;
}

/**
 * Writes files into a folder, all or none as far as a file system allows: everything is written into a temporary folder
 * beside it first, and then each file is put in its place at once. Other files of the folder stay.
 *
 * @param files by path within the folder: contents of files with mode 0644, or files
 * @throws Error if a path leaves the folder
 */
export function writeFiles(outdir: string, files: ReadonlyMap<string, string | Uint8Array | OutputFile>): void {
  const target = resolve(outdir);
  for (const path of files.keys()) {
    if (isAbsolute(path) || normalize(path).startsWith('..') || normalize(path) === '.') {
      throw new Error(`${outdir}: a file must lie in the folder, got ${JSON.stringify(path)}; use a path within it`);
    }
  }
  mkdirSync(dirname(target), { recursive: true });
  // beside the folder, because a file can only be renamed within a file system
  const temporary = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
  try {
    for (const [path, given] of files) {
      const { content, mode } = typeof given === 'string' || given instanceof Uint8Array ? { content: given, mode: 0o644 } : given;
      const file = join(temporary, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      chmodSync(file, mode);
    }
    for (const path of files.keys()) {
      const file = join(target, path);
      mkdirSync(dirname(file), { recursive: true });
      renameSync(join(temporary, path), file);
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
