/**
 * Where the scheduler of a real cluster puts the servers of a Redis: on nodes that are objects only, one of them much larger than the
 * others, so that pods are placed there and never run.
 */
import { App } from 'cdk8s';
import type { StatefulSet, StatefulSetSpec } from 'kubernetes-types/apps/v1';
import type { PodSpec } from 'kubernetes-types/core/v1';
import { Environments, ExistingSecret, Redis, type RedisProps } from '../../../lib';
import { IronhullChart } from '../../../lib/platforms/kubernetes';
import { until } from '../support/run';
import { createNamespace, kubectl, Namespace, removeNamespace, requireCluster } from './kubectl';

const namespace = new Namespace('ironhull-spread');
const KEPT = 'ironhull-spread';
const ONLY = { [KEPT]: 'yes' };
const HOSTS = [
  { name: 'ironhull-spread-a', zone: 'a', cpu: '64' },
  { name: 'ironhull-spread-b', zone: 'b', cpu: '4' },
  { name: 'ironhull-spread-c', zone: 'c', cpu: '4' },
];

function createHosts(): void {
  const items = HOSTS.map(({ name, zone }) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        ...ONLY,
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/zone': zone,
      },
    },
    // others are not placed there
    spec: { taints: [{ key: KEPT, effect: 'NoSchedule' }] },
  }));
  kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}

let lastBeat = 0;

/** What a kubelet says every few seconds: without it, nothing is placed there. The controller waits for 40 s. */
function beat(): void {
  if (Date.now() - lastBeat < 10_000) return;
  lastBeat = Date.now();
  const now = new Date().toISOString();
  for (const { name, cpu } of HOSTS) {
    const room = { cpu, memory: '64Gi', pods: '110', 'ephemeral-storage': '100Gi' };
    const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: '', lastHeartbeatTime: now, lastTransitionTime: now };
    const status = { capacity: room, allocatable: room, conditions: [ready] };
    kubectl(['patch', 'node', name, '--subresource=status', '--type=strategic', '--patch', JSON.stringify({ status })]);
  }
}

/** Until the controller has taken from all hosts what keeps pods away, it is on some of them only that pods are placed. */
async function takePods(): Promise<void> {
  const taints = async () => {
    beat();
    const { items } = JSON.parse(kubectl(['get', 'nodes', '-l', `${KEPT}=yes`, '-o', 'json']).out) as { items: Host[] };
    return items.map(({ spec }) => spec.taints?.length ?? 0);
  };
  await until('all hosts take pods', taints, (all) => all.length === HOSTS.length && all.every((count) => count === 1), 120_000);
}

interface Host {
  readonly spec: { readonly taints?: readonly object[] };
}

function removeHosts(): void {
  kubectl(['delete', 'node', '--ignore-not-found', ...HOSTS.map(({ name }) => name)]);
}

/** Hosts of the pods by the names of their workloads. */
async function placed(id: string, props: Partial<RedisProps>, count: number): Promise<Map<string, string>> {
  const app = new App();
  const chart = new IronhullChart(app, id.toLowerCase(), {
    environment: Environments.production,
    namespace: namespace.name,
    createNamespace: false,
  });
  new Redis(chart, id, {
    size: '1Gi',
    exporter: false,
    placement: { labels: ONLY },
    passwords: { secret: new ExistingSecret(chart, 'Passwords', { existing: 'nobody-reads-it' }) },
    ...props,
  });
  const items = (chart.toJson() as (StatefulSet | { kind: string })[]).map((one) => (isStatefulSet(one) ? forHosts(one) : one));
  kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const found = await until(
    'all pods have a host',
    async () => {
      beat();
      const { items } = namespace.get('pods');
      const all = (items as Pod[]).map(
        ({ metadata, spec }) => [metadata.labels['app.kubernetes.io/name'] ?? '', spec.nodeName ?? ''] as const,
      );
      return all.filter(([name]) => name.startsWith(`${id.toLowerCase()}-`));
    },
    (all) => all.length === count && all.every(([, host]) => host !== ''),
    180_000,
  );
  return new Map(found);
}

const isStatefulSet = (one: { kind?: string }): one is StatefulSet => one.kind === 'StatefulSet';

/** With leave to be there, and without claims: the cluster's volumes are on its real node, where they would hold the pod. */
function forHosts(set: StatefulSet): StatefulSet {
  const { volumeClaimTemplates = [], template, ...spec } = set.spec ?? ({} as StatefulSetSpec);
  const volumes = volumeClaimTemplates.map(({ metadata }) => ({ name: metadata?.name ?? '', emptyDir: {} }));
  const pod = {
    ...template.spec,
    tolerations: [{ key: KEPT, operator: 'Exists' }],
    volumes: [...(template.spec?.volumes ?? []), ...volumes],
  } as PodSpec;
  return { ...set, spec: { ...spec, template: { ...template, spec: pod } } };
}

interface Pod {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly nodeName?: string };
}

/** How many hosts some of them have. */
const hostsOf = (all: ReadonlyMap<string, string>, names: readonly string[]) => new Set(names.map((name) => all.get(name) ?? name)).size;

beforeAll(async () => {
  requireCluster();
  removeHosts();
  createNamespace(namespace.name);
  createHosts();
  await takePods();
}, 600_000);

afterAll(() => {
  try {
    // nobody there confirms that a pod has ended
    kubectl(['--namespace', namespace.name, 'delete', 'statefulsets', '--all', '--cascade=orphan']);
    kubectl(['--namespace', namespace.name, 'delete', 'pods', '--all', '--force', '--grace-period=0']);
    removeNamespace(namespace.name);
  } finally {
    // other suites ask each node
    removeHosts();
  }
}, 600_000);

test('X6: servers of a cluster: no host has one and its copy, or two of those that are written to first', async () => {
  const all = await placed('Cache', { mode: 'cluster' }, 6);
  const node = (n: number) => `cache-node${n}`;
  expect(hostsOf(all, [1, 2, 3].map(node))).toBe(3);
  for (const n of [1, 2, 3]) expect([n, hostsOf(all, [node(n), node(n + 3)])]).toEqual([n, 2]);
}, 300_000);

test('copies of a server are on other hosts, and each Sentinel is', async () => {
  const all = await placed('Sessions', { mode: 'replicated' }, 6);
  for (const kind of ['node', 'sentinel']) {
    const names = [1, 2, 3].map((n) => `sessions-${kind}${n}`);
    expect([kind, hostsOf(all, names)]).toEqual([kind, 3]);
  }
}, 300_000);
