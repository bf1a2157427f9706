import { PersistentVolume } from '../../lib';
import { type BadInput, props, service, task } from './case';

const mounted = (mistake: string, said: object, wrong: object, message: string): BadInput => ({
  mistake,
  build(scope) {
    const volume = new PersistentVolume(scope, 'Data', { size: '1Gi', perReplica: true, ...said });
    service(scope, { mounts: [{ volume, path: '/data' }], ...wrong });
  },
  message: `app/#/Data: ${message}`,
});

/** Replicas that keep their identity, and volumes that each has of its own. */
export const STABLE: readonly BadInput[] = [
  props('an identity that does not exist', { identity: 'sticky' }, "identity: must be 'any' or 'stable', got \"sticky\"; use 'any'"),
  props(
    'a stable identity that scales',
    { identity: 'stable', replicas: undefined, scaling: { min: 1, max: 3 } },
    'scaling: replicas that keep their identity do not come and go by a metric; set replicas instead',
  ),
  props(
    'a stable identity that is there twice',
    { identity: 'stable', rollout: { order: 'start-first' } },
    'rollout.order: a replica that keeps its identity is never there twice, got "start-first"; leave it out: it is \'stop-first\'',
  ),
  props(
    'a stable identity that is there twice on the way back',
    { identity: 'stable', rollback: { order: 'start-first' } },
    'rollback.order: a replica that keeps its identity is never there twice, got "start-first"; leave it out: it is \'stop-first\'',
  ),
  props(
    'stable identities two at a time',
    { identity: 'stable', rollout: { parallelism: 2 } },
    'rollout.parallelism: replicas that keep their identity are replaced one at a time, got 2; leave it out',
  ),
  props(
    'stable identities that all stop first',
    { identity: 'stable', replicas: 2, rollout: { strategy: 'recreate' } },
    'rollout.strategy: replicas that keep their identity are replaced one at a time, got "recreate"; leave it out',
  ),
  {
    mistake: 'a volume of each replica of nobody',
    build: (scope) => void new PersistentVolume(scope, 'Data', { size: '1Gi', perReplica: true }),
    message:
      "app/#/Data: perReplica: nothing mounts it, so there is no replica that could have it; mount it in a service whose identity is 'stable', " +
      'or leave perReplica out',
  },
  mounted(
    'a volume of each replica of whatever identity',
    {},
    {},
    "perReplica: app/#/Web mounts it and does not keep the identity of its replicas; set its identity to 'stable', or leave perReplica out",
  ),
  {
    mistake: 'a volume of each replica of a task',
    build(scope) {
      const volume = new PersistentVolume(scope, 'Data', { size: '1Gi', perReplica: true });
      task(scope, { mounts: [{ volume, path: '/data' }] });
    },
    message: 'app/#/Data: perReplica: app/#/Migrate mounts it and is a task; leave perReplica out',
  },
  {
    mistake: 'a volume of each replica of two services',
    build(scope) {
      const volume = new PersistentVolume(scope, 'Data', { size: '1Gi', perReplica: true });
      for (const id of ['One', 'Two']) service(scope, { identity: 'stable', mounts: [{ volume, path: '/data' }] }, id);
    },
    message:
      'app/#/Data: perReplica: the replicas of one service alone can have it, and app/#/One and app/#/Two mount it; give each a volume, ' +
      'or leave perReplica out',
  },
  {
    mistake: 'a volume of each replica that is shared',
    build(scope) {
      const volume = new PersistentVolume(scope, 'Data', { size: '1Gi', perReplica: true, shared: true });
      service(scope, { identity: 'stable', acknowledge: {}, mounts: [{ volume, path: '/data' }] });
    },
    message: 'app/#/Data: perReplica: a volume of each replica is not shared, got true; leave out shared or perReplica',
  },
  mounted(
    'a volume of each replica in words',
    { perReplica: 'yes' },
    {},
    'perReplica: must be true or false, got "yes"; use false, without quotes',
  ),
];
