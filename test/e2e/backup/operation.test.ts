import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { type Bench, bench, fault, messages, report } from './support/faults';
import { freePort } from './support/process';
import { http, read } from './support/proxy';

/** What an operator meets: webhooks that do not work, and dumps that other tools have made. */
let at: Bench;
let dumps = '';

beforeAll(async () => {
  at = await bench();
  dumps = join(at.lab.dir, 'foreign');
  mkdirSync(dumps);
  at.lab.own(dumps);
});
afterAll(() => at?.lab.stop());

/** One backup that reports to a webhook; how many failures the metric has counted before and after. */
async function reporting(port: number, on = 'success', timeout = 1): Promise<{ counted: number; seconds: number }> {
  const { lab } = at;
  const hook = join(lab.dir, 'hook');
  writeFileSync(hook, `http://127.0.0.1:${port}/report`, { mode: 0o644 });
  const env = { BACKUP_WEBHOOK_URL_FILE: hook, BACKUP_WEBHOOK_ON: on, BACKUP_WEBHOOK_TIMEOUT: String(timeout), BACKUP_PRUNE: 'false' };
  const metric = async () => {
    expect((await lab.run(['status'])).code).toBe(0);
    return Number(/^pgbackup_webhook_failures_total (\d+)$/m.exec(readFileSync(join(lab.dir, 'metrics.prom'), 'utf8'))?.[1]);
  };
  const before = await metric();
  const began = Date.now();
  await fault(at, { code: 0, commits: 1 }, () => lab.run(['backup'], { env }));
  return { seconds: (Date.now() - began) / 1000, counted: (await metric()) - before };
}

test('F43: a webhook gets the report', async () => {
  const bodies: string[] = [];
  const hook = await http(async (incoming, outgoing) => void bodies.push(await read(incoming, outgoing, 204)));
  // on a busy machine it may take more than a second to answer, and would be told again
  expect(await reporting(hook.port, 'success', 60)).toMatchObject({ counted: 0 });
  // only what it asks for
  expect(await reporting(hook.port, 'failure warning')).toMatchObject({ counted: 0 });
  hook.close();
  expect(bodies.map((body) => JSON.parse(body))).toEqual([
    expect.objectContaining({ op: 'backup', outcome: 'success', db: 'shop', rc: 0 }),
  ]);
});

const WEBHOOKS: Readonly<Record<string, RequestListener | undefined>> = {
  down: undefined,
  slow: () => {}, // it never answers
  'out of order': (incoming, outgoing) => void read(incoming, outgoing, 500),
  'somewhere else': (incoming, outgoing) => void read(incoming, outgoing, 302),
};
test.each(Object.keys(WEBHOOKS))('F43: a webhook is %s: the backup commits, and the metric counts it', async (how) => {
  const answer = WEBHOOKS[how];
  const hook = answer ? await http(answer) : { port: await freePort(), close: () => {} };
  const { counted, seconds } = await reporting(hook.port);
  hook.close();
  expect(counted).toBe(1);
  expect(seconds).toBeLessThan(60);
});

/** Makes a dump by a shell script, in which $1 is its path. */
const make = (name: string, script: string) =>
  at.lab.must('bash', ['-c', `set -o pipefail; IDENTITY=${at.lab.dir}/identity; ${script}`, 'make', join(dumps, name)]);

// their names say nothing, or the wrong thing
const FOREIGN: readonly (readonly [format: string, file: string, script: string])[] = [
  ['custom', 'a.sql', 'pg_dump -Fc -d shop -f "$1"'],
  ['sql', 'b', 'pg_dump -d shop -f "$1"'],
  ['sql', 'c.dump', 'pg_dump -d shop | gzip >"$1"'],
  ['sql', 'd', 'pg_dump -d shop | zstd -q >"$1"'],
  ['tar', 'e e', 'pg_dump -Ft -d shop -f "$1"'],
  ['directory', 'f', 'pg_dump -Fd -d shop -f "$1"'],
  ['custom', 'g.gz', 'pg_dump -Fc -d shop | age -r "$(age-keygen -y "$IDENTITY")" >"$1"'],
  ['sql', 'h', 'pg_dump -d shop | zstd -q | gzip | age -r "$(age-keygen -y "$IDENTITY")" >"$1"'],
];
test.each(FOREIGN)('restore-file: %s in %s', async (format, file, script) => {
  const { lab, ledger } = at;
  await make(file, script);
  const ended = await lab.run(['restore-file', join(dumps, file), '--into', 'brought']);
  expect([ended.code, report(ended)]).toEqual([0, expect.objectContaining({ outcome: 'success', format })]);
  expect(await ledger.content('brought')).toBe(await ledger.content('shop'));
  expect(readdirSync(lab.stage).filter((name) => name !== 'webhook-failures')).toEqual([]);
  // a database that exists is not touched
  const again = await lab.run(['restore-file', join(dumps, file), '--into', 'brought']);
  expect([again.code, messages(again)]).toEqual([65, expect.stringContaining('brought exists')]);
  await lab.sql('DROP DATABASE brought', 'postgres');
});

const REFUSED: readonly (readonly [what: string, script: string, says: RegExp])[] = [
  ['no dump', 'echo DROP TABLE people >"$1"', /not a dump/],
  ['nothing', ': >"$1"', /not a dump/],
  ['no dump in gzip', 'echo hello | gzip >"$1"', /not a dump/],
  ['a folder', 'mkdir "$1"', /not a dump/],
  ['a whole cluster', 'pg_dumpall >"$1"', /whole cluster/],
  ['another recipient', 'pg_dump -d shop | age -r "$(age-keygen 2>/dev/null | age-keygen -y)" >"$1"', /cannot be decrypted/],
  [
    'a program',
    `{ pg_dump -d shop; printf '\\\\! touch "%s.ran"\\n' "$1"; echo '-- PostgreSQL database dump complete'; } >"$1"`,
    /psql failed/,
  ],
];
test.each(REFUSED)('restore-file: %s is refused', async (what, script, says) => {
  await make(what, script);
  await refused(what, says);
  expect(readdirSync(dumps).filter((name) => name.endsWith('.ran'))).toEqual([]);
});

test.each([
  ['custom', 'pg_dump -Fc -d shop -f "$1"', /pg_restore failed/],
  ['sql', 'pg_dump -d shop -f "$1"', /ends too early/],
  ['gzip', 'pg_dump -d shop | gzip >"$1"', /gzip data is damaged/],
  ['zstd', 'pg_dump -d shop | zstd -q >"$1"', /zstd data is damaged/],
] as const)('restore-file: %s that was cut short is refused', async (what, script, says) => {
  const name = `cut ${what}`;
  await make(name, script);
  truncateSync(join(dumps, name), Math.floor(readFileSync(join(dumps, name)).length * 0.6));
  await refused(name, says);
});

/** It is refused, and nothing of it is left. */
async function refused(file: string, says: RegExp): Promise<void> {
  const { lab } = at;
  const ended = await lab.run(['restore-file', join(dumps, file), '--into', 'brought']);
  expect([ended.code, messages(ended)]).toEqual([65, expect.stringMatching(says)]);
  expect(await lab.sql("SELECT count(*) FROM pg_database WHERE datname = 'brought'", 'postgres')).toBe('0');
  expect(readdirSync(lab.stage).filter((name) => name !== 'webhook-failures')).toEqual([]);
}
