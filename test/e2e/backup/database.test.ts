import { closeSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { until, whileDoing } from '../support/run';
import { atTheDump, type Bench, bench, fault, holdLock, messages, points } from './support/faults';
import { killFamily, sleep } from './support/process';

/** Faults of the run itself, of its host, and of the database. */
let at: Bench;

beforeAll(async () => {
  at = await bench();
});
afterAll(() => at?.lab.stop());

test('a run without a fault commits', async () => {
  const ended = await fault(at, { code: 0, commits: 1 }, (lab) => lab.run(['backup']));
  expect(ended.stderr).toBe('');
});

test('both formats come from one read, and what is plain restores to the same', async () => {
  const { lab, ledger } = at;
  const ended = await fault(at, { code: 0, commits: 1 }, () => lab.run(['backup'], { env: { BACKUP_FORMATS: 'custom plain' } }));
  const { id } = JSON.parse(ended.stdout) as { id: string };
  const sealed = ledger.file('shop', id, 'db.sql.zst.age');
  await lab.must('bash', ['-c', `age -d -i ${lab.dir}/identity ${sealed} | zstd -dc > ${lab.dir}/plain.sql`]);
  await lab.sql('CREATE DATABASE plain TEMPLATE template0', 'postgres');
  await lab.must('psql', ['-Xq', '-v', 'ON_ERROR_STOP=1', '-d', 'plain', '-f', `${lab.dir}/plain.sql`]);
  expect(await ledger.content('plain')).toBe(await ledger.content('shop'));
  await lab.must('rm', [`${lab.dir}/plain.sql`]);
});

test('the values of sequences cannot be read out of the archive', () =>
  fault(at, { code: 65, commits: 0, says: /sequences/ }, (lab) =>
    lab.run(['backup'], { shims: { pg_restore: 'if [[ $1 = -L ]]; then exit 1; else exec "$REAL" "$@"; fi' } }),
  ));

test('an end that is not the last line is no success', async () => {
  const { lab } = at;
  const file = join(lab.runner, 'lib/backup.sh');
  const text = readFileSync(file, 'utf8');
  // as a trap or a tool of the shell could end it
  writeFileSync(file, text.replace('  phase upload\n', '  phase upload\n  exit 0\n'));
  try {
    await fault(at, { code: 70, commits: 0 }, () => lab.run(['backup']));
  } finally {
    writeFileSync(file, text);
  }
});

test('F1: pg_dump is killed', () =>
  fault(at, { code: 69, commits: 0 }, async (lab) => {
    const { running, pid, release } = await atTheDump(lab);
    process.kill(pid, 'SIGKILL');
    const ended = await running.ended;
    await release();
    return ended;
  }));

test("F2: pg_dump's connection is ended", () =>
  fault(at, { code: 69, commits: 0 }, async (lab) => {
    const { running, release } = await atTheDump(lab);
    await lab.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'LOCK TABLE%'",
      'postgres',
    );
    const ended = await running.ended;
    await release();
    return ended;
  }));

test('F2: the server crashes', () =>
  fault(at, { code: 69, commits: 0 }, async (lab) => {
    const { running } = await atTheDump(lab);
    await lab.postgres('crash');
    const ended = await running.ended;
    await lab.postgres('start');
    return ended;
  }));

test('F3: the staging volume is too small', () =>
  fault(at, { code: 28, commits: 0, says: /bytes left/ }, (lab) =>
    lab.run(['backup'], { env: { BACKUP_STAGING: lab.small('tiny', 2 ** 20) } }),
  ));

test('F4: the staging volume fills during the dump', async () => {
  const { lab, ledger } = at;
  // bytes that do not compress, so that the dump is as large as the table
  await lab.sql(
    "CREATE TABLE noise AS SELECT string_agg(decode(md5(random()::text), 'hex'), '') b FROM generate_series(1, 1000000) g GROUP BY g % 1000",
  );
  await ledger.saw();
  const size = Number(await lab.sql("SELECT pg_database_size('shop')"));
  const stage = lab.small('filling', Math.round(size * 0.6));
  await fault(at, { code: 69, commits: 0, says: /No space left/ }, () => lab.run(['backup'], { env: { BACKUP_STAGING: stage } }));
  expect(readdirSync(stage)).toEqual([]);
  await lab.sql('DROP TABLE noise');
});

/** What is in the staging volume. A run that is killed in its first moments leaves a folder for an hour that has no more than a lock. */
const staged = (stage: string) =>
  readdirSync(stage, { recursive: true, encoding: 'utf8' }).filter((name) => !/^new\.\w+(\/\.alive)?$/.test(name));

test('F14: the runner is killed at any moment', async () => {
  const { lab, ledger } = at;
  const whole = Date.now();
  await lab.run(['backup']);
  const length = Date.now() - whole;
  let left = 0;
  const kills = points(5, 200);
  for (let step = 1; step <= kills; step++) {
    const running = lab.spawn(['backup']);
    await sleep((length * step) / (kills + 1));
    killFamily(running.pid);
    await running.ended;
    left += readdirSync(lab.stage).length;
    await ledger.check(); // its `list` sweeps what the killed run has left
    expect(staged(lab.stage)).toEqual([]);
  }
  expect(left).toBeGreaterThan(0);
  await fault(at, { code: 0, commits: 1 }, () => lab.run(['backup']));
  expect(staged(lab.stage)).toEqual([]);
});

test('F15: the runner is terminated', () =>
  fault(at, { code: 143, commits: 0 }, async (lab) => {
    // how fast this machine is just now
    const [looks, listed] = [Date.now(), await lab.run(['list'])];
    const usual = Date.now() - looks;
    expect(listed.code).toBe(0);
    const { running, release } = await atTheDump(lab);
    const began = Date.now();
    process.kill(running.pid, 'SIGTERM');
    const ended = await running.ended;
    // what does not answer is killed after five seconds
    expect(Date.now() - began).toBeLessThan(4500 + usual);
    await release();
    const held = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg-backup'";
    await until(
      'no connection is left',
      () => lab.sql(held, 'postgres'),
      (count) => count === '0',
    );
    return ended;
  }));

test('F16, F17: of two runs at once, on one host or two, one commits', async () => {
  const { lab } = at;
  for (const stage of [lab.stage, lab.small('other-host', 2 ** 26)]) {
    let second = 0;
    await fault(at, { code: 0, commits: 1 }, async () => {
      const { running, release } = await atTheDump(lab);
      second = (await lab.run(['backup'], { env: { BACKUP_STAGING: stage } })).code;
      await release();
      return running.ended;
    });
    expect(second).toBe(75);
  }
});

test('F19: a table stays locked', () =>
  fault(at, { code: 69, commits: 0, says: /statement timeout|lock timeout/ }, async (lab) => {
    const release = await holdLock(lab);
    const ended = await lab.run(['backup'], { env: { BACKUP_LOCK_WAIT: '1' } });
    await release();
    return ended;
  }));

test('F20: tables come, change and go meanwhile', async () => {
  const { lab, ledger } = at;
  const statements = ['CREATE TABLE t20 (a int)', 'ALTER TABLE t20 ADD b text', 'ALTER TABLE t20 RENAME TO u20', 'DROP TABLE u20'];
  const change = async () => {
    for (const statement of statements) await lab.sql(statement);
  };
  const codes: number[] = [];
  await whileDoing(change, 100, async () => {
    for (let n = 0; n < points(2, 20); n++) {
      const ended = await lab.run(['backup']);
      codes.push(ended.code);
      if (ended.code !== 0) continue;
      // what it was at that moment only its own snapshot knows: the drill compares with that
      const { id } = JSON.parse(ended.stdout) as { id: string };
      ledger.damaged.add(id);
      const drill = await lab.run(['drill', id]);
      if (drill.code !== 0) throw new Error(`drill: ${messages(drill)}`);
    }
  });
  expect(codes.every((code) => code === 0 || code === 69)).toBe(true);
  await ledger.check();
});

test('F20: what comes between the snapshot and the dump is in neither', async () => {
  const insert = `psql -Xq -d shop -c "INSERT INTO people SELECT max(id) + 1, 'late' FROM people"`;
  const pg_dump = `if [[ $1 = -Fc ]]; then ${insert} || exit 9; fi; exec "$REAL" "$@"`;
  await fault(at, { code: 0, commits: 1 }, async (lab) => {
    const ended = await lab.run(['backup'], { shims: { pg_dump } });
    expect(await lab.sql("DELETE FROM people WHERE name = 'late' RETURNING 1")).toBe('1');
    return ended;
  });
});

test('F21: pg_dump is older than the server', () =>
  fault(at, { code: 65, commits: 0, says: /older than the server/ }, (lab) =>
    lab.run(['backup'], {
      shims: { pg_dump: 'if [[ $1 = --version ]]; then echo "pg_dump (PostgreSQL) 14.9"; else exec "$REAL" "$@"; fi' },
    }),
  ));

test('F47: a page of the database is damaged', async () => {
  const { lab, ledger } = at;
  await lab.sql('CREATE TABLE torn AS SELECT g, md5(g::text) FROM generate_series(1, 5000) g; CHECKPOINT');
  await ledger.saw();
  const file = join(lab.dir, 'pg', await lab.sql("SELECT pg_relation_filepath('torn')"));
  await lab.postgres('stop');
  const open = openSync(file, 'r+');
  writeSync(open, Buffer.from('torn'), 0, 4, 3 * 8192 + 4000);
  closeSync(open);
  await lab.postgres('start');
  await fault(at, { code: 69, commits: 0, says: /invalid page/ }, () => lab.run(['backup']));
  await lab.sql('DROP TABLE torn');
  await fault(at, { code: 0, commits: 1 }, () => lab.run(['backup']));
});
