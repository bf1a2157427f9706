/** Writes the documents that are made of the code. `--check` writes nothing and fails where one is stale. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '../lib/platforms/compose';
import { docker } from '../lib/platforms/docker';
import { kubernetes } from '../lib/platforms/kubernetes';
import { swarm, swarmFile } from '../lib/platforms/swarm';
import { supportTable } from './support';
import { recorded } from './systems/record';
import { systemsTable } from './systems/table';
import { evidenceIn } from './systems/titles';

const DOCUMENTS: Readonly<Record<string, () => string>> = {
  'docs/platforms.md': () => supportTable([kubernetes, docker, swarm, swarmFile, compose]),
  'docs/systems.md': () => systemsTable(evidenceIn(join(__dirname, '..')), recorded()),
};

const check = process.argv.includes('--check');
for (const [name, make] of Object.entries(DOCUMENTS)) {
  const file = join(__dirname, '..', name);
  const text = make();
  const same = existsSync(file) && readFileSync(file, 'utf8') === text;
  if (!check && !same) writeFileSync(file, text);
  if (check && !same) process.exitCode = 1;
  console.log(`${name}: ${same ? 'up to date' : check ? 'stale; run npm run docs' : 'written'}`);
}
