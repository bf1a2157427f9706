import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, bench, caught, fault, messages, report } from './support/faults';
import { killFamily, sleep } from './support/process';

/** Faults of deleting and of clocks, and what is reported. */
let at: Bench;
let original = '';
const DAY = 86_400;
const now = Math.floor(Date.now() / 1000);
/** Seven days, of which the newest three always stay. */
const policy = {
  BACKUP_KEEP_DAILY: '7',
  BACKUP_KEEP_WEEKLY: '0',
  BACKUP_KEEP_MONTHLY: '0',
  BACKUP_MIN_VERIFIED: '3',
  BACKUP_MAX_DELETES: '2',
};

beforeAll(async () => {
  at = await bench();
  original = report(await fault(at, { code: 0, commits: 1 }, (lab) => lab.run(['backup', '--kind', 'scheduled']))).id;
  for (let days = 20; days > 0; days--) at.ledger.clone('shop', original, now - days * DAY);
});
afterAll(() => at?.lab.stop());

/** Which backups of the shop there are, oldest first. */
const ids = async (database = 'shop') => (await at.ledger.list(database)).map(({ id }) => id);

/** An rclone whose command fails the first time; then the folder is there. */
const failsOnce = (command: string, folder: string, says: string) =>
  `if [[ $* = *"${command}"* ]] && mkdir ${folder} 2>/dev/null; then echo '${says}' >&2; exit 1; fi; exec "$REAL" "$@"`;

test('prune deletes the oldest, no more than it may, and only after the commit', async () => {
  const { lab, ledger } = at;
  const before = await ids();
  for (const id of before.slice(0, 2)) ledger.deleted.add(id);
  const ended = await fault(at, { code: 0, commits: 1 - 2 }, () => lab.run(['backup'], { env: policy }));
  expect(report(ended).outcome).toBe('success');
  expect(await ids()).toEqual([...before.slice(2), report(ended).id]);
  // a run that fails deletes nothing
  await fault(at, { code: 69, commits: 0 }, () =>
    lab.run(['backup'], { env: policy, shims: { pg_dump: 'if [[ $1 = -Fc ]]; then exit 1; else exec "$REAL" "$@"; fi' } }),
  );
});

test('F31: another database in the same bucket, also with a name that begins alike, is left alone', async () => {
  const { lab, ledger } = at;
  await lab.sql('CREATE DATABASE shop_audit', 'postgres');
  await lab.sql('CREATE TABLE audit AS SELECT 1 x', 'shop_audit');
  await ledger.saw('shop_audit');
  const other = report(await lab.run(['backup', '--kind', 'scheduled', '--database', 'shop_audit'])).id;
  for (let days = 20; days > 0; days--) ledger.clone('shop_audit', other, now - days * DAY);
  const [before, mine] = [await ids('shop_audit'), await ids()];
  for (const id of mine.slice(0, 2)) ledger.deleted.add(id);
  expect((await lab.run(['prune', '--database', 'shop'], { env: policy })).code).toBe(0);
  expect(await ids('shop_audit')).toEqual(before);
  expect(await ids()).toEqual(mine.slice(2));
  await ledger.check();
});

test('F33: with a clock that is behind, prune refuses', async () => {
  const { lab, ledger } = at;
  const before = await ids();
  await fault(at, { code: 73, commits: 0, says: /clock/ }, () => lab.run(['prune', '--database', 'shop'], { env: policy, clock: '-40d' }));
  expect(await ids()).toEqual(before);
  await ledger.check();
});

test('F32: with a clock that is ahead, prune deletes what it would have deleted anyway', async () => {
  const { lab, ledger } = at;
  const before = await ids();
  for (const id of before.slice(0, 2)) ledger.deleted.add(id);
  const ended = await lab.run(['prune', '--database', 'shop'], { env: policy, clock: '+400d' });
  expect([ended.code, report(ended).deleted]).toEqual([0, 2]);
  expect(await ids()).toEqual(before.slice(2));
  await ledger.check();
});

test('F18: a backup while prune runs', async () => {
  const { lab, ledger } = at;
  for (const id of (await ids()).slice(0, 2)) ledger.deleted.add(id);
  const both = await Promise.all([lab.run(['prune', '--database', 'shop'], { env: policy }), lab.run(['backup'])]);
  expect(both.map((ended) => [ended.code, ended.code === 0 ? '' : messages(ended)])).toEqual([
    [0, ''],
    [0, ''],
  ]);
  await ledger.check();
});

test('F18: what goes while a backup looks into the bucket is looked at again', async () => {
  const { lab } = at;
  const once = join(lab.tmp, 'gone-once');
  const rclone = failsOnce('copy --ignore-checksum', once, 'object not found');
  // another mistake is none that looking again mends
  const refuses = failsOnce('copy --ignore-checksum', once, 'access denied');
  await fault(at, { code: 74, commits: 0, says: /cannot be listed and read: access denied/ }, () =>
    lab.run(['backup'], { shims: { rclone: refuses } }),
  );
  rmSync(once, { recursive: true });
  await fault(at, { code: 0, commits: 1 }, () => lab.run(['backup'], { shims: { rclone } }));
  expect(existsSync(once)).toBe(true);
  rmSync(once, { recursive: true });
});

test('F38: prune is killed between the manifest and the data', async () => {
  const { lab, ledger } = at;
  const before = await ids();
  const [first, second] = before as [string, string];
  for (const id of [first, second]) ledger.deleted.add(id);
  const running = lab.spawn(['prune', '--database', 'shop'], {
    env: policy,
    shims: { rclone: '[[ $* != *"delete --rmdirs"* ]] || sleep 60; exec "$REAL" "$@"' },
  });
  await caught(running, /sleep 60/);
  killFamily(running.pid);
  await running.ended;
  expect(existsSync(ledger.file('shop', first, 'db.dump.age'))).toBe(true);
  expect(await ids()).toEqual(before.slice(1));
  await ledger.check();
  // what is left is collected later, since its attempt is old
  const ended = await lab.run(['prune', '--database', 'shop'], { env: { ...policy, BACKUP_MAX_DELETES: '1' } });
  expect([ended.code, messages(ended)]).toEqual([0, expect.stringContaining(`gc shop/${first}`)]);
  expect(existsSync(ledger.file('shop', first, 'db.dump.age'))).toBe(false);
  await ledger.check();
});

test('F37: more than a thousand objects', async () => {
  const { lab, ledger } = at;
  const before = await ids();
  for (let n = 0; n < 1200; n++) {
    const folder = ledger.folder('shop', `20200101T000000Z-${n.toString(16).padStart(8, '0')}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'intent.json'), '{"intent":true,"db":"shop"}\n');
  }
  lab.own(ledger.folder('shop'));
  expect(await ids()).toEqual(before);
  const ended = await lab.run(['prune', '--database', 'shop'], { env: { ...policy, BACKUP_KEEP_DAILY: '90', BACKUP_MAX_DELETES: '5' } });
  expect([ended.code, report(ended).deleted]).toEqual([0, 5]);
  for (let n = 0; n < 1200; n++)
    rmSync(ledger.folder('shop', `20200101T000000Z-${n.toString(16).padStart(8, '0')}`), { recursive: true, force: true });
});

test('status says what is in the bucket, also of a database that has no backup', async () => {
  const { lab } = at;
  const env = { BACKUP_DATABASES: '["shop", "never"]' };
  expect((await lab.run(['drill', '--database', 'shop'])).code).toBe(0);
  expect((await lab.run(['status'], { env })).code).toBe(0);
  const metrics = readFileSync(join(lab.dir, 'metrics.prom'), 'utf8');
  expect(metrics).toMatch(/^pgbackup_last_commit_snapshot_timestamp_seconds\{db="never",dest="MAIN",kind="scheduled"\} 0$/m);
  expect(metrics).toMatch(/^pgbackup_last_drill_ok\{db="shop",dest="MAIN",engine="logical"\} 1$/m);
  expect(metrics).toMatch(/^pgbackup_last_exit\{db="shop",dest="MAIN",phase=""\} 0$/m);
  for (const line of metrics.trim().split('\n')) expect(line).toMatch(/^pgbackup_[a-z_]+(\{([a-z]+="[^"]*",?)+\})? -?[0-9.]+$/);
  await lab.run(['backup'], { shims: { pg_dump: 'if [[ $1 = -Fc ]]; then exit 1; else exec "$REAL" "$@"; fi' } });
  expect((await lab.run(['status'], { env })).code).toBe(0);
  expect(readFileSync(join(lab.dir, 'metrics.prom'), 'utf8')).toMatch(/^pgbackup_last_exit\{db="shop",dest="MAIN",phase="dump"\} 69$/m);
});

test('several databases: one that fails stops no other, and the run fails', async () => {
  const { lab, ledger } = at;
  const env = { BACKUP_DATABASES: '["missing", "shop"]', BACKUP_PRUNE: 'false' };
  const before = await ids();
  const ended = await lab.run(['backup'], { env });
  expect(ended.code).toBe(69);
  expect((await ids()).length).toBe(before.length + 1);
  const all = await lab.run(['backup'], { env: { BACKUP_DATABASES: 'all', BACKUP_PRUNE: 'false' } });
  expect([all.code, all.stdout.match(/"db":"[a-z_]+"/g)]).toEqual([0, ['"db":"postgres"', '"db":"shop"', '"db":"shop_audit"']]);
  await ledger.saw('postgres');
  await ledger.check();
});

test('schedule runs in UTC where nothing else is said', async () => {
  const { lab } = at;
  const running = lab.spawn(['schedule'], { env: { BACKUP_CRON: '0 2 * * *', BACKUP_STATUS_CRON: '* * * * * * *' } });
  rmSync(join(lab.dir, 'metrics.prom'));
  for (let tries = 0; tries < 1200 && !existsSync(join(lab.dir, 'metrics.prom')); tries++) await sleep(100);
  expect(
    readFileSync(`/proc/${running.pid}/environ`, 'utf8')
      .split('\0')
      .filter((one) => one.startsWith('TZ=')),
  ).toEqual(['TZ=UTC']);
  expect(readFileSync(join(lab.dir, 'metrics.prom'), 'utf8')).toContain('pgbackup_status_generated_timestamp_seconds');
  killFamily(running.pid);
  const wrong = await lab.run(['schedule'], { env: { BACKUP_CRON: 'every night' } });
  expect(wrong.code).toBe(64);
});

test('F18: what is committed while somebody looks into the bucket is no damage; what goes before it is listed is listed again', async () => {
  const { lab } = at;
  const [reads, commits] = ['reads', 'committed'].map((name) => join(lab.tmp, name)) as [string, string];
  // read before another run commits, and listed after it
  const rclone = `if [[ $* = *lsjson* ]] && mkdir ${reads} 2>/dev/null; then until [[ -e ${commits} ]]; do sleep 0.1; done; fi; exec "$REAL" "$@"`;
  const status = lab.spawn(['status'], { shims: { rclone } });
  await caught(status, /sleep 0\.1/);
  await fault(at, { code: 0, commits: 1 }, () => lab.run(['backup']));
  mkdirSync(commits);
  const ended = await status.ended;
  expect([ended.code, messages(ended)]).toEqual([0, '']);
  const metrics = readFileSync(join(lab.dir, 'metrics.prom'), 'utf8');
  expect(metrics).toMatch(/^pgbackup_damaged_manifests\{[^}]*\} 0$/m);
  for (const path of [reads, commits]) rmSync(path, { recursive: true });
  const again = await lab.run(['status'], { shims: { rclone: failsOnce('lsjson', reads, 'object not found') } });
  expect([again.code, messages(again), existsSync(reads)]).toEqual([0, '', true]);
});

test('two may tell at once what is there', async () => {
  const { lab } = at;
  const shims = { chmod: '[[ $1 != 644 ]] || sleep 1; exec "$REAL" "$@"' };
  const both = await Promise.all([1, 2].map(() => lab.run(['status'], { shims })));
  expect(both.map((ended) => [ended.code, messages(ended)])).toEqual([
    [0, ''],
    [0, ''],
  ]);
});
