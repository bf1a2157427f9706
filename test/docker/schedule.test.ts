import type { Construct } from 'constructs';
import { ConfigSecret, Environments, HardenedService, HardenedTask, type HardenedTaskProps } from '../../lib';
import { deployStack } from '../../lib/stack/pulumi';
import { record } from '../stack/mocks';
import { planned, problems } from './render';

const image = 'veogen/backend:1.0.0';
const schedule = { cron: '30 3 * * *', timeZone: 'Asia/Tokyo', resident: ['/app', 'schedule', '30 3 * * *'] };
const backup = (root: Construct, props: Partial<HardenedTaskProps> = {}) =>
  new HardenedTask(root, 'Backup', { image, command: ['/app'], args: ['backup'], schedule, ...props });

const argsOf = (props: Partial<HardenedTaskProps>) => {
  const { drafted, problems } = planned((root) => void backup(root, props));
  expect(problems).toEqual([]);
  return (drafted.find(({ part }) => part.kind === 'task')?.native as { containers: { args: object }[] }).containers.map(
    ({ args }) => args,
  );
};

test('what keeps the schedule is a hardened container that stays up, and nothing runs it as a task', async () => {
  const build = (root: Construct) => {
    const secret = new ConfigSecret(root, 'Secrets', { name: 'db', keys: ['password'] });
    const database = new HardenedService(root, 'Database', { image, ports: { sql: 5432 } });
    const task = backup(root, { pids: 20, shutdown: { grace: '9s' }, env: { PASSWORD_FILE: secret.file('password') } });
    task.network.allowTo(database);
  };
  const recorded = await record(() => void deployStack('shop', { platform: 'docker', environment: Environments.test }, build), {
    'secrets:db.password': 'hunter2hunter2',
  });
  expect(recorded.error).toBeUndefined();
  const container = recorded.find('docker:index/container:Container', 'backup');
  expect(container.inputs).toMatchObject({
    name: 'shop_backup',
    entrypoints: ['/app', 'schedule', '30 3 * * *'],
    envs: ['PASSWORD_FILE=/run/secrets/db/password', 'TZ=Asia/Tokyo'],
    restart: 'unless-stopped',
    mustRun: true,
    readOnly: true,
    capabilities: { drops: ['ALL'] },
    stopTimeout: 9,
    networksAdvanced: [{ name: 'backup_database-id', aliases: ['backup'] }],
    labels: expect.arrayContaining([{ label: 'ironhull.task', value: 'backup' }]),
  });
  expect(container.inputs).not.toHaveProperty('command');
  expect(container.inputs).not.toHaveProperty('start');
  expect(container.dependsOn).toContain('database');
  expect(recorded.resources.filter(({ type }) => type.includes('TaskRun'))).toEqual([]);
});

test('a time zone that the user says counts', () => {
  expect(argsOf({ env: { TZ: 'Europe/Berlin', ZONE: 'x', A: 'y' } })).toMatchObject([{ envs: ['A=y', 'TZ=Europe/Berlin', 'ZONE=x'] }]);
});

test('one that is suspended is made and not started: somebody may start it by hand', () => {
  expect(argsOf({ schedule: { ...schedule, suspend: true } })).toMatchObject([{ start: false, mustRun: false, restart: 'no' }]);
});

test('without a program that keeps it, the schedule is refused, or left out with a reason', () => {
  const without = { schedule: { cron: '30 3 * * *' } };
  expect(problems((root) => void backup(root, without))).toEqual([
    "veogen/Backup: Docker cannot do 'task.schedule': Docker has no scheduler; say in schedule.resident which program of the image keeps the schedule; leave it out, or acknowledge 'task.schedule' with a reason",
  ]);
  expect(argsOf({ ...without, acknowledge: { 'task.schedule': 'the host has a timer for it' } })).toEqual([]);
});
