import type { Construct } from 'constructs';
import { HardenedService, migrated, PersistentVolume } from '../../lib';
import { kubernetes } from '../../lib/platforms/kubernetes';
import { Place } from './support';

interface Said {
  readonly identity?: 'any' | 'stable';
  readonly perReplica?: boolean;
  readonly size?: '1Gi' | '2Gi';
  readonly name?: string;
}

function database(chart: Construct, { identity = 'stable', perReplica = false, size = '1Gi', name = 'db' }: Said = {}): HardenedService {
  const volume = new PersistentVolume(chart, 'Data', { size, perReplica });
  return new HardenedService(chart, 'Db', { image: 'example/db:1', name, identity, replicas: 1, mounts: [{ volume, path: '/data' }] });
}

/** What a second run says. */
function change(before: Said, after: Said, then: (made: HardenedService) => void = () => undefined): string[] {
  const place = new Place();
  expect(place.run((chart) => void database(chart, before)).problems).toEqual([]);
  return place.run((chart) => then(database(chart, after))).problems;
}

const CONTROLLER =
  'shop/Db: controller: pods of the one kind would run beside those of the other: it was \'Deployment\', got "StatefulSet"; change it ' +
  'back, or delete the old one and wait until its pods are gone before the new one is applied; once that is done, say so for this ' +
  "change: migrated(construct, { controller: 'StatefulSet' }, 'how it was done')";

test('a stable identity, given to what had none, is refused until the old pods are gone', () => {
  expect(change({ identity: 'any' }, {})).toEqual([CONTROLLER]);
  expect(change({ identity: 'any' }, {}, (db) => migrated(db, { controller: 'StatefulSet' }, 'deleted the Deployment'))).toEqual([]);
  expect(change({}, { identity: 'any' })).toEqual([expect.stringContaining('it was \'StatefulSet\', got "Deployment"')]);
});

test('one volume that becomes one of each replica has another name, and back', () => {
  const one = { identity: 'stable', perReplica: false } as const;
  const each = { identity: 'stable', perReplica: true } as const;
  const place = new Place();
  place.run((chart) => void database(chart, one));
  expect(JSON.parse(place.read()).stacks['shop-production']).toMatchObject({
    Data: expect.not.objectContaining({ perReplica: expect.anything() }),
    Db: { claims: 'none', controller: 'StatefulSet' },
  });
  expect(place.run((chart) => void database(chart, each)).problems).toEqual([
    'shop/Data: perReplica: the data would stay in a volume of another name: it was \'none\', got "db"; change it back, or copy the data to a ' +
      "volume of another name; once that is done, say so for this change: migrated(construct, { perReplica: 'db' }, 'how it was done')",
    "shop/Db: claims: the claim templates of a workload cannot be changed: it was 'none', got \"data of 1Gi, ReadWriteOnce, the cluster's " +
      'default"; change them back, or change each claim and delete the StatefulSet with --cascade=orphan before the new one is applied; ' +
      "once that is done, say so for this change: migrated(construct, { claims: 'data of 1Gi, ReadWriteOnce, the cluster's default' }, " +
      "'how it was done')",
  ]);
  expect(change(each, one)).toEqual([
    expect.stringContaining('shop/Data: perReplica: the data would stay in a volume of another name: it was \'db\', got "none"'),
    expect.stringContaining('shop/Db: claims'),
  ]);
  expect(change(each, each)).toEqual([]);
});

test('once it is one volume again, the file says so', () => {
  const place = new Place();
  place.run((chart) => void database(chart, { perReplica: true }));
  expect(place.read()).toContain('"perReplica": "db"');
  const back = (chart: Construct) => {
    const db = database(chart);
    migrated(chart, { perReplica: 'none', claims: 'none' }, 'dumped and restored');
    return db;
  };
  expect(place.run((chart) => void back(chart)).problems).toEqual([]);
  expect(place.read()).not.toContain('perReplica');
});

test('claims are called after their workload, and their template cannot grow', () => {
  const each = { perReplica: true } as const;
  expect(change(each, { ...each, name: 'database' })).toEqual([
    expect.stringContaining('shop/Data: perReplica: the data would stay in a volume of another name: it was \'db\', got "database"'),
    expect.stringContaining("the workload 'db' of ids.json is not made any more"),
  ]);
  expect(change(each, { ...each, size: '2Gi' })).toEqual([
    expect.stringContaining("shop/Db: claims: the claim templates of a workload cannot be changed: it was 'data of 1Gi, ReadWriteOnce"),
  ]);
  expect(change({}, { size: '2Gi' })).toEqual([]);
});

test('an edit of the claim is one of its template', () => {
  const edit = (db: HardenedService) =>
    (db.node.scope?.node.findChild('Data') as PersistentVolume).part.tune(kubernetes, ({ claim }) => {
      claim.spec.storageClassName = 'slow';
    });
  expect(change({ perReplica: true }, { perReplica: true }, edit)).toEqual([
    expect.stringContaining('shop/Data: storageClass'),
    expect.stringContaining('got "data of 1Gi, ReadWriteOnce, slow"'),
  ]);
});
