import type { SwarmNatives } from '../../../lib/platforms/swarm';
import type { Observers, Seen } from '../harness';
import { common } from './compose';

type S = Seen<SwarmNatives>;
const service = (seen: S) => seen.workload.service;
const deploy = (seen: S) => service(seen).deploy;

/** Where a stack file says what was asked for. */
export const swarmFileObservers: Observers<SwarmNatives> = {
  ...common,
  'no-new-privileges': 'refused',
  'writable.options': (s) => {
    expect(service(s).volumes).toMatchObject([{ type: 'tmpfs', target: '/scratch', tmpfs: { size: 33554432 } }]);
  },
  sidecar: 'refused',
  'sidecar.processes': 'refused',
  'sidecar.replicated': 'refused',
  spread: (s) => expect(deploy(s)?.placement?.preferences).toEqual([{ spread: 'node.labels.zone' }]),
  'placement.constraints': (s) => {
    expect(deploy(s)?.placement?.constraints).toEqual(['node.role == worker', 'node.labels.disk == ssd']);
  },
  rollout: (s) => expect(deploy(s)?.update_config).toMatchObject({ parallelism: 2, order: 'start-first' }),
  'rollout.failure-action': (s) => expect(deploy(s)?.update_config?.failure_action).toBe('pause'),
  'rollout.monitor': (s) => expect(deploy(s)?.update_config).toMatchObject({ monitor: '20s', max_failure_ratio: 0.2 }),
  rollback: (s) => expect(deploy(s)?.rollback_config?.parallelism).toBe(3),
  'restart.policy': (s) => expect(deploy(s)?.restart_policy).toEqual({ condition: 'on-failure', delay: '7s', max_attempts: 4 }),
  annotations: 'refused',
  'network.attachable': (s) => expect(s.network.attachable).toBe(true),
  'network.static-address': 'refused',
  'late-bound': 'refused',
  'volume.shared': 'refused',
  'route.address': 'refused',
};

/** Where services of a Swarm through Pulumi say what was asked for. */
export const swarmObservers: Observers<SwarmNatives> = {
  ...swarmFileObservers,
  pids: 'refused',
  ulimits: 'refused',
  'late-bound': (s) => expect(service(s).environment?.ADDRESS).toHaveProperty('apply'),
};
