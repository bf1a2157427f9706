import { parse } from 'yaml';
import { PersistentVolume } from '../../lib';
import { composeFile } from '../../lib/platforms/compose';
import { swarmStackFile } from '../../lib/platforms/swarm';
import { planSwarm } from '../../lib/platforms/swarm/pulumi';
import { sentences, service, tree } from '../compose/build';

const REASON = 'one replica does for development';

function database(replicas: number, acknowledge: object = {}) {
  const root = tree();
  const volume = new PersistentVolume(root, 'Data', { size: '1Gi', perReplica: true, driver: 'example/nfs' });
  const acknowledged = { 'no-new-privileges': 'daemon.json of every node has it', ...acknowledge };
  const mounts = [{ volume, path: '/data' }];
  const db = service(root, 'Db', { acknowledge: acknowledged, identity: 'stable', replicas, ports: { sql: 5432 }, mounts });
  return { root, volume, db };
}

describe('on a Swarm', () => {
  test('each slot has a volume, and is replaced on its own, the old one first', () => {
    const file = parse(swarmStackFile(database(3).root, { name: 'shop' }).text);
    expect(file.volumes).toEqual({ data: { driver: 'example/nfs', name: 'shop_data-{{.Task.Slot}}', driver_opts: {} } });
    const { deploy, volumes } = file.services.db;
    expect(volumes).toContainEqual({ type: 'volume', source: 'data', target: '/data' });
    expect(deploy.update_config).toMatchObject({ parallelism: 1, order: 'stop-first' });
    expect(deploy.rollback_config).toMatchObject({ parallelism: 1, order: 'stop-first' });
  });

  test('a port of the host needs no other order', () => {
    const { root, db } = database(1);
    db.publish({ port: 'sql' });
    expect(parse(swarmStackFile(root, { name: 'shop', publishMode: 'host' }).text).services.db.ports).toHaveLength(1);
  });

  test('no other volume can have the name of one', () => {
    const { root } = database(2);
    new PersistentVolume(root, 'Data-2', { size: '1Gi' });
    const said = ['Data: the volume name is taken by Data-2, got "data-2"; choose another id, or give one of them a name'];
    expect(sentences(() => swarmStackFile(root, { name: 'shop' }))).toEqual(said);
    expect(planSwarm(root, { name: 'shop' }).problems).toHaveLength(1);
  });
});

describe('in a Compose file', () => {
  test('the one replica has the first volume', () => {
    const file = parse(composeFile(database(1).root, { name: 'shop' }).text);
    expect(file.volumes.data.name).toBe('shop_data-1');
    expect(file.services.db).toMatchObject({ deploy: { replicas: 1 }, volumes: [{ source: 'data', target: '/data' }] });
  });

  test('several are refused; where that is acknowledged one runs, which can be published', () => {
    expect(sentences(() => composeFile(database(2).root, { name: 'shop' }))).toEqual([
      "Db: Compose cannot do 'volume.per-replica': all replicas of a service have the same volumes; where that is acknowledged, one " +
        "replica runs; leave it out, or acknowledge 'volume.per-replica' with a reason",
    ]);
    const { root, db } = database(2, { 'volume.per-replica': REASON });
    db.publish({ port: 'sql' });
    const file = composeFile(root, { name: 'shop' });
    expect(parse(file.text).services.db.deploy.replicas).toBe(1);
    expect(file.differences.map(({ feature, how }) => [feature, how])).toContainEqual(['volume.per-replica', 'acknowledged']);
  });
});
