import { parse } from 'yaml';
import { HardenedTask, type HardenedTaskProps } from '../../lib';
import { composeFile } from '../../lib/platforms/compose';
import { sentences, service, tree } from './build';

const schedule = { cron: '30 3 * * *', timeZone: 'Asia/Tokyo', resident: ['/app', 'schedule', '30 3 * * *'] };

function made(props: Partial<HardenedTaskProps> = {}) {
  const root = tree();
  const database = service(root, 'Database', { ports: { sql: 5432 }, health: { tcp: { port: 'sql' } } });
  const task = new HardenedTask(root, 'Backup', { image: 'example/app:1.2.3', command: ['/app'], args: ['backup'], schedule, ...props });
  task.network.allowTo(database);
  return root;
}

test('what keeps the schedule is a hardened service that stays up and that nobody has to run', () => {
  const file = composeFile(made(), { name: 'shop' });
  const { backup } = parse(file.text).services;
  expect(backup).toMatchObject({
    entrypoint: ['/app', 'schedule', '30 3 * * *'],
    environment: { TZ: 'Asia/Tokyo' },
    cap_drop: ['ALL'],
    read_only: true,
    restart: 'always',
    stop_grace_period: '30s',
    deploy: { replicas: 1 },
    networks: { backup_database: {} },
    depends_on: { database: { condition: 'service_healthy' } },
  });
  expect(backup).not.toHaveProperty('command');
  // neither the note on tasks nor the warning of a task that ends before anybody waits
  expect(file.text).not.toContain('docker compose run');
  expect(file.warnings).toEqual([]);
});

test('one that is suspended has no container', () => {
  const { services } = parse(composeFile(made({ schedule: { ...schedule, suspend: true } }), { name: 'shop' }).text);
  expect(services.backup.deploy.replicas).toBe(0);
});

test('without a program that keeps it, the schedule is refused, or left out with a reason', () => {
  const without = { schedule: { cron: '30 3 * * *' } };
  const why = 'Compose has no scheduler; say in schedule.resident which program of the image keeps the schedule';
  expect(sentences(() => composeFile(made(without)))).toEqual([
    `Backup: Compose cannot do 'task.schedule': ${why}; leave it out, or acknowledge 'task.schedule' with a reason`,
  ]);
  const file = composeFile(made({ ...without, acknowledge: { 'task.schedule': 'the host has a timer for it' } }));
  expect(Object.keys(parse(file.text).services)).toEqual(['database']);
  expect(file.differences).toContainEqual({
    path: 'Backup',
    feature: 'task.schedule',
    how: 'acknowledged',
    reason: `${why} (the host has a timer for it)`,
  });
});
