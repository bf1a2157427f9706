/** Who reaches whom where `docker compose` runs the file: every ordered pair, by name and by every address. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeFile, writeComposeFile } from '../../../lib/platforms/compose';
import { everything, type Inspected, inspect, requireDocker, sweep } from '../support/docker';
import { portOf, requireEngine, run } from '../support/run';
import { MESH, mesh } from './connections.system';
import { meetingTests, networksOf } from './meeting';
import { IMAGE } from './system';

const PROJECT = `ihm${process.pid}`;
const PORT = portOf(2);
const folder = mkdtempSync(join(tmpdir(), 'ironhull-mesh-'));
const file = join(folder, 'compose.yaml');
const containers = new Map<string, Inspected>();

beforeAll(async () => {
  await requireDocker(IMAGE);
  await requireEngine(['docker', 'compose', 'version']);
  writeComposeFile(file, composeFile(mesh(PORT), { name: PROJECT }));
  const ran = await run('docker', ['compose', '--file', file, 'up', '--detach', '--wait']);
  if (ran.code !== 0) throw new Error(ran.stderr);
  for (const name of MESH.names) containers.set(name, await inspect('container', `${PROJECT}-${name}-1`));
});

afterAll(async () => {
  await run('docker', ['compose', '--file', file, 'down', '--timeout', '1']);
  await sweep(PROJECT);
  rmSync(folder, { recursive: true, force: true });
});

meetingTests(containers);

test('the port of the gateway is published, on loopback, and no other', async () => {
  const bound = MESH.names.map((name) => [name, containers.get(name)?.HostConfig.PortBindings ?? {}] as const);
  expect(bound.filter(([, ports]) => Object.keys(ports).length > 0)).toEqual([
    ['gateway', { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: String(PORT) }] }],
  ]);
  expect((await fetch(`http://127.0.0.1:${PORT}/health`)).status).toBe(200);
});

// what listens on the host itself is reached from every bridge network, also from internal ones
test('those alone that may connect to the outside are in a network that the engine forwards from', async () => {
  const forwarded = await Promise.all(
    MESH.names.map(async (name) => {
      const networks = Object.keys(networksOf(containers, name));
      const inspected = await Promise.all(networks.map((network) => inspect('network', network)));
      return inspected.some(({ Internal }) => !Internal) ? [name] : [];
    }),
  );
  expect(forwarded.flat()).toEqual(MESH.outside);
});

test('down leaves nothing', async () => {
  await run('docker', ['compose', '--file', file, 'down', '--timeout', '1']);
  expect(await everything(PROJECT)).toEqual([]);
});
