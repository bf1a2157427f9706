/** X6: a cluster of Redis on a real node that enforces policies. */
import { App } from 'cdk8s';
import { Environments } from '../../../lib';
import { IronhullChart, kubernetes } from '../../../lib/platforms/kubernetes';
import { createNamespace, kubectl, Namespace, removeNamespace, requireCluster } from '../kubernetes/kubectl';
import { must } from '../support/run';
import { NODES, testCluster } from './cluster';
import { buildCluster, PASSWORDS, SECRET } from './cluster.program';
import { inFolder } from './folder';

const namespace = new Namespace('ironhull-redis');
const RUN = `run-${Date.now().toString(36)}`;
const inside = ['--namespace', namespace.name];
const rolledOut = (node: string) => namespace.run('rollout', 'status', `statefulset/${node}`, '--timeout=180s');
const killed = ['--grace-period=0', '--force'];

beforeAll(() => {
  requireCluster();
  createNamespace(namespace.name);
  const values = Object.entries(PASSWORDS).map(([key, value]) => `--from-literal=${key}=${value}`);
  kubectl([...inside, 'create', 'secret', 'generic', SECRET, ...values]);
  const app = new App();
  const chart = new IronhullChart(app, 'shop', {
    environment: Environments.development,
    namespace: namespace.name,
    createNamespace: false,
    imagePullPolicy: 'IfNotPresent',
  });
  const redis = buildCluster(chart, { user: '10999:10999' });
  inFolder(redis, RUN);
  for (const server of redis.servers) {
    server.tune(kubernetes, ({ statefulSet }) => {
      const [main] = statefulSet?.spec?.template.spec?.containers ?? [];
      for (const probe of [main?.startupProbe, main?.readinessProbe]) if (probe) probe.periodSeconds = 2;
    });
  }
  expect(kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], app.synthYaml()).err).toBe('');
  for (const node of NODES) rolledOut(node);
  namespace.run('rollout', 'status', 'deployment/client', '--timeout=120s');
}, 420_000);

afterAll(() => removeNamespace(namespace.name), 180_000);

describe('X6: a cluster', () => {
  testCluster({
    client: (script) => must('kubectl', [...inside, 'exec', 'deployment/client', '--', 'sh', '-c', script]),
    kill: async (node) => {
      namespace.run('delete', 'pod', `${node}-0`, ...killed);
      rolledOut(node);
    },
    stop: async (node) => {
      namespace.run('scale', `statefulset/${node}`, '--replicas=0');
      namespace.run('delete', 'pod', `${node}-0`, '--ignore-not-found', ...killed);
    },
    start: async (node) => {
      namespace.run('scale', `statefulset/${node}`, '--replicas=1');
      rolledOut(node);
    },
    restartAll: async (nodes) => {
      namespace.run('delete', 'pod', ...nodes.map((node) => `${node}-0`), ...killed);
      for (const node of nodes) rolledOut(node);
    },
  });
});
