/** X6: a cluster of Redis on a real node that enforces policies. */
import { testCluster } from './cluster';
import { OnKubernetes } from './kubernetes';

// the next pod may start before this one has ended, as where a node is lost
const engine = new OnKubernetes('ironhull-redis', ['--grace-period=0', '--force']);

beforeAll(() => engine.deploy(), 900_000);
afterAll(() => engine.remove(), 420_000);

describe('X6: a cluster', () => testCluster(engine));
