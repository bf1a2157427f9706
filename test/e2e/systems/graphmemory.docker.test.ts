/** GraphMemory in production, whole, as containers by `pulumi up`: rows G1, G2 and G5. */
import { everything, type Inspected, requireDocker, sweep } from '../support/docker';
import { Events } from '../support/events';
import { PulumiProject, requirePulumi } from '../support/pulumi';
import { must, type Ran } from '../support/run';
import { IMAGES, NAMES, PLANTED } from './graphmemory';
import {
  ends,
  GRACEFUL,
  networkTests,
  orderTests,
  replicas,
  type Seen,
  secretTests,
  serviceTests,
  stoppedTooEarly,
} from './graphmemory-tests';

const ID = `ihgd${process.pid}`;
const project = new PulumiProject(ID, 'test/e2e/systems/graphmemory.program.ts', { E2E_NAMESPACE: ID });
const events = new Events(`${ID}-`);
let started: Ran;
let seen: Seen;

beforeAll(async () => {
  await requireDocker(...IMAGES);
  await requirePulumi();
  await project.init(
    Object.fromEntries(Object.entries(PLANTED).map(([key, value]) => [`secret secrets:graphmemory-secrets.${key}`, value])),
  );
  started = await project.tryUp();
  expect({ code: started.code, said: started.code === 0 ? '' : started.stdout + started.stderr }).toEqual({ code: 0, said: '' });
  const ids = NAMES.flatMap((name) => replicas(ID, events.containers(), name)).map(({ Id }) => Id);
  seen = { prefix: ID, events, containers: JSON.parse(await must('docker', ['inspect', ...ids])) as Inspected[] };
}, 900_000);

afterAll(async () => {
  await project.dispose();
  events.close();
  await sweep(`${ID}-`);
});

describe('G1: API, dashboard and analytics', () => serviceTests(() => seen));

describe('G2: four isolated networks', () => networkTests(() => seen));

describe('secrets', () =>
  secretTests(
    () => seen,
    async () => ({ state: await project.state(), 'what up said': started.stdout + started.stderr }),
  ));

describe('G5: start in order', () => orderTests(() => seen));

test('a second preview finds no changes', async () => {
  const { code, stdout } = await project.preview(['--expect-no-changes']);
  expect({ code, said: code === 0 ? '' : stdout }).toEqual({ code: 0, said: '' });
});

test('G5: destroy stops each gracefully, what depends on others first, and leaves the volumes of the data only', async () => {
  await project.destroy();
  expect(await ends(ID, events)).toEqual(GRACEFUL);
  expect(stoppedTooEarly(ID, events)).toEqual([]);
  const volumes = ['analytics-kuzu', 'analytics-sqlite', 'database-data-1', 'grafana-data', 'prometheus-data', 'redis-data'];
  expect(await everything(ID)).toEqual(volumes.map((name) => `volume ${ID}-graphmemory-${name}`));
}, 600_000);
