import { createHash } from 'node:crypto';
import type { Part, Resolution } from '../part';
import { badText } from '../values/text';

/** What a user may say of configuration files. */
export interface ConfigProps {
  /**
   * Contents by file name: text, or bytes for what is no text. What holds a secret is none of these: a secret value is a
   * file of its own. At most 1,000,000 bytes together, of which etcd and Swarm take no more.
   */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
}

/** What is true of configuration files. */
export interface ConfigSpec {
  /** Contents by file name, sorted by name. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Eight hexadecimal digits of the hash of all names and contents. */
  readonly version: string;
}

/** One of the configuration files, by reference. */
export interface ConfigFile {
  /** The files. */
  readonly config: Part<'config'>;
  /** The name of the file among them. */
  readonly key: string;
  /** Whether it can be run. */
  readonly executable: boolean;
}

const MAX_BYTES = 1_000_000;

/** Checks configuration files, and hashes them. */
export function resolveConfig(props: ConfigProps, r: Resolution): ConfigSpec {
  const files: Record<string, string | Uint8Array> = {};
  const said = typeof props.files === 'object' && props.files !== null ? props.files : {};
  const names = Object.keys(said).sort();
  if (names.length === 0) r.problem('files', 'needs at least one file', undefined, "write it as { 'app.conf': '…' }");
  const hash = createHash('sha256');
  let bytes = 0;
  for (const name of names) {
    const content = said[name] as string | Uint8Array;
    const where = `files.${name}`;
    if (!/^[A-Za-z0-9._-]{1,253}$/.test(name) || name === '.' || name === '..')
      r.problem(where, 'is no file name', name, 'use letters, digits, dashes, dots and underscores; the path is said where it is mounted');
    if (typeof content !== 'string' && !(content instanceof Uint8Array)) {
      // the inside of an object may be a secret
      const shown = typeof content === 'object' && content !== null ? 'an object' : content;
      r.problem(where, 'must be text or bytes', shown, 'pass its text; a secret value is a file of its own: files of the service');
      continue;
    }
    // a short text may be a value that was not known yet; a file may well hold a program that holds such text
    const bad = typeof content === 'string' && content.length <= 1024 ? badText(content) : undefined;
    if (bad) r.problem(where, bad[0], undefined, bad[1]);
    files[name] = typeof content === 'string' ? content : Uint8Array.from(content);
    const data = Buffer.from(content as Uint8Array);
    bytes += data.length;
    hash.update(`${name}\0${data.length}\0`).update(data);
  }
  if (bytes > MAX_BYTES)
    r.problem('files', `have more than ${MAX_BYTES} bytes together`, bytes, 'make several of them, or put large files into the image');
  return { files, version: hash.digest('hex').slice(0, 8) };
}
