import { existsSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until, whileDoing } from '../support/run';
import { type Bench, bench, caught, fault, holdLock, messages, patience, points, report } from './support/faults';
import { killFamily, sleep } from './support/process';
import { flip } from './support/proxy';
import { ZOO } from './support/zoo';

/** Faults of what is stored, of drills and of restores. */
let at: Bench;

beforeAll(async () => {
  at = await bench();
});
afterAll(() => at?.lab.stop());

/** A new backup of the shop. */
async function backup(database = 'shop'): Promise<string> {
  const ended = await fault(at, { code: 0, commits: 1, database }, (lab) => lab.run(['backup', '--database', database]));
  return report(ended).id;
}

/** What the live shop is, while nothing may change it. */
const live = () => at.ledger.content('shop');

/** A damaged backup: its drill and its verification fail, a restore of it leaves the database alone, and the others are whole. */
async function damaged(id: string, says: RegExp): Promise<void> {
  const { lab, ledger } = at;
  ledger.damaged.add(id);
  const before = await live();
  for (const args of [
    ['verify', id],
    ['drill', id],
    ['restore', id],
  ])
    await fault(at, { code: 65, commits: 0, says }, () => lab.run(args));
  expect(await live()).toBe(before);
  expect((await ledger.list()).find((one) => one.id === id)?.drill).toBe('failed');
}

test('F24: the identity is the wrong one', async () => {
  const { lab } = at;
  const id = await backup();
  await lab.must('age-keygen', ['-o', join(lab.dir, 'other-identity')]);
  const env = { BACKUP_AGE_IDENTITY_FILE: join(lab.dir, 'other-identity') };
  await fault(at, { code: 65, commits: 0, says: /cannot be decrypted/ }, () => lab.run(['drill', id], { env }));
  await fault(at, { code: 64, commits: 0 }, () => lab.run(['drill', id], { env: { BACKUP_AGE_IDENTITY_FILE: '' } }));
});

test('F25, F27: a bit of a stored dump is flipped', async () => {
  const id = await backup();
  flip(at.ledger.file('shop', id, 'db.dump.age'));
  await damaged(id, /damaged/);
});

test('F26: a stored dump is cut short', async () => {
  const id = await backup();
  const file = at.ledger.file('shop', id, 'db.dump.age');
  truncateSync(file, readFileSync(file).length - 1000);
  await damaged(id, /damaged|not whole/);
});

test('F29: a stored dump is gone, and its manifest is not', async () => {
  const { lab, ledger } = at;
  const id = await backup();
  rmSync(ledger.file('shop', id, 'db.dump.age'));
  await damaged(id, /damaged|missing/);
  expect((await lab.run(['status'])).code).toBe(0);
  // the one that is gone, and the one that was cut short
  expect(readFileSync(join(lab.dir, 'metrics.prom'), 'utf8')).toMatch(/^pgbackup_missing_objects\{db="shop",dest="MAIN"\} [12]$/m);
});

test('F28: a manifest is gone, cut, changed, or another backup has it, so it is no backup', async () => {
  const { lab, ledger } = at;
  const id = await backup();
  const [file, moved] = [ledger.file('shop', id, 'manifest.json'), ledger.folder('shop', '20200101T000000Z-00000000')];
  const text = readFileSync(file, 'utf8');
  for (const damage of [
    () => rmSync(file),
    () => truncateSync(file, 200),
    () => writeFileSync(file, text.replace('"rows":', '"rows":1')),
    () => renameSync(ledger.folder('shop', id), moved),
  ]) {
    damage();
    expect((await ledger.list()).some((one) => one.id === id || one.id.startsWith('2020'))).toBe(false);
    expect((await lab.run(['restore', id])).code).toBe(66);
    if (existsSync(moved)) renameSync(moved, ledger.folder('shop', id));
    writeFileSync(file, text);
  }
  await ledger.check();
});

test('F30: a backup of another database is refused, also if one name begins like the other', async () => {
  const { lab, ledger } = at;
  await backup();
  await lab.sql('CREATE DATABASE shop_audit', 'postgres');
  await lab.sql('CREATE TABLE audit AS SELECT 1 x', 'shop_audit');
  await ledger.saw('shop_audit');
  const id = await backup('shop_audit');
  const before = await live();
  await fault(at, { code: 65, commits: 0, says: /is of database shop_audit/ }, () => lab.run(['restore', id]));
  // "latest" of shop is not the newest of the bucket, which is shop_audit's
  const latest = await lab.run(['restore', '--into', 'shop_copy']);
  expect([latest.code, messages(latest)]).toEqual([0, '']);
  expect(await ledger.content('shop_copy')).toBe(before);
});

test('a restore after DROP TABLE: a safety backup first, the old database kept, then finalized', async () => {
  const { lab, ledger } = at;
  const before = await live();
  const id = await backup();
  await lab.sql(
    'ALTER DATABASE shop SET work_mem TO "9MB"; COMMENT ON DATABASE shop IS \'the shop\'; GRANT CONNECT ON DATABASE shop TO pg_monitor',
  );
  const described = await backup();
  await lab.sql('DROP TABLE orders');
  await ledger.saw();
  // an application that never stops connecting
  const connect = () => lab.sql('SELECT pg_sleep(0.05)').catch(() => '');
  const ended = await whileDoing(connect, 0, () => fault(at, { code: 0, commits: 1 }, () => lab.run(['restore', described])));
  expect(await live()).toBe(before);
  expect((await ledger.list()).at(-1)?.kind).toBe('safety');
  const kept = report(ended).kept ?? '';
  expect(await lab.sql(`SELECT datallowconn FROM pg_database WHERE datname = '${kept}'`, 'postgres')).toBe('f');
  const properties =
    "SELECT shobj_description(oid, 'pg_database'), datacl, (SELECT setconfig FROM pg_db_role_setting WHERE setdatabase = d.oid) FROM pg_database d";
  expect(await lab.sql(`${properties} WHERE datname = 'shop'`)).toMatch(/^the shop\|.*pg_monitor=c.*work_mem=9MB/);
  expect((await lab.run(['finalize'])).code).toBe(0);
  expect(await lab.sql(`SELECT count(*) FROM pg_database WHERE datname = '${kept}'`, 'postgres')).toBe('0');
  expect(id < described).toBe(true);
});

test('F18: a backup while a restore runs is refused', async () => {
  const { lab } = at;
  let second = 0;
  const id = await backup();
  await fault(at, { code: 0, commits: 1 }, async () => {
    const release = await holdLock(lab);
    const running = lab.spawn(['restore', id], { env: { BACKUP_LOCK_WAIT: '60' } });
    await caught(running, /pg_dump -Fc/); // of the safety backup, which waits for the lock
    second = (await lab.run(['backup'])).code;
    await release();
    return running.ended;
  });
  expect(second).toBe(75);
});

const MORE_NAMES = ["we ird's-Ünï", '-dash', 'UPPER', 'a=b', 'quote"d', 'x'.repeat(62), 'per%cent'];
const NAMES = ['..', 'x'.repeat(63), 'postgresql://h/d', `-A=b "Ün's%\\`];
test.each(points(NAMES, [...NAMES, ...MORE_NAMES]))('F39: a database called %s', async (name) => {
  const { lab, ledger } = at;
  const psql = ['-Xq', '-d', 'postgres', '-v', `name=${name}`, '-f', '-'];
  await lab.must('psql', psql, 'CREATE DATABASE :"name";');
  await lab.sql('CREATE TABLE t AS SELECT g FROM generate_series(1, 20) g', name);
  await ledger.saw(name);
  await backup(name);
  for (const verb of ['drill', 'restore', 'finalize', 'verify']) {
    const ended = await lab.run([verb, '--database', name]);
    expect([verb, ended.code, messages(ended)]).toEqual([verb, 0, '']);
  }
  await ledger.check(name);
  await lab.must('psql', psql, 'DROP DATABASE :"name";');
});

test('F40: row security, large objects, partitions, views, generated columns, sequences, triggers, comments, grants', async () => {
  const { lab, ledger } = at;
  await lab.sql('CREATE DATABASE zoo', 'postgres');
  await lab.sql(ZOO, 'zoo');
  await ledger.saw('zoo');
  const id = await backup('zoo');
  const drill = await lab.run(['drill', id, '--database', 'zoo']);
  expect([drill.code, messages(drill)]).toEqual([0, '']);
});

test.each([
  [
    'rows',
    (manifest: Record<string, unknown>) => JSON.parse(JSON.stringify(manifest.fingerprint).replace(/"n":50,"h":"-?\d/, '"n":50,"h":"9')),
    'fingerprint',
    /rows differ/,
  ],
  ['sequences', () => ['SELECT pg_catalog.setval(\'odd."Seq 1"\', 4242, true);'], 'sequences', /sequences differ/],
] as const)('a manifest that lies about %s is refuted by a drill', async (_what, lie, key, says) => {
  const { lab, ledger } = at;
  const id = await backup('zoo');
  ledger.forge('zoo', id, (manifest) => {
    const before = JSON.stringify(manifest[key]);
    manifest[key] = lie(manifest);
    expect(JSON.stringify(manifest[key])).not.toBe(before);
  });
  await fault(at, { code: 65, commits: 0, says, database: 'zoo' }, () => lab.run(['drill', id, '--database', 'zoo']));
});

test('a restored schema that lies about a column, an index or a grant is refuted by a drill', async () => {
  const { lab } = at;
  const id = await backup('zoo');
  // as if pg_restore had left something out
  const shims = {
    pg_restore:
      'if [[ $* = *--schema-only* ]]; then "$REAL" "$@" | sed "s/CREATE INDEX lower_/CREATE UNIQUE INDEX lower_/"; else exec "$REAL" "$@"; fi',
  };
  await fault(at, { code: 65, commits: 0, says: /schema differs/, database: 'zoo' }, () =>
    lab.run(['drill', id, '--database', 'zoo'], { shims }),
  );
});

test.each([
  // what looks like a bad backup is looked at again, and the rest says nothing of it
  ['pg_restore', '$* = *--jobs*', [0, 'ok', /once more/]],
  ['age', '$* = *--decrypt*', [0, 'ok', /once more/]],
  ['psql', '$* = *fingerprint.sql*', [69, 'none', /cannot be read/]],
] as const)('a drill that loses %s does not count against the backup', async (tool, fits, [code, proof, says]) => {
  const { lab } = at;
  const id = await backup();
  // the first time only, as if memory had been short for a moment
  const lost = `[[ ${fits} ]] && mkdir "$BACKUP_TMP/../lost-${tool}" 2>/dev/null`;
  const ended = await lab.run(['drill', id], {
    shims: { [tool]: `if ${lost}; then kill -9 $$; fi; exec "$REAL" "$@"` },
  });
  const listed = JSON.parse((await lab.run(['list', '--json', '--database', 'shop'])).stdout) as { id: string; drill: string }[];
  const { drill } = listed.find((one) => one.id === id) ?? {};
  expect([ended.code, drill, messages(ended)]).toEqual([code, proof, expect.stringMatching(says)]);
});

test('a drill whose own process is killed leaves neither plain text nor a server', async () => {
  const { lab, ledger } = at;
  const id = await backup();
  // the rest of a run that was killed while it cleared up
  await lab.must('mkdir', ['-p', join(lab.stage, 'run.before/pg')]);
  const running = lab.spawn(['drill', id], { shims: { psql: '[[ $* != *fingerprint.sql* ]] || sleep 30; exec "$REAL" "$@"' } });
  await caught(running, /psql .*fingerprint\.sql/);
  const [server] = readdirSync(lab.stage).filter((name) => existsSync(join(lab.stage, name, 'pg/postmaster.pid')));
  const pid = Number(readFileSync(join(lab.stage, String(server), 'pg/postmaster.pid'), 'utf8').split('\n')[0]);
  expect(() => ledger.findCanary([lab.stage])).toThrow(/plain text/);
  process.kill(await caught(running, /pg-backup drill-one/), 'SIGKILL');
  const ended = await running.ended;
  expect([ended.code, messages(ended)]).toEqual([70, expect.stringContaining('a command ended with 137')]);
  ledger.findCanary();
  expect(readdirSync(lab.stage).filter((name) => name.startsWith('run.'))).toEqual([]);
  await until(
    'the server is gone',
    async () => existsSync(`/proc/${pid}`),
    (there) => !there,
    60_000,
  );
});

test('F40: a role that row security applies to does not back up a part of a table', async () => {
  const { lab } = at;
  await lab.sql('CREATE ROLE reader LOGIN; GRANT pg_read_all_data TO reader', 'postgres');
  const env = { PGUSER: 'reader', BACKUP_GLOBALS: 'none' };
  await fault(at, { code: 69, commits: 0, says: /row-level security/, database: 'zoo' }, () =>
    lab.run(['backup', '--database', 'zoo'], { env }),
  );
  await lab.sql('ALTER ROLE reader BYPASSRLS; ALTER ROLE reader SET lo_compat_privileges = on', 'postgres');
  await fault(at, { code: 0, commits: 1, database: 'zoo' }, () => lab.run(['backup', '--database', 'zoo'], { env }));
});

test('F41: the server lacks an extension', async () => {
  const { lab, ledger } = at;
  const id = await backup();
  ledger.forge('shop', id, (manifest) => {
    manifest.extensions = [{ name: 'vector', version: '0.8' }];
  });
  await fault(at, { code: 65, commits: 0, says: /does not have the extensions: vector/ }, () => lab.run(['restore', id]));
});

test('F42: a role is missing at the restore', async () => {
  const { lab } = at;
  await lab.sql('CREATE ROLE shopkeeper; ALTER TABLE people OWNER TO shopkeeper');
  const ended = await fault(at, { code: 0, commits: 1 }, () => lab.run(['backup'], { env: { BACKUP_GLOBALS: 'none' } }));
  await fault(at, { code: 65, commits: 0, says: /role "shopkeeper" does not exist/ }, () => lab.run(['drill', report(ended).id]));
  const whole = await backup();
  expect((await lab.run(['drill', whole])).code).toBe(0);
});

test(
  'F44: a restore is killed at any moment: the live database is the old one or the new one',
  async () => {
    const { lab, ledger } = at;
    const id = await backup();
    const restored = await live();
    let swapped = 0;
    // by name, the swap itself among them; then a whole one; then, if all are asked for, many evenly spread over a whole one
    const moments: readonly { like: RegExp; shims?: Readonly<Record<string, string>> }[] = [
      // those that may be over before anybody has seen them last longer
      { like: /pg_dump -Fc/, shims: { pg_dump: '"$REAL" "$@"; rc=$?; [[ $1 != -Fc ]] || sleep 30; exit $rc' } },
      {
        like: /pg_restore --exit-on-error/,
        shims: { pg_restore: '"$REAL" "$@"; rc=$?; [[ $1 != --exit-on-error ]] || sleep 30; exit $rc' },
      },
      { like: /^sleep 60/, shims: { psql: '[[ $* != *"-v new="* ]] || sleep 60; exec "$REAL" "$@"' } },
      { like: /^sleep 60/, shims: { psql: '"$REAL" "$@"; rc=$?; [[ $* != *"-v new="* ]] || sleep 60; exit $rc' } },
    ];
    const kills = points(0, 30);
    let length = 0;
    for (let step = 0; step < moments.length + 1 + kills; step++) {
      await lab.sql(`INSERT INTO people VALUES (${5000 + step}, 'late ${step}')`);
      const old = await live();
      await ledger.saw();
      const began = Date.now();
      const moment = moments[step];
      const running = lab.spawn(['restore', id], moment?.shims ? { shims: moment.shims } : {});
      if (moment) await caught(running, moment.like);
      else if (step > moments.length) await sleep((length * (step - moments.length)) / (kills + 1));
      if (step !== moments.length) killFamily(running.pid);
      const ended = await running.ended;
      if (step === moments.length) {
        // a whole one: what the killed ones have left is gone after it
        expect(ended.code).toBe(0);
        expect(await lab.sql("SELECT count(*) FROM pg_database WHERE datname ~ '^shop_r[0-9]'", 'postgres')).toBe('0');
        length = Date.now() - began;
      }
      const now = await live();
      expect([old, restored]).toContain(now);
      if (now === restored) swapped++;
      await ledger.check();
    }
    // at least the whole one, and the one that was killed after the swap
    expect(swapped).toBeGreaterThan(1);
  },
  patience(8, 40),
);

test('F44: somebody has the live name at every moment of a restore', async () => {
  const { lab } = at;
  const running = lab.spawn(['restore', await backup()]);
  let [looks, over] = [0, false];
  void running.ended.then(() => {
    over = true;
  });
  while (!over) {
    expect(await lab.sql("SELECT count(*) FROM pg_database WHERE datname = 'shop'", 'postgres')).toBe('1');
    looks++;
  }
  expect((await running.ended).code).toBe(0);
  expect(looks).toBeGreaterThan(10);
});

test('F45: no safety backup, no restore', async () => {
  const { lab, ledger } = at;
  const [before, id] = [await live(), await backup()];
  const port = await lab.gateway(lab.objects, '--readonly');
  const env = { BACKUP_DEST_MAIN_ENDPOINT: `https://localhost:${port}` };
  await fault(at, { code: 74, commits: 0, says: /nothing was touched/ }, () => lab.run(['restore', id], { env }));
  expect(await live()).toBe(before);
  expect(await ledger.check()).toBeGreaterThan(0);
});

test('F46: most rows are gone: it commits, and warns', async () => {
  const { lab, ledger } = at;
  await lab.sql('DELETE FROM orders WHERE id > 10; DROP TABLE people');
  await ledger.saw();
  const ended = await fault(at, { code: 0, commits: 1 }, () => lab.run(['backup']));
  expect(report(ended).warnings?.join('; ')).toMatch(/rows fell from \d+ to 10; .*tables are gone: public\.people/);
});
