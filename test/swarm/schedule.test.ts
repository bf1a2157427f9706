import { parse } from 'yaml';
import { Environments, HardenedTask, type HardenedTaskProps } from '../../lib';
import { swarmStackFile } from '../../lib/platforms/swarm';
import { deployStack } from '../../lib/stack/pulumi';
import { sentences, service, tree } from '../compose/build';
import { record } from '../stack/mocks';

const acknowledge = { 'no-new-privileges': 'daemon.json of every node has it' };
const schedule = { cron: '30 3 * * *', timeZone: 'Asia/Tokyo', resident: ['/app', 'schedule'] };

function build(root: ReturnType<typeof tree>, props: Partial<HardenedTaskProps> = {}): void {
  const database = service(root, 'Database', { acknowledge, ports: { sql: 5432 }, health: { tcp: { port: 'sql' } } });
  const task = new HardenedTask(root, 'Backup', { image: 'example/app:1.2.3', acknowledge, schedule, ...props });
  task.network.allowTo(database);
}

function fileOf(props: Partial<HardenedTaskProps> = {}) {
  const root = tree();
  build(root, props);
  return swarmStackFile(root, { name: 'shop' });
}

test('what keeps the schedule is one service under its own name, that waits for what it connects to', () => {
  const file = fileOf();
  const { backup } = parse(file.text).services;
  expect(backup).toMatchObject({
    // the command of the task need not be said: it is the program's business
    entrypoint: ['/.ironhull/prober', 'wait', '--timeout', '75000', 'tcp', 'database', '5432', '--', '/app', 'schedule'],
    environment: { TZ: 'Asia/Tokyo' },
    networks: { backup_database: {} },
    stop_grace_period: '30s',
    deploy: {
      replicas: 1,
      restart_policy: { condition: 'any' },
      update_config: { parallelism: 1, failure_action: 'pause', order: 'stop-first' },
      rollback_config: { parallelism: 1, order: 'stop-first' },
      resources: { reservations: { cpus: '0.1', memory: '256m' } },
    },
  });
  expect(file.text).not.toContain('A task is a service of its own for each version');
});

test('one that is suspended has no replica', () => {
  expect(parse(fileOf({ schedule: { ...schedule, suspend: true } }).text).services.backup.deploy.replicas).toBe(0);
});

test('without a program that keeps it, the schedule is refused, or left out with a reason', () => {
  const without = { command: ['/app'], schedule: { cron: '30 3 * * *' } };
  expect(sentences(() => fileOf(without))).toEqual([
    expect.stringMatching(
      /^Backup: Swarm .*cannot do 'task\.schedule': Swarm has no scheduler; .* acknowledge 'task\.schedule' with a reason$/,
    ),
  ]);
  const file = fileOf({ ...without, acknowledge: { ...acknowledge, 'task.schedule': 'the host has a timer for it' } });
  expect(Object.keys(parse(file.text).services)).toEqual(['database']);
});

test('through Pulumi it is the service of that name', async () => {
  const recorded = await record(
    () => void deployStack('shop', { platform: 'swarm', environment: Environments.test }, (root) => build(root as never)),
  );
  expect(recorded.error).toBeUndefined();
  const made = recorded.find('docker:index/service:Service', 'backup');
  expect(made.inputs).toMatchObject({
    name: 'shop_backup',
    mode: { replicated: { replicas: 1 } },
    updateConfig: { order: 'stop-first' },
    taskSpec: { containerSpec: { env: { TZ: 'Asia/Tokyo' } } },
  });
  expect(made.dependsOn).toContain('database');
});
