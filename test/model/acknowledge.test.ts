import { Construct } from 'constructs';
import { type Acknowledgements, acknowledge, HardenedService, PersistentVolume } from '../../lib';
import { ackAt } from '../../lib/model/features';
import { Testing } from '../../lib/testing';
import { recording } from './recording';

const IMAGE = 'team/app:1';

test('a reason counts for a construct and all below it, and nowhere else', () => {
  const root = Testing.root('app');
  const inside = new Construct(new Construct(root, 'Group'), 'Inside');
  const beside = new Construct(root, 'Beside');
  acknowledge(inside.node.scope as Construct, { 'root-user': 'the image cannot do otherwise' });
  expect(ackAt(inside, 'root-user')).toBe('the image cannot do otherwise');
  expect(ackAt(beside, 'root-user')).toBeUndefined();
  expect(ackAt(root, 'root-user')).toBeUndefined();
  expect(ackAt(inside, 'writable-root')).toBeUndefined();
});

test('the nearest reason wins, and reasons add up', () => {
  const root = Testing.root('app');
  const inner = new Construct(root, 'Inner');
  acknowledge(root, { pids: 'for the whole system', ulimits: 'for the whole system' });
  acknowledge(inner, { pids: 'for this part of it' });
  acknowledge(inner, { sysctls: 'and something else here' });
  expect([ackAt(inner, 'pids'), ackAt(inner, 'ulimits'), ackAt(inner, 'sysctls')]).toEqual([
    'for this part of it',
    'for the whole system',
    'and something else here',
  ]);
  expect(ackAt(root, 'pids')).toBe('for the whole system');
});

test('weaknesses pass with a reason, at the service or above it', () => {
  const root = Testing.root('app');
  const weak = { image: IMAGE, user: '0:0', readOnlyRoot: false, allowPrivilegeEscalation: true, capabilities: ['SYS_TIME'] } as const;
  const reasons: Acknowledgements = {
    'root-user': 'the clock can be set by root only',
    'writable-root': 'it rewrites its own binary',
    'privilege-escalation': 'it calls a setuid helper',
    'added-capabilities': 'the clock needs SYS_TIME',
  };
  new HardenedService(root, 'At', { ...weak, acknowledge: reasons });
  const group = new Construct(root, 'Group');
  acknowledge(group, reasons);
  new HardenedService(group, 'Below', weak);
  expect(Testing.problems(root, recording())).toEqual([]);
  new HardenedService(root, 'Without', weak);
  expect(Testing.problems(root, recording())).toHaveLength(4);
});

test('what a platform lacks is listed with its reason and the user’s', () => {
  const root = Testing.root('app');
  const volume = new PersistentVolume(root, 'Data', { size: '1Gi', shared: true });
  acknowledge(volume, { 'volume.shared': 'all replicas run on one node' });
  const { problems, differences } = Testing.plan(root, recording(['volume.shared']));
  expect(problems).toEqual([]);
  expect(differences).toEqual([
    { path: 'app/Data', feature: 'volume.shared', how: 'acknowledged', reason: 'the recorder was told so (all replicas run on one node)' },
  ]);
});

test('what was acknowledged and is not needed is no problem', () => {
  const root = Testing.root('app');
  acknowledge(root, { autoscaling: 'where nothing scales, three replicas will do' });
  new HardenedService(root, 'Web', { image: IMAGE });
  expect(Testing.problems(root, recording())).toEqual([]);
});

test('the reasons of a bad acknowledgement are all reported, and the good ones count', () => {
  const root = Testing.root('app');
  acknowledge(root, { pids: 'short', ulimits: 'long enough to be a reason', hasOwnProperty: 'long enough to be a reason' } as never);
  expect(Testing.problems(root, recording())).toEqual([
    'app: acknowledge.pids: needs a reason of at least ten characters, got "short"; say why it is acceptable here',
    'app: acknowledge: nothing of that name can be acknowledged, got "hasOwnProperty"; see docs/platforms.md for the names',
  ]);
  expect(ackAt(root, 'ulimits')).toBe('long enough to be a reason');
});
