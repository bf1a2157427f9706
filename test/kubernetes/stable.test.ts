import { Environments, HardenedService, type HardenedServiceProps, PersistentVolume, type PersistentVolumeProps } from '../../lib';
import { type IronhullChart, kubernetes } from '../../lib/platforms/kubernetes';
import { deployKubernetes } from '../../lib/platforms/kubernetes/pulumi';
import { record } from '../stack/mocks';
import { Parent, rootOf } from './pulumi-support';
import { type Any, chartOf, IMAGE, objectsOf } from './support';

interface Made {
  readonly chart: IronhullChart;
  readonly volume: PersistentVolume;
  readonly db: HardenedService;
}

function database(props: Partial<HardenedServiceProps> = {}, said: Partial<PersistentVolumeProps> = {}): Made {
  const chart = chartOf({ environment: Environments.production });
  const volume = new PersistentVolume(chart, 'data', { size: '2Gi', perReplica: true, storageClass: 'fast', ...said });
  const mounts = [{ volume, path: '/data' }];
  const db = new HardenedService(chart, 'db', { image: IMAGE, identity: 'stable', ports: { sql: 5432 }, mounts, ...props });
  return { chart, volume, db };
}

const objects = (made: Made): Record<string, Any> => objectsOf(made.chart);

describe('a workload of stable identity', () => {
  test('is a StatefulSet that a headless Service names, beside the Service that others use', () => {
    const all = objects(database({ replicas: 3 }));
    expect(Object.keys(all)).toEqual([
      'Namespace/shop',
      'NetworkPolicy/default-deny',
      'ServiceAccount/db',
      'NetworkPolicy/db',
      'Service/db',
      'Service/db-peers',
      'StatefulSet/db',
      'PodDisruptionBudget/db',
    ]);
    const { template, ...spec } = all['StatefulSet/db'].spec;
    expect(spec).toEqual({
      minReadySeconds: 5,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      podManagementPolicy: 'OrderedReady',
      replicas: 3,
      revisionHistoryLimit: 5,
      selector: { matchLabels: { 'app.kubernetes.io/instance': 'db' } },
      serviceName: 'db-peers',
      updateStrategy: { type: 'RollingUpdate' },
      volumeClaimTemplates: [
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { labels: { 'app.kubernetes.io/managed-by': 'ironhull', 'app.kubernetes.io/name': 'data' }, name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } }, storageClassName: 'fast' },
        },
      ],
    });
    expect(all['Service/db-peers'].spec).toEqual({
      clusterIP: 'None',
      ports: [{ name: 'sql', port: 5432, protocol: 'TCP', targetPort: 'sql' }],
      publishNotReadyAddresses: true,
      selector: { 'app.kubernetes.io/instance': 'db' },
      type: 'ClusterIP',
    });
    expect(template.spec.containers[0].volumeMounts).toContainEqual({ mountPath: '/data', name: 'data' });
    expect(template.spec.volumes.map(({ name }: Any) => name)).toEqual(['tmp']);
  });

  test('has pods and metadata like those of a Deployment', () => {
    const pods = (identity: 'any' | 'stable') => {
      const chart = chartOf();
      new HardenedService(chart, 'db', {
        image: IMAGE,
        identity,
        replicas: 3,
        ports: { sql: 5432 },
        annotations: { 'example.com/a': 'b' },
      });
      const { metadata, spec } = objectsOf(chart)[identity === 'any' ? 'Deployment/db' : 'StatefulSet/db'];
      return { metadata, selector: spec.selector, template: spec.template };
    };
    expect(pods('stable')).toEqual(pods('any'));
  });

  test('is one replica unless more are asked for, and needs neither ports nor volumes', () => {
    const chart = chartOf();
    new HardenedService(chart, 'beat', { image: IMAGE, identity: 'stable', rollout: { strategy: 'recreate', delay: '0s' } });
    const all = objectsOf(chart);
    expect(Object.keys(all).filter((key) => /Service\/|Budget/.test(key))).toEqual(['Service/beat-peers']);
    expect(all['Service/beat-peers'].spec).toMatchObject({ clusterIP: 'None', ports: [] });
    const { spec } = all['StatefulSet/beat'];
    expect(spec.replicas).toBe(1);
    for (const absent of [
      'minReadySeconds',
      'persistentVolumeClaimRetentionPolicy',
      'volumeClaimTemplates',
      'strategy',
      'progressDeadlineSeconds',
    ])
      expect(spec).not.toHaveProperty(absent);
  });

  test('mounts a volume that is not of each replica under the name that it had', () => {
    const all = objects(database({}, { perReplica: false }));
    expect(all['PersistentVolumeClaim/data'].spec.storageClassName).toBe('fast');
    expect(all['StatefulSet/db'].spec.template.spec.volumes).toContainEqual({ name: 'data', persistentVolumeClaim: { claimName: 'data' } });
    expect(all['StatefulSet/db'].metadata.annotations).toBeUndefined();
    expect(() => objects(database({ replicas: 2 }, { perReplica: false }))).toThrow(
      'shop/db: mounts: several replicas cannot write to a volume that one node at a time may have, got 2; give each its own (perReplica), ' +
        'make the volume shared, mount it readOnly, or run one replica',
    );
  });

  test('leaves no claims behind that are not kept, and of several keeps all if one is', () => {
    const policy = (made: Made) => objects(made)['StatefulSet/db'].spec.persistentVolumeClaimRetentionPolicy.whenDeleted;
    expect(policy(database({}, { keep: false }))).toBe('Delete');
    const made = database({}, { keep: false });
    const kept = new PersistentVolume(made.chart, 'wal', { size: '1Gi', perReplica: true });
    made.db.addSidecar('archive', { image: IMAGE, mounts: [{ volume: kept, path: '/wal' }] });
    expect(policy(made)).toBe('Retain');
    expect(objects(made)['StatefulSet/db'].spec.volumeClaimTemplates.map(({ metadata }: Any) => metadata.name)).toEqual(['data', 'wal']);
  });

  test('has no deadline of an update, and says so', () => {
    const rollout = { deadline: '2m' } as const;
    expect(() => objects(database({ rollout }))).toThrow(
      'shop/db: rollout.deadline: the update of a StatefulSet has no deadline, got "120s"; leave it out, or acknowledge \'rollout.deadline\' ' +
        'with a reason',
    );
    expect(objects(database({ rollout, acknowledge: { 'rollout.deadline': 'somebody watches it' } }))).toHaveProperty(['StatefulSet/db']);
  });
});

describe('edits', () => {
  test('of the volume are edits of the claim template, also of its name', () => {
    const made = database({ writable: ['/own', '/tmp'] });
    made.volume.part.tune(kubernetes, ({ claim }) => {
      claim.metadata.name = 'own';
      claim.spec.accessModes = ['ReadWriteOncePod'];
    });
    const { spec } = objects(made)['StatefulSet/db'];
    expect(spec.volumeClaimTemplates).toMatchObject([{ metadata: { name: 'own' }, spec: { accessModes: ['ReadWriteOncePod'] } }]);
    expect(spec.template.spec.containers[0].volumeMounts).toEqual([
      { mountPath: '/data', name: 'own' },
      { mountPath: '/own', name: 'own-2' },
      { mountPath: '/tmp', name: 'tmp' },
    ]);
  });

  test('of the StatefulSet are typed; what selects nothing is found', () => {
    const made = database();
    made.db.tune(kubernetes, ({ statefulSet, peers }) => {
      if (statefulSet) statefulSet.spec.podManagementPolicy = 'Parallel';
      if (peers) peers.metadata.annotations = { 'example.com/zone': 'a' };
    });
    const all = objects(made);
    expect(all['StatefulSet/db'].spec.podManagementPolicy).toBe('Parallel');
    expect(all['Service/db-peers'].metadata.annotations).toEqual({ 'example.com/zone': 'a' });
    const broken = database();
    broken.db.tune(kubernetes, ({ statefulSet }) => {
      if (statefulSet) statefulSet.spec.selector = { matchLabels: { app: 'other' } };
    });
    expect(() => objects(broken)).toThrow('shop/db: spec.selector.matchLabels.app: is no label of the pod template, got "other"');
  });

  test('that were written for a Deployment are told of the StatefulSet; one edit can do for both', () => {
    const made = database();
    made.db.tune(kubernetes, ({ deployment }) => {
      deployment.spec.revisionHistoryLimit = 2;
    });
    expect(() => objects(made)).toThrow(
      'shop/db: tune(kubernetes) failed: a workload of stable identity has no deployment, its pods are in statefulSet; mend the edit',
    );
    const both = database();
    both.db.tune(kubernetes, (native) => {
      (native.statefulSet ?? native.deployment).spec.revisionHistoryLimit = 2;
    });
    expect(objects(both)['StatefulSet/db'].spec.revisionHistoryLimit).toBe(2);
  });
});

test('who connects to it waits for its Service, and two of one name are told apart from none', () => {
  const made = database();
  const web = new HardenedService(made.chart, 'web', { image: IMAGE });
  web.network.allowTo(made.db);
  const wait = objects(made)['Deployment/web'].spec.template.spec.initContainers[0];
  expect(wait.command).toEqual(['/.ironhull/prober', 'wait', 'tcp', 'db', '5432']);
  new HardenedService(made.chart, 'db-peers', { image: IMAGE, ports: { http: 8080 } });
  expect(() => objects(made)).toThrow('shop/db-peers: a Service of the same name is made by shop/db, got "db-peers"');
});

test('through Pulumi it waits for what it needs, others for it, and its claims keep their namespace', async () => {
  const deploy = (keep: boolean) =>
    record(() => {
      const root = rootOf((scope) => {
        const volume = new PersistentVolume(scope, 'Data', { size: '1Gi', perReplica: true, keep });
        const db = new HardenedService(scope, 'db', {
          image: IMAGE,
          identity: 'stable',
          ports: { sql: 5432 },
          mounts: [{ volume, path: '/data' }],
        });
        new HardenedService(scope, 'web', { image: IMAGE }).network.allowTo(db);
      });
      deployKubernetes(root, { parent: new Parent(), name: 'shop' });
    });
  const recorded = await deploy(true);
  expect(recorded.error).toBeUndefined();
  const set = recorded.find('kubernetes:apps/v1:StatefulSet', 'statefulSet/shop/db');
  expect([...set.dependsOn].sort()).toEqual([
    expect.stringMatching(/^configMap\/shop\/shop-prober-/),
    'namespace/shop',
    'networkPolicy/shop/db',
    'serviceAccount/shop/db',
  ]);
  expect(set.retainOnDelete).toBe(false);
  expect(recorded.find('kubernetes:apps/v1:Deployment', 'deployment/shop/web').dependsOn).toContain('statefulSet/shop/db');
  expect(recorded.find('kubernetes:core/v1:Namespace', 'namespace/shop').retainOnDelete).toBe(true);
  expect(recorded.resources.map(({ type }) => type)).not.toContain('kubernetes:core/v1:PersistentVolumeClaim');
  expect((await deploy(false)).find('kubernetes:core/v1:Namespace', 'namespace/shop').retainOnDelete).toBe(false);
});
