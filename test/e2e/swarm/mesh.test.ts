/** Who reaches whom on a Swarm: every ordered pair, by name and by every address. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { swarmStackFile, writeComposeFile } from '../../../lib/platforms/swarm';
import { MESH, mesh } from '../compose/connections.system';
import { meetingTests, networksOf } from '../compose/meeting';
import { IMAGE } from '../compose/system';
import { type Inspected, inspect, requireDocker } from '../support/docker';
import { must, portOf } from '../support/run';
import { containerOf, removeAll, requireSwarm, running } from './engine';

const STACK = `ihx${process.pid}`;
const PORT = portOf(12);
const folder = mkdtempSync(join(tmpdir(), 'ironhull-mesh-'));
const containers = new Map<string, Inspected>();

beforeAll(async () => {
  await requireDocker(IMAGE);
  await requireSwarm();
  writeComposeFile(join(folder, 'stack.yaml'), swarmStackFile(mesh(PORT), { name: STACK, endpointMode: 'dnsrr' }));
  const args = ['stack', 'deploy', '--detach=true', '--resolve-image=never', '--compose-file', 'stack.yaml', STACK];
  await must('docker', args, { cwd: folder });
  for (const name of MESH.names) await running(`${STACK}_${name}`, 1);
  for (const name of MESH.names) containers.set(name, await containerOf(`${STACK}_${name}`));
}, 600_000);

afterAll(async () => {
  await removeAll(STACK);
  rmSync(folder, { recursive: true, force: true });
});

meetingTests(containers);

test('the port of the gateway is published, and no other', async () => {
  const published = await Promise.all(
    MESH.names.map(async (name) => ((await inspect('service', `${STACK}_${name}`)).Spec.EndpointSpec.Ports ? [name] : [])),
  );
  expect(published.flat()).toEqual(['gateway']);
  expect((await fetch(`http://127.0.0.1:${PORT}/health`)).status).toBe(200);
});

test('those alone that may connect to the outside are in a network with a way out', async () => {
  const leading = await Promise.all(
    MESH.names.map(async (name) => {
      const networks = await Promise.all(Object.keys(networksOf(containers, name)).map((network) => inspect('network', network)));
      return networks.some(({ Internal }) => !Internal) ? [name] : [];
    }),
  );
  expect(leading.flat()).toEqual(MESH.outside);
});
