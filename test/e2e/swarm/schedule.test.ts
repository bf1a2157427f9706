/** A program that keeps the schedule of a task on a Swarm: one of it, also while it is replaced. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Construct } from 'constructs';
import { Environment, Environments, HardenedService, HardenedTask } from '../../../lib';
import { swarmStackFile, writeComposeFile } from '../../../lib/platforms/swarm';
import { IMAGE } from '../compose/system';
import { requireDocker } from '../support/docker';
import { must, until } from '../support/run';
import { removeAll, requireSwarm, running, updateEnd } from './engine';

const STACK = `ihsc${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'ironhull-schedule-'));
const acknowledge = { 'no-new-privileges': 'the test is about something else' };
const BACKUP = `${STACK}_backup`;

/** Runs its task each second: it connects to a server, with what is there in each container that waits. */
function resident(version: string): string {
  return `
    trap 'echo ${version} ends; exit 0' TERM
    while /.ironhull/prober wait --timeout 5000 tcp db 8080 && echo "${version} ran at $TZ"; do sleep 1 & wait $!; done
    exit 1`;
}

async function deploy(version: string): Promise<void> {
  const root = new Construct(undefined as unknown as Construct, '');
  Environment.set(root, Environments.test);
  const db = new HardenedService(root, 'Db', {
    image: IMAGE,
    acknowledge,
    env: { PROBE_PORTS: 8080 },
    ports: { http: 8080 },
    health: { tcp: { port: 'http' }, interval: '5s' },
  });
  const backup = new HardenedTask(root, 'Backup', {
    image: 'busybox:1.37',
    acknowledge,
    schedule: { cron: '* * * * *', timeZone: 'Asia/Tokyo', resident: ['sh', '-c', resident(version)] },
  });
  backup.network.allowTo(db);
  writeComposeFile(join(folder, 'stack.yaml'), swarmStackFile(root, { name: STACK, endpointMode: 'dnsrr' }));
  const args = ['stack', 'deploy', '--detach=true', '--resolve-image=never', '--compose-file', 'stack.yaml', STACK];
  await must('docker', args, { cwd: folder });
}

/** What it said, in order of time. */
async function said(): Promise<string[]> {
  const lines = (await must('docker', ['service', 'logs', '--raw', '--timestamps', BACKUP])).trim().split('\n').sort();
  return lines.map((line) => line.slice(line.indexOf(' ') + 1));
}

beforeAll(async () => {
  await requireDocker(IMAGE, 'busybox:1.37');
  await requireSwarm();
  await deploy('one');
});

afterAll(async () => {
  await removeAll(STACK);
  rmSync(folder, { recursive: true, force: true });
});

test('it waits for what it connects to, and then runs the task again and again in its time zone', async () => {
  await running(BACKUP, 1);
  const ran = (lines: string[]) => lines.filter((line) => line === 'one ran at Asia/Tokyo').length;
  await until('the task has run twice', said, (lines) => ran(lines) >= 2, 120_000);
}, 600_000);

test('a new version starts after the old one has ended: the task never runs in both', async () => {
  await deploy('two');
  expect(await updateEnd(BACKUP)).toBe('completed');
  const lines = await until('the new one has run', said, (all) => all.includes('two ran at Asia/Tokyo'), 120_000);
  const end = lines.indexOf('one ends');
  expect(end).toBeGreaterThan(0);
  expect(lines.slice(end).some((line) => line.startsWith('one ran'))).toBe(false);
  expect(lines.slice(0, end).some((line) => line.startsWith('two'))).toBe(false);
}, 600_000);
