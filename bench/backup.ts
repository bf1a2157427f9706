/**
 * Measures backups and restores: `npx tsx bench/backup.ts [--write] [--rounds 3] [--mib 1024]`, with a real PostgreSQL and a
 * real S3 server over TLS, both on this machine. Needs what test/e2e/backup needs; the physical restore Docker as well.
 *
 * - "backup": `pg-backup backup` with both formats: one snapshot, globals, a hash of every row, each archive read to its end,
 *   encrypted, uploaded, read back and compared, and the manifest.
 * - "naive": two dumps, each streamed to the bucket (`pg_dump -Fc -Z1 | rclone rcat`, `pg_dump | zstd -3 | rclone rcat`): no
 *   encryption, nothing read back, and two snapshots.
 * - "restore": `pg-backup restore` of the newest backup beside the live database: fetched, its hashes compared, decrypted, loaded,
 *   every row compared, ANALYZE, swapped; without the safety backup.
 * - "plain": the same archive fetched, decrypted and loaded with `pg_restore -j2`, and nothing else.
 * - "physical": `pg-backup pitr-restore` in a container with one core and 512 MiB, until the server answers.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { Environments } from '../lib';
import { BUCKET as LAB_BUCKET, Lab } from '../test/e2e/backup/support/lab';
import { PitrShop, Server } from '../test/e2e/postgres/pitr-shop';
import { S3 } from '../test/e2e/postgres/s3';
import { PLANTED } from '../test/e2e/postgres/shop';
import { portOf } from '../test/e2e/support/run';
import { Project } from '../test/e2e/systems/compose';
import { machine, writeSection } from './section';

const { values } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    mib: { type: 'string', default: '1024' },
  },
});
const rounds = Number(values.rounds);
const GIB = 2 ** 30;

/** Rows of half a kilobyte that compress to about a sixth, as those of applications do, with an index. */
const FILL = (mib: number) => `
  CREATE TABLE events (id bigint PRIMARY KEY, at timestamptz NOT NULL, kind text NOT NULL, body text NOT NULL);
  INSERT INTO events SELECT n, '2026-01-01'::timestamptz + n * interval '1 s', 'kind-' || n % 20,
    repeat('the quick brown fox ', 12) || md5(n::text) || repeat('-' || n % 97, 40) FROM generate_series(1, ${mib * 1900}) n;
  CREATE INDEX ON events (at);`;

const seconds = (start: number) => (Date.now() - start) / 1000;
const median = (all: readonly number[]) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] as number;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = Date.now();
  await work();
  return seconds(start);
}

async function runner(lab: Lab, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
  const ended = await lab.run(args, { env: { BACKUP_FORMATS: 'custom plain', ...env } });
  if (ended.code !== 0) throw new Error(`${args.join(' ')} ended with ${ended.code}: ${ended.stderr}`);
}

/** A shell script with rclone's remote `d:` set up, as the servers' user. */
function script(lab: Lab, text: string): Promise<string> {
  const rclone = {
    RCLONE_CONFIG_D_TYPE: 's3',
    RCLONE_CONFIG_D_PROVIDER: 'Other',
    RCLONE_CONFIG_D_ENDPOINT: `https://localhost:${lab.port}`,
    RCLONE_CONFIG_D_ACCESS_KEY_ID: '$(cat access)',
    RCLONE_CONFIG_D_SECRET_ACCESS_KEY: '$(cat secret)',
    RCLONE_CONFIG_D_FORCE_PATH_STYLE: 'true',
    RCLONE_CONFIG_D_NO_CHECK_BUCKET: 'true',
    RCLONE_CA_CERT: `${lab.dir}/tls.crt`,
    RCLONE_CONFIG: '',
  };
  const set = Object.entries(rclone).map(([name, value]) => `export ${name}="${value}"`);
  return lab.must('bash', ['-c', [`set -euo pipefail; cd ${lab.dir}`, ...set, text].join('\n')]);
}

interface Times {
  readonly backup: number;
  readonly naive: number;
  readonly restore: number;
  readonly plain: number;
}

async function round(lab: Lab): Promise<Times> {
  const backup = await timed(() => runner(lab, ['backup']));
  const naive = await timed(() =>
    script(
      lab,
      `pg_dump -Fc -Z1 -d shop | rclone rcat d:${LAB_BUCKET}/naive/db.dump
       pg_dump -d shop | zstd -q -3 | rclone rcat d:${LAB_BUCKET}/naive/db.sql.zst`,
    ),
  );
  const restore = await timed(() => runner(lab, ['restore'], { BACKUP_RESTORE_WITHOUT_SAFETY: 'shop' }));
  await runner(lab, ['finalize']);
  const plain = await timed(() =>
    script(
      lab,
      `newest=$(rclone lsf --dirs-only d:${LAB_BUCKET}/p/x/shop | sort | tail -n 1)
       rclone copyto "d:${LAB_BUCKET}/p/x/shop/$newest"db.dump.age stage/plain.age
       age -d -i identity -o stage/plain.dump stage/plain.age
       createdb plain; pg_restore -j2 -d plain stage/plain.dump; rm stage/plain.*`,
    ),
  );
  await lab.sql('DROP DATABASE plain', 'postgres');
  return { backup, naive, restore, plain };
}

/** Logical backups and restores, in turns. */
async function logical(mib: number): Promise<{ readonly times: readonly Times[]; readonly bytes: number }> {
  const lab = await Lab.start();
  try {
    await lab.sql('CREATE DATABASE shop', 'postgres');
    await lab.sql(FILL(mib));
    const bytes = Number(await lab.sql('SELECT pg_database_size(current_database())'));
    const times: Times[] = [];
    for (let n = 0; n < rounds; n++) {
      times.push(await round(lab));
      process.stderr.write(`${JSON.stringify(times.at(-1))}\n`);
    }
    return { times, bytes };
  } finally {
    await lab.stop();
  }
}

/** A physical restore to the end of the archive. */
async function physical(mib: number): Promise<{ readonly times: readonly number[]; readonly bytes: number }> {
  const project = new Project(`ihbench${process.pid}`);
  const server = new Server(project);
  const s3 = new S3(portOf(19));
  try {
    await s3.start('bench-key-1');
    project.writeSecrets('passwords', PLANTED);
    project.writeSecrets('s3', s3.secrets('bench-key-1'));
    project.write(Environments.staging, (root) => new PitrShop(root, s3, '6Gi'));
    await project.must('up', '--detach', '--wait', 'shop-database');
    await server.sql(FILL(mib));
    const bytes = Number(await server.sql('SELECT sum(pg_database_size(oid)) FROM pg_database'));
    const made = await server.exec('pg-backup', 'pitr-backup', 'full');
    if (made.code !== 0) throw new Error(made.stderr);
    const times: number[] = [];
    for (let n = 0; n < rounds; n++) {
      const before = await server.started();
      const start = Date.now();
      const ran = await server.exec('pg-backup', 'pitr-restore');
      if (ran.code !== 0) throw new Error(ran.stderr);
      await server.answersAgain(before, 120_000);
      times.push(seconds(start));
      process.stderr.write(`physical ${times.at(-1)}\n`);
      // old data beside it fills the volume
      await server.exec('sh', '-c', 'rm -rf "$PGDATA".old-*');
    }
    return { times, bytes };
  } finally {
    await project.dispose();
    await s3.dispose();
  }
}

async function main(): Promise<void> {
  const mib = Number(values.mib);
  const { times, bytes } = await logical(mib);
  const archive = await physical(mib);
  const of = (name: keyof Times) => median(times.map((one) => one[name]));
  const ratios = (a: keyof Times, b: keyof Times) => times.map((one) => one[a] / one[b]);
  const row = (what: string, time: number, size: number, ratio: readonly number[], limit: string) => {
    const all = ratio.map((one) => one.toFixed(2)).join(', ');
    return `| ${what} | ${time.toFixed(1)} s | ${(time / (size / GIB)).toFixed(1)} | ${ratio.length ? median(ratio).toFixed(2) : '-'} | ${all || '-'} | ${limit} |`;
  };
  const text = [
    `A database of ${(bytes / 2 ** 20).toFixed(0)} MiB; ${execFileSync('rclone', ['version']).toString().split('\n')[0]}.`,
    '',
    '| | time | s/GiB | to its peer | round by round | wanted |',
    '|---|--:|--:|--:|---|---|',
    row('two naive streams', of('naive'), bytes, [], '-'),
    row('`backup`: verified, encrypted, two formats', of('backup'), bytes, ratios('backup', 'naive'), 'at most 1.5 of the naive'),
    row('fetch, decrypt, `pg_restore -j2`', of('plain'), bytes, [], '-'),
    row('`restore`: every row compared', of('restore'), bytes, ratios('restore', 'plain'), 'at most 25 s/GB'),
    row('`pitr-restore`: physical, one core', median(archive.times), archive.bytes, [], 'at most 12 s/GB'),
    '',
    machine(rounds),
  ].join('\n');
  process.stdout.write(`${text}\n`);
  if (values.write) writeSection('backup.ts', 'Backups', text);
}

void main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
