import { basename, dirname } from 'node:path';
import { type OutputFile, writeFiles } from '../../stack/write';
import type { ComposeFile } from './finish';

/**
 * Writes a Compose file or stack file, and what lies beside it. Files of earlier versions stay: containers may have them.
 *
 * @param path where the file itself goes: `deploy/compose.yaml`
 */
export function writeComposeFile(path: string, file: ComposeFile): void {
  writeFiles(dirname(path), new Map<string, string | OutputFile>([[basename(path), file.text], ...file.files]));
}
