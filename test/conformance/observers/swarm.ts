import type { SwarmNatives } from '../../../lib/platforms/swarm';
import type { Observers, Seen } from '../harness';
import { common } from './compose';

type S = Seen<SwarmNatives>;
const service = (seen: S) => seen.workload.service;
const deploy = (seen: S) => service(seen).deploy;

/** The prober stands in front of the command, and whoever is watched while it waits is not ill. */
function waits(s: S): void {
  const [program, ...words] = service(s).entrypoint ?? [];
  expect(program).toBe('/.ironhull/prober');
  expect(words).toEqual(['wait', '--timeout', '30000', 'tcp', 'case-db', '5432', '--', '/app', 'serve']);
  expect(service(s).configs).toMatchObject([{ source: 'prober' }]);
  expect(service(s).healthcheck?.test).toEqual(expect.arrayContaining(['wait', 'tcp', 'case-db', '5432']));
}

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
  'identity.stable': (s) => {
    const oneByOne = { parallelism: 1, order: 'stop-first' };
    expect(deploy(s)).toMatchObject({ replicas: 1, update_config: oneByOne, rollback_config: oneByOne });
  },
  rollout: (s) => expect(deploy(s)?.update_config).toMatchObject({ parallelism: 2, order: 'start-first' }),
  'rollout.failure-action': (s) => expect(deploy(s)?.update_config?.failure_action).toBe('pause'),
  'rollout.monitor': (s) => expect(deploy(s)?.update_config).toMatchObject({ monitor: '20s', max_failure_ratio: 0.2 }),
  rollback: (s) => expect(deploy(s)?.rollback_config?.parallelism).toBe(3),
  'restart.policy': (s) => expect(deploy(s)?.restart_policy).toEqual({ condition: 'on-failure', delay: '7s', max_attempts: 4 }),
  'start.ready': waits,
  'start.completed': (s) => {
    const [host, ...rest] = service(s).entrypoint?.slice(5) ?? [];
    expect(host).toMatch(/^case-migrate-[0-9a-f]{8}$/);
    expect(rest).toEqual(['7070', '--', '/app', 'serve']);
  },
  'task.schedule': 'refused',
  'task.resident': (s) => {
    const { entrypoint, environment, deploy } = s.task.service;
    expect({ entrypoint, environment }).toEqual({ entrypoint: ['/app', 'schedule'], environment: { TZ: 'Africa/Lagos' } });
    expect(deploy).toMatchObject({ replicas: 1, restart_policy: { condition: 'any' }, update_config: { order: 'stop-first' } });
  },
  task: (s) => {
    expect(s.task.service.entrypoint).toEqual(['/.ironhull/prober', 'run', '7070', '--', '/app', 'migrate']);
    expect(s.task.service.healthcheck).toMatchObject({ test: expect.arrayContaining(['tcp', '7070']), start_period: '5m0s' });
    expect(s.task.service.deploy?.restart_policy).toEqual({ condition: 'on-failure', max_attempts: 1 });
  },
  'destroy.guard': 'elsewhere',
  annotations: 'refused',
  'network.attachable': (s) => expect(s.network.attachable).toBe(true),
  'network.static-address': 'refused',
  'operator.object': 'refused',
  'late-bound': 'refused',
  'volume.per-replica': (s) => {
    expect(service(s).volumes).toContainEqual({ type: 'volume', source: 'case-data', target: '/data' });
    expect(s.volume.name).toBe('conformance_case-data-{{.Task.Slot}}');
  },
  'volume.shared': 'refused',
  'route.address': 'refused',
};

/** Where services of a Swarm through Pulumi say what was asked for. */
export const swarmObservers: Observers<SwarmNatives> = {
  ...swarmFileObservers,
  pids: 'refused',
  ulimits: 'refused',
  'start.completed': 'elsewhere',
  'late-bound': (s) => expect(service(s).environment?.ADDRESS).toHaveProperty('apply'),
};
